"""One UPS activity, whichever format it came in → checkpoint; dates → stamps and estimates."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from doorstep.carriers.clock import offset_text, stamp
from doorstep.carriers.reading import ends_journey
from doorstep.carriers.ups.codes import Meaning
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.errors import BadInputError

SLUG = "ups"
#: After one of these no estimate stands.
_FINAL = frozenset({"post_delivery_information", "proof_of_delivery_available"})
#: UPS was founded in 1907 and its tracking is younger; a year outside is a placeholder or damage.
_YEARS = range(1990, 2100)
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")


@lru_cache(maxsize=4096)
def day_of(text: str) -> date | None:
    """Read YYYYMMDD or YYYY-MM-DD; None for "" and for the placeholders of UPS's sandbox."""
    match = _DAY.fullmatch(text)
    if match is None or int(match[1]) not in _YEARS:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def clock_of(text: str) -> str | None:
    """Read HHMMSS, HHMM, with or without separators, into "HH:MM"; None for anything else."""
    digits = re.sub(r"[:.]", "", text)
    if not re.fullmatch(r"[0-9]{4}([0-9]{2})?", digits) or int(digits[:2]) > 23 or int(digits[2:4]) > 59:  # noqa: PLR2004 - the clock's limits
        return None
    return f"{digits[:2]}:{digits[2:4]}"


def stamp_of(day: str, clock: str, *, offset: str = "", gmt: tuple[str, str] = ("", ""), place: Place | None = None) -> OccurredAt | None:
    """Make the stamp of an activity.

    `day` YYYYMMDD and `clock` HHMMSS are local; `offset` is UPS's "+08:00" or "-04.00"; `gmt` the same moment's date and time in
    GMT, which tells the offset where that is missing. None where UPS gave no readable date.
    """
    wall = _moment(day, clock)
    if wall is None:
        only = day_of(day)
        return stamp(datetime(only.year, only.month, only.day), Precision.DATE) if only else None  # noqa: DTZ001 - a date
    sent = offset.replace(".", ":") or _difference(wall, _moment(*gmt))
    country, region = (place.country, place.region) if place else (None, None)
    try:
        return stamp(wall, Precision.SECOND, offset=sent or None, country=country, region=region)
    except BadInputError:
        return stamp(wall, Precision.SECOND, country=country, region=region)


@lru_cache(maxsize=4096)
def _moment(day: str, clock: str) -> datetime | None:
    found = day_of(day)
    if found is None or not (minute := clock_of(clock)):
        return None
    seconds = re.sub(r"[:.]", "", clock)[4:] or "0"
    if int(seconds) > 59:  # noqa: PLR2004 - the clock's limit
        return None
    return datetime(found.year, found.month, found.day, int(minute[:2]), int(minute[3:]), int(seconds))  # noqa: DTZ001 - wall time


def _difference(wall: datetime, gmt: datetime | None) -> str:
    if gmt is None:
        return ""
    minutes = round((wall - gmt).total_seconds() / 60)
    return offset_text(timedelta(minutes=minutes)) if abs(minutes) <= 14 * 60 and minutes % 15 == 0 else ""


def place_of(*, city: str, region: str, postcode: str, country: str | None, facility: str = "") -> Place | None:
    """Make a place of the parts that are there; None where none is."""
    if not any((city, region, postcode, country, facility)):
        return None
    return Place(None, city or None, region or None, postcode or None, country, facility or None)


def checkpoint_of(meaning: Meaning, number: str, text: str, at: OccurredAt | None, place: Place | None) -> Checkpoint:
    """Put the parts of one activity together."""
    return Checkpoint(
        event_type=meaning.event_type,
        occurred_at=at,
        place=place,
        carrier=SLUG,
        carrier_code=meaning.carrier_code,
        carrier_text=text,
        tracking_number=number,
        retracts=meaning.retracts,
    )


def is_over(checkpoints: Iterable[Checkpoint]) -> bool:
    """Tell whether one of the scans is the delivery, to the recipient or back to the sender."""
    return any(ends_journey(scan.event_type) or scan.event_type in _FINAL for scan in checkpoints)


def newest_stamp(checkpoints: Iterable[Checkpoint]) -> OccurredAt | None:
    """Return the newest stamp, the payload's own clock; None where no scan is dated."""
    stamps = [scan.occurred_at for scan in checkpoints if scan.occurred_at]
    return max(stamps, key=lambda at: (at.instant_us, at.zone_source is ZoneSource.SENT), default=None)


def estimate_on(
    day: date | None, stated_at: OccurredAt | None, window: tuple[str | None, str | None] = (None, None), reason: str = ""
) -> list[Estimate]:
    """Make the estimate of one day, or none."""
    if day is None:
        return []
    return [
        Estimate(from_on=day, to_on=day, from_time=window[0], to_time=window[1], stated_at=stated_at, reason=reason or None),
    ]
