"""Canada Post's tracking detail (XML) → trackings; its messages → notes."""

from zoneinfo import ZoneInfo

from lxml import etree

from doorstep.carriers.canadapost.codes import RETURNS, event_type_of
from doorstep.carriers.clock import iso_day, latest, offset_text, read_time, stamp
from doorstep.carriers.collecting import point_of, told_last
from doorstep.carriers.reading import ends_journey, numbered
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: The abbreviations name zones, not offsets: Calgary's scans say MST in September, and Saskatchewan, which keeps no
#: daylight saving, has its own CSTNO. Source: live answers of 2011 to 2016, read 2026-11-22.
_ZONES = {
    "NST": "America/St_Johns",
    "AST": "America/Halifax",
    "EST": "America/Toronto",
    "CST": "America/Winnipeg",
    "CSTNO": "America/Regina",
    "MST": "America/Edmonton",
    "PST": "America/Vancouver",
}
#: Source: ISO 3166-2:CA, read 2026-11-22.
_PROVINCES = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})


def read(root: etree._Element) -> Parsed:
    """Read an answer; several details may stand in one.

    Raises:
        BadInputError: neither details nor messages in it.
    """
    details = list(root.iter("tracking-detail"))
    messages = list(root.iter("message"))
    if not details and not messages:
        raise BadInputError("XML without a tracking-detail and without messages of Canada Post")
    notes = tuple(CarrierNote(_text(message, "code"), _text(message, "description")) for message in messages)
    return Parsed(tuple(_tracking(detail) for detail in details), notes)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(detail: etree._Element) -> Tracking:
    number = numbered(_text(detail, "pin"))
    if not number:
        raise BadInputError("a tracking-detail without a pin")
    occurrences = detail.findall("significant-events/occurrence")
    checkpoints = tuple(_checkpoint(occurrence, number) for occurrence in occurrences)
    back = numbered(_text(detail, "return-pin"))
    return Tracking(
        tracking_number=number,
        carrier="canadapost",
        checkpoints=checkpoints,
        estimates=_estimates(detail, checkpoints),
        links=(Link(tracking_number=back, carrier="canadapost", role="return"),) if back and back != number else (),
        service=_text(detail, "service-name") or None,
        signed_by=_signed_by(occurrences, checkpoints),
        is_return=bool(_text(detail, "original-pin")),
        pickup=told_last((scan, _pickup(scan)) for scan in checkpoints),
    )


def _pickup(scan: Checkpoint) -> PickupPoint | None:
    """Take the post office, or the dealer that is one, of the scan that says it waits there."""
    place = scan.place
    if not scan.event_type.startswith("ready_for_pickup") or place is None or not place.facility:
        return None
    kind = "locker" if scan.event_type == "ready_for_pickup_locker" else "post_office"
    return point_of(kind=kind, name=place.facility, city=place.city or "", country=place.country or "")


def _checkpoint(occurrence: etree._Element, number: str) -> Checkpoint:
    code, description = _text(occurrence, "event-identifier"), _text(occurrence, "event-description")
    return Checkpoint(
        event_type=event_type_of(code, description),
        occurred_at=_occurred_at(occurrence),
        place=_place(occurrence),
        carrier="canadapost",
        carrier_code=code,
        carrier_text=description,
        tracking_number=number,
        is_return=code.lstrip("0") in RETURNS,
    )


def _occurred_at(occurrence: etree._Element) -> OccurredAt | None:
    day, time, zone = (_text(occurrence, f"event-{part}") for part in ("date", "time", "time-zone"))
    if not day:
        return None
    province = _text(occurrence, "event-province").upper()
    country = "CA" if province in _PROVINCES else None
    if not time:
        return stamp(read_time(day, "%Y-%m-%d"), Precision.DATE, country=country, region=province)
    wall = read_time(f"{day} {time}", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
    named = _ZONES.get(zone.upper())
    offset = ZoneInfo(named).utcoffset(wall) if named else None
    precision = Precision.SECOND if time.count(":") > 1 else Precision.MINUTE
    return stamp(wall, precision, offset=offset_text(offset) if offset else None, country=country, region=province)


def _place(occurrence: etree._Element) -> Place | None:
    city, province = _text(occurrence, "event-site") or None, _text(occurrence, "event-province") or None
    facility = _text(occurrence, "event-retail-name") or None
    if not (city or province or facility):
        return None
    return Place(city=city, region=province, country="CA" if (province or "").upper() in _PROVINCES else None, facility=facility)


def _estimates(detail: etree._Element, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    changed = _text(detail, "changed-expected-date")
    expected = changed or _text(detail, "expected-delivery-date")
    if not expected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = iso_day(expected)
    reason = _text(detail, "changed-expected-delivery-reason") if changed else ""
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=day, to_on=day, stated_at=stated_at, reason=reason or None),)


def _signed_by(occurrences: list[etree._Element], checkpoints: tuple[Checkpoint, ...]) -> str | None:
    """Take the signatory of the newest event that names one."""
    signed = {
        checkpoint.occurred_at: _text(occurrence, "signatory-name") for occurrence, checkpoint in zip(occurrences, checkpoints, strict=True)
    }
    newest = latest(at for at, name in signed.items() if name)
    return signed.get(newest) or None
