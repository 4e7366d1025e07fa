"""The answer of UPS's older XML interfaces (`TrackResponse`, bare or in a SOAP envelope) → trackings, notes."""

from lxml import etree

from doorstep.carriers.clock import read_time
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import numbered
from doorstep.carriers.ups.codes import Meaning, Service, meaning_of, service_of
from doorstep.carriers.ups.left_at import refined
from doorstep.carriers.ups.scans import SLUG, checkpoint_of, clock_of, day_of, estimate_on, is_over, newest_stamp, place_of, stamp_of
from doorstep.carriers.ups.tracking_json import grams
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: Kinds of `DeliveryDetail` in the SOAP interface: scheduled, then estimated. Source: UPS Tracking web service guide, as known on 2026-11-29.
_EXPECTED = ("03", "02")


def parse_reply(root: etree._Element) -> Parsed:
    """Read an answer, of whatever outcome.

    Raises:
        BadInputError: the root is no TrackResponse.
    """
    answer = root if root.tag == "TrackResponse" else root.find(".//TrackResponse")
    faults = [*root.iter("Fault")]
    if answer is None and not faults:
        raise BadInputError("the XML is no TrackResponse of UPS")
    notes = [note for fault in faults for note in _fault(fault)]
    if answer is None:
        return Parsed(notes=tuple(notes))
    notes += [CarrierNote(_text(error, "ErrorCode"), _text(error, "ErrorDescription")) for error in answer.findall("Response/Error")]
    trackings = [_package(package, shipment) for shipment in answer.findall("Shipment") for package in shipment.findall("Package")]
    return Parsed(tuple(tracking for tracking in trackings if tracking), tuple(notes))


def _fault(fault: etree._Element) -> list[CarrierNote]:
    """Read a SOAP fault: UPS's own code and words in its detail, else the envelope's."""
    told = [CarrierNote(_text(error, "Code"), _text(error, "Description")) for error in fault.iter("PrimaryErrorCode")]
    return told or [CarrierNote(_text(fault, "faultcode"), _text(fault, "faultstring"))]


def _text(element: etree._Element | None, path: str) -> str:
    return "" if element is None else " ".join((element.findtext(path) or "").split())


def _package(package: etree._Element, shipment: etree._Element) -> Tracking | None:
    number = numbered(
        _text(package, "TrackingNumber") or _text(shipment, "ShipmentIdentificationNumber") or _text(shipment, "InquiryNumber/Value")
    )
    if not number:
        return None
    service = _text(shipment, "Service/Description")
    kind = service_of(f"{service} {_text(shipment, 'ShipmentType/Description')}")
    activities = package.findall("Activity")
    checkpoints = tuple(_activity(activity, number, kind) for activity in activities)
    signers = (_text(activity, "ActivityLocation/SignedForByName") for activity in activities)
    return Tracking(
        tracking_number=number,
        carrier=SLUG,
        checkpoints=checkpoints,
        estimates=_estimates(package, shipment, checkpoints),
        links=_links(package),
        service=service or None,
        weight_g=grams(_text(package, "PackageWeight/Weight"), _text(package, "PackageWeight/UnitOfMeasurement/Code")),
        signed_by=next((signer for signer in signers if signer), None),
    )


def _activity(activity: etree._Element, number: str, service: Service) -> Checkpoint:
    location = activity.find("ActivityLocation")
    place = _place(location)
    # the SOAP interface leaves out the middle names
    status_type = _text(activity, "Status/StatusType/Code") or _text(activity, "Status/Type")
    status_code = _text(activity, "Status/StatusCode/Code") or _text(activity, "Status/Code")
    words = _text(activity, "Status/StatusType/Description") or _text(activity, "Status/Description")
    meaning = meaning_of(status_type.upper(), status_code.upper(), "", service)
    if meaning.event_type == "delivered":
        finer = refined("delivered", code=_text(location, "Code"), signed_by=_text(location, "SignedForByName"))
        meaning = Meaning(finer, meaning.carrier_code)
    at = stamp_of(
        _text(activity, "Date"),
        _text(activity, "Time"),
        offset=_text(activity, "GMTOffset"),
        gmt=(_text(activity, "GMTDate"), _text(activity, "GMTTime")),
        place=place,
    )
    return checkpoint_of(meaning, number, words, at, place)


def _place(location: etree._Element | None) -> Place | None:
    return place_of(
        city=_text(location, "Address/City"),
        region=_text(location, "Address/StateProvinceCode"),
        postcode=_text(location, "Address/PostalCode"),
        country=country_of(_text(location, "Address/CountryCode")),
    )


def _estimates(package: etree._Element, shipment: etree._Element, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if is_over(checkpoints):
        return ()
    stated_at = newest_stamp(checkpoints)
    details = {
        _text(detail, "Type/Code"): _text(detail, "Date") for part in (shipment, package) for detail in part.findall("DeliveryDetail")
    }
    stated = next((details[kind] for kind in _EXPECTED if kind in details), "")
    scheduled = day_of(_text(package, "ScheduledDeliveryDate") or _text(shipment, "ScheduledDeliveryDate") or stated)
    rescheduled = day_of(_text(package, "RescheduledDeliveryDate"))
    if rescheduled:  # when the first date was stated UPS does not say
        return (*estimate_on(scheduled, None), *estimate_on(rescheduled, stated_at, reason="rescheduled"))
    return (*estimate_on(scheduled, stated_at), *_window(package, checkpoints))


def _window(package: etree._Element, checkpoints: tuple[Checkpoint, ...]) -> list[Estimate]:
    text = _text(package, "EstimatedDeliveryWindow/Date")
    day = day_of(text)
    if day is None:
        try:
            day = read_time(text, "%m%d%Y").date()
        except BadInputError:
            return []
    hours = (clock_of(_text(package, "EstimatedDeliveryWindow/StartTime")), clock_of(_text(package, "EstimatedDeliveryWindow/EndTime")))
    return estimate_on(day, newest_stamp(checkpoints), hours)


def _links(package: etree._Element) -> tuple[Link, ...]:
    return tuple(
        Link(tracking_number=numbered(_text(entry, "Value")), carrier="usps", role="last_mile")
        for entry in package.findall("AlternateTrackingInfo")
        if _text(entry, "Value") and any(word in _text(entry, "Type").upper() for word in ("USPS", "POSTAL"))
    )
