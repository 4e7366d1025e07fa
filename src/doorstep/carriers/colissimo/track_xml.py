"""Colissimo's `track` answer (SOAP, the newest event alone) → one tracking; its errors → notes."""

from lxml import etree

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.colissimo.codes import event_type_of
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import numbered
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read the `return` elements of an answer; one that names an event is a scan, any other says why there is none.

    Raises:
        BadInputError: no `return` in it.
    """
    answers = list(root.iter("return"))
    if not answers:
        faults = [CarrierNote(_text(fault, "faultcode"), _text(fault, "faultstring")) for fault in root.iter("Fault")]
        if not faults:
            raise BadInputError("XML without a return element of Colissimo")
        return Parsed(notes=tuple(faults))
    return Parsed(
        tuple(_tracking(answer) for answer in answers if _names_an_event(answer)),
        tuple(_note(answer) for answer in answers if not _names_an_event(answer)),
    )


def _names_an_event(answer: etree._Element) -> bool:
    return bool(_text(answer, "skybillNumber") and _text(answer, "eventCode"))


def _note(answer: etree._Element) -> CarrierNote:
    return CarrierNote(_text(answer, "errorCode"), _text(answer, "errorMessage"), numbered(_text(answer, "skybillNumber")) or None)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(answer: etree._Element) -> Tracking:
    number, code, when = numbered(_text(answer, "skybillNumber")), _text(answer, "eventCode"), _text(answer, "eventDate")
    checkpoint = Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when, country="FR") if when else None,
        place=place_of(facility=_text(answer, "eventSite")),
        carrier="colissimo",
        carrier_code=code,
        carrier_text=_text(answer, "eventLibelle"),
        tracking_number=number,
    )
    return Tracking(tracking_number=number, carrier="colissimo", checkpoints=(checkpoint,))
