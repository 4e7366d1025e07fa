"""Estimates as they are said, in any order and any number of times → those kept on a shipment's row."""

from collections.abc import Iterable

import msgspec

from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate

#: Estimates kept of one shipment; the oldest stated go first.
MOST = 40


def take_estimates(kept: list[Estimate], said: Iterable[Estimate]) -> bool:
    """Add estimates to those kept, in place; tell whether anything changed."""
    changed = False
    for new in said:
        changed = _take(kept, new) or changed
    if len(kept) > MOST:
        _forget_oldest(kept)
    return changed


def _take(kept: list[Estimate], new: Estimate) -> bool:
    """Of the same word said again only the newest saying is kept: carriers repeat their estimate with every scan."""
    for position, known in enumerate(kept):
        if known == new:
            return False
        if known.to_on == new.to_on and known.source == new.source and msgspec.structs.replace(known, stated_at=new.stated_at) == new:
            if not _is_later(new.stated_at, known.stated_at):
                return False
            kept[position] = new
            return True
    kept.append(new)
    return True


def _is_later(new: OccurredAt | None, known: OccurredAt | None) -> bool:
    if new is None or known is None:
        return new is not None
    return new.instant > known.instant or (new.instant == known.instant and str(new) > str(known))


def _forget_oldest(estimates: list[Estimate]) -> None:
    """Keep as many as are allowed, and of every source its newest word."""
    estimates.sort(key=lambda e: e.stated_at.instant.timestamp() if e.stated_at else 0.0, reverse=True)
    newest = {e.source: position for position, e in reversed(list(enumerate(estimates)))}
    others = [position for position in range(len(estimates)) if position not in newest.values()]
    kept = sorted([*newest.values(), *others[: max(0, MOST - len(newest))]])
    estimates[:] = [estimates[position] for position in kept]
