"""The demo's carriers, and tracking numbers in their patterns that are nobody's."""

import random

import msgspec


class CarrierOfDemo(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier, through whose tongue it speaks, and where it delivers."""

    #: In the shop's words.
    name: str
    tongue: str
    #: The aggregator's word for it.
    named: str = ""
    service: str
    #: "#" a digit of the parcel's own, "?" a drawn digit, anything else itself.
    pattern: str
    #: Alpha-2; empty: everywhere.
    countries: frozenset[str] = frozenset()


CARRIERS: tuple[CarrierOfDemo, ...] = (
    CarrierOfDemo(name="UPS", tongue="ups", service="Standard", pattern="1ZD00R5T68########"),
    CarrierOfDemo(
        name="GLS", tongue="aftership", named="gls", service="EuroBusinessParcel", pattern="70########?", countries=frozenset({"ES", "DE"})
    ),
    CarrierOfDemo(name="DHL Express", tongue="aftership", named="dhl", service="Express Worldwide", pattern="91########"),
    CarrierOfDemo(
        name="Royal Mail",
        tongue="easypost",
        named="RoyalMail",
        service="Tracked 48",
        pattern="DR########?GB",
        countries=frozenset({"GB", "IE"}),
    ),
    CarrierOfDemo(
        name="USPS", tongue="easypost", named="USPS", service="Priority", pattern="9405500000????########", countries=frozenset({"US"})
    ),
    CarrierOfDemo(
        name="DHL Paket",
        tongue="dhl_universal",
        service="DHL Parcel Connect",
        pattern="003404340?##########",
        countries=frozenset({"DE"}),
    ),
    CarrierOfDemo(name="InPost", tongue="inpost", service="Locker", pattern="6304000000????##########", countries=frozenset({"ES"})),
    CarrierOfDemo(name="FedEx", tongue="easypost", named="FedEx", service="International Economy", pattern="79########??"),
)


def tracking_number(pattern: str, own: int, chance: random.Random) -> str:
    """Fill a pattern in; different `own` give different numbers."""
    digits = iter(str(own).zfill(pattern.count("#")))
    return "".join(next(digits) if sign == "#" else str(chance.randrange(10)) if sign == "?" else sign for sign in pattern)
