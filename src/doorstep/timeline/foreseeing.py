"""What was learnt of a merchant's finished deliveries, one under way, a moment → when it is expected, and how likely its promise is missed."""

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from doorstep.domain.shipments import Folded
from doorstep.timeline.estimating.clock import Clock
from doorstep.timeline.estimating.counted import Foreseen
from doorstep.timeline.estimating.deliveries import Delivery, End, Point, clock_of
from doorstep.timeline.estimating.learning import Learnt
from doorstep.timeline.estimating.model import Spread
from doorstep.timeline.estimating.walking import Knowledge
from doorstep.timeline.estimating.windows import window
from doorstep.timeline.spans import Facts

_EPOCH = date(1970, 1, 1)
#: Days after which nothing is expected any more, as of parcels that are counted.
_LONGEST = 60.0
#: Forecasts remembered; then all are forgotten and made anew.
_REMEMBERED = 20_000


class Foresight:
    """One merchant's learnt models, ready to ask. A forecast is made once: what changes from day to day is only what has passed."""

    def __init__(self, learnt: Learnt) -> None:
        self.learnt = learnt
        self._knowledge = Knowledge.of(learnt.lanes)
        self._made: dict[tuple[Point, Delivery], tuple[Clock, Spread]] = {}

    def foresee(self, delivery: Delivery, point: Point, now: float) -> Foreseen | None:
        """Say when a delivery that reached a point is expected; None: it did not, or more has passed than is ever learnt of.

        `now`: days since 1970 by local wall time; it is expected neither earlier nor on a day before it.
        """
        begun = delivery.begun(point)
        if begun is None or now - begun > _LONGEST:
            return None
        clock, spread = self._forecast(delivery, point)
        passed = clock.between(begun, now)
        found, today = window(clock, begun, spread, passed), math.floor(now)
        first, late = max(found.first, today), None
        if delivery.promised is not None:
            late = round(self.learnt.of(point).shift.late_chance(spread, clock.between(begun, delivery.promised + 1), passed), 2)
        return Foreseen(_day(first), _day(max(found.last, first)), f"{_REASONS[point]}/model", late)

    def _forecast(self, delivery: Delivery, point: Point) -> tuple[Clock, Spread]:
        made = self._made.get((point, delivery))
        if made is None:
            reckoned = self.learnt.of(point)
            spread = reckoned.shift.shifted(reckoned.model.spread(self._knowledge.tell(delivery, point).facts))
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            made = self._made[point, delivery] = clock_of(delivery, reckoned.model.week), spread
        return made


#: What an estimate's reason begins with.
_REASONS = {Point.PURCHASE: "purchase", Point.HANDOVER: "transit"}


def delivery_of(facts: Facts, folded: Folded, delivered_at: datetime | None = None, delivery_id: str = "") -> Delivery | None:
    """Tell a shipment as estimates learn from it and are asked of it; None: nobody says when it was bought."""
    around, zone = facts.around, facts.zone
    if around.placed_at is None:
        return None
    handed_over = None if folded.first_scan_at is None else local_days(folded.first_scan_at, zone)
    promised = next((estimate.to_on for estimate in facts.estimates if estimate.source == "shop"), None)
    purchased = local_days(around.placed_at, zone)
    return Delivery(
        delivery_id=delivery_id,
        purchased=purchased if handed_over is None else min(purchased, handed_over),
        handed_over=handed_over,
        delivered=None if delivered_at is None else local_days(delivered_at, zone),
        promised=None if promised is None else (promised - _EPOCH).days,
        origin=End(around.origin or ""),
        destination=End(around.destination or "", (around.region or "").strip().upper(), "".join((around.postcode or "").upper().split())),
        service=f"{facts.carrier}/{facts.service or ''}".rstrip("/"),
        weight_g=around.weight_g,
    )


def local_days(at: datetime, zone: str | None) -> float:
    """Put a moment (aware) as days since 1970 by local wall time; UTC where the zone is unknown."""
    local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    return (local.replace(tzinfo=None) - datetime.combine(_EPOCH, datetime.min.time())) / timedelta(days=1)


def read_foresight(packed: bytes) -> Foresight:
    """Make what `learn_packed` returned ready to ask."""
    return Foresight(msgspec.msgpack.decode(packed, type=Learnt))


def _day(day: int) -> date:
    return _EPOCH + timedelta(days=day)
