"""Aramex's `ShipmentTrackingResponse` (SOAP) → trackings; what it could not answer → notes."""

from lxml import etree

from doorstep.carriers.aramex.updates import missing, tracking_of
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read the results, grouped by waybill, the unknown waybills and the notifications.

    Raises:
        BadInputError: no answer to a tracking request.
    """
    answers = [*root.iter("ShipmentTrackingResponse"), *root.iter("Fault")]
    if not answers:
        raise BadInputError("XML without a ShipmentTrackingResponse of Aramex")
    trackings = []
    notes = []
    for answer in answers:
        groups = [pair for results in answer.iterchildren("TrackingResults") for pair in results.iterchildren(etree.Element)]
        trackings += [tracking_of(_text(pair, "Key"), [_parts(result) for result in pair.iter("TrackingResult")]) for pair in groups]
        notes += [CarrierNote(_text(note, "Code"), _text(note, "Message")) for note in answer.findall("Notifications/Notification")]
        notes += [missing(waybill.text or "") for waybill in answer.findall("NonExistingWaybills/string")]
        if answer.tag == "Fault":
            notes.append(CarrierNote(_text(answer, "faultcode"), _text(answer, "faultstring")))
    return Parsed(tuple(trackings), tuple(notes))


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _parts(result: etree._Element) -> dict[str, str]:
    return {str(part.tag): (part.text or "").strip() for part in result.iterchildren(etree.Element)}
