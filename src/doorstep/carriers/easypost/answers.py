"""EasyPost's API answers → trackings, or notes for those about no scan."""

from typing import Any

from doorstep.carriers.easypost.trackers import read_tracker
from doorstep.carriers.easypost.webhook import read_event
from doorstep.carriers.reading import dig, listed, worded
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError


def read_answer(body: dict[str, Any]) -> Parsed:
    """Read a tracker, a page of trackers or events, an error, or an object about something else.

    Raises:
        BadInputError: none of these.
    """
    if "error" in body:
        code = worded(dig(body, "error", "code")) or "error"
        return Parsed(notes=(CarrierNote(code, worded(dig(body, "error", "message")) or worded(body["error"])),))
    if "trackers" in body:
        return joined([read_tracker(item) for item in listed(body["trackers"])])
    if "events" in body:
        return joined([read_event(item) for item in listed(body["events"]) if isinstance(item, dict)])
    if body.get("object") == "Tracker" or "tracking_code" in body:
        return read_tracker(body)
    if named := worded(body.get("object")) or next((name for name in ("webhooks", "success") if name in body), ""):
        return Parsed(notes=(CarrierNote(named, "an answer without scans"),))
    raise BadInputError("neither an EasyPost event, nor a tracker, nor an error")


def joined(each: list[Parsed]) -> Parsed:
    """Put several readings into one."""
    return Parsed(tuple(t for parsed in each for t in parsed.trackings), tuple(n for parsed in each for n in parsed.notes))
