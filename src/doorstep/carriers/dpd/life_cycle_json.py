"""DPD's `parcellifecycleResponse` (JSON) → one tracking; an empty one → a note."""

from typing import Any

from doorstep.carriers.dpd.codes import event_type_of, event_type_of_scan
from doorstep.carriers.dpd.scans import place_of, when
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any, asked: str) -> Parsed:
    """Read an answer; `asked` is the parcel that was asked for.

    Raises:
        BadInputError: no answer of DPD, or no parcel named.
    """
    response = dig(answer, "parcellifecycleResponse")
    told = [life for life in listed(dig(response, "parcelLifeCycleData")) if isinstance(life, dict)]
    if told:
        return Parsed(tuple(_tracking(life, asked) for life in told))
    errors = [error for error in listed(dig(answer, "errors")) or listed(answer) if worded(dig(error, "message"))]
    notes = tuple(
        CarrierNote(worded(dig(error, "code")) or worded(dig(error, "status")), worded(dig(error, "message"))) for error in errors
    )
    if response is None and not notes:
        raise BadInputError("JSON without a parcellifecycleResponse of DPD")
    return Parsed(notes=notes or (CarrierNote("", "no parcel found"),))


def _tracking(life: dict[str, Any], asked: str) -> Tracking:
    shipment = life.get("shipmentInfo")
    number = numbered(worded(dig(shipment, "parcelLabelNumber"))) or asked
    if not number:
        raise BadInputError("an answer of DPD that names no parcel, and none was asked for")
    scans = listed(dig(life, "scanInfo", "scan"))
    reached = [info for info in listed(life.get("statusInfo")) if dig(info, "statusHasBeenReached") is not False]
    return Tracking(
        tracking_number=number,
        carrier="dpd",
        checkpoints=tuple(_scan(scan, number) for scan in scans) or tuple(_status(info, number) for info in reached),
        service=worded(dig(shipment, "productName")) or None,
    )


def _text(told: Any) -> str:
    """Join a description's `content`, a text or several; its label stands for it where it has none."""
    if isinstance(told, str):
        return told.strip()
    words = [worded(text) for text in listed(dig(told, "content"))]
    return " ".join(word for word in words if word) or worded(dig(told, "label"))


def _scan(scan: Any, number: str) -> Checkpoint:
    code = worded(dig(scan, "scanType", "code"))
    place = place_of(worded(dig(scan, "scanData", "location")))
    return Checkpoint(
        event_type=event_type_of_scan(code),
        occurred_at=when(worded(dig(scan, "date")), place),
        place=place,
        carrier="dpd",
        carrier_code=code,
        carrier_text=_text(dig(scan, "scanDescription")),
        tracking_number=number,
    )


def _status(info: Any, number: str) -> Checkpoint:
    word, place = worded(dig(info, "status")), place_of(_text(dig(info, "location")))
    return Checkpoint(
        event_type=event_type_of(word),
        occurred_at=when(_text(dig(info, "date")), place),
        place=place,
        carrier="dpd",
        carrier_code=word,
        carrier_text=_text(dig(info, "description")) or _text(dig(info, "label")),
        tracking_number=number,
    )
