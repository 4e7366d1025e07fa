"""DPD's `getTrackingDataResponse` (SOAP) → one tracking; its faults → notes."""

from lxml import etree

from doorstep.carriers.dpd.codes import event_type_of
from doorstep.carriers.dpd.scans import place_of, when
from doorstep.carriers.reading import numbered
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(root: etree._Element, asked: str) -> Parsed:
    """Read the results of an answer, or its fault; `asked` is the parcel that was asked for.

    Raises:
        BadInputError: neither, or no parcel named.
    """
    results, faults = list(root.iter("trackingresult")), list(root.iter("Fault"))
    if not results and not faults:
        raise BadInputError("XML without a trackingresult and without a Fault of DPD")
    return Parsed(tuple(_tracking(result, asked) for result in results), tuple(_note(fault) for fault in faults))


def _first(element: etree._Element, *names: str) -> str:
    found = (next(element.iter(name), None) for name in names)
    return next((text for item in found if item is not None and (text := _content(item))), "")


def _content(element: etree._Element) -> str:
    """Join the texts of nested `content` elements; bold and paragraph beside them are layout."""
    texts = [element.text] if not len(element) else [item.text for item in element.iter("content") if not len(item)]
    return " ".join(text.strip() for text in texts if text and text.strip())


def _note(fault: etree._Element) -> CarrierNote:
    return CarrierNote(_first(fault, "errorCode", "faultCode", "faultcode"), _first(fault, "errorMessage", "message", "faultstring"))


def _tracking(result: etree._Element, asked: str) -> Tracking:
    number = numbered(_first(result, "parcelLabelNumber", "parcelNumber")) or asked
    if not number:
        raise BadInputError("an answer of DPD that names no parcel, and none was asked for")
    service = result.find("shipmentInfo/serviceDescription/content")
    reached = [info for info in result.iterfind("statusInfo") if info.findtext("statusHasBeenReached", "true").strip() != "false"]
    return Tracking(
        tracking_number=number,
        carrier="dpd",
        checkpoints=tuple(_checkpoint(info, number) for info in reached),
        service=(_content(service) or None) if service is not None else None,
    )


def _checkpoint(info: etree._Element, number: str) -> Checkpoint:
    parts = {
        name: _content(child) for name in ("status", "label", "description", "location", "date") if (child := info.find(name)) is not None
    }
    place, word = place_of(parts.get("location", "")), parts.get("status", "")
    return Checkpoint(
        event_type=event_type_of(word),
        occurred_at=when(parts.get("date", ""), place),
        place=place,
        carrier="dpd",
        carrier_code=word,
        carrier_text=parts.get("description") or parts.get("label", ""),
        tracking_number=number,
    )
