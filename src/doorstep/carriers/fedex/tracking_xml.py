"""The answer of FedEx's older Track Service (XML `TrackReply`, versions 5 and 7) → trackings, notes."""

from lxml import etree

from doorstep.carriers.collecting import told_last
from doorstep.carriers.countries import country_of
from doorstep.carriers.families.fedex_codes import Scanned, meaning_of, refined, signer_of
from doorstep.carriers.fedex.scans import (
    SLUG,
    barcode_link,
    estimate_of,
    grams,
    held_at,
    identifier_link,
    is_over,
    newest_stamp,
    stamp_of,
    worded_event,
)
from doorstep.carriers.reading import numbered
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

_FAILED = frozenset({"ERROR", "FAILURE"})


def parse_reply(root: etree._Element) -> Parsed:
    """Read an answer, of whatever outcome, with or without its SOAP envelope.

    Raises:
        BadInputError: there is no TrackReply in it.
    """
    reply = root if root.tag == "TrackReply" else root.find(".//TrackReply")
    if reply is None:
        raise BadInputError("the XML holds no TrackReply of FedEx")
    notes = _notes(reply, "Notifications", None)
    trackings = []
    completed = reply.findall("CompletedTrackDetails")
    for part in completed:
        notes += _notes(part, "Notifications", None)
    for details in [*reply.findall("TrackDetails"), *(details for part in completed for details in part.findall("TrackDetails"))]:
        number = numbered(_text(details, "TrackingNumber"))
        failed = _notes(details, "Notification", number or None)
        notes += failed
        if number and not failed:
            trackings.append(_tracking(details, number))
    return Parsed(tuple(trackings), tuple(notes))


def _text(element: etree._Element | None, *paths: str) -> str:
    found = (" ".join((element.findtext(path) or "").split()) for path in paths) if element is not None else ()
    return next((text for text in found if text), "")


def _notes(element: etree._Element, path: str, number: str | None) -> list[CarrierNote]:
    return [
        CarrierNote(_text(notification, "Code"), _text(notification, "Message"), number)
        for notification in element.findall(path)
        if _text(notification, "Severity") in _FAILED
    ]


def _tracking(details: etree._Element, number: str) -> Tracking:
    signer = signer_of(_text(details, "DeliverySignatureName"))
    checkpoints = tuple(_event(event, number, details, signer) for event in details.findall("Events")) or _latest_only(
        details, number, signer
    )
    return Tracking(
        tracking_number=number,
        carrier=SLUG,
        checkpoints=checkpoints,
        estimates=_estimates(details, checkpoints),
        links=_links(details),
        service=_text(details, "Service/Description", "ServiceInfo") or None,
        weight_g=grams([(_text(details, "PackageWeight/Value"), _text(details, "PackageWeight/Units"))]),
        signed_by=signer,
        pickup=_held(details.findall("Events"), checkpoints),
    )


def _held(events: list[etree._Element], checkpoints: tuple[Checkpoint, ...]) -> PickupPoint | None:
    """Read where a scan says that the package can be collected."""
    if len(events) != len(checkpoints):
        return None
    told = ((at, held_at(_text(event, "StatusExceptionDescription"), at.place)) for event, at in zip(events, checkpoints, strict=True))
    return told_last(told)


def _event(event: etree._Element, number: str, details: etree._Element, signer: str | None) -> Checkpoint:
    place = _place(event.find("Address"))
    text = _text(event, "EventDescription")
    event_type, code = meaning_of(
        Scanned(
            event=_text(event, "EventType").upper(),
            exception=_text(event, "StatusExceptionCode").upper(),
            text=text,
            at=_text(event, "ArrivalLocation"),
        )
    )
    return Checkpoint(
        event_type=refined(event_type, handed_over_at=_text(details, "DeliveryLocationType"), signed_by=signer),
        occurred_at=stamp_of(_text(event, "Timestamp"), place),
        place=place,
        carrier=SLUG,
        carrier_code=code,
        carrier_text=worded_event(text, _text(event, "StatusExceptionDescription")),
        tracking_number=number,
    )


def _latest_only(details: etree._Element, number: str, signer: str | None) -> tuple[Checkpoint, ...]:
    event = _text(details, "StatusDetail/Code", "StatusCode").upper()
    if not event:
        return ()
    text = _text(details, "StatusDetail/Description", "StatusDescription")
    event_type, code = meaning_of(Scanned(event=event, exception=_text(details, "StatusDetail/AncillaryDetails/Reason"), text=text))
    place = _place(details.find("StatusDetail/Location"))
    when = _text(details, "ActualDeliveryTimestamp") if event == "DL" else _text(details, "StatusDetail/CreationTime")
    return (
        Checkpoint(
            event_type=refined(event_type, handed_over_at=_text(details, "DeliveryLocationType"), signed_by=signer),
            occurred_at=stamp_of(when, place),
            place=place,
            carrier=SLUG,
            carrier_code=code,
            carrier_text=worded_event(text, _text(details, "StatusDetail/AncillaryDetails/ReasonDescription")),
            tracking_number=number,
        ),
    )


def _place(address: etree._Element | None) -> Place | None:
    place = Place(
        text=_text(address, "StreetLines") or None,
        city=_text(address, "City") or None,
        region=_text(address, "StateOrProvinceCode") or None,
        postcode=_text(address, "PostalCode") or None,
        country=country_of(_text(address, "CountryCode")) or country_of(_text(address, "CountryName")),
    )
    return place if place != Place() else None


def _estimates(details: etree._Element, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if is_over(checkpoints) or _text(details, "ActualDeliveryTimestamp"):
        return ()
    dates = {_text(entry, "Type"): _text(entry, "DateOrTimestamp") for entry in details.findall("DatesOrTimes")}
    estimated = _text(details, "EstimatedDeliveryTimestamp") or dates.get("ESTIMATED_DELIVERY", "")
    return tuple(estimate_of("", estimated, newest_stamp(checkpoints)))


def _links(details: etree._Element) -> tuple[Link, ...]:
    links: list[Link] = []
    for identifier in details.findall("OtherIdentifiers"):
        links += identifier_link(_text(identifier, "PackageIdentifier/Type", "Type"), _text(identifier, "PackageIdentifier/Value", "Value"))
    for barcode in details.findall("Barcode"):
        links += barcode_link(_text(barcode, "Type"), _text(barcode, "Value"))
    return tuple(links)
