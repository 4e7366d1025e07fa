"""Days of ended parcels, counted by merchant, lane and part of the way → how many the next takes, as a chance for every number of days."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise

import msgspec

from doorstep.timeline.estimating.model import CHANCE

#: Days counted one by one; what takes longer falls into the last.
MOST = 40
#: A parcel counts half as much after so many days.
HALF_LIFE_DAYS = 150.0
#: Parcels that a broader level counts for when a narrower one has few of its own.
WEIGHT = 8.0
#: Parcels of its own that a merchant needs before customers are told what "parcels like yours" do.
ENOUGH = 20


class Part(StrEnum):
    """A part of a parcel's way, each with days of its own. Days are working days, of the shop or of the destination."""

    #: From the order to the hand-over; the shop's days.
    HANDLING = "handling"
    #: From the hand-over to the door; from here on the destination's days.
    TRANSIT = "transit"
    #: From the first scan at the last depot to the door.
    DEPOT = "depot"
    #: From the first tour to the door.
    TOUR = "tour"
    #: From the first failed attempt to the door.
    ATTEMPT = "attempt"


#: Median, and the length that one in twenty exceeds, in days: the house's opinion until parcels have taught better. A plausible
#: reading of carriers' own service descriptions, not a measurement. Under way: within a country; `_ABROAD` and `_SOMEWHERE` else.
PRIOR_DAYS: Mapping[Part, tuple[float, float]] = {
    Part.HANDLING: (1.0, 4.0),
    Part.TRANSIT: (2.0, 6.0),
    Part.DEPOT: (0.8, 3.0),
    Part.TOUR: (0.2, 1.4),
    Part.ATTEMPT: (1.2, 5.0),
}
_ABROAD = (6.0, 20.0)
_SOMEWHERE = (3.0, 12.0)

#: A share for each number of days, 0 to `MOST`.
Shares = tuple[float, ...]


class Lane(msgspec.Struct, frozen=True, array_like=True):
    """Whose parcels, by whom, from where to where; "" where untold."""

    merchant_id: int
    #: Slug.
    carrier: str = ""
    service: str = ""
    #: ISO 3166-1 alpha-2.
    origin: str = ""
    destination: str = ""
    #: The first two characters of the post code.
    area: str = ""


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """So many parcels of a lane took so many days for a part of their way."""

    lane: Lane
    part: str
    days: int
    times: int
    #: The same, older ones counting less.
    weight: float


class Ahead(msgspec.Struct, frozen=True):
    """What is known of a part of a way: the chances, and on what they rest."""

    shares: Shares
    #: The finest level with parcels of its own: "lane", "countries", "service", "carrier", "merchant"; "house": none has any.
    level: str
    #: Parcels counted there.
    parcels: int


class Expected(msgspec.Struct, frozen=True):
    """A window in days from the start, both ends included, and the chance that it holds."""

    first: int
    last: int
    chance: float


class Foreseen(msgspec.Struct, frozen=True):
    """When a parcel under way is expected."""

    from_on: date
    to_on: date
    #: Part and level it rests on.
    reason: str
    #: That the shop's promise is missed; None: it promised nothing.
    late_chance: float | None


class Experience:
    """All that was counted, ready to ask; made anew when counts are read again, never changed."""

    def __init__(self, counted: Iterable[Counted] = ()) -> None:
        self._levels: dict[tuple[object, ...], tuple[list[float], list[int]]] = {}
        self._ahead: dict[tuple[Lane, Part], Ahead] = {}
        self._parcels: dict[int, int] = {}
        #: What was asked of it, with the answer: thousands of parcels share lane, days and promise.
        self.asked: dict[tuple[object, ...], Foreseen | None] = {}
        keys_of: dict[tuple[Lane, str], list[tuple[list[float], list[int]]]] = {}
        for one in counted:
            levels = keys_of.get((one.lane, one.part))
            if levels is None:
                keys = {key for _, key in (*_levels(one.lane, one.part), *_levels_of_any(one.lane, one.part))}
                levels = keys_of[one.lane, one.part] = [self._levels.setdefault(key, ([0.0] * (MOST + 1), [0])) for key in keys]
            days = min(one.days, MOST)
            for weights, times in levels:
                weights[days] += one.weight
                times[0] += one.times
            if one.part == Part.TRANSIT:
                self._parcels[one.lane.merchant_id] = self._parcels.get(one.lane.merchant_id, 0) + one.times

    def parcels(self, merchant_id: int) -> int:
        """Tell how many parcels of a merchant were counted."""
        return self._parcels.get(merchant_id, 0)

    def ahead(self, lane: Lane, part: Part, *, any_carrier: bool = False) -> Ahead:
        """Tell how long a part of the way takes; with `any_carrier` over all carriers and services of a lane."""
        wanted = msgspec.structs.replace(lane, carrier="*", service="*") if any_carrier else lane
        known = self._ahead.get((wanted, part))
        if known is None:
            shares, level, parcels = prior(part, lane.origin, lane.destination), "house", 0
            for name, key in (_levels_of_any if any_carrier else _levels)(lane, part):
                if counted := self._levels.get(key):
                    weights, times = counted
                    total = sum(weights) + WEIGHT
                    shares = tuple([(weight + WEIGHT * share) / total for weight, share in zip(weights, shares, strict=True)])
                    level, parcels = name, times[0]
            known = self._ahead[wanted, part] = Ahead(shares, level, parcels)
        return known


def _levels(lane: Lane, part: str) -> tuple[tuple[str, tuple[object, ...]], ...]:
    """From broad to narrow: all of the merchant's, the carrier's, its service's, between two countries, to an area."""
    m, c, s, o, d, area = msgspec.structs.astuple(lane)
    levels: tuple[tuple[str, tuple[object, ...]], ...] = (("merchant", (part, m)),)
    if c:
        levels += (("carrier", (part, m, c)), ("service", (part, m, c, s)))
    if c and o and d:
        levels += (("countries", (part, m, c, s, o, d)),)
        if area:
            levels += (("lane", (part, m, c, s, o, d, area)),)
    return levels


def _levels_of_any(lane: Lane, part: str) -> tuple[tuple[str, tuple[object, ...]], ...]:
    """The same without a carrier."""
    m, _, _, o, d, area = msgspec.structs.astuple(lane)
    levels: tuple[tuple[str, tuple[object, ...]], ...] = (("merchant", (part, m)),)
    if o and d:
        levels += (("countries", (part, m, "*", "*", o, d)),)
        if area:
            levels += (("lane", (part, m, "*", "*", o, d, area)),)
    return levels


@cache
def prior(part: Part, origin: str = "", destination: str = "") -> Shares:
    """Spread the house's opinion over the days, as a log-normal time would fall."""
    median, rare = PRIOR_DAYS[part]
    if part is Part.TRANSIT and origin != destination:
        median, rare = _ABROAD if origin and destination else _SOMEWHERE
    spread = math.log(rare / median) / 1.6449  # the standard normal's quantile of 0.95
    below = [0.5 * (1 + math.erf(math.log((days + 0.5) / median) / (spread * math.sqrt(2)))) for days in range(MOST)]
    return tuple(high - low for low, high in pairwise([0.0, *below, 1.0]))


def within(shares: Shares, least: int = 0, chance: float = CHANCE) -> Expected | None:
    """Cut the window of a chance out of the middle of what is left once `least` days have passed; None: it is beyond all count."""
    left = sum(shares[least:])
    if least >= len(shares) - 1 or left <= 0:
        return None
    edge, total, first = (1 - chance) / 2 * left, 0.0, -1
    for days in range(least, len(shares) - 1):  # the last stands for all that takes longer
        total += shares[days]
        if first < 0 and total > edge:
            first = days
        if total >= left - edge - 1e-9 * left:
            return Expected(first, days, sum(shares[first : days + 1]) / left)
    return None


def chance_beyond(shares: Shares, days: int, least: int = 0) -> float:
    """Tell the chance of more than `days`, once `least` have passed."""
    left = sum(shares[least:])
    return 1.0 if days < least or left <= 0 else sum(shares[days + 1 :]) / left


def exactly(days: int) -> Shares:
    """Tell what is certain."""
    return tuple(float(one == min(days, MOST)) for one in range(MOST + 1))
