"""Where a parcel starts and ends, its weight and how it travels → grams CO2e, part by part, with a range and what would be less."""

from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

import msgspec

from doorstep.insights.countries import Country, countries
from doorstep.insights.emissions import (
    AIR_DETOUR_KM,
    AIR_FAR,
    AIR_NEAR,
    AIR_NEAR_KM,
    AIRPORT_KM,
    DOOR,
    EXPRESS_FLIES_BEYOND_KM,
    FLIES_BEYOND_KM,
    OWN_LAST_MILE,
    POINT_SHARE,
    ROAD_DETOUR,
    TRUCK,
    UNWEIGHED,
    USUAL_WEIGHT_G,
    Factor,
)

_EARTH_KM = 6371.0
#: Mean distance of two points of a square, over its side. Source: the square's line-picking constant, 0.5214.
_WITHIN = 0.5214


class Spot(msgspec.Struct, frozen=True):
    """Where a parcel starts or ends."""

    #: ISO 3166-1 alpha-2.
    country: str
    #: Degrees; None: only the country is known, its middle is taken.
    latitude: float | None = None
    longitude: float | None = None


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How a parcel travels, as far as that changes what it gives off."""

    #: Slug of who brings it to the door; "" unknown.
    carrier: str = ""
    #: The service was sold as a fast one.
    express: bool = False
    #: Scans tell of a flight.
    flown: bool = False
    #: To a pick-up point or locker.
    pickup: bool = False
    failed_attempts: int = 0
    #: It went back to the sender: the way between the depots counts twice.
    returned: bool = False


#: The ordinary way: to the door at the first attempt.
PLAIN = Manner()


class Mode(StrEnum):
    """How one part of the way is travelled."""

    #: Between depots, and to and from airports.
    TRUCK = "truck"
    AIR = "air"
    #: From the last depot to a door, once for every attempt.
    DOOR = "door"
    #: From the last depot to a pick-up point or locker.
    POINT = "point"


class CarbonPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a way."""

    mode: Mode
    #: Kilometres; None for the last mile, which is counted by the stop.
    km: int | None
    #: Grams CO2e.
    grams: int


class Greener(msgspec.Struct, frozen=True):
    """What would have given off less."""

    #: "pickup_point" (instead of the door), "standard" (instead of express by air), "first_attempt" (nobody was in).
    option: str
    #: Grams CO2e.
    saves_g: int


class Carbon(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate of what one parcel's way gives off."""

    #: Grams CO2e, the likely value and the range.
    grams: int
    least_g: int
    most_g: int
    parts: tuple[CarbonPart, ...]
    #: As reckoned with.
    weight_g: int
    #: Nobody told the weight.
    weight_assumed: bool
    #: Largest saving first.
    greener: tuple[Greener, ...]


class _Goods(msgspec.Struct, frozen=True):
    tonnes: float
    assumed: bool


class _Piece(msgspec.Struct, frozen=True):
    mode: Mode
    km: float | None
    grams: float
    least: float
    most: float


def carbon(origin: Spot, destination: Spot, manner: Manner = PLAIN, *, weight_g: int | None = None) -> Carbon | None:
    """Estimate what a parcel's way gives off; None where a country is unknown or the weight makes no sense."""
    start, end = countries().get(origin.country), countries().get(destination.country)
    if start is None or end is None or (weight_g is not None and weight_g <= 0):
        return None
    straight = distance_km(origin, destination)
    same = origin.country == destination.country
    flies = manner.flown or _flies(start, end, same=same, straight=straight, express=manner.express)
    goods = _Goods((weight_g or USUAL_WEIGHT_G) / 1_000_000, assumed=weight_g is None)
    haul = _haul(straight, goods, flies=flies)
    door, point = _last_mile(manner.carrier)
    stops = [_stop(Mode.DOOR, door)] * manner.failed_attempts + [_stop(Mode.POINT, point) if manner.pickup else _stop(Mode.DOOR, door)]
    pieces = haul * (2 if manner.returned else 1) + stops
    greener = [] if manner.pickup else [Greener("pickup_point", round(door.likely - point.likely))]
    if manner.failed_attempts:
        greener.append(Greener("first_attempt", round(manner.failed_attempts * door.likely)))
    if manner.express and flies and not _flies(start, end, same=same, straight=straight, express=False):
        greener.append(Greener("standard", round(_sum(haul) - _sum(_haul(straight, goods, flies=False)))))
    return Carbon(
        grams=round(_sum(pieces)),
        least_g=round(sum(piece.least for piece in pieces)),
        most_g=round(sum(piece.most for piece in pieces)),
        parts=tuple(_merged(pieces)),
        weight_g=weight_g or USUAL_WEIGHT_G,
        weight_assumed=goods.assumed,
        greener=tuple(sorted(greener, key=lambda one: (-one.saves_g, one.option))),
    )


def distance_km(origin: Spot, destination: Spot) -> float:
    """Great-circle kilometres; within a country of which no more is known, the mean distance of two of its places.

    Raises:
        KeyError: a country is not in `countries`.
    """
    start, end = countries()[origin.country], countries()[destination.country]
    if origin.country == destination.country and (origin.latitude is None or destination.latitude is None):
        return _WITHIN * sqrt(start.area_km2)
    north, east = _point(origin, start)
    to_north, to_east = _point(destination, end)
    turn = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, turn)))


def _point(spot: Spot, country: Country) -> tuple[float, float]:
    if spot.latitude is None or spot.longitude is None:
        return radians(country.latitude), radians(country.longitude)
    return radians(spot.latitude), radians(spot.longitude)


def _flies(start: Country, end: Country, *, same: bool, straight: float, express: bool) -> bool:
    apart = not same and (start.landmass != end.landmass or start.landmass == "-")
    return apart or straight * ROAD_DETOUR > (EXPRESS_FLIES_BEYOND_KM if express else FLIES_BEYOND_KM)


def _haul(straight: float, goods: _Goods, *, flies: bool) -> list[_Piece]:
    """The way between the first and the last depot."""
    if not flies:
        return [_moved(Mode.TRUCK, straight * ROAD_DETOUR, goods, TRUCK)]
    flown = straight + AIR_DETOUR_KM
    near, far = min(flown, AIR_NEAR_KM), max(0.0, flown - AIR_NEAR_KM)
    return [_moved(Mode.TRUCK, AIRPORT_KM, goods, TRUCK), _moved(Mode.AIR, near, goods, AIR_NEAR), _moved(Mode.AIR, far, goods, AIR_FAR)]


def _moved(mode: Mode, km: float, goods: _Goods, factor: Factor) -> _Piece:
    grams = km * goods.tonnes * factor.likely
    least, most = (UNWEIGHED.least, UNWEIGHED.most) if goods.assumed else (1.0, 1.0)
    return _Piece(mode, km, grams, grams * factor.least * least, grams * factor.most * most)


def _last_mile(carrier: str) -> tuple[Factor, Factor]:
    """What a stop at a door and one at a pick-up point give off per parcel."""
    return OWN_LAST_MILE.get(carrier) or (DOOR, Factor(DOOR.likely * POINT_SHARE, DOOR.least, DOOR.most))


def _stop(mode: Mode, factor: Factor) -> _Piece:
    return _Piece(mode, None, factor.likely, factor.likely * factor.least, factor.likely * factor.most)


def _sum(pieces: list[_Piece]) -> float:
    return sum(piece.grams for piece in pieces)


def _merged(pieces: list[_Piece]) -> list[CarbonPart]:
    """Add up what is travelled in the same manner; each part rounded by itself."""
    parts = []
    for mode in Mode:
        mine = [piece for piece in pieces if piece.mode is mode]
        if mine:
            km = sum(piece.km or 0.0 for piece in mine)
            parts.append(CarbonPart(mode=mode, km=None if mine[0].km is None else round(km), grams=round(_sum(mine))))
    return parts
