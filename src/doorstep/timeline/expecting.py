"""A fold, what was learnt of such parcels, now → when we expect it ourselves, and how likely the promise is missed."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from doorstep.domain.shipments import Folded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Direction, Precision, Status, ZoneSource
from doorstep.timeline.doubts import SURELY_LATE
from doorstep.timeline.estimating.counted import ENOUGH, Experience, Foreseen, Lane, Part, chance_beyond, within
from doorstep.timeline.estimating.deliveries import Point
from doorstep.timeline.estimating.model import CHANCE
from doorstep.timeline.estimating.opening import day_after, days_between
from doorstep.timeline.foreseeing import Foresight, delivery_of, local_days
from doorstep.timeline.spans import Facts, end_of_day, moment_of
from doorstep.timeline.stages import Stage, stage_of

#: Stage → the part of the way that is waited out in it. In the others (announced, held, ready, going back) nothing is expected.
_PARTS = {
    **dict.fromkeys((Stage.TRANSIT, Stage.BORDER, Stage.CUSTOMS, Stage.PARTNER, Stage.UNTRACKED), Part.TRANSIT),
    Stage.DEPOT: Part.DEPOT,
    Stage.TOUR: Part.TOUR,
    Stage.ATTEMPT: Part.ATTEMPT,
}
#: Statuses before the carrier has it.
_BEFORE = frozenset({Status.PENDING, Status.INFO_RECEIVED})
_EPOCH = date(1970, 1, 1)
#: Local hour from which nothing more is delivered on a day.
_EVENING = 21
#: Chance of missing the promise from which on a parcel is looked at daily.
_IN_DANGER = 0.1
#: Characters of a post code by which areas are told apart.
_AREA = 2


def expect(folded: Folded, facts: Facts, experience: Experience, now: datetime, foresight: Foresight | None = None) -> Estimate | None:
    """Say when a parcel is expected; None: not to be said, or said already on this day of this part of its way.

    From the merchant's trained models (`foresight`) before the hand-over and on the way, else, and from the last depot on, from counted
    days. What has passed counts: it is not expected earlier than today, and each day on which it did not come makes later ones likelier.
    """
    point, part = _whereabouts(folded, facts)
    if part is None and (point is None or foresight is None):
        return None
    if foresight is None and experience.parcels(facts.merchant_id) < ENOUGH:
        return None
    today, stated_at = _said_at(now, facts.zone)
    if _said_today(facts, part or Point.PURCHASE, stated_at):
        return None
    seen = None
    if point is not None and foresight is not None and (delivery := delivery_of(facts, folded)):
        seen = foresight.foresee(delivery, point, max(local_days(now, facts.zone), float((today - _EPOCH).days)))
    if seen is None and part is not None and experience.parcels(facts.merchant_id) >= ENOUGH:
        seen = _counted(folded, facts, experience, part, today)
    if seen is None:
        return None
    return Estimate(
        from_on=seen.from_on,
        to_on=seen.to_on,
        source="model",
        stated_at=stated_at,
        reason=seen.reason,
        confidence=CHANCE,
        late_chance=seen.late_chance,
    )


def _whereabouts(folded: Folded, facts: Facts) -> tuple[Point | None, Part | None]:
    """Tell from which point a model forecasts, and which part of the way is counted; (None, None): nothing is to be expected."""
    if folded.direction is not Direction.OUTBOUND or folded.status is Status.EXCEPTION:
        return None, None
    if folded.first_scan_at is None:
        awaited = folded.status in _BEFORE and facts.around.cancelled_at is None
        return (Point.PURCHASE if awaited else None), None
    stage = stage_of(folded)
    part = None if stage is None else _PARTS.get(stage)
    return (Point.HANDOVER if part is Part.TRANSIT else None), part


def _counted(folded: Folded, facts: Facts, experience: Experience, part: Part, today: date) -> Foreseen | None:
    began_at = folded.first_scan_at if part is Part.TRANSIT else folded.last_scan_at
    if began_at is None:
        return None
    promised = next((estimate.to_on for estimate in facts.estimates if estimate.source == "shop"), None)
    around = facts.around
    key = (facts.merchant_id, facts.carrier, facts.service, around.origin, around.destination, around.postcode)
    asked = (key, part, _day_of(began_at, facts.zone), today, promised)
    if asked not in experience.asked:
        experience.asked[asked] = _foresee(experience, lane_of_facts(facts), *asked[1:])
    return experience.asked[asked]


def _foresee(experience: Experience, lane: Lane, part: Part, began_on: date, today: date, promised: date | None) -> Foreseen | None:
    ahead, began_on = experience.ahead(lane, part), min(began_on, today)
    passed = days_between(lane.destination, began_on, today)
    window = within(ahead.shares, passed)
    if window is None:
        return None
    first, last = (max(day_after(lane.destination, began_on, days), today) for days in (window.first, window.last))
    late = None if promised is None else _late(ahead.shares, lane.destination, began_on, promised, passed)
    return Foreseen(first, last, f"{part}/{ahead.level}", late)


def look_again_at(folded: Folded, facts: Facts, now: datetime) -> datetime | None:
    """Tell when our own estimate is to be made anew though no scan comes; None: none of ours is believed, or nothing more can be said.

    When its window is over; where the promise is in danger, each day.
    """
    estimate = folded.estimate
    if estimate is None or estimate.source != "model" or estimate.stated_at is None:
        return None
    daily = estimate.late_chance is not None and _IN_DANGER <= estimate.late_chance < SURELY_LATE
    on = date.fromisoformat(estimate.stated_at.local[:10]) if daily else estimate.to_on
    at = moment_of(end_of_day(on, facts.zone))
    return at if at > now else None


def lane_of_facts(facts: Facts) -> Lane:
    """Name the lane on which a shipment travels."""
    around = facts.around
    return Lane(
        facts.merchant_id, facts.carrier, facts.service or "", around.origin or "", around.destination or "", area_of(around.postcode)
    )


def area_of(postcode: str | None) -> str:
    """Name the area of a post code."""
    return "".join([c for c in (postcode or "").upper() if c.isalnum()])[:_AREA]


def _late(shares: tuple[float, ...], country: str, began_on: date, promised: date, passed: int) -> float:
    """The chance of a day after the last that the shop promised."""
    if promised < began_on:
        return 1.0
    left = days_between(country, began_on, promised + timedelta(days=1)) - 1  # a promised day of rest counts as the working day before
    return round(chance_beyond(shares, left, passed), 2)


def _said_today(facts: Facts, part: Part | Point, stated_at: OccurredAt) -> bool:
    for estimate in reversed(facts.estimates):
        if estimate.source == "model" and estimate.stated_at is not None:
            same_day = estimate.stated_at.local[:10] == stated_at.local[:10]
            if same_day and (estimate.reason or "").startswith(part):
                return True
    return False


@lru_cache(maxsize=256)
def _said_at(now: datetime, zone: str | None) -> tuple[date, OccurredAt]:
    """The first day on which it can still come, and the moment as an estimate carries it."""
    local = now.astimezone(ZoneInfo(zone or "UTC"))
    today = local.date() + timedelta(days=local.hour >= _EVENING)
    text = local.isoformat(timespec="seconds")
    stamp = OccurredAt(text[:19], text[19:], ZoneSource.SENT if zone else ZoneSource.ASSUMED, Precision.SECOND)
    return today, stamp


def _day_of(at: datetime, zone: str | None) -> date:
    return at.astimezone(ZoneInfo(zone or "UTC")).date()
