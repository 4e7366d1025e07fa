"""Forecasts of finished deliveries → how far the model, the promise and the lane median were off."""

import math
from collections.abc import Sequence

import msgspec

from doorstep.timeline.estimating.forecasting import Forecast


class Figures(msgspec.Struct, frozen=True):
    """How good the forecasts were; None where it cannot be said (nothing promised; none late, or all)."""

    n: int
    #: Mean absolute error, days: ours, the promised day's, the lane median's.
    mae_days: float | None
    promise_mae_days: float | None
    lane_median_mae_days: float | None
    #: Share of deliveries on a day within their window.
    coverage_80: float | None
    #: Mean length of the windows in days, first and last included.
    width_days: float | None
    late_auc: float | None
    late_average_precision: float | None


def figures(made: Sequence[Forecast]) -> Figures:
    """Sum forecasts of finished deliveries up."""
    if not made:
        return Figures(0, None, None, None, None, None, None, None)
    ends = [(one, one.known.delivery.delivered or 0.0) for one in made]
    promised = [abs(one.known.delivery.promised - end) for one, end in ends if one.known.delivery.promised is not None]
    ranked = [(one.late_chance, one.known.delivery.is_late) for one in made if one.late_chance is not None]
    return Figures(
        n=len(made),
        mae_days=_mean([abs(one.known.at + one.days - end) for one, end in ends]),
        promise_mae_days=_mean(promised),
        lane_median_mae_days=_mean([abs(one.known.at + one.lane_median - end) for one, end in ends]),
        coverage_80=_mean([float(one.window.first <= math.floor(end) <= one.window.last) for one, end in ends]),
        width_days=_mean([one.window.last - one.window.first + 1.0 for one in made]),
        late_auc=area_under_curve(ranked),
        late_average_precision=average_precision(ranked),
    )


def area_under_curve(ranked: Sequence[tuple[float, bool]]) -> float | None:
    """Return the chance that a late delivery was given a higher chance than a punctual one, ties half; None: only one kind."""
    late = sum(is_late for _, is_late in ranked)
    punctual = len(ranked) - late
    if not late or not punctual:
        return None
    won, below = 0.0, 0
    for hits, misses in _by_chance(ranked):
        won += hits * (below + misses / 2)
        below += misses
    return won / (late * punctual)


def average_precision(ranked: Sequence[tuple[float, bool]]) -> float | None:
    """Return the precision averaged over the late deliveries, highest chance first; None: none was late."""
    late = sum(is_late for _, is_late in ranked)
    if not late:
        return None
    total, found, taken = 0.0, 0, 0
    for hits, misses in reversed(_by_chance(ranked)):
        found, taken = found + hits, taken + hits + misses
        total += hits * found / taken
    return total / late


def _by_chance(ranked: Sequence[tuple[float, bool]]) -> list[tuple[int, int]]:
    """Count (late, punctual) at each chance given, lowest first."""
    counts: dict[float, tuple[int, int]] = {}
    for chance, is_late in ranked:
        hits, misses = counts.get(chance, (0, 0))
        counts[chance] = (hits + is_late, misses + (not is_late))
    return [counts[chance] for chance in sorted(counts)]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
