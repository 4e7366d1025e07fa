"""Landmark's tracking file (CSV, a row for each new status of any parcel) → trackings."""

import csv
import io
from zoneinfo import ZoneInfo

from doorstep.carriers.clock import offset_text, read_time, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.landmark.codes import event_type_of
from doorstep.carriers.reading import numbered
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: "Time: DateTime stamp in US Central time". Source: Landmark's tracking file specification, read 2026-11-22.
_ZONE = ZoneInfo("America/Chicago")
_NEEDED = {"Landmark Tracking Number", "Status Code", "Time"}


def read(body: bytes) -> Parsed:
    """Read a tracking file; the rows of one parcel make one tracking.

    Raises:
        BadInputError: not a CSV file with Landmark's columns, or a row without a number.
    """
    try:
        lines = csv.DictReader(io.StringIO(body.decode("utf-8-sig")), strict=True)
        if _NEEDED - set(lines.fieldnames or ()):
            raise BadInputError(f"a file without the columns {', '.join(sorted(_NEEDED))}")
        rows = [{name: (value or "").strip() for name, value in row.items() if isinstance(value, str) and name} for row in lines]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInputError(f"the body is no CSV file: {error}") from error
    parcels: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        number = numbered(row.get("Landmark Tracking Number", "") or row.get("Carrier Tracking Number", ""))
        if not number:
            raise BadInputError("a row without a tracking number")
        parcels.setdefault(number, []).append(row)
    return Parsed(tuple(_tracking(number, told) for number, told in parcels.items()))


def _tracking(number: str, rows: list[dict[str, str]]) -> Tracking:
    theirs = dict.fromkeys(numbered(row.get("Carrier Tracking Number", "")) for row in rows)
    return Tracking(
        tracking_number=number,
        carrier="landmark",
        checkpoints=tuple(_checkpoint(row, number) for row in rows),
        # the carrier stands there as an abbreviation of Landmark's own, which names nobody for sure
        links=tuple(Link(tracking_number=one, carrier=None, role="last_mile") for one in theirs if one not in ("", number)),
    )


def _checkpoint(row: dict[str, str], number: str) -> Checkpoint:
    code, sentence = row.get("Status Code", ""), row.get("Status", "")
    return Checkpoint(
        event_type=event_type_of(code, sentence),
        occurred_at=_occurred_at(row.get("Time", "")),
        place=place_of(text=row.get("Location", "")),
        carrier="landmark",
        carrier_code=code,
        carrier_text=sentence,
        tracking_number=number,
    )


def _occurred_at(text: str) -> OccurredAt | None:
    if not text:
        return None
    wall = read_time(text, "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M %p", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M")
    offset = _ZONE.utcoffset(wall)
    precision = Precision.SECOND if text.count(":") > 1 else Precision.MINUTE
    return stamp(wall, precision, offset=offset_text(offset) if offset is not None else None)
