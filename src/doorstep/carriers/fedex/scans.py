"""FedEx's times in any of its formats → stamps, estimates; weights → grams; barcodes → links."""

import math
import re
from collections.abc import Iterable
from datetime import date

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.reading import ends_journey, numbered
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Link
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

SLUG = "fedex"
_GRAMS = {"KG": 1000.0, "LB": 453.59237}
#: FedEx writes a midnight without zone where it knows the day only.
_DAY_ONLY = re.compile(r"^(\d{4}-\d\d-\d\d)T00:00:00(\.0+)?$")
#: FedEx writes a commitment "by the end of the day" as midnight, with a zone that is not the recipient's.
_END_OF_DAY = re.compile(r"^(\d{4}-\d\d-\d\d)T00:00:00")
#: A year outside is a placeholder or damage.
_YEARS = range(1990, 2100)
#: Source: sentences of FedEx's own answers of 2014 and 2024, read 2026-11-29.
_HELD = re.compile(r"available for pickup at(?: (FedEx[^:]{0,40}))?: *(\S.*)", re.IGNORECASE)
#: Kind of FedEx's other numbers → role. Source: FedEx Track API, `packageIdentifiers.type`, read 2026-11-22.
_ROLES = {
    "RETURNED_TO_SHIPPER_TRACKING_NUMBER": "return",
    "OUTBOUND_LINK_TO_RETURN": "return",
    "REROUTE_TRACKING_NUMBER": "replaced_by",
}


def stamp_of(text: str, place: Place | None = None) -> OccurredAt | None:
    """Make the stamp of a scan; None where FedEx gave no readable time."""
    day = _DAY_ONLY.match(text)
    country, region = (place.country, place.region) if place else (None, None)
    try:
        at = iso_stamp(day[1] if day else text, country=country, region=region)
    except BadInputError:
        return None
    return at if int(at.local[:4]) in _YEARS else None


def estimate_of(begins: str, ends: str, stated_at: OccurredAt | None = None) -> list[Estimate]:
    """Make the estimate of a window whose ends are FedEx times, or none. A midnight stands for the end of that day."""
    last = _edge(ends) or _edge(begins)
    if last is None:
        return []
    first = _edge(begins) if ends else None
    if first is None or first[0] > last[0]:
        first = (last[0], "")
    return [Estimate(from_on=first[0], to_on=last[0], from_time=first[1] or None, to_time=last[1] or None, stated_at=stated_at)]


def _edge(text: str) -> tuple[date, str] | None:
    if day := _END_OF_DAY.match(text):
        text = day[1]
    at = stamp_of(text)
    if at is None:
        return None
    return date.fromisoformat(at.local[:10]), "" if at.precision is Precision.DATE else at.local[11:16]


def is_over(checkpoints: Iterable[Checkpoint]) -> bool:
    """Tell whether one of the scans is the delivery."""
    return any(ends_journey(scan.event_type) for scan in checkpoints)


def newest_stamp(checkpoints: Iterable[Checkpoint]) -> OccurredAt | None:
    """Return the newest stamp, the payload's own clock; None where no scan is dated."""
    stamps = [scan.occurred_at for scan in checkpoints if scan.occurred_at]
    return max(stamps, key=lambda at: at.instant, default=None)


def grams(weights: Iterable[tuple[str, str]]) -> int | None:
    """Turn the first readable weight into grams; each is (value, unit). None for zero and for units other than KG and LB."""
    for text, unit in weights:
        try:
            value = float(text) * _GRAMS.get(unit.upper(), 0)
        except ValueError:
            continue
        if math.isfinite(value) and 0 < value < 1e9:  # noqa: PLR2004 - a thousand tonnes
            return round(value)
    return None


def identifier_link(kind: str, number: str) -> list[Link]:
    """Make the link of one of FedEx's other numbers, or none for references and door tags."""
    role = _ROLES.get(kind)
    return [Link(tracking_number=numbered(number), carrier=SLUG, role=role)] if role and number.strip() else []


def barcode_link(kind: str, value: str) -> list[Link]:
    """Make the last-mile link of a USPS barcode: 420, a ZIP code of 5 or 9 digits, then USPS's own number of 22."""
    if kind != "USPS" or not (match := re.fullmatch(r"(?:420(?:[0-9]{5}|[0-9]{9}))?(9[0-9]{21})", numbered(value))):
        return []
    return [Link(tracking_number=match[1], carrier="usps", role="last_mile")]


def held_at(exception: str, place: Place | None) -> PickupPoint | None:
    """Read "Package available for pickup at FedEx Office: 2201 SHATTUCK AVE"; None for any other sentence."""
    found = _HELD.search(exception)
    if found is None:
        return None
    where = place or Place()
    return point_of(
        kind="shop" if found[1] else "",
        name=found[1] or "",
        lines=(found[2].strip(),),
        postcode=where.postcode or "",
        city=where.city or "",
        country=where.country or "",
    )


def worded_event(event: str, exception: str) -> str:
    """Join FedEx's two sentences of one scan."""
    return f"{event}: {exception}" if event and exception else event or exception
