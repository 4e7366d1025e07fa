"""Estimates, in any order and any number of times → the one to believe."""

from collections.abc import Iterable
from datetime import date

from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate

#: From most to least credible. An unknown source ranks behind all.
CREDIBILITY = ("carrier", "model", "aggregator", "shop")
_RANKS = {source: rank for rank, source in enumerate(CREDIBILITY)}


def best_estimate(estimates: Iterable[Estimate], *, stated_from_us: int | None = None) -> Estimate | None:
    """Choose the newest word of the most credible source, unless it has lapsed before a less credible source spoke.

    Our own model is believed before a carrier's older word, too, where it is nearly sure that the carrier's last day fails: its
    window begins after it.
    `stated_from_us` (microseconds UTC) leaves out what was stated before, or at no told time.
    """
    every = list(estimates)
    if stated_from_us is not None:
        every = [estimate for estimate in every if _stated_us(estimate.stated_at) >= stated_from_us]
    if len(every) < 2:  # noqa: PLR2004 - nothing to choose from
        return every[0] if every else None
    newest: list[Estimate | None] = [None] * (len(CREDIBILITY) + 1)
    for estimate in every:
        rank = _RANKS.get(estimate.source, len(CREDIBILITY))
        known = newest[rank]
        if known is None or (known is not estimate and _is_newer(estimate, known)):
            newest[rank] = estimate
    best: Estimate | None = None
    for other in newest:
        if other is not None and (best is None or _outdoes(other, best)):
            best = other
    return best


def _outdoes(other: Estimate, best: Estimate) -> bool:
    if other.stated_at is None:
        return False
    return best.to_on < date.fromisoformat(other.stated_at.local[:10]) or _knows_better(other, best)


def _knows_better(other: Estimate, best: Estimate) -> bool:
    return other.source == "model" and other.from_on > best.to_on and _stated_us(other.stated_at) > _stated_us(best.stated_at)


def _stated_us(stated_at: OccurredAt | None) -> int:
    return stated_at.instant_us if stated_at else -1 << 62


def _is_newer(estimate: Estimate, known: Estimate) -> bool:
    stated, before = estimate.stated_at, known.stated_at
    if stated is not None and before is not None and stated.offset == before.offset and stated.local[:10] != before.local[:10]:
        return stated.local > before.local  # the same clock: its days tell, at a tenth of the cost
    mine, other = _stated_us(stated), _stated_us(before)
    return mine > other or (mine == other and estimate != known and _order(estimate) > _order(known))


def _order(estimate: Estimate) -> tuple[int, str, str, str, str, str, str, float, str]:
    """Newest stated last; of two stated at once the later day, then the finer window; the rest only makes the choice certain."""
    return (
        _stated_us(estimate.stated_at),
        estimate.to_on.isoformat(),
        estimate.from_on.isoformat(),
        estimate.to_time or "",
        estimate.from_time or "",
        estimate.source,
        estimate.reason or "",
        -1.0 if estimate.confidence is None else estimate.confidence,
        str(estimate.stated_at),
    )
