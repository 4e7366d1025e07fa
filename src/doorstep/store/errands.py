"""What somebody outside has to do for a case ↔ rows: added, taken up when due, answered."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

import msgspec

from doorstep.domain.actions.kinds import Outside
from doorstep.domain.actions.plans import Errand, ErrandKind
from doorstep.domain.vocabulary import MessageState
from doorstep.store.database import Row, Tx
from doorstep.store.messages import month_of

_ENCODE = msgspec.json.Encoder()
_BODY = msgspec.json.Decoder(dict[str, Any])
#: Of these a case has one, whatever it goes through: new goods are not sent twice.
ONCE = frozenset({ErrandKind.EXCHANGE, ErrandKind.REPLACE})
#: Names of errands' keys are made in it, so that no other id of ours is ever one.
_SPACE = UUID("7f6f5d0e-6c1f-4c1b-9a55-2f0b8b5b2f37")
#: Lists begin before it where no place is told.
LAST_ID = 2**63 - 1
#: What a step of its own does: a label is made while the customer waits for it.
_ELSEWHERE = (ErrandKind.LABEL, ErrandKind.VOID_LABEL)


class ErrandState(StrEnum):
    """How far an errand is."""

    #: Nobody has been told yet, or a human has to do it.
    WAITING = "waiting"
    #: On its way or there; the answer is awaited.
    SENT = "sent"
    #: Nobody answered in time, or nobody knows what came of it: a human has to look. It may still be answered.
    ESCALATED = "escalated"
    DONE = "done"
    REFUSED = "refused"
    #: The case ended in another way before it was done.
    WITHDRAWN = "withdrawn"


class Way(StrEnum):
    """By which way an errand goes."""

    #: The shop's own interface.
    SHOP = "shop"
    #: The carrier's own interface.
    CARRIER = "carrier"
    #: A filled-in request to the carrier's desk.
    MAIL = "mail"
    #: The merchant's own systems, which answer by the API.
    WEBHOOK = "webhook"
    #: A human of the merchant's.
    DESK = "desk"


OPEN = (ErrandState.WAITING, ErrandState.SENT, ErrandState.ESCALATED)


class KeptErrand(msgspec.Struct, frozen=True, kw_only=True):
    """An errand as stored."""

    merchant_id: int
    errand_id: int
    case_id: int
    once: str
    target: Outside
    kind: ErrandKind
    body: dict[str, Any]
    state: ErrandState
    #: None: it has gone no way yet.
    way: Way | None
    connection_id: int | None
    message_id: UUID | None
    made_at: datetime
    sent_at: datetime | None
    look_at: datetime | None
    reminded: int
    answered_at: datetime | None
    answer: str
    external_id: str

    @property
    def key(self) -> str:
        """The idempotency key under which it is done, whatever way it goes and however often it is tried."""
        return str(uuid5(_SPACE, f"{self.merchant_id}/{self.once}"))

    @property
    def open(self) -> bool:
        """Whether it is not answered yet."""
        return self.state in OPEN


class MessageOfErrand(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the message that carries an errand."""

    state: MessageState
    #: The other's id of what was made; "" untold.
    provider_id: str
    #: The other's words for it.
    text: str


# Write errands of a case, each once.
_ADD = """
insert into errand (merchant_id, case_id, once, target, kind, body, state, made_at, look_at)
select $1, $2, once, target, kind, body::json, 'waiting', $7, $7
from unnest($3::text[], $4::text[], $5::text[], $6::text[]) as x (once, target, kind, body)
on conflict (merchant_id, once) do nothing
"""
_COLUMNS = """e.merchant_id, e.errand_id, e.case_id, e.once, e.target, e.kind, e.body, e.state, e.way, e.connection_id, e.message_id, e.made_at,
e.sent_at, e.look_at, e.reminded, e.answered_at, e.answer, e.external_id"""
# Errands that are to be handed on or looked after, taken by this worker alone, the longest waiting first.
_DUE = f"""
select {_COLUMNS} from errand e where e.look_at <= $1 and e.kind <> all($3::text[]) order by e.look_at limit $2 for update of e skip locked
"""
# One errand, for this transaction alone.
_LOCK = f"select {_COLUMNS} from errand e where e.merchant_id = $1 and e.errand_id = $2 for update of e"
# One errand.
_ONE = f"select {_COLUMNS} from errand e where e.merchant_id = $1 and e.errand_id = $2"
# All errands of cases, the oldest first.
_OF_CASES = f"""
select {_COLUMNS} from errand e where e.case_id = any($2::bigint[]) and e.merchant_id = $1 order by e.case_id, e.errand_id
"""
# A page of a merchant's errands in some states, newest first.
_PAGE = f"""
select {_COLUMNS} from errand e where e.merchant_id = $1 and e.state = any($2::text[]) and e.errand_id < $3 order by e.errand_id desc limit $4
"""
# How a message of an errand stands.
_MESSAGE = "select state, provider_id, provider_text from message where merchant_id = $1 and month = $2 and message_id = $3"
# What became of these messages is known: have their errands looked at now. Each is found by its message, however few are still open.
_LOOK_NOW = """
update errand e set look_at = $3
from unnest($1::bigint[], $2::uuid[]) as k (merchant_id, message_id)
cross join lateral (
    select errand_id from errand where message_id = k.message_id and merchant_id = k.merchant_id and state = 'sent' offset 0
) found
where e.merchant_id = k.merchant_id and e.errand_id = found.errand_id
"""
# Write a locked errand back.
_WRITE = """
update errand set state = $3, way = $4, connection_id = $5, message_id = $6, sent_at = $7, look_at = $8, reminded = $9, answered_at = $10,
    answer = $11, external_id = $12
where merchant_id = $1 and errand_id = $2
"""


def _kept(row: Row) -> KeptErrand:
    return KeptErrand(
        merchant_id=row["merchant_id"],
        errand_id=row["errand_id"],
        case_id=row["case_id"],
        once=row["once"],
        target=Outside(row["target"]),
        kind=ErrandKind(row["kind"]),
        body=_BODY.decode(row["body"]),
        state=ErrandState(row["state"]),
        way=Way(row["way"]) if row["way"] else None,
        connection_id=row["connection_id"],
        message_id=row["message_id"],
        made_at=row["made_at"],
        sent_at=row["sent_at"],
        look_at=row["look_at"],
        reminded=row["reminded"],
        answered_at=row["answered_at"],
        answer=row["answer"],
        external_id=row["external_id"],
    )


async def add(tx: Tx, merchant_id: int, case_id: int, errands: Sequence[Errand], occurrence: str, now: datetime) -> None:
    """Write what others have to do for a case; the same kind for the same occurrence ("approved", "approved 2") stands there once, one of `ONCE` at all."""
    await tx.execute(
        _ADD,
        merchant_id,
        case_id,
        [f"{case_id} {one.kind} {one.to}" + (f" {occurrence}" if one.kind not in ONCE else "") for one in errands],
        [one.to for one in errands],
        [one.kind for one in errands],
        [_ENCODE.encode(one.body).decode() for one in errands],
        now,
    )


async def due(tx: Tx, now: datetime, most: int) -> list[KeptErrand]:
    """Take errands that are due, of all merchants, locked until this transaction ends; none that another worker has."""
    return [_kept(row) for row in await tx.fetch(_DUE, now, most, list(_ELSEWHERE))]


async def lock(tx: Tx, merchant_id: int, errand_id: int) -> KeptErrand | None:
    """Read an errand, for this transaction alone until it ends."""
    row = await tx.fetchrow(_LOCK, merchant_id, errand_id)
    return _kept(row) if row else None


async def one(tx: Tx, merchant_id: int, errand_id: int) -> KeptErrand | None:
    """Read an errand."""
    row = await tx.fetchrow(_ONE, merchant_id, errand_id)
    return _kept(row) if row else None


async def message_of(tx: Tx, merchant_id: int, message_id: UUID) -> MessageOfErrand | None:
    """Tell how the message of an errand stands."""
    row = await tx.fetchrow(_MESSAGE, merchant_id, month_of(message_id), message_id)
    if row is None:
        return None
    return MessageOfErrand(state=MessageState(row["state"]), provider_id=row["provider_id"] or "", text=row["provider_text"])


async def look_now(tx: Tx, keys: Sequence[tuple[int, UUID]], now: datetime) -> None:
    """Have the errands that messages, by (merchant, message id), carry looked at now: what became of them is known."""
    ordered = sorted(keys)
    await tx.execute(_LOOK_NOW, [key[0] for key in ordered], [key[1] for key in ordered], now)


async def of_cases(tx: Tx, merchant_id: int, case_ids: Sequence[int]) -> dict[int, list[KeptErrand]]:
    """Read the errands of cases, the oldest first."""
    found: dict[int, list[KeptErrand]] = {}
    for row in await tx.fetch(_OF_CASES, merchant_id, list(case_ids)):
        found.setdefault(row["case_id"], []).append(_kept(row))
    return found


async def page(
    tx: Tx, merchant_id: int, *, states: Sequence[ErrandState] = OPEN, before: int | None = None, most: int = 50
) -> list[KeptErrand]:
    """List errands in some states, newest first, older than the errand id `before`."""
    rows = await tx.fetch(_PAGE, merchant_id, list(states), LAST_ID if before is None else before, most)
    return [_kept(row) for row in rows]


async def write(tx: Tx, kept: KeptErrand) -> None:
    """Write a locked errand back."""
    await tx.execute(
        _WRITE,
        kept.merchant_id,
        kept.errand_id,
        kept.state,
        kept.way or "",
        kept.connection_id,
        kept.message_id,
        kept.sent_at,
        kept.look_at,
        kept.reminded,
        kept.answered_at,
        kept.answer[:500],
        kept.external_id[:200],
    )
