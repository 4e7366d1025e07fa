"""Purolator's depots and locations, with the wall times there → places and stamps."""

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.countries import place_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision

#: Quebec as Purolator's depots still write it. Source: "MONTREAL SORT CTR/CTR TRIE, PQ" of the documented example, read 2026-11-22.
_PROVINCES = {"PQ": "QC"}
#: Source: ISO 3166-2:CA, read 2026-11-22.
_CANADIAN = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})


def depot_place(name: str) -> Place | None:
    """Read a depot's name ("CALGARY DEPOT, AB"): the province, where it ends in one, tells the country."""
    facility, _, last = name.rpartition(", ")
    region = _PROVINCES.get(last, last)
    return place_of(facility=facility, region=region, country="CA") if facility and region in _CANADIAN else place_of(facility=name)


def located(city: str, region: str, country: str, postcode: str) -> Place | None:
    """Make a place of the parts version 2 sends."""
    return place_of(city=city, region=_PROVINCES.get(region, region), country=country, postcode=postcode)


def wall_time(day: str, clock: str, place: Place | None) -> OccurredAt | None:
    """Stamp "2026-07-15" and "172300" or "83704" (a number that lost its zero) with the place's zone, where it has one."""
    if not day:
        return None
    country, region = (place.country, place.region) if place else (None, None)
    digits = clock.replace(":", "")
    if not digits:
        return stamp(read_time(day, "%Y-%m-%d"), Precision.DATE, country=country, region=region)
    wall = read_time(f"{day} {digits.zfill(6)}", "%Y-%m-%d %H%M%S")
    return stamp(wall, Precision.SECOND, country=country, region=region)
