"""A span of days, what to tell apart → a merchant's delivery performance in whole weeks."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from doorstep.errors import BadInputError
from doorstep.insights.performance import By, Performance, added, performance_of
from doorstep.store import tallies
from doorstep.store.database import Tx

_WEEK = timedelta(days=7)
#: Weeks of one report at most: five years.
MOST_WEEKS = 261
#: Weeks of a report that names no span.
USUAL_WEEKS = 12


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """How deliveries went in one group."""

    #: A carrier's slug, a service ("" untold), a lane ("DE-ES"), or the Monday of a week.
    key: str
    figures: Performance


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How a merchant's deliveries went."""

    #: The Monday on which it begins and the Sunday on which it ends: weeks are counted whole.
    from_on: date
    to_on: date
    by: By
    whole: Performance
    #: Most shipments first; weeks in their order.
    groups: list[Group]
    #: Days from the first scan to the delivery → shipments, of the whole.
    transit_days: dict[int, int]


def weeks_of(first: date | None, last: date | None, today: date, most: int = MOST_WEEKS) -> tuple[date, date]:
    """Widen a span to whole weeks: the Monday of its first and of its last week; where none is named, the last twelve weeks.

    Raises:
        BadInputError: it ends before it begins, or is too long.
    """
    last = last or today
    try:
        first = first or _monday(last) - _WEEK * (USUAL_WEEKS - 1)
        begins, ends = _monday(first), _monday(last)
        _ = ends + _WEEK
    except OverflowError as error:
        raise BadInputError("from, to: days of a calendar") from error
    if first > last:
        raise BadInputError("from, to: it ends before it begins")
    if (ends - begins) // _WEEK >= most:
        raise BadInputError(f"from, to: at most {most} weeks")
    return begins, ends


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


async def report(
    tx: Tx, merchant_id: int, weeks: tuple[date, date], by: By = By.CARRIER, only: Mapping[str, str | None] | None = None
) -> Report:
    """Read a merchant's delivery performance; `weeks` as `weeks_of` tells them, `only` as `tallies.sums` takes it."""
    sums = await tallies.sums(tx, merchant_id, *weeks, by, only)
    counts = added(sums.values())
    groups = [Group(key=key, figures=performance_of(of)) for key, of in sums.items()]
    if by is By.WEEK:
        groups.sort(key=lambda one: one.key)
    else:
        groups.sort(key=lambda one: (-one.figures.finished, one.key))
    return Report(
        from_on=weeks[0],
        to_on=weeks[1] + _WEEK - timedelta(days=1),
        by=by,
        whole=performance_of(counts),
        groups=groups,
        transit_days={int(name[8:]): times for name, times in sorted(counts.items()) if name.startswith("transit.") and times},
    )
