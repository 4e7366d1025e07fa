"""MyGLS's parcel statuses (JSON) → a tracking or notes."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from doorstep.carriers.clock import iso_stamp, stamp
from doorstep.carriers.gls.codes import of_mygls
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: "/Date(1620814231000+0200)/": milliseconds since 1970 UTC and the sender's offset.
_NET_DATE = re.compile(r"/Date\((-?\d{1,14})([+-]\d{4})?\)/")


def read(answer: Any) -> Parsed:
    """Read the statuses of one parcel, or its errors.

    Raises:
        BadInputError: neither.
    """
    errors = listed(dig(answer, "GetParcelStatusErrors"))
    notes = tuple(CarrierNote(worded(dig(error, "ErrorCode")), worded(dig(error, "ErrorDescription"))) for error in errors)
    number = numbered(worded(dig(answer, "ParcelNumber")))
    statuses = listed(dig(answer, "ParcelStatusList"))
    if notes and not statuses:
        return Parsed((), notes)
    if not number:
        raise BadInputError("statuses of MyGLS without a ParcelNumber")
    checkpoints = tuple(_checkpoint(status, number) for status in statuses)
    return Parsed((Tracking(tracking_number=number, carrier="gls", checkpoints=checkpoints),), notes)


def _checkpoint(status: Any, number: str) -> Checkpoint:
    code, city, depot = (worded(dig(status, name)) for name in ("StatusCode", "DepotCity", "DepotNumber"))
    return Checkpoint(
        event_type=of_mygls(code),
        occurred_at=_occurred_at(worded(dig(status, "StatusDate"))),
        place=Place(city=city or None, facility=depot or None) if city or depot else None,
        carrier="gls",
        carrier_code=code,
        carrier_text=worded(dig(status, "StatusDescription")),
        tracking_number=number,
    )


def _occurred_at(when: str) -> OccurredAt | None:
    if not when:
        return None
    match = _NET_DATE.fullmatch(when)
    if not match:
        return iso_stamp(when)
    try:
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(match[1]))
    except OverflowError:
        raise BadInputError("a StatusDate beyond the calendar") from None
    if not match[2]:
        return stamp(utc, Precision.SECOND)
    shift = timedelta(hours=int(match[2][1:3]), minutes=int(match[2][3:5])) * (-1 if match[2][0] == "-" else 1)
    return stamp((utc + shift).replace(tzinfo=None), Precision.SECOND, offset=match[2])
