"""Chronopost's tracking (SOAP) → trackings; its errors → notes."""

from lxml import etree

from doorstep.carriers.chronopost.codes import event_type_of
from doorstep.carriers.clock import iso_day, iso_stamp, latest, read_time, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import ends_journey, numbered
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: `trackSkybillV2` answers with the former, `trackSkybill` with the latter, the searches with one for each parcel.
_HISTORIES = ("listEventInfoComp", "listEvents", "listEventInfoComps")


def read(root: etree._Element) -> Parsed:
    """Read the `return` elements of an answer, or its fault.

    Raises:
        BadInputError: neither in it.
    """
    answers = [*root.iter("return"), *root.iter("Fault")]
    if not answers:
        raise BadInputError("XML without a return element of Chronopost")
    trackings = []
    notes = []
    for answer in answers:
        trackings += [_tracking(answer, history) for name in _HISTORIES for history in answer.iter(name)]
        if answer.tag == "Fault":
            notes.append(CarrierNote(_text(answer, "faultcode"), _text(answer, "faultstring")))
        elif _text(answer, "errorCode") not in ("", "0"):
            notes.append(CarrierNote(_text(answer, "errorCode"), _text(answer, "errorMessage")))
    return Parsed(tuple(trackings), tuple(notes))


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(answer: etree._Element, history: etree._Element) -> Tracking:
    number = numbered(_text(history, "skybillNumber") or _text(answer, "skybillNumber"))
    if not number:
        raise BadInputError("a history of Chronopost without a skybillNumber")
    checkpoints = tuple(_checkpoint(event, number) for event in history.findall("events"))
    return Tracking(
        tracking_number=number,
        carrier="chronopost",
        checkpoints=checkpoints,
        estimates=_estimates(_text(answer, "estimatedDeliveryDate"), checkpoints),
    )


def _checkpoint(event: etree._Element, number: str) -> Checkpoint:
    """Read an event. The service pads its codes with spaces."""
    code, label, when, office = (_text(event, name) for name in ("code", "eventLabel", "eventDate", "officeLabel"))
    return Checkpoint(
        event_type=event_type_of(code, label),
        occurred_at=_occurred_at(when) if when else None,
        place=place_of(facility=office, postcode=_text(event, "zipCode")),
        carrier="chronopost",
        carrier_code=code,
        carrier_text=label,
        tracking_number=number,
    )


def _occurred_at(text: str) -> OccurredAt:
    if "/" in text:
        return stamp(read_time(text, "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"), Precision.MINUTE, country="FR")
    return iso_stamp(text, country="FR")


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if not expected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = _occurred_at(expected).local[:10]
    return (Estimate(from_on=iso_day(day), to_on=iso_day(day), stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
