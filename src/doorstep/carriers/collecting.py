"""A pick-up point's parts as carriers send them → where and until when a parcel can be collected."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import boxed, worded
from doorstep.domain.pickup import OpenHours, PickupPoint
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_NEVER = datetime.min.replace(tzinfo=UTC)
#: Longer texts of a carrier are cut.
_LONGEST = 200


def point_of(  # noqa: PLR0913 - the parts of a point, each by its name
    *,
    kind: str = "",
    name: str = "",
    lines: Iterable[str] = (),
    postcode: str = "",
    city: str = "",
    country: str = "",
    hours: tuple[OpenHours, ...] = (),
    hours_text: str = "",
    collect_by: OccurredAt | None = None,
    code: str = "",
) -> PickupPoint | None:
    """Make a point of the parts a carrier sent, "" for those it did not; None where no part tells where, until when or how."""
    told = tuple(line[:_LONGEST] for line in lines if line)
    if not (name or told or city or postcode or collect_by or code):
        return None
    return PickupPoint(
        kind=kind,
        name=name[:_LONGEST] or None,
        lines=told,
        postcode=postcode or None,
        city=city or None,
        country=country_of(country),
        hours=hours,
        hours_text=hours_text[:_LONGEST] or None,
        collect_by=collect_by,
        code=code[:_LONGEST] or None,
    )


def told_last(told: Iterable[tuple[Checkpoint, PickupPoint | None]]) -> PickupPoint | None:
    """Take the point of the newest scan that tells of one; where none is dated, of the first."""
    told_of = [(scan.occurred_at.instant if scan.occurred_at else _NEVER, point) for scan, point in told if point is not None]
    return max(told_of, key=lambda one: one[0], default=(_NEVER, None))[1]


def hours_by_day(told: Any) -> tuple[OpenHours, ...]:
    """Read {"monday": {"open": "08:00", "close": "22:00"}, …}; days told otherwise are left out."""
    days: Mapping[str, Any] = {str(day).casefold(): stretch for day, stretch in boxed(told).items()}
    found = ((at, worded(boxed(days.get(day)).get("open")), worded(boxed(days.get(day)).get("close"))) for at, day in enumerate(_DAYS))
    return tuple(OpenHours(at, opens[:5], closes[:5]) for at, opens, closes in found if is_clock(opens) and is_clock(closes))


def is_clock(text: str) -> bool:
    """Tell whether a text begins with a time of day, "08:00" to "24:00"."""
    return _CLOCK.match(text) is not None
