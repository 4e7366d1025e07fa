"""A change, its order and shipment, the journeys, now → the action to take, or the counted reason why there is none."""

from datetime import datetime, timedelta

from doorstep.domain.messages import Action, Change
from doorstep.domain.orders import Order
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Skip
from doorstep.journeys.loading import Journey, Journeys, When


def decide(change: Change, order: Order | None, after: Folded | None, journeys: Journeys, now: datetime) -> Action | Skip:
    """Find the journey that answers a change.

    `after` is the change's shipment as it is now, None for a change of an order. `now` is aware.
    """
    candidates = journeys.by_trigger.get(change.trigger)
    if candidates is None:
        return Skip.NO_JOURNEY
    if order is None:
        return Skip.NO_ORDER
    for journey in candidates:
        if _holds(journey.when, change, order, after):
            return _act(journey, change, order, now)
    return Skip.NO_JOURNEY


def _holds(when: When, change: Change, order: Order, after: Folded | None) -> bool:
    if (when.payment and order.payment not in when.payment) or order.payment in when.payment_not:
        return False
    if when.occurrence and change.occurrence not in when.occurrence:
        return False
    if after is None:
        return not (when.status or when.pitfalls)
    if (when.status and after.status not in when.status) or after.status in when.status_not:
        return False
    return not when.pitfalls or any(one.kind in when.pitfalls for one in after.open_pitfalls)


def _act(journey: Journey, change: Change, order: Order, now: datetime) -> Action | Skip:
    if order.cancelled_at is not None and not journey.after_cancel:
        return Skip.ORDER_CANCELLED
    if change.happened_at is not None and (now - change.happened_at).total_seconds() > journey.max_age_s:
        return Skip.TOO_OLD
    return Action(
        journey=journey.name,
        step=journey.step,
        template=journey.template,
        purpose=journey.purpose,
        channels=journey.channels,
        change=change,
        due_at=now + timedelta(seconds=journey.delay_s) if journey.delay_s else now,
        topic=journey.topic,
        urgent=journey.urgent,
        digest_s=journey.digest_s,
        joins=journey.joins,
        asks=journey.asks,
        fallback_s=journey.fallback_s,
    )
