"""Aramex's tracking answer in JSON → trackings; what it could not answer → notes."""

import re
from datetime import datetime, timedelta
from typing import Any

from doorstep.carriers.aramex.updates import missing, tracking_of
from doorstep.carriers.reading import boxed, dig, listed, worded
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError

#: .NET's date: milliseconds since 1970 UTC, and the offset of the clock that wrote it.
_NET_DATE = re.compile(r"/Date\((-?\d{1,15})(?:([+-])(\d\d)(\d\d))?\)/")


_KNOWN = frozenset({"TrackingResults", "NonExistingWaybills", "Notifications", "UpdateCode"})


def read(answer: Any) -> Parsed:
    """Read the results, grouped by waybill, the unknown waybills and the notifications; a pushed update stands bare.

    Raises:
        BadInputError: no answer to a tracking request.
    """
    if not isinstance(answer, dict) or not _KNOWN & set(answer):
        raise BadInputError("JSON without the tracking results of Aramex")
    results = [answer] if "UpdateCode" in answer else listed(answer.get("TrackingResults"))
    pairs = [pair for result in results if isinstance(result, dict) for pair in _pairs(result)]
    trackings = tuple(tracking_of(worded(pair.get("Key")), [_parts(update) for update in _updates(pair)]) for pair in pairs)
    notes = [CarrierNote(worded(dig(note, "Code")), worded(dig(note, "Message"))) for note in listed(answer.get("Notifications"))]
    notes += [missing(worded(waybill)) for waybill in listed(answer.get("NonExistingWaybills"))]
    return Parsed(trackings, tuple(notes))


def _pairs(result: dict[str, Any]) -> list[dict[str, Any]]:
    """List a result's pairs of waybill and updates: itself, or those that an XML answer turned into JSON has beneath a long name."""
    within = [pair for name, pairs in result.items() if name.startswith("KeyValueOf") for pair in listed(pairs)]
    return [pair for pair in within if isinstance(pair, dict)] or [result]


def _updates(pair: dict[str, Any]) -> list[Any]:
    if "Value" not in pair:
        return [pair]
    return listed(boxed(pair["Value"]).get("TrackingResult", pair["Value"]))


def _parts(update: Any) -> dict[str, str]:
    return {name: _wall(worded(value)) for name, value in boxed(update).items()}


def _wall(text: str) -> str:
    """Turn .NET's date into the wall time it was made of, anything else stays as it is.

    The server's clock writes times without a zone as if they were its own, so its offset leads back to the wall time but says
    nothing of the place: it is dropped. A date without offset was UTC.
    """
    found = _NET_DATE.fullmatch(text)
    if not found:
        return text
    try:
        moment = datetime(1970, 1, 1) + timedelta(milliseconds=int(found[1]))  # noqa: DTZ001 - a wall time is wanted
        if found[2]:
            moment += timedelta(hours=int(found[2] + found[3]), minutes=int(found[2] + found[4]))
    except OverflowError:
        raise BadInputError("a date of Aramex beyond the calendar") from None
    return moment.replace(microsecond=0).isoformat() + ("" if found[2] else "Z")
