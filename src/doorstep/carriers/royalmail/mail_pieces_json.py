"""Royal Mail's `mailPieces` (JSON) → trackings; its errors, for the request or for one piece → notes."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.royalmail.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: The wall time in "08:00:00+01:00", with or without a day before it.
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


def read(answer: Any) -> Parsed:
    """Read an answer: one piece with its events, or several with their last event each, or errors.

    Raises:
        BadInputError: none of them.
    """
    pieces = [piece for piece in listed(dig(answer, "mailPieces")) if isinstance(piece, dict)]
    notes = [_note(error, "") for error in listed(dig(answer, "errors"))]
    if not notes and not pieces and worded(dig(answer, "httpMessage")):
        notes.append(CarrierNote(worded(dig(answer, "httpCode")), worded(dig(answer, "httpMessage"))))
    trackings = []
    for piece in pieces:
        if isinstance(piece.get("error"), dict):
            notes.append(_note(piece["error"], _number(piece)))
        else:
            trackings.append(_tracking(piece))
    if not pieces and not notes and dig(answer, "mailPieces") != []:
        raise BadInputError("JSON without mailPieces and without an error of Royal Mail")
    return Parsed(tuple(trackings), tuple(notes))


def _note(error: Any, number: str) -> CarrierNote:
    return CarrierNote(worded(dig(error, "errorCode")), worded(dig(error, "errorDescription")), number or None)


def _number(piece: dict[str, Any]) -> str:
    """Take the number on the label; the piece's id where an answer tells only that."""
    told = worded(dig(piece, "summary", "oneDBarcode")) or worded(dig(piece, "signature", "oneDBarcode"))
    return numbered(told or worded(piece.get("mailPieceId")))


def _tracking(piece: dict[str, Any]) -> Tracking:
    number = _number(piece)
    if not number:
        raise BadInputError("a mail piece without a barcode and without an id")
    summary = boxed(piece.get("summary"))
    checkpoints = tuple(_checkpoint(event, number) for event in listed(piece.get("events")) if isinstance(event, dict))
    if not checkpoints and worded(summary.get("lastEventCode")):
        last = {
            "eventCode": summary.get("lastEventCode"),
            "eventName": summary.get("lastEventName"),
            "eventDateTime": summary.get("lastEventDateTime"),
            "locationName": summary.get("lastEventLocationName"),
        }
        checkpoints = (_checkpoint(last, number),)
    return Tracking(
        tracking_number=number,
        carrier="royalmail",
        checkpoints=checkpoints,
        estimates=_estimates(boxed(piece.get("estimatedDelivery")), checkpoints),
        service=worded(summary.get("productName")) or None,
        signed_by=worded(dig(piece, "signature", "recipientName")) or None,
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    code, when = worded(event.get("eventCode")), worded(event.get("eventDateTime"))
    facility = worded(event.get("locationName"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when) if when else None,
        place=Place(facility=facility) if facility else None,
        carrier="royalmail",
        carrier_code=code,
        carrier_text=worded(event.get("eventName")),
        tracking_number=number,
    )


def _estimates(told: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the day and the window, sent as wall times with their offset ("08:00:00+01:00")."""
    if not worded(told.get("date")) or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = iso_day(worded(told.get("date")))
    start, end = (_TIME.search(worded(told.get(f"{side}OfEstimatedWindow"))) for side in ("start", "end"))
    return (
        Estimate(
            from_on=day,
            to_on=day,
            from_time=start[0] if start else None,
            to_time=end[0] if end else None,
            stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints),
        ),
    )
