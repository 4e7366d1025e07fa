"""USPS's spelling of a place ("QUEENS NY DISTRIBUTION CENTER", "LONG BEACH, CA 90802") and of an offset → ours."""

import re

from doorstep.carriers.countries import country_of
from doorstep.domain.places import Place

#: "QUEENS NY DISTRIBUTION CENTER", "JAMAICA NY INTERNATIONAL DISTRIBUTION CENTER", "ISC NEW YORK NY(USPS)".
_FACILITY = re.compile(r"^.+ (?P<state>[A-Z]{2})(?: .*(?:CENTER|FACILITY|ANNEX|PLANT)|\(USPS\))$")
_LINE = re.compile(r"^(?:On its way to )?(?P<city>[^,]+), ?(?P<state>[A-Z]{2})(?: (?P<zip>\d{5}(?:-?\d{4})?))?$")
_OFFSET = re.compile(r"^([+-])(\d{1,2}):?(\d\d)$")


def place_of(city: str, state: str, postcode: str, country: str) -> Place | None:
    """Join the parts; a town that is a facility's name becomes the facility. No country and a state or ZIP: the United States."""
    if not (city or state or postcode or country):
        return None
    facility = _FACILITY.match(city) if not state else None
    region = state or (facility["state"] if facility else "")
    alpha_2 = country_of(country) if country else "US" if region or postcode else None
    return Place(
        text=country if country and not alpha_2 else None,
        city=(city or None) if not facility else None,
        region=region or None,
        postcode=postcode or None,
        country=alpha_2,
        facility=city if facility else None,
    )


def place_in(line: str) -> Place | None:
    """Read a line of the page: "CITY, ST ZIP", a facility's name, "CITY, COUNTRY" or a country."""
    plain = " ".join(line.split())
    if found := _LINE.match(plain):
        return place_of(found["city"], found["state"], found["zip"] or "", "")
    if _FACILITY.match(plain):
        return place_of(plain, "", "", "")
    town, _, last = plain.rpartition(", ")
    if country := country_of(last):
        return Place(text=plain, city=town or None, country=country)
    return Place(text=plain) if plain else None


def offset_in(text: str) -> str | None:
    """Read "-05:00", "-7:00" or "-0500"; None for anything else."""
    found = _OFFSET.match(text.strip())
    return f"{found[1]}{int(found[2]):02}:{found[3]}" if found else None
