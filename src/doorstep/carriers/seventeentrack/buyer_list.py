"""The list of parcels a buyer sees on 17track.net → trackings with the newest event of each."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.reading import dig, json_of, numbered, worded
from doorstep.carriers.seventeentrack.codes import LIST_STATES
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read_list(body: dict[str, Any]) -> Parsed:
    """Read {"Json": rows}; the summary of counts has no rows and becomes a note.

    Raises:
        BadInputError: a row without a number, or with an event that cannot be read.
    """
    rows = body.get("Json")
    rows = [rows] if dig(rows, "FTrackNo") is not None else rows
    if not isinstance(rows, list):
        return Parsed(notes=(CarrierNote("summary", "counts by state, no events"),))
    each = [_row(row) for row in rows]
    return Parsed(tuple(tracking for tracking, _ in each), tuple(note for _, note in each if note))


def _row(row: Any) -> tuple[Tracking, CarrierNote | None]:
    number = numbered(worded(dig(row, "FTrackNo")))
    if not number:
        raise BadInputError("a row has no FTrackNo")
    state, text = worded(dig(row, "FPackageState")), worded(dig(row, "FLastEvent"))
    if not text:
        return Tracking(tracking_number=number, carrier="17track"), CarrierNote(state or "no_events", "no events", number)
    event = json_of(Raw(body=text.encode("utf-8", "replace")))
    # The row has one state for the parcel: the state its newest event brought.
    where, country, time = (worded(dig(event, key)) for key in ("c", "d", "a"))
    checkpoint = Checkpoint(
        event_type=LIST_STATES.get(state, "unknown"),
        occurred_at=iso_stamp(time, country=country_of(country)) if time else None,
        place=place_of(text=where, country=country),
        carrier="17track",
        carrier_code=state,
        carrier_text=worded(dig(event, "z")),
        tracking_number=number,
    )
    return Tracking(tracking_number=number, carrier="17track", checkpoints=(checkpoint,)), None
