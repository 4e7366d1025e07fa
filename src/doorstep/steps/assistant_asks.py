"""An action that an assistant asks for → judged, and put before the customer; the customer's own yes → done, once.

What moves money, cannot be taken back or brings goods elsewhere is done only by a yes on a page of ours, by whoever has shown with a one-time code that they are
the customer. The assistant holds a handle that opens nothing but the answer whether that happened.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ActionKind, Assurance, Weight
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.errors import NotFoundError
from doorstep.steps import act, identity
from doorstep.steps.act import Done, Prepared
from doorstep.steps.assistants import Caller, Scope
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.identity import Proof
from doorstep.store import assistants, confirmations, orders
from doorstep.store.confirmations import Waiting
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.sealing import Sealer

#: Can be taken back, and yet an assistant that was led astray could have goods brought where it likes: the customer says yes.
ELSEWHERE = frozenset({ActionKind.REDIRECT, ActionKind.PICKUP_POINT, ActionKind.SAFE_PLACE, ActionKind.CHANGE_PROFILE})
_HANDLE, _PARTS = "assistant_yes", 4


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An action that waits for a yes."""

    plan: Plan
    #: What the assistant names it by.
    handle: str
    expires_at: datetime
    #: The customer says yes, on the page; False: the assistant may.
    customer_says: bool


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody has said yes so far."""

    expires_at: datetime


class Opened(StrEnum):
    """Why what an assistant asked for is not shown."""

    #: No handle of ours, or somebody else's.
    MISSING = "missing"
    #: It is too old, was taken back, or the assistant was turned out.
    OLD = "old"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What an assistant asked for, as its customer finds it."""

    waiting: Waiting
    #: Who the assistant is, in the customer's words.
    name: str
    #: The plan of a yes that was given; None: none was.
    done: Done | None = None


def only_customer(kind: ActionKind) -> bool:
    """Tell whether nobody but the customer may ever say yes: money moves, it cannot be taken back, or goods would go elsewhere."""
    return DECLARATIONS[kind].weight is not Weight.REVERSIBLE or kind in ELSEWHERE


def customer_says(caller: Caller, kind: ActionKind) -> bool:
    """Tell whether only the customer's own yes counts here: always, but for what is light where customer and merchant let it."""
    return only_customer(kind) or Scope.COMMIT not in caller.scopes


async def ask(tx: Tx, directory: Directory, caller: Caller, action: BusinessAction, now: datetime) -> Asked | Refusal:
    """Judge an action and keep it until somebody says yes."""
    answer = await act.prepare(tx, caller.tenant, caller.asker, action, now)
    if isinstance(answer, Refusal):
        return answer
    handle = directory.sealer.token(_HANDLE, str(caller.merchant_id), caller.who, answer.token)
    return Asked(plan=answer.plan, handle=handle, expires_at=answer.expires_at, customer_says=customer_says(caller, action.kind))


async def settle(tx: Tx, directory: Directory, caller: Caller, handle: str, now: datetime) -> Done | Pending | Refusal:
    """Tell an assistant whether its customer said yes; do what it may say yes to itself.

    Raises:
        ConflictError: a case could not be named; the transaction is to be undone and tried again.
    """
    parts = _read(directory.sealer, caller.merchant_id, handle)
    if parts is None or parts[0] != caller.who:
        return Refusal(code=RefusalCode.NOT_CONFIRMED)
    token = parts[1]
    waiting = await confirmations.find(tx, caller.merchant_id, token, lock=True)
    if waiting is None or waiting.asker != caller.asker.key or _withdrawn(waiting):
        return Refusal(code=RefusalCode.NOT_CONFIRMED)
    if waiting.outcome is None and customer_says(caller, waiting.action.kind):
        return Pending(expires_at=waiting.expires_at) if now <= waiting.expires_at else Refusal(code=RefusalCode.CONFIRMATION_OLD)
    return await act.commit(tx, directory, caller.tenant, caller.asker, token, now)


async def open_for(
    tx: Tx, sealer: Sealer, tenant: Tenant, proof: Proof, handle: str, now: datetime, *, lock: bool = False
) -> Standing | Opened:
    """Find what an assistant asked for, for the customer who has shown to be the one it acts for."""
    merchant_id = tenant.merchant.merchant_id
    parts = _read(sealer, merchant_id, handle)
    if parts is None or proof.assurance < Assurance.CODE:
        return Opened.MISSING
    who, token = parts
    kind, _, number = who.partition(" ")
    name = await (_of_grant if kind == "grant" else _of_link)(tx, merchant_id, int(number), proof, now)
    if isinstance(name, Opened):
        return name
    waiting = await confirmations.find(tx, merchant_id, token, lock=lock)
    if waiting is None:
        return Opened.MISSING
    if waiting.outcome is not None:
        return Standing(waiting=waiting, name=name, done=await act.told_again(tx, merchant_id, waiting.outcome))
    return Opened.OLD if now > waiting.expires_at or _withdrawn(waiting) else Standing(waiting=waiting, name=name)


async def _of_grant(tx: Tx, merchant_id: int, grant_id: int, proof: Proof, now: datetime) -> str | Opened:
    grant = await assistants.one(tx, merchant_id, grant_id)
    if grant is None or (grant.kind, grant.address) != (proof.kind, proof.value):
        return Opened.MISSING
    return Opened.OLD if grant.revoked_at is not None or grant.expires_at <= now else grant.name


async def _of_link(tx: Tx, merchant_id: int, order_id: int, proof: Proof, now: datetime) -> str | Opened:  # noqa: ARG001 - like its sister
    asker = await identity.asker_of(tx, merchant_id, proof)
    kept = (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id))
    return "" if asker is not None and kept is not None and identity.reaches(asker, kept) else Opened.MISSING


async def show(tx: Tx, tenant: Tenant, proof: Proof, standing: Standing, now: datetime) -> tuple[Asker, Prepared | Refusal]:
    """Judge anew what an assistant asked for, as the customer's own wish: what they see is what they say yes to."""
    asker = await identity.asker_of(tx, tenant.merchant.merchant_id, proof) or Asker()
    return asker, await act.prepare(tx, tenant, asker, standing.waiting.action, now)


async def say_yes(
    tx: Tx, directory: Directory, tenant: Tenant, proof: Proof, handle: str, token: str, now: datetime
) -> Done | Refusal | Opened:
    """Do what the customer was shown under `token`, and note it as the answer to what the assistant asked.

    Raises:
        ConflictError: a case could not be named; the transaction is to be undone and tried again.
    """
    merchant_id = tenant.merchant.merchant_id
    standing = await open_for(tx, directory.sealer, tenant, proof, handle, now, lock=True)
    if isinstance(standing, Opened):
        return standing
    if standing.done is not None:
        return standing.done
    shown = await confirmations.find(tx, merchant_id, token)
    if shown is None or shown.action != standing.waiting.action:
        return Refusal(code=RefusalCode.NOT_CONFIRMED)
    asker = await identity.asker_of(tx, merchant_id, proof) or Asker()
    answer = await act.commit(tx, directory, tenant, asker, token, now)
    if isinstance(answer, Done):
        said = await confirmations.find(tx, merchant_id, token)
        if said is not None and said.outcome is not None:
            await confirmations.answer(tx, merchant_id, standing.waiting.prepared_id, said.outcome, now)
    return answer


async def say_no(tx: Tx, sealer: Sealer, tenant: Tenant, proof: Proof, handle: str, now: datetime) -> None:
    """Let what an assistant asked for never be said yes to."""
    standing = await open_for(tx, sealer, tenant, proof, handle, now, lock=True)
    if isinstance(standing, Standing) and standing.done is None:
        await confirmations.withdraw(tx, tenant.merchant.merchant_id, standing.waiting.prepared_id)


def _withdrawn(waiting: Waiting) -> bool:
    return waiting.outcome is None and waiting.expires_at <= waiting.created_at


def _read(sealer: Sealer, merchant_id: int, handle: str) -> tuple[str, str] | None:
    """Open a handle: whom it was given to, and what it stands for."""
    try:
        parts = sealer.read_token(handle)
    except NotFoundError:
        return None
    return parts[2:] if len(parts) == _PARTS and parts[:2] == (_HANDLE, str(merchant_id)) else None  # type: ignore[return-value]


async def linked_order(tx: Tx, sealer: Sealer, merchant_id: int, handle: str) -> KeptOrder | None:
    """Find the order by whose link an assistant came; None: it came otherwise."""
    parts = _read(sealer, merchant_id, handle)
    kind, _, number = parts[0].partition(" ") if parts else ("", "", "")
    if kind != "link":
        return None
    key = (merchant_id, int(number))
    return (await orders.read(tx, [key])).get(key)
