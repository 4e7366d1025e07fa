"""Deliveries as they arrive → the median days of their lane: what a forecast has to be better than."""

import bisect

from doorstep.timeline.estimating.deliveries import Delivery, Key

#: Deliveries that a lane needs for a median of its own; with fewer the median of all stands in.
LANE_ENOUGH = 5


class LaneMedians:
    """The yardstick: the median days of a lane, region to region, over everything delivered so far."""

    def __init__(self) -> None:
        self._days: dict[Key, list[float]] = {}

    def add(self, delivery: Delivery, days: float) -> None:
        """Take in how long a delivery took."""
        for key in (_lane(delivery), ("all",)):
            bisect.insort(self._days.setdefault(key, []), days)

    def of(self, delivery: Delivery) -> float:
        """Return the median of the lane; of all, where the lane has too few; 0 where nothing was delivered yet."""
        days = self._days.get(_lane(delivery), [])
        if len(days) < LANE_ENOUGH:
            days = self._days.get(("all",), [])
        if not days:
            return 0.0
        half = len(days) // 2
        return days[half] if len(days) % 2 else (days[half - 1] + days[half]) / 2


def _lane(delivery: Delivery) -> Key:
    origin, to = delivery.origin, delivery.destination
    return (origin.country, origin.region, to.country, to.region)
