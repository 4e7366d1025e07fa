"""17TRACK's API answers → trackings, with a note for every number it refused or only listed."""

from typing import Any

from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.carriers.seventeentrack.first_record import read_first_record
from doorstep.carriers.seventeentrack.track_info import read_record
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError


def read_answer(body: dict[str, Any]) -> Parsed:
    """Read {"code", "data": {"accepted", "rejected"}}, the site's {"ret", "dat"}, or an error.

    Raises:
        BadInputError: no such answer, or a record in it that cannot be read.
    """
    content = {"accepted": body["dat"]} if "dat" in body else body.get("data")
    if not isinstance(content, dict):
        raise BadInputError("neither a 17TRACK webhook, nor an answer, nor a buyer's list")
    accepted, rejected = listed(content.get("accepted")), listed(content.get("rejected"))
    each = [_record(item) for item in accepted]
    notes = [note for parsed in each for note in parsed.notes]
    notes += [_refusal(item) for item in rejected]
    notes += [CarrierNote(worded(dig(error, "code")), worded(dig(error, "message"))) for error in listed(content.get("errors"))]
    return Parsed(tuple(tracking for parsed in each for tracking in parsed.trackings), tuple(notes))


def _record(item: Any) -> Parsed:
    if isinstance(dig(item, "track_info"), dict):
        return read_record(item)
    return read_first_record(item) if isinstance(dig(item, "track"), dict) else _listing(item)


def _listing(item: Any) -> Parsed:
    """Note a row of the registered numbers: it names a state and the newest text, but no scan with a code."""
    state = worded(dig(item, "package_status")) or "registered"
    return Parsed(notes=(CarrierNote(state, worded(dig(item, "latest_event_info")), _number(item)),))


def _refusal(item: Any) -> CarrierNote:
    return CarrierNote(worded(dig(item, "error", "code")), worded(dig(item, "error", "message")), _number(item))


def _number(item: Any) -> str | None:
    return numbered(worded(dig(item, "number")) or worded(dig(item, "no"))) or None
