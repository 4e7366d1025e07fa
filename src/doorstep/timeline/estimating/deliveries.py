"""What is known of one delivery, and which lanes it belongs to."""

import math
from enum import StrEnum

import msgspec

from doorstep.timeline.estimating.clock import Clock, Week

#: A lane, or what else deliveries are counted by: its level, then its parts.
Key = tuple[str, ...]


class Point(StrEnum):
    """From when an estimate is made."""

    #: The order was just bought; when it will be handed over is not known.
    PURCHASE = "purchase"
    #: The carrier just took it.
    HANDOVER = "handover"


class End(msgspec.Struct, frozen=True):
    """One end of a lane; parts "" where unknown."""

    country: str = ""
    #: State or province.
    region: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel's way from the purchase to the door. Moments are days since 1970-01-01 by local wall time, with their fraction."""

    delivery_id: str
    purchased: float
    #: None: not handed over yet.
    handed_over: float | None = None
    #: None: still under way.
    delivered: float | None = None
    #: Approved for sending (paid); known from the hand-over on.
    approved: float | None = None
    #: Last day the shop promised, whole; None: no promise.
    promised: int | None = None
    origin: End = End()
    destination: End = End()
    #: Carrier and service, e.g. "ups/ground"; "" unknown.
    service: str = ""
    category: str = ""
    items: float | None = None
    price: float | None = None
    freight: float | None = None
    weight_g: float | None = None

    @property
    def is_late(self) -> bool:
        """Tell whether it came on a later day than promised."""
        return self.promised is not None and self.delivered is not None and math.floor(self.delivered) > self.promised

    def begun(self, point: Point) -> float | None:
        """Return the moment from which an estimate at a point counts."""
        return self.purchased if point is Point.PURCHASE else self.handed_over


def clock_of(delivery: Delivery, week: Week) -> Clock:
    """Return the clock by which a delivery's days are counted: its destination's."""
    return Clock(week, delivery.destination.country, delivery.destination.region)


def lanes(delivery: Delivery) -> tuple[Key, ...]:
    """Name the lanes of a delivery, from all to the finest; each is learnt by shrinking towards the one before.

    All → carrier and service → destination country → region → region to region → post-code areas of two and of three digits.
    """
    origin, to = delivery.origin, delivery.destination
    return (
        ("all",),
        ("service", delivery.service),
        ("countries", delivery.service, origin.country, to.country),
        ("region", delivery.service, to.country, to.region),
        ("regions", delivery.service, origin.country, origin.region, to.country, to.region),
        ("area", delivery.service, origin.country, origin.region, to.country, to.postcode[:2]),
        ("place", delivery.service, origin.country, origin.region, to.country, to.postcode[:3]),
    )


def senders(delivery: Delivery) -> tuple[Key, ...]:
    """Name where a delivery is handed over, from all to the finest: region, post-code area, post code."""
    origin = delivery.origin
    return (
        ("all",),
        ("sender_region", origin.country, origin.region),
        ("sender_area", origin.country, origin.postcode[:3]),
        ("sender", origin.country, origin.postcode),
    )


def distance_km(origin: End, to: End) -> float | None:
    """Return the great-circle distance in km; None where either end's place is unknown."""
    if origin.latitude is None or origin.longitude is None or to.latitude is None or to.longitude is None:
        return None
    south, north = math.radians(origin.latitude), math.radians(to.latitude)
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin(math.radians(to.longitude - origin.longitude) / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(half)))
