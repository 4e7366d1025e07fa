"""Deliveries in the order of time → what was known at each purchase and each hand-over, as numbers for the model."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import msgspec

from doorstep.timeline.estimating.clock import logged
from doorstep.timeline.estimating.deliveries import Delivery, Key, Point, distance_km, lanes, senders
from doorstep.timeline.estimating.lanes import Lanes, Tally
from doorstep.timeline.estimating.workdays import working_days

_EPOCH = date(1970, 1, 1)
_NAN = math.nan
#: Where among the facts the lane statistics' own forecast stands, as a logarithm of days, and its mean absolute deviation.
EXPECTED = {Point.PURCHASE: 25, Point.HANDOVER: 21}
SPREAD = 27
#: Lanes of less weight than so many deliveries are not kept.
_THIN = 0.5
#: Kind of value → lanes with their tallies.
Kept = dict[str, list[tuple[Key, Tally]]]


class Known(msgspec.Struct, frozen=True):
    """What the model is told of one delivery at one point."""

    delivery: Delivery
    point: Point
    #: Days since 1970: the moment at which it is known.
    at: float
    #: Numbers; NaN where unknown. Their order is the same for all at one point.
    facts: tuple[float, ...]


class Knowledge:
    """All that was learnt from deliveries so far. Nothing enters before it happened."""

    def __init__(self) -> None:
        #: Priors: a week in transit, two days to the hand-over: a careful guess for the first day.
        self._transit = Lanes(half_life=150, prior=math.log(7.5))
        self._handling = Lanes(half_life=150, prior=math.log(2.5))
        self._by_category = Lanes(half_life=150, prior=math.log(2.5), pull=20)
        self._by_sender = Lanes(half_life=120, prior=0.0)
        self._spread = Lanes(half_life=90, prior=0.35, pull=15, pull_to_prior=10)
        self._handling_spread = Lanes(half_life=90, prior=0.5, pull=10, pull_to_prior=10)

    def kept(self) -> Kept:
        """Return what was learnt, to be read again by `of`; the thinnest lanes lean on broader ones and are left out."""
        return {name: lane.kept(_THIN) for name, lane in vars(self).items()}

    @classmethod
    def of(cls, kept: Kept) -> "Knowledge":
        """Make what was kept ready to tell."""
        knowledge = cls()
        for name, lane in vars(knowledge).items():
            lane.tallies = dict(kept.get(name, []))
        return knowledge

    def learn(self, delivery: Delivery) -> None:
        """Take in a finished delivery, at the moment it was delivered; one without hand-over or delivery teaches nothing."""
        at, handed_over = delivery.delivered, delivery.handed_over
        if at is None or handed_over is None:
            return
        on, by = lanes(delivery), senders(delivery)
        transit, handling = logged(at - handed_over), logged(handed_over - delivery.purchased)
        slower, later = transit - self._transit.means(on, at)[-1], handling - self._handling.means(by, at)[-1]
        self._by_sender.add(by, slower, at)
        self._spread.add(on[:5], abs(slower), at)
        self._handling_spread.add(by, abs(later), at)
        self._transit.add(on, transit, at)
        self._handling.add(by, handling, at)
        self._by_category.add((("all",), ("category", delivery.category)), handling, at)

    def tell(self, delivery: Delivery, point: Point) -> Known:
        """Put what is known of a delivery at a point into numbers.

        Raises:
            ValueError: it has not reached that point.
        """
        at = delivery.begun(point)
        if at is None:
            raise ValueError("not handed over")
        facts = (*_of_itself(delivery, at), *_of_the_calendar(delivery, at), *self._of_the_lanes(delivery, at))
        if point is Point.HANDOVER:
            handling = logged(at - delivery.purchased)
            approved = delivery.purchased if delivery.approved is None else delivery.approved
            facts += (handling, handling - self._handling.means(senders(delivery), at)[-1], logged(at - approved))
        return Known(delivery, point, at, facts)

    def _of_the_lanes(self, delivery: Delivery, at: float) -> Iterator[float]:
        on, by = lanes(delivery), senders(delivery)
        transit, handling = self._transit.means(on, at), self._handling.means(by, at)
        yield from transit[3:]
        yield from handling[1:]
        yield math.log(math.exp(transit[-1]) + math.exp(handling[-1]))
        yield self._by_sender.means(by, at)[-1]
        yield self._spread.means(on[:5], at)[-1]
        yield self._handling_spread.means(by, at)[-1]
        yield self._by_category.means((("all",), ("category", delivery.category)), at)[-1]


def walk(deliveries: Iterable[Delivery], point: Point, knowledge: Knowledge | None = None) -> Iterator[Known]:
    """Tell of every delivery that reached the point what was known then, in the order of time.

    Only what was delivered strictly before counts as known. In the end `knowledge` holds all of it.
    """
    knowledge = knowledge or Knowledge()
    moments: list[tuple[float, int, str, Delivery]] = []
    for delivery in deliveries:
        begun = delivery.begun(point)
        if begun is not None:
            moments.append((begun, 0, delivery.delivery_id, delivery))
        if delivery.delivered is not None:
            moments.append((delivery.delivered, 1, delivery.delivery_id, delivery))
    for _, kind, _, delivery in sorted(moments, key=lambda moment: moment[:3]):
        if kind:
            knowledge.learn(delivery)
        else:
            yield knowledge.tell(delivery, point)


def _of_itself(delivery: Delivery, at: float) -> Sequence[float]:
    km = distance_km(delivery.origin, delivery.destination)
    price, freight = delivery.price, delivery.freight
    lead = _NAN if delivery.promised is None else math.log(min(max(delivery.promised - at, 1.0), 90.0))
    to = delivery.destination
    return (
        lead,
        _log(km),
        _log(delivery.weight_g),
        _log(price),
        _log(freight),
        _or_nan(delivery.items),
        freight / max(price, 1.0) if price is not None and freight is not None else _NAN,
        _or_nan(to.latitude),
        _or_nan(to.longitude),
        float(delivery.origin.region == to.region),
    )


def _of_the_calendar(delivery: Delivery, at: float) -> Sequence[float]:
    day = math.floor(at)
    weekday = (_EPOCH + timedelta(days=day)).weekday()
    origin, to = delivery.origin, delivery.destination
    return (
        at - day,
        *(float(weekday == one) for one in (3, 4, 5, 6)),
        float(working_days(origin.country, origin.region, day, 5)),
        float(working_days(to.country, to.region, day, 10)),
        float(working_days(to.country, to.region, day + 10, 10)),
    )


def _log(value: float | None) -> float:
    return _NAN if value is None else math.log1p(max(value, 0.0))


def _or_nan(value: float | None) -> float:
    return _NAN if value is None else value
