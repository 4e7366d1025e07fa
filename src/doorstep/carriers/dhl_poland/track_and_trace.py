"""DHL24's `getTrackAndTraceInfoResponse` (XML) → trackings; its faults → notes."""

from lxml import etree

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.families.dhl_parcel_pl_codes import event_type_of
from doorstep.carriers.reading import ends_journey, numbered
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read all results in the document, or its fault.

    Raises:
        BadInputError: neither.
    """
    results, faults = list(root.iter("getTrackAndTraceInfoResult")), list(root.iter("Fault"))
    if not results and not faults:
        raise BadInputError("XML without a getTrackAndTraceInfoResult and without a Fault of DHL24")
    return Parsed(tuple(_tracking(result) for result in results), tuple(_note(fault) for fault in faults))


def _text(element: etree._Element, *names: str) -> str:
    return next((text for name in names if (text := (element.findtext(name) or "").strip())), "")


def _note(fault: etree._Element) -> CarrierNote:
    return CarrierNote(_text(fault, "faultcode", "Code/Value"), _text(fault, "faultstring", "Reason/Text"))


def _tracking(result: etree._Element) -> Tracking:
    number = numbered(_text(result, "shipmentId"))
    if not number:
        raise BadInputError("a result of DHL24 without a shipmentId")
    checkpoints = tuple(_checkpoint(event, number) for event in result.iterfind("events/item"))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="dhl_poland",
        checkpoints=checkpoints,
        signed_by=_text(result, "receivedBy") or None if over else None,
    )


def _checkpoint(event: etree._Element, number: str) -> Checkpoint:
    """Read one event; its time is the wall time of Poland, whose terminals alone scan here."""
    code, when, terminal = _text(event, "status"), _text(event, "timestamp"), _text(event, "terminal")
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when, country="PL") if when else None,
        place=Place(facility=terminal) if terminal else None,
        carrier="dhl_poland",
        carrier_code=code,
        carrier_text=_text(event, "description"),
        tracking_number=number,
    )
