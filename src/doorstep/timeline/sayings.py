"""Estimates as they are said, in any order and any number of times → those kept on a shipment's row."""

from collections.abc import Iterable
from datetime import date

import msgspec

from doorstep.domain.tracking import Estimate
from doorstep.timeline.doubts import SURELY_LATE

#: Estimates kept of one shipment; of those that no figure rests on, the oldest stated go first.
MOST = 40
#: Before any time that is told.
_UNTOLD = float("-inf")


def take_estimates(kept: list[Estimate], said: Iterable[Estimate]) -> bool:
    """Add estimates to those kept, in place; tell whether anything changed."""
    changed = False
    for new in said:
        changed = _take(kept, new) or changed
    if len(kept) > MOST:
        _forget_oldest(kept)
    return changed


def _take(kept: list[Estimate], new: Estimate) -> bool:
    """Of the same word said again the first and the newest saying are kept: carriers repeat their estimate with every scan.

    The newest is believed; by the first one reckons who knew how early.
    """
    same = [position for position, known in enumerate(kept) if known == new or _same_word(known, new)]
    if any(kept[position] == new for position in same):
        return False
    if len(same) < 2:  # noqa: PLR2004 - a first and a newest
        kept.append(new)
        return True
    first, newest = (choose(same, key=lambda position: _when(kept[position])) for choose in (min, max))
    if _when(kept[first]) < _when(new) < _when(kept[newest]):
        return False
    kept[first if _when(new) < _when(kept[first]) else newest] = new
    return True


def _same_word(known: Estimate, new: Estimate) -> bool:
    return known.to_on == new.to_on and known.source == new.source and msgspec.structs.replace(known, stated_at=new.stated_at) == new


def _when(estimate: Estimate) -> tuple[float, str]:
    stated = estimate.stated_at
    return (stated.instant.timestamp(), str(stated)) if stated else (_UNTOLD, "")


def _forget_oldest(estimates: list[Estimate]) -> None:
    """Keep as many as are allowed: those that figures rest on, and the newest of the others."""
    estimates.sort(key=_when, reverse=True)
    marks = _landmarks(estimates)
    others = [position for position in range(len(estimates)) if position not in marks]
    kept = sorted([*marks, *others[: max(0, MOST - len(marks))]])
    estimates[:] = [estimates[position] for position in kept]


def _landmarks(newest_first: list[Estimate]) -> set[int]:
    """Where the newest and the first word of every source stand, and the first in which it said that the promise will be missed."""
    promised = next((estimate.to_on for estimate in newest_first if estimate.source == "shop"), None)
    newest: dict[str, int] = {}
    first: dict[str, int] = {}
    first_late: dict[str, int] = {}
    for position, estimate in enumerate(newest_first):
        newest.setdefault(estimate.source, position)
        first[estimate.source] = position
        if _says_late(estimate, promised):
            first_late[estimate.source] = position
    return {*newest.values(), *first.values(), *first_late.values()}


def _says_late(estimate: Estimate, promised: date | None) -> bool:
    if estimate.source == "model":
        return (estimate.late_chance or 0.0) >= SURELY_LATE
    return promised is not None and estimate.to_on > promised
