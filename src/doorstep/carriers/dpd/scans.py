"""What DPD's formats share: the number asked for, places like "Puurs (BE)", wall times in the asker's spelling."""

import re
from urllib.parse import parse_qs, urlsplit

from doorstep.carriers.clock import iso_stamp, read_time, stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import numbered
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: Stands for the number of an answer kept as a file, whose address, and with it the parcel's name, is lost.
UNNAMED = "UNNAMED"
_NAMES = ("parcelLabelNumber", "parcelNumber", "parcelNo", "pnr", "query")
_PLACE = re.compile(r"(?P<town>.*?)\s*\((?P<country>[A-Za-z]{2})\)")
_DAYS = ("%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d", "%Y/%m/%d")
#: Only American English counts twelve hours, and only it writes the month first.
_FORMS = tuple(f"{day} {time}" for time in ("%H:%M:%S", "%H:%M") for day in _DAYS)
_AMERICAN = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p")


def asked(url: str) -> str:
    """Find the parcel that an address asks for: UNNAMED without an address, "" for one that names none."""
    if not url:
        return UNNAMED
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
    except ValueError:
        return ""
    last = parts.path.rstrip("/").rpartition("/")[2]
    told = next((query[name][0] for name in _NAMES if name in query), last if last.isdigit() else "")
    return numbered(told)


def place_of(text: str) -> Place | None:
    """Read "Puurs (BE)"; a text of another shape stays text."""
    found = _PLACE.fullmatch(text.strip())
    country = country_of(found["country"]) if found else None
    if found and country:
        return Place(city=found["town"] or None, country=country)
    return Place(text=text.strip()) if text.strip() else None


def when(text: str, place: Place | None) -> OccurredAt | None:
    """Read a wall time at the place, spelled as the language asked for spells it; None for "".

    Raises:
        BadInputError: no such spelling.
    """
    plain = " ".join(text.replace(",", " ").split())
    if not plain:
        return None
    country = place.country if place else None
    if plain[-2:].upper() in ("AM", "PM"):
        return stamp(read_time(plain, *_AMERICAN), _precision(plain), country=country)
    if ":" not in plain and "T" not in plain:
        return stamp(read_time(plain, *_DAYS, "%Y%m%d"), Precision.DATE, country=country)
    try:
        return iso_stamp(plain, country=country)
    except BadInputError:
        return stamp(read_time(plain, *_FORMS), _precision(plain), country=country)


def _precision(text: str) -> Precision:
    return Precision.SECOND if text.count(":") > 1 else Precision.MINUTE
