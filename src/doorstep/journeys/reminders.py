"""A shipment, its order and the time → the moments that come by themselves: tomorrow, cash at the door, still waiting."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from doorstep.domain.messages import Change
from doorstep.domain.orders import Order, Payment
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Status
from doorstep.journeys.triggers import Moment

#: Local hour of the day before at which "tomorrow" is told.
_EVE = time(15)
#: A parcel at a pick-up point is recalled after these many days.
_WAITS = (3, 6)
#: Where the carrier says until when it waits, the last reminder comes this long before; an earlier one only if that is another day.
_LAST_CALL = timedelta(hours=24)
#: Sooner after it arrived nobody is reminded: the message that it is there has just said until when.
_SETTLED = timedelta(hours=12)

#: Due at, pointless from (aware UTC), trigger, occurrence.
_Planned = tuple[datetime, datetime, str, str]


def reminders_of_shipment(after: Folded, shipment_id: int, order: Order | None, now: datetime, zone: tzinfo) -> tuple[Moment, ...]:
    """Tell what is due at `now` (aware) in the recipient's `zone`: at most one moment, the same until the next one is due."""
    due = [one for one in _plan(after, zone) if one[0] <= now < one[1]]
    if not due:
        return ()
    at, _, trigger, occurrence = due[-1]
    if trigger == "shipment.delivery_tomorrow" and order is not None and order.payment is Payment.COD:
        trigger = "shipment.cod_due"
    return (Moment(Change(trigger=trigger, subject_kind="shipment", subject_id=shipment_id, occurrence=occurrence, happened_at=at)),)


def next_reminder_at(after: Folded, now: datetime, zone: tzinfo) -> datetime | None:
    """Tell when `reminders_of_shipment` is to be asked again (aware UTC, after `now`); None: not before the shipment changes."""
    for at, *_ in _plan(after, zone):
        if at > now:
            return at
    return None


def _plan(after: Folded, zone: tzinfo) -> tuple[_Planned, ...]:
    """All reminders of a shipment as it is now, in order of time."""
    if after.status is Status.READY_FOR_PICKUP and after.status_since is not None:
        return _recalls(after.status_since, after.collect_by)
    estimate = after.estimate
    if estimate is None or estimate.source == "model":  # eight times in ten is too few to say "tomorrow"
        return ()
    if after.status is Status.IN_TRANSIT and estimate.from_on == estimate.to_on and after.first_scan_at:
        return _eve_of(estimate.to_on, zone)
    return ()


@lru_cache(maxsize=4096)
def _eve_of(day: date, zone: tzinfo) -> tuple[_Planned, ...]:
    """Plan the word of the day before; thousands of parcels share day and zone."""
    eve = datetime.combine(day - timedelta(days=1), _EVE, zone).astimezone(UTC)
    return ((eve, datetime.combine(day, time(), zone).astimezone(UTC), "shipment.delivery_tomorrow", day.isoformat()),)


def _recalls(since: datetime, collect_by: datetime | None) -> tuple[_Planned, ...]:
    """Plan when a parcel at a pick-up point is recalled: by its deadline where there is one, else after some days."""
    days = tuple((since + timedelta(days=n), since + timedelta(days=n + 1), "shipment.pickup_deadline", f"day-{n}") for n in _WAITS)
    if collect_by is None:
        return days
    last = collect_by - _LAST_CALL
    if last < since + _SETTLED:
        return ()
    first = tuple(one for one in days[:1] if one[1] <= last)
    return (*first, (last, collect_by, "shipment.pickup_deadline", f"until-{collect_by.date()}"))
