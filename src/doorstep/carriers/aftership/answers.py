"""AfterShip's API answers → trackings, or notes for those about no scan."""

from typing import Any

from doorstep.carriers.aftership.trackings import read_last_checkpoint, read_tracking
from doorstep.carriers.reading import dig, listed, worded
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError

#: Answers (and one request) that name couriers or forecasts and hold no tracking.
_OTHERS = ("couriers", "estimated_delivery_dates", "notification")
_FIRST_ERROR = 400


def read_answer(body: dict[str, Any]) -> Parsed:
    """Read an answer of any version: {"meta", "data": {"trackings" | "tracking" | the tracking itself | "checkpoint"}}.

    Raises:
        BadInputError: no such answer, or a tracking in it that cannot be read.
    """
    code = dig(body, "meta", "code")
    if isinstance(code, int) and code >= _FIRST_ERROR:
        return Parsed(notes=(CarrierNote(str(code), worded(dig(body, "meta", "message"))),))
    content = body.get("data", body)
    for name in _OTHERS:
        if dig(content, name) is not None:
            return Parsed(notes=(CarrierNote(name, "an answer without scans"),))
    if dig(content, "trackings") is not None:
        return _joined([read_tracking(item) for item in listed(dig(content, "trackings"))])
    if dig(content, "tracking") is not None:
        return read_tracking(dig(content, "tracking"))
    if isinstance(dig(content, "checkpoint"), dict):
        return read_last_checkpoint(content)
    if dig(content, "tracking_number") is not None:
        return read_tracking(content)
    raise BadInputError("neither an AfterShip webhook nor an answer with trackings")


def _joined(each: list[Parsed]) -> Parsed:
    return Parsed(tuple(t for parsed in each for t in parsed.trackings), tuple(n for parsed in each for n in parsed.notes))
