"""DHL eCommerce's `track` answer (XML) → trackings; its errors → notes."""

from lxml import etree

from doorstep.carriers.countries import place_of
from doorstep.carriers.dhl_global_mail.scans import typed, when
from doorstep.carriers.reading import ends_journey, grams, numbered
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read all shipments of the answer, or its errors.

    Raises:
        BadInputError: neither.
    """
    shipments, errors = list(root.iter("shipment")), list(root.iter("error"))
    if root.tag != "track" or not (shipments or errors):
        raise BadInputError("XML without a shipment and without an error of DHL eCommerce")
    notes = tuple(CarrierNote(_text(error, "code"), _text(error, "description")) for error in errors)
    return Parsed(tuple(_tracking(shipment) for shipment in shipments), notes)


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _tracking(shipment: etree._Element) -> Tracking:
    post = numbered(_text(shipment, "deliveryconfirm"))
    number = numbered(_text(shipment, "trackingnumber")) or post
    if not number:
        raise BadInputError("a shipment of DHL eCommerce without a trackingnumber")
    checkpoints = tuple(_checkpoint(event, number) for event in shipment.iterfind("event"))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="dhl_global_mail",
        checkpoints=checkpoints,
        links=(Link(tracking_number=post, carrier=None, role="last_mile"),) if post and post != number else (),
        weight_g=grams(_text(shipment, "weight"), "lb"),
        signed_by=_text(shipment, "signedby") or None if over else None,
    )


def _checkpoint(event: etree._Element, number: str) -> Checkpoint:
    """Read one event; the time bears its zone: "12:26 PM ET"."""
    code, text = _text(event, "code"), _text(event, "description")
    place = place_of(
        city=_text(event, "city"), region=_text(event, "state"), postcode=_text(event, "postalcode"), country=_text(event, "country")
    )
    words = _text(event, "time").split()
    zone = words.pop() if words and words[-1].isalpha() and words[-1].upper() not in ("AM", "PM") else ""
    return Checkpoint(
        event_type=typed(code, text),
        occurred_at=when(_text(event, "date"), " ".join(words), zone, place),
        place=place,
        carrier="dhl_global_mail",
        carrier_code=code,
        carrier_text=text,
        tracking_number=number,
    )
