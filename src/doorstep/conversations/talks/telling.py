"""What is on record of an order, its parcels, cases and money → the sentences that answer; each with when it was seen, none that no record backs."""

from collections.abc import Callable
from datetime import timedelta

from doorstep.conversations.talks.state import Turn
from doorstep.conversations.talks.wishes import Flow, subscribed
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ENDED, CaseKind, OrderState
from doorstep.domain.money import Money
from doorstep.domain.talking.told import OrderTold, ParcelTold
from doorstep.domain.vocabulary import Status

#: What was seen longer ago is told with its age.
_FRESH = timedelta(hours=6)
_MOST_PARCELS = 3
_ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
_MOVES_MONEY = frozenset({CaseKind.RETURN, CaseKind.CLAIM, CaseKind.ORDER_CHANGE})
#: Named talk → what it tells; the order is None where it needs none.
Teller = Callable[[Turn, OrderTold | None], Flow[None]]


def _status(turn: Turn, order: OrderTold | None) -> Flow[None]:
    yield from ()
    if order is None:
        return
    known = order.known
    if known.state is OrderState.CANCELLED:
        turn.say("where.cancelled", number=known.number)
        return
    parcels = sorted((one for one in order.parcels if not one.returning), key=lambda one: one.status in _ENDED)
    if not parcels:
        turn.say("where.not_sent", number=known.number)
    for parcel in parcels[:_MOST_PARCELS]:
        _parcel(turn, parcel, known.number)
    if len(parcels) > _MOST_PARCELS:
        turn.say("where.more", count=len(parcels) - _MOST_PARCELS)
    turn.link = (parcels[0].page_url if len(parcels) == 1 else "") or order.page_url


def _parcel(turn: Turn, parcel: ParcelTold, number: str) -> None:
    """Tell one parcel: a problem first, then how it stands, what is expected, what was seen and when."""
    for kind in parcel.pitfalls[:1]:
        turn.say(f"pitfall/{kind}")
    turn.say(f"where.{parcel.status}", number=number, carrier=parcel.carrier_name)
    if parcel.event_type and not parcel.pitfalls and parcel.status not in _ENDED:
        turn.say(f"event/{parcel.event_type}")
    if parcel.status is Status.DELIVERED and parcel.delivered_at is not None:
        turn.say("where.delivered_at", moment=parcel.delivered_at)
    elif parcel.expected is not None and parcel.status not in _ENDED:
        turn.say("where.was_expected" if parcel.late else "where.expected", span=parcel.expected)
    elif parcel.status not in _ENDED and parcel.status is not Status.READY_FOR_PICKUP:
        turn.say("where.no_date")
    if parcel.point and parcel.status is Status.READY_FOR_PICKUP:
        turn.say("where.point", point=parcel.point)
    if parcel.last_scan_at is not None and parcel.status is not Status.DELIVERED:
        turn.say("where.seen", moment=parcel.last_scan_at, text=parcel.last_text, place=parcel.last_place)
        if (age := turn.now - parcel.last_scan_at) > _FRESH:
            turn.say("where.age", hours=int(age.total_seconds() // 3600), days=age.days if age.days > 1 else "")
    turn.say("where.number", tracking=parcel.tracking_number, carrier=parcel.carrier_name)


def _late(turn: Turn, order: OrderTold | None) -> Flow[None]:
    yield from ()
    if order is None:
        return
    if any(one.late or one.pitfalls for one in order.parcels):
        turn.say("late.sorry")
    elif any(one.expected for one in order.parcels if one.status not in _ENDED):
        turn.say("late.not_yet")


def _details(turn: Turn, order: OrderTold | None) -> Flow[None]:
    yield from ()
    if order is None:
        return
    known = order.known
    turn.say("details.head", number=known.number, placed_at=known.placed_at or "")
    for line in known.lines[:10]:
        turn.say(
            "details.line", quantity=line.quantity, name=line.name, options=", ".join(line.options.values()), price=line.unit_price or ""
        )
    paid = [one.amount for one in known.payments if not one.refund]
    if paid and len({one.currency for one in paid}) == 1:
        turn.say("details.paid", amount=Money(amount_minor=sum(one.amount_minor for one in paid), currency=paid[0].currency))
    turn.say(f"details.{known.state}")
    turn.link = order.page_url


def _cases(turn: Turn, order: OrderTold | None) -> Flow[None]:
    yield from ()
    if order is None:
        return
    told = [one for one in order.known.cases if one.kind in {CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM}]
    if not told:
        turn.say("cases.none", number=order.known.number)
    for case in _newest_first(told)[:3]:
        turn.say(f"case.{case.state}", rma=case.rma, since=case.since or "")
    turn.link = order.page_url


def _refund(turn: Turn, order: OrderTold | None) -> Flow[None]:
    yield from ()
    if order is None:
        return
    back = [one for one in order.known.payments if one.refund]
    waiting = [one for one in order.known.cases if one.kind in _MOVES_MONEY and one.refund is not None and one.state not in ENDED]
    if not back and not waiting:
        turn.say("refund.none", number=order.known.number)
    for paid in back[-3:]:
        turn.say("refund.sent", amount=paid.amount, at=paid.at or "")
    for case in _newest_first(waiting)[:3]:
        turn.say("refund.waits", rma=case.rma, amount=case.refund or "")
        turn.say(f"case.{case.state}", rma=case.rma, since=case.since or "")
    turn.link = order.page_url


def _newest_first(cases: list[Case]) -> list[Case]:
    return sorted(cases, key=lambda one: -one.case_id)


def _contact(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    yield from ()
    shop = turn.shop
    told = {"email": shop.email, "phone": shop.phone, "url": shop.url}
    if not any(told.values()):
        turn.say("contact.here", brand=shop.brand)
    for way, value in told.items():
        if value:
            turn.say(f"contact.{way}", value=value)


def _praise(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    yield from ()
    turn.say("say.praise")


def _complaint(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    yield from ()
    turn.say("say.complaint")


def _delete_data(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    yield from ()
    turn.say("say.delete_data")


def _stop_messages(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    turn.say("say.stopped" if (yield from subscribed(wanted=False)) else "say.stop_how")


def _start_messages(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    turn.say("say.started" if (yield from subscribed(wanted=True)) else "say.start_how")


def _hello(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    yield from ()
    turn.say("say.hello", brand=turn.shop.brand)


def _thanks(turn: Turn, _order: OrderTold | None) -> Flow[None]:
    yield from ()
    turn.say("say.welcome")


TELLERS: dict[str, Teller] = {
    "status": _status,
    "late": _late,
    "details": _details,
    "cases": _cases,
    "refund": _refund,
    "contact": _contact,
    "praise": _praise,
    "complaint": _complaint,
    "delete_data": _delete_data,
    "stop_messages": _stop_messages,
    "start_messages": _start_messages,
    "hello": _hello,
    "thanks": _thanks,
}
