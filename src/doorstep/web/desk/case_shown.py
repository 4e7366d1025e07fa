"""A case's rows → all that whoever decides has to see at once: what is asked, the money, the verdict, the parcels, the customer, what was done."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from doorstep.actions.deciding import REMEDIES, foreseen, most_to_give
from doorstep.actions.life import may_move
from doorstep.actions.policy import Policy
from doorstep.actions.settling import left_to_give
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import CaseState, Remedy
from doorstep.domain.actions.known import KnownCustomer, KnownOrder
from doorstep.domain.money import Money
from doorstep.domain.tracking import Checkpoint
from doorstep.errors import NotFoundError
from doorstep.steps.deciding_cases import awaits_inspection, awaits_settling, seen_of
from doorstep.steps.directory import Tenant
from doorstep.steps.known import know_order
from doorstep.steps.rules import policy_of
from doorstep.store import access, case_queue, cases, message_lists, orders, shipments
from doorstep.store.cases import CaseEvent, KeptCase
from doorstep.store.database import Row, Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment
from doorstep.web.track.pages import scans_of

#: The newest scans of each parcel, and a customer's orders, that are shown.
_SCANS, _ORDERS = 4, 50
_RECENT = timedelta(days=90)
_MONEY = frozenset({Remedy.REFUND, Remedy.STORE_CREDIT})


class MoneyShown(msgspec.Struct, frozen=True, kw_only=True):
    """The money of an order, and of one case of it. Amounts in the order's currency."""

    paid: Money
    refunded: Money
    #: By other cases, and not paid out yet.
    promised: Money
    #: What this case may give at most.
    left: Money
    #: What it comes to as it stands; None: no price is known, or it gives no money.
    refund: Money | None
    fee: Money | None
    difference: Money | None
    gives_money: bool


class ParcelShown(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel of the order, or of what comes back."""

    kept: KeptShipment
    #: Of this case, on its way back or sent anew.
    ours: str
    #: Newest first.
    scans: Sequence[Checkpoint]


class EventShown(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the case."""

    event: CaseEvent
    #: The address of a user at the desk; else who did it.
    who: str
    is_note: bool


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer did in the last ninety days."""

    orders: int
    #: Other cases, the newest first.
    cases: Sequence[Case]
    #: Currency → what went back.
    refunds: Sequence[Money]


class CaseShown(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of a case."""

    case: Case
    #: What is posted with a decision, so that nobody decides on what has changed.
    seen: str
    order: KeptOrder
    customer: KnownCustomer | None
    policy: Policy
    money: MoneyShown
    parcels: Sequence[ParcelShown]
    photos: Sequence[Row]
    errands: Sequence[Row]
    events: Sequence[EventShown]
    messages: Sequence[Row]
    history: History
    #: Where it may go from here: "approved", "refused", ...
    may: frozenset[str]
    #: Somebody has to look at the goods; to have it paid out.
    inspects: bool
    settles: bool
    #: What it may be settled by.
    remedies: Sequence[Remedy]


async def kept_case(tx: Tx, merchant_id: int, case_id: int) -> KeptCase:
    """Read a case.

    Raises:
        NotFoundError: there is none such.
    """
    kept = (await cases.read(tx, [(merchant_id, case_id)])).get((merchant_id, case_id))
    if kept is None:
        raise NotFoundError("there is no such case")
    return kept


async def case_shown(tx: Tx, tenant: Tenant, case_id: int, now: datetime) -> CaseShown:
    """Read everything of a case.

    Raises:
        NotFoundError: there is none such, or its order is gone.
    """
    merchant_id = tenant.merchant.merchant_id
    kept = await kept_case(tx, merchant_id, case_id)
    case, key = kept.case, (merchant_id, kept.case.order_id)
    order = (await orders.read(tx, [key])).get(key)
    known = await know_order(tx, tenant, order, now) if order is not None else None
    if order is None or known is None or known.order is None:
        raise NotFoundError("the order of this case is gone")
    policy = await policy_of(tx, merchant_id, now)
    return CaseShown(
        case=case,
        seen=seen_of(case),
        order=order,
        customer=known.customer,
        policy=policy,
        money=money_of(case, known.order, policy),
        parcels=await _parcels(tx, case, (await shipments.of_orders(tx, [key])).get(key, [])),
        photos=await case_queue.photos(tx, merchant_id, case),
        errands=await case_queue.errands(tx, merchant_id, case_id),
        events=await _events(tx, merchant_id, case_id),
        messages=[row for row in await message_lists.of_order(tx, merchant_id, order.order_id) if _since(row, case)],
        history=await _history(tx, kept, now),
        may=frozenset(state.value for state in CaseState if may_move(case, state)),
        inspects=awaits_inspection(case),
        settles=awaits_settling(case),
        remedies=REMEDIES.get(case.kind, ()),
    )


def money_of(case: Case, order: KnownOrder, policy: Policy) -> MoneyShown:
    """Work out the money of a case and its order."""
    paid = sum(one.amount.amount_minor for one in order.payments if not one.refund)
    back = sum(one.amount.amount_minor for one in order.payments if one.refund)
    left = left_to_give(case, order)
    gives = case.kind in REMEDIES and case.remedy in _MONEY
    # What is on its way or over stands as it was decided; what waits is worked out as things stand.
    now = foreseen(case, order, policy) if case.kind in REMEDIES and case.state is CaseState.REQUESTED else case
    return MoneyShown(
        paid=Money(paid, order.currency),
        refunded=Money(back, order.currency),
        promised=Money(max(0, paid - back - left), order.currency),
        left=Money(most_to_give(case, order), order.currency),
        refund=now.refund,
        fee=now.fee,
        difference=now.difference,
        gives_money=gives,
    )


async def _parcels(tx: Tx, case: Case, kept: Sequence[KeptShipment]) -> list[ParcelShown]:
    ours = {case.return_shipment_id: "comes back", case.new_shipment_id: "sent anew"}
    found = []
    for one in kept:
        scans = [scan for _, scan in await scans_of(tx, one)]
        found.append(ParcelShown(kept=one, ours=ours.get(one.shipment_id, ""), scans=scans[::-1][:_SCANS]))
    return found


async def _events(tx: Tx, merchant_id: int, case_id: int) -> list[EventShown]:
    told = (await cases.events(tx, merchant_id, [case_id])).get(case_id, [])
    names = {f"user {row['user_id']}": row["email"] for row in await access.users(tx, merchant_id)}
    return [EventShown(event=one, who=names.get(one.actor, one.actor), is_note=bool(one.detail.get("note"))) for one in reversed(told)]


async def _history(tx: Tx, kept: KeptCase, now: datetime) -> History:
    """Read what an address bought and asked for lately; of no address nothing is known."""
    if not kept.email:
        return History(orders=0, cases=(), refunds=())
    since = now - _RECENT
    bought = await orders.of_contact(tx, kept.merchant_id, "email", kept.email, _ORDERS)
    lately = [one for one in bought if one.order.placed_at is None or one.order.placed_at >= since]
    asked = [one.case for one in await cases.of_email(tx, kept.merchant_id, kept.email, since) if one.case_id != kept.case_id]
    back: dict[str, int] = {}
    for one in bought:
        for refund in one.order.refunds:
            if refund.amount is not None and refund.at >= since:
                back[refund.amount.currency] = back.get(refund.amount.currency, 0) + refund.amount.amount_minor
    return History(orders=len(lately), cases=asked, refunds=[Money(minor, currency) for currency, minor in sorted(back.items())])


def _since(row: Mapping[str, Any] | Row, case: Case) -> bool:
    opened_at: datetime | None = case.opened_at
    return opened_at is None or bool(row["created_at"] >= opened_at - timedelta(minutes=1))
