"""Amazon's tracking XML for carriers → trackings; its errors → notes."""

from lxml import etree

from doorstep.carriers.a1_international.codes import event_type_of
from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.reading import ends_journey, numbered
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read an answer; several packages may stand in one.

    Raises:
        BadInputError: neither packages nor errors in it.
    """
    packages = list(root.iter("PackageTrackingInfo"))
    errors = list(root.iter("TrackingErrorInfo"))
    if not packages and not errors:
        raise BadInputError("XML without a PackageTrackingInfo and without a TrackingErrorInfo")
    return Parsed(tuple(_tracking(package) for package in packages), tuple(note for error in errors for note in _notes(error)))


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _notes(error: etree._Element) -> list[CarrierNote]:
    number = numbered(_text(error, "TrackingNumber")) or None
    details = error.findall("TrackingErrorDetail")
    return [CarrierNote(_text(detail, "ErrorDetailCode"), _text(detail, "ErrorDetailCodeDesc"), number) for detail in details]


def _tracking(package: etree._Element) -> Tracking:
    number = numbered(_text(package, "TrackingNumber"))
    if not number:
        raise BadInputError("a PackageTrackingInfo without a TrackingNumber")
    details = package.findall("TrackingEventHistory/TrackingEventDetail")
    checkpoints = tuple(_checkpoint(detail, number) for detail in details)
    signed = {checkpoint.occurred_at: _text(detail, "SignedForByName") for detail, checkpoint in zip(details, checkpoints, strict=True)}
    return Tracking(
        tracking_number=number,
        carrier="a1_international",
        checkpoints=checkpoints,
        estimates=_estimates(package, details, checkpoints),
        signed_by=signed.get(latest(at for at, name in signed.items() if name)) or None,
    )


def _checkpoint(detail: etree._Element, number: str) -> Checkpoint:
    code, when, left_at = (_text(detail, name) for name in ("EventCode", "EventDateTime", "AdditionalLocationInfo"))
    city, region, postcode, country = (
        _text(detail, f"EventLocation/{name}") for name in ("City", "StateProvince", "PostalCode", "CountryCode")
    )
    return Checkpoint(
        event_type=event_type_of(code, left_at),
        occurred_at=iso_stamp(when, country=country_of(country), region=region) if when else None,
        place=place_of(city=city, region=region, postcode=postcode, country=country),
        carrier="a1_international",
        carrier_code="/".join(part for part in (code, left_at) if part),
        carrier_text=_text(detail, "EventCodeDesc"),
        tracking_number=number,
    )


def _estimates(package: etree._Element, details: list[etree._Element], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read what each event, or the package as a whole, says of the delivery: a day, or an appointment with hours."""
    if any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    newest = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    found = [_estimate(package, newest)]
    found += [_estimate(detail, checkpoint.occurred_at) for detail, checkpoint in zip(details, checkpoints, strict=True)]
    return tuple(estimate for estimate in found if estimate)


def _estimate(told: etree._Element, stated_at: OccurredAt | None) -> Estimate | None:
    window = "DeliveryAppointmentWindow/"
    if day := _text(told, f"{window}Day"):
        start, end = (_text(told, f"{window}{side}Time")[:5] or None for side in ("Start", "End"))
        return Estimate(from_on=iso_day(day), to_on=iso_day(day), from_time=start, to_time=end, stated_at=stated_at)
    expected = _text(told, "EstimatedDeliveryDate")
    return Estimate(from_on=iso_day(expected), to_on=iso_day(expected), stated_at=stated_at) if expected else None
