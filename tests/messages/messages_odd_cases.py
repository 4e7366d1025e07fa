"""A message's case → the same in every way a case can be: however it comes back, whatever is given for it, however little is known."""

from collections.abc import Iterator
from datetime import date

import msgspec

from doorstep.domain.actions.cases import Case, Label
from doorstep.domain.actions.kinds import ActionKind, CaseKind, ClaimKind, Disposition, Remedy
from doorstep.domain.money import Money
from doorstep.messages import Facts

LONG = Money(1_234_567_890, "JPY")
_WISHES: tuple[tuple[ActionKind, dict[str, object]], ...] = (
    (ActionKind.RESCHEDULE, {"on": "2026-12-30"}),
    (ActionKind.RESCHEDULE, {"on": "2026-12-30", "window": "09:00-12:00"}),
    (ActionKind.REDIRECT, {"address": {"lines": ["Long Avenue of the Republic 1234"], "postcode": "28004", "city": "Madrid"}}),
    (ActionKind.PICKUP_POINT, {"point": "North Corner Shop"}),
    (ActionKind.SAFE_PLACE, {"place": "behind the shed"}),
    (ActionKind.HOLD, {"until": "2026-12-30"}),
    (ActionKind.CONFIRM_AVAILABILITY, {"there": False}),
    (ActionKind.CONFIRM_COD, {"ready": True}),
)
_CHANGES: tuple[tuple[ActionKind, dict[str, object]], ...] = (
    (ActionKind.CHANGE_ADDRESS, {}),
    (ActionKind.CHANGE_ITEMS, {"swaps": []}),
    (ActionKind.CHANGE_PAYMENT, {"method": "m1"}),
    (ActionKind.ASK_INVOICE, {"made_out_to": ""}),
)


def with_parts(facts: Facts, **parts: object) -> Facts:
    """Change the case of facts."""
    assert facts.case is not None
    told = msgspec.structs.replace(facts.case, case=msgspec.structs.replace(facts.case.case, **parts))
    return msgspec.structs.replace(facts, case=told)


def little_known(facts: Facts) -> Facts:
    """Nothing is known of the case but that it is there."""
    assert facts.case is not None
    case = facts.case.case
    bare = Case(case_id=case.case_id, rma=case.rma, kind=case.kind, action=case.action, state=case.state)
    told = msgspec.structs.replace(
        facts.case, case=bare, last_on=None, refund_days=None, wanted={}, method="", carrier_name="", alternatives=()
    )
    return msgspec.structs.replace(facts, case=told)


def odd_cases(facts: Facts) -> Iterator[tuple[str, Facts]]:
    """Go through the ways of a message's case; nothing for a message about none."""
    if facts.case is None:
        return
    kind = facts.case.case.kind
    yield "little known", little_known(facts)
    if kind is CaseKind.DELIVERY_CHANGE or kind is CaseKind.ORDER_CHANGE:
        for action, wanted in _WISHES if kind is CaseKind.DELIVERY_CHANGE else _CHANGES:
            yield f"{action} {wanted}", with_parts(facts, action=action, wanted=wanted)
        yield "dearer", with_parts(facts, difference=Money(1050, "EUR"))
        yield "cheaper", with_parts(facts, difference=Money(-1050, "EUR"))
        return
    for way in ("label", "qr", "pickup", "drop_off"):
        label = Label(way=way, carrier="generic", tracking_number="X1", pickup_on=date(2026, 12, 30), pickup_window="09:00-12:00")
        yield way, with_parts(facts, label=label)
        yield (
            f"{way} of nobody",
            msgspec.structs.replace(
                with_parts(facts, label=Label(way=way)),
                case=msgspec.structs.replace(with_parts(facts, label=Label(way=way)).case, carrier_name=""),
            ),
        )
    yield "kept", with_parts(facts, keeps=True)
    yield "back first", with_parts(facts, keeps=False)
    yield "gift", with_parts(facts, gift=True)
    for remedy in Remedy:
        yield remedy, with_parts(facts, remedy=remedy)
    yield "dear", with_parts(facts, refund=LONG, fee=LONG, remedy=Remedy.STORE_CREDIT)
    yield "refunded dear", with_parts(facts, refund=LONG, fee=LONG, remedy=Remedy.REFUND)
    for claim in ClaimKind if kind is CaseKind.CLAIM else ():
        yield claim, with_parts(facts, claim=claim)
    cut = tuple(msgspec.structs.replace(one, granted_percent=50, disposition=Disposition.REFURBISH) for one in facts.case.case.lines)
    yield "in part", with_parts(facts, lines=cut)
    yield "on a card", msgspec.structs.replace(facts, case=msgspec.structs.replace(facts.case, method="Visa ending 9212"))
    if kind is CaseKind.RETURN or kind is CaseKind.EXCHANGE:
        swapped = with_parts(facts, kind=CaseKind.EXCHANGE, remedy=Remedy.EXCHANGE)
        yield "exchange", swapped
        yield "sent first", with_parts(swapped, exchange_when="ship_first")
        yield "dearer", with_parts(swapped, difference=Money(1050, "EUR"), new_shipment_id=1)
        yield "cheaper", with_parts(swapped, difference=Money(-1050, "EUR"), new_shipment_id=None)
    yield (
        "in words",
        with_parts(facts, decided_by="user 1", decision="We make an exception this once, as we said on the telephone to Acme Inc."),
    )
    yield "at length", with_parts(facts, decision="This is what somebody wrote. " * 40, decided_by="user 1")
    for decision in ("quantity", "steps_first", "too_many: We have spoken about it on the telephone."):
        yield decision, with_parts(facts, decision=decision)


def in_days(facts: Facts, day: date) -> Facts:
    """Put every day of a message's case there."""
    if facts.case is None:
        return facts
    case = facts.case.case
    label = msgspec.structs.replace(case.label, pickup_on=day) if case.label else None
    wanted = {**case.wanted, "on": day.isoformat(), "until": day.isoformat()} if case.wanted else {}
    cut = tuple(msgspec.structs.replace(one, granted_percent=50) for one in case.lines)
    moved = with_parts(facts, label=label, wanted=wanted, lines=cut)
    return msgspec.structs.replace(moved, case=msgspec.structs.replace(moved.case, last_on=day))
