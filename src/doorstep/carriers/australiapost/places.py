"""Australia Post's word for a place → `Place`."""

import re

from doorstep.carriers.countries import country_of, place_of
from doorstep.domain.places import Place

#: Source: ISO 3166-2:AU, as known on 2026-11-22.
_SUBURB = re.compile(r"(.+) (NSW|VIC|QLD|SA|WA|TAS|ACT|NT)")
_ABROAD = re.compile(r"(.+?) ?\(([A-Z]{2})\)(?:, .*)?")


def place_named(text: str) -> Place | None:
    """Read "KEW VIC", "CHICAGO (US)", "US-60199, UNITED STATES" or "NZ"; any other text is kept as it is."""
    told = " ".join(text.split())
    if suburb := _SUBURB.fullmatch(told):
        return place_of(city=suburb[1], region=suburb[2], country="AU")
    if (abroad := _ABROAD.fullmatch(told)) and country_of(abroad[2]):
        return place_of(city=abroad[1], country=abroad[2])
    last = told.rpartition(",")[2]
    return place_of(text=told if last != told or not country_of(last) else "", country=last if country_of(last) else "")
