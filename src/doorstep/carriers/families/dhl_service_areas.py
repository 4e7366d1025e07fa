"""DHL Express's spelling of a service area ("WOODSIDE,NY-USA", "Milan - Italy") → a place."""

import re

from doorstep.carriers.countries import country_of
from doorstep.domain.places import Place

#: "TOWN,ST-COUNTRY", "TOWN, ST - COUNTRY", "TOWN - COUNTRY, THE", "TOWN-XXX"; the town itself may hold hyphens.
_AREA = re.compile(r"^(?P<town>.*?)(?:,\s*(?P<region>[A-Z]{2,3}))?\s*-\s*(?P<country>[^-]+?)\s*$")


def place_of(text: str, code: str | None = None) -> Place | None:
    """Read a service area; a text of another shape stays text. `code` is the area's three letters."""
    plain = " ".join(text.split())
    if not plain:
        return Place(facility=code) if code else None
    for end in (match.end() for match in reversed(list(re.finditer("-", plain)))):
        country = country_of(plain[end:].strip().removesuffix(", THE"))
        found = _AREA.match(plain[: end - 1] + "-" + "X") if country else None
        if country and found:
            return Place(text=plain, city=found["town"].strip() or None, region=found["region"], country=country, facility=code)
    return Place(text=plain, facility=code)


def place_at(text: str, known: tuple[str, ...]) -> Place | None:
    """Read a location that may be a bare town; `known` are the shipment's two ends, which name towns with their countries."""
    place = place_of(text)
    if place is None or place.country:
        return place
    town = (place.text or "").casefold()
    for area in known:
        parts = [part.strip() for part in area.split(" - ")]
        end = place_of(area)
        if end and end.country and town in [part.casefold() for part in parts[:-1]]:
            region = re.search(r",\s*([A-Z]{2})$", parts[0])
            return Place(text=place.text, city=place.text, region=region[1] if region else None, country=end.country)
    return place
