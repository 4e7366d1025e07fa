"""X12 date, time and time code → wall time and offset, or a stamp at a place."""

from datetime import datetime

import msgspec

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.x12_214.interchange import Segment
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError

#: Data element 623. LT (local time) and a missing code leave the zone to the place. Source: ASC X12 004010, as known on 2026-11-22.
_OFFSETS = {
    "UT": "Z", "GM": "Z", "NS": "-03:30", "ND": "-02:30", "TS": "-04:00", "TD": "-03:00", "ES": "-05:00", "ED": "-04:00", "CS": "-06:00",
    "CD": "-05:00", "MS": "-07:00", "MD": "-06:00", "PS": "-08:00", "PD": "-07:00", "AS": "-09:00", "AD": "-08:00", "HS": "-10:00",
    "HD": "-09:00",
    **{f"{hours:02}": f"+{hours:02}:00" for hours in range(1, 13)},
    **{f"{25 - hours:02}": f"-{hours:02}:00" for hours in range(1, 13)},
}  # fmt: skip
#: Codes that name a zone and leave the season to the date → a region of that zone.
_REGIONS = {"ET": "NY", "CT": "IL", "MT": "CO", "PT": "WA", "HT": "HI"}
_DAY_DIGITS, _SHORT_DAY_DIGITS = 8, 6
_MINUTE_DIGITS = 4


class Moment(msgspec.Struct, frozen=True):
    """A date, maybe a time, maybe the zone it is in."""

    wall: datetime
    precision: Precision
    #: Data element 623, as sent.
    code: str

    def at(self, country: str | None, region: str | None) -> OccurredAt:
        """Stamp it: in the zone that was sent, else in that of the place."""
        if self.precision is not Precision.DATE and self.code in _REGIONS:
            told = stamp(self.wall, self.precision, country="US", region=_REGIONS[self.code])
            return msgspec.structs.replace(told, zone_source=ZoneSource.SENT)
        offset = None if self.precision is Precision.DATE else _OFFSETS.get(self.code)
        return stamp(self.wall, self.precision, offset=offset, country=country, region=region)


def moment_of(segment: Segment) -> Moment | None:
    """Read AT705 and what follows it, in the order of release 003070 (a date of six digits, its century) or later; None without a date.

    Raises:
        BadInputError: no date or time; the text names the segment.
    """
    day, hour, code = segment.part(5), segment.part(6), segment.part(7)
    if len(day) == _SHORT_DAY_DIGITS:
        century, hour, code = segment.part(6), segment.part(7), segment.part(8)
        day = (century if len(century) == 2 and century.isdigit() else "20") + day  # noqa: PLR2004 - two digits
    return told(day, hour, code, segment.at)


def told(day: str, hour: str, code: str, at: int) -> Moment | None:
    """Read a date CCYYMMDD and a time HHMM, HHMMSS or finer ("" for none); None without a date.

    Raises:
        BadInputError: no date or time; the text names segment `at`.
    """
    if not day:
        return None
    if not (day + hour).isdecimal() or not (day + hour).isascii() or len(day) != _DAY_DIGITS or 0 < len(hour) < _MINUTE_DIGITS:
        raise BadInputError(f"segment {at}: {day[:12]!r} {hour[:12]!r} is no date and time")
    precision = Precision.DATE if not hour else Precision.MINUTE if len(hour) < _SHORT_DAY_DIGITS else Precision.SECOND
    digits = hour[:_SHORT_DAY_DIGITS] if precision is Precision.SECOND else hour[:_MINUTE_DIGITS]
    try:
        wall = read_time(day + ("2359" if digits == "2400" else digits), "%Y%m%d" + {0: "", 4: "%H%M", 6: "%H%M%S"}[len(digits)])
    except BadInputError:
        raise BadInputError(f"segment {at}: {day!r} {hour[:12]!r} is no date and time") from None
    return Moment(wall, precision, code)
