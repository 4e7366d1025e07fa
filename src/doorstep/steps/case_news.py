"""A case's moment → whether it is still so, and what a message says of it beside the case itself."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import msgspec

from doorstep.actions.policy import Policy
from doorstep.actions.reading import read_policy, shipped
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState
from doorstep.domain.messages import Change
from doorstep.domain.money import Money
from doorstep.domain.orders import Customer
from doorstep.messages import ToldCase
from doorstep.steps.happenings import Happening
from doorstep.steps.way import carrier_name
from doorstep.steps.whereto import zone_of_order
from doorstep.store import cases, goods, policies
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.sealing import Sealer
from doorstep.store.shipments import KeptShipment

#: Merchant and case.
Key = tuple[int, int]
_REFUNDED = "order.refunded"
_SETTLES = frozenset({CaseState.SETTLING, CaseState.CLOSED})
_OPEN = frozenset({CaseState.REQUESTED, CaseState.PASSED_ON})
_GOES_BACK = frozenset({CaseState.APPROVED, CaseState.LABEL_READY})
_ARRIVED = frozenset({CaseState.RECEIVED, CaseState.INSPECTED, CaseState.SETTLING})
#: What happened → the states in which it is still worth telling; what is not named here stays so whatever comes.
_STANDS: Mapping[str, frozenset[CaseState]] = {
    "requested": _OPEN,
    "unanswered": _OPEN,
    # A label that stands ready says all that an approval says.
    "approved": frozenset({CaseState.APPROVED, CaseState.SETTLING}),
    "label_ready": frozenset({CaseState.LABEL_READY}),
    "reminder": _GOES_BACK,
    "in_transit": frozenset({CaseState.IN_TRANSIT}),
    "received": _ARRIVED,
    # A wish about a parcel that nobody answered in time has run out.
    "refused": frozenset({CaseState.REFUSED, CaseState.EXPIRED}),
    "change_refused": frozenset({CaseState.REFUSED}),
    "cancelled": frozenset({CaseState.CANCELLED}),
    "expired": frozenset({CaseState.EXPIRED}),
    "follow_up": frozenset({CaseState.CLOSED}),
}
#: A claim that is granted has no label's message of its own.
_CLAIM_APPROVED = frozenset({CaseState.APPROVED, CaseState.LABEL_READY, CaseState.SETTLING})


def has_moved_on(change: Change, case: Case | None) -> bool:
    """Whether a case's moment that waited has passed; `case` is its case as it stands now, None: it is gone."""
    if change.subject_kind != "case":
        return False
    if case is None:
        return True
    noun, _, what = change.trigger.partition(".")
    stands = _CLAIM_APPROVED if (noun, what) == ("claim", "approved") else _STANDS.get(what)
    return stands is not None and case.state not in stands


async def cases_of(tx: Tx, changes: Sequence[tuple[int, Change]]) -> dict[Key, Case]:
    """Read the cases that moments are about, as they stand now; asks nothing where none is about one."""
    keys = {(merchant_id, change.subject_id) for merchant_id, change in changes if change.subject_kind == "case"}
    return {key: kept.case for key, kept in (await cases.read(tx, list(keys))).items()} if keys else {}


def case_in(known: Mapping[Key, Case], merchant_id: int, change: Change) -> Case | None:
    """Find a moment's case; None: it is about none, or its case is gone."""
    return known.get((merchant_id, change.subject_id)) if change.subject_kind == "case" else None


async def with_cases(tx: Tx, happenings: Sequence[Happening]) -> list[Happening]:
    """Set each case's moment beside its case, where whoever found it did not."""
    keys = {(h.merchant_id, h.moment.change.subject_id) for h in happenings if h.case is None and h.moment.change.subject_kind == "case"}
    known = await cases.read(tx, list(keys)) if keys else {}
    return [
        msgspec.structs.replace(h, case=known.get((h.merchant_id, h.moment.change.subject_id)))
        if h.case is None and h.moment.change.subject_kind == "case"
        else h
        for h in happenings
    ]


async def told_by_a_case(tx: Tx, happenings: Sequence[Happening]) -> set[tuple[int, str]]:
    """Name refunds, by (order id, refund id), that a case's own message tells of: the customer hears of their money once."""
    refunds = [h for h in happenings if h.moment.change.trigger == _REFUNDED and h.order is not None]
    if not refunds:
        return set()
    known = await cases.of_orders(tx, list({(h.merchant_id, h.order_id or 0) for h in refunds}))
    found: set[tuple[int, str]] = set()
    for happening in refunds:
        occurrence, order_id = happening.moment.change.occurrence, happening.order_id or 0
        amounts = [one.amount for one in happening.order.order.refunds if one.refund_id == occurrence] if happening.order else []
        own = [kept.case for kept in known.get((happening.merchant_id, order_id), ())]
        if any(_pays(case, amount) for case in own for amount in amounts):
            found.add((order_id, occurrence))
    return found


def is_told_elsewhere(happening: Happening, refunds: Collection[tuple[int, str]]) -> bool:
    """Whether another moment says the same: a refund its case's (`told_by_a_case`), a case that cancels an order the order's own."""
    change, case = happening.moment.change, happening.case
    if case is not None and change.trigger == "order.changed":
        return case.case.action is ActionKind.CANCEL_ORDER
    return change.trigger == _REFUNDED and (happening.order_id or 0, change.occurrence) in refunds


def _pays(case: Case, amount: Money | None) -> bool:
    """Whether a case gives this very money back; a shop that does not say how much is believed to mean it."""
    due = case.refund if case.kind is not CaseKind.EXCHANGE else case.difference
    minor = abs(due.amount_minor) if due is not None else 0
    return bool(minor) and case.state in _SETTLES and (amount is None or amount == Money(minor, due.currency if due else ""))


def order_path(kept: KeptOrder, case: Case | None, sealer: Sealer) -> str:
    """Name the page of an order: the customer's, or of whoever got it as a gift, without prices, where a case is theirs."""
    if case is not None and case.gift:
        return f"/g/{sealer.token('gift', str(kept.merchant_id), str(kept.order_id))}"
    return f"/o/{kept.token}"


def case_path(kept: KeptOrder, case: Case, sealer: Sealer) -> str:
    """Name the page that shows how a case stands, below its order's."""
    return f"{order_path(kept, case, sealer)}/cases/{case.case_id}"


def as_a_gift(kept: KeptOrder, case: Case) -> KeptOrder:
    """Show an order as whoever got it as a gift may see it: without prices and without whoever gave it.

    It is told to the address that they left (`wanted["email"]`), to nobody where they left none: the giver is not to hear of it.
    """
    order, email = kept.order, case.wanted.get("email")
    name = order.ship_to.name if order.ship_to and order.ship_to.name else ""
    unpriced = msgspec.structs.replace(
        order,
        customer=Customer(first_name=name.partition(" ")[0] or None, email=email if isinstance(email, str) and email else None),
        lines=tuple(msgspec.structs.replace(line, unit_price=None) for line in order.lines),
        total=None,
        cod_due=None,
        refunds=(),
        consents=(),
    )
    return msgspec.structs.replace(kept, order=unpriced)


def shipments_of(case: Case, parcels: Sequence[KeptShipment]) -> set[int]:
    """Name the parcels that a case is about: what is sent anew, what goes back, or the one whose delivery is to change."""
    number = case.wanted.get("shipment") if case.kind is CaseKind.DELIVERY_CHANGE else None
    return {
        one.shipment_id
        for one in parcels
        if one.shipment_id in {case.new_shipment_id, case.return_shipment_id} or (number and one.tracking_number == number)
    }


async def told_cases(tx: Tx, told: Sequence[tuple[KeptOrder, Case]]) -> dict[Key, ToldCase]:
    """Put together what messages say of cases: days as the policy promised them, what comes instead, where the money goes."""
    found: dict[Key, ToldCase] = {}
    for kept, case in told:
        merchant_id = kept.merchant_id
        policy = await _policy(tx, merchant_id, case.policy_version)
        found[merchant_id, case.case_id] = ToldCase(
            case=case,
            last_on=_last_on(case, policy, zone_of_order(kept.order)),
            refund_days=_refund_days(policy),
            wanted=await _wanted(tx, kept, case),
            method=await _method(tx, kept, case),
            carrier_name=carrier_name(case.label.carrier) if case.label and case.label.carrier else "",
            alternatives=await _alternatives(tx, kept, case),
        )
    return found


async def _policy(tx: Tx, merchant_id: int, version: int) -> Policy:
    """Read the rules by which a case was judged: what was promised by them holds, whatever they say now."""
    kept = await policies.read(tx, merchant_id, version) if version else None
    return _read(kept.document, version) if kept else _house()


@lru_cache(maxsize=256)
def _read(document: str, version: int) -> Policy:
    return read_policy(document, version)


@cache
def _house() -> Policy:
    return shipped("house")


def _refund_days(policy: Policy) -> tuple[int, int] | None:
    first, last = policy.returning.refund_days
    return first, last


def _last_on(case: Case, policy: Policy, zone: str | None) -> date | None:
    """Tell the last day on which goods may be handed over: the label's, else the policy's, by the recipient's calendar."""
    if case.state not in _GOES_BACK or case.keeps:
        return None
    by_policy = _day(case.since, zone) + timedelta(days=policy.returning.expires_days) if case.since else None
    by_label = case.label.expires_on if case.label else None
    return min((day for day in (by_policy, by_label) if day is not None), default=None)


def _day(at: datetime, zone: str | None) -> date:
    return at.astimezone(ZoneInfo(zone or "UTC")).date()


async def _wanted(tx: Tx, kept: KeptOrder, case: Case) -> dict[str, dict[str, str]]:
    ids = {line.wanted_id for line in case.lines if line.wanted_id}
    if not ids:
        return {}
    products = {line.product_id for line in case.lines if line.wanted_id}
    known = await goods.variants(tx, kept.merchant_id, kept.connection_id, products)
    return {one.variant_id: one.options or {"": one.name} for own in known.values() for one in own if one.variant_id in ids}


async def _alternatives(tx: Tx, kept: KeptOrder, case: Case) -> tuple[dict[str, str], ...]:
    """Name what else there is of the product that came back first, after a return is done."""
    if case.kind is not CaseKind.RETURN or case.state is not CaseState.CLOSED or not case.lines or not case.lines[0].product_id:
        return ()
    first = case.lines[0]
    known = await goods.variants(tx, kept.merchant_id, kept.connection_id, [first.product_id])
    return tuple(
        one.options
        for one in known.get(first.product_id, ())
        if one.options and one.variant_id != first.variant_id and one.available and one.stock != 0
    )


async def _method(tx: Tx, kept: KeptOrder, case: Case) -> str:
    if not case.method or not case.customer or case.gift:
        return ""
    known = await goods.methods(tx, kept.merchant_id, kept.connection_id, [case.customer])
    return next((one.label for one in known.get(case.customer, ()) if one.method_id == case.method), "")
