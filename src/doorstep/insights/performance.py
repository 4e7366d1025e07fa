"""Counts of finished shipments → shares with their range, days, problems per thousand, grams of carbon, how reliable we were."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from math import ceil, sqrt

import msgspec

#: Shipments below which nothing is told to the public: a share of fewer says little, and may tell of one person's parcel.
LEAST_PUBLIC = 20
#: Days without a scan from which a shipment counts as silent.
SILENT_DAYS = 2
#: Of the normal distribution, for a range that holds 19 times in 20.
_Z = 1.959964


class By(StrEnum):
    """What figures are told apart by."""

    CARRIER = "carrier"
    SERVICE = "service"
    LANE = "lane"
    WEEK = "week"


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """A share of shipments, with its 95 % range (Wilson)."""

    times: int
    of: int
    #: 0 to 1; None: of nothing.
    share: float | None
    low: float | None
    high: float | None


class Performance(msgspec.Struct, frozen=True, kw_only=True):
    """How deliveries went in one group."""

    #: Ended shipments: delivered or returned.
    finished: int
    delivered: int
    returned: int
    #: Delivered by the last day of the carrier's first estimate, of those that had one.
    on_time: Share
    #: Delivered by the last day promised at checkout, of those with a promise.
    promise_kept: Share
    #: Delivered before the first day promised.
    promise_early: Share
    #: Delivered without a failed attempt, of those that were tried.
    first_attempt: Share
    #: With `SILENT_DAYS` or more between two scans, of those with two.
    silent: Share
    #: Calendar days from the first scan to the delivery; None: nothing is known.
    transit_p10_days: int | None
    transit_median_days: int | None
    transit_p90_days: int | None
    #: How many of the delivered that is known of.
    transit_of: int
    #: Days of the longest silence that nine in ten did not exceed.
    silence_p90_days: int | None
    #: Problems opened per thousand finished shipments, and the kinds, most frequent first.
    pitfalls_per_thousand: float | None
    pitfalls: dict[str, int]
    #: Fetched from a pick-up point or locker, of the finished.
    pickup: Share
    #: Mean grams CO2e, and of how many.
    carbon_mean_g: int | None
    carbon_of: int
    #: Arrived within our own first window, of those that we gave one; and the mean chance it was stated with, 0 to 1.
    window_held: Share
    window_chance: float | None
    #: Mean days in such a window, both ends counted.
    window_mean_days: float | None
    #: Missed the promise indeed, of those we said would.
    warnings_right: Share
    #: We said so before the promised day was over, of those that missed the promise and that we estimated.
    late_foretold: Share
    #: We said so before a carrier's estimate did, of those foretold.
    foretold_first: Share
    #: Mean days from our saying so to the promised day, of those foretold.
    warning_mean_days: float | None


def wilson(times: int, of: int) -> tuple[float, float]:
    """The range in which a share lies 19 times in 20.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.

    Raises:
        ValueError: of nothing, or more than all.
    """
    if not 0 <= times <= of or of == 0:
        message = "a share is of something, and at most all of it"
        raise ValueError(message)
    seen, squared = times / of, _Z * _Z
    middle = seen + squared / (2 * of)
    spread = _Z * sqrt(seen * (1 - seen) / of + squared / (4 * of * of))
    whole = 1 + squared / of
    low = 0.0 if times == 0 else (middle - spread) / whole
    return low, 1.0 if times == of else (middle + spread) / whole


def share_of(times: int, of: int) -> Share:
    """Make a share with its range."""
    if of == 0:
        return Share(times=0, of=0, share=None, low=None, high=None)
    low, high = wilson(times, of)
    return Share(times=times, of=of, share=round(times / of, 4), low=round(low, 4), high=round(high, 4))


def days_at(counts: Mapping[int, int], quantile: float) -> int | None:
    """The nearest-rank quantile of days → how many; None of nothing."""
    rank = ceil(quantile * sum(counts.values()))
    for days in sorted(counts):
        rank -= counts[days]
        if rank <= 0:
            return days
    return None


def added(tallies: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Add counts up."""
    whole: Counter[str] = Counter()
    for counts in tallies:
        whole.update(counts)
    return whole


def performance_of(counts: Mapping[str, int]) -> Performance:
    """Make figures of counts."""

    def times(name: str) -> int:
        return counts.get(name, 0)

    transit, silence = _spans(counts, "transit."), _spans(counts, "silence.")
    kinds = {name.removeprefix("pitfall."): n for name, n in counts.items() if name.startswith("pitfall.") and n}
    finished = times("finished")
    return Performance(
        finished=finished,
        delivered=times("delivered"),
        returned=times("returned"),
        on_time=share_of(times("on_time"), times("expected")),
        promise_kept=share_of(times("promise_kept"), times("promised")),
        promise_early=share_of(times("promise_early"), times("promised")),
        first_attempt=share_of(times("first_attempt"), times("attempted")),
        silent=share_of(sum(n for days, n in silence.items() if days >= SILENT_DAYS), sum(silence.values())),
        transit_p10_days=days_at(transit, 0.1),
        transit_median_days=days_at(transit, 0.5),
        transit_p90_days=days_at(transit, 0.9),
        transit_of=sum(transit.values()),
        silence_p90_days=days_at(silence, 0.9),
        pitfalls_per_thousand=round(1000 * sum(kinds.values()) / finished, 1) if finished else None,
        pitfalls=dict(sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))),
        pickup=share_of(times("pickup"), finished),
        carbon_mean_g=round(times("carbon_g") / times("weighed")) if times("weighed") else None,
        carbon_of=times("weighed"),
        window_held=share_of(times("window_held"), times("windowed")),
        window_chance=_mean(times("window_percent"), 100 * times("windowed"), 2),
        window_mean_days=_mean(times("window_days"), times("windowed"), 1),
        warnings_right=share_of(times("warned_late"), times("warned")),
        late_foretold=share_of(times("warned_late"), times("late_watched")),
        foretold_first=share_of(times("warned_first"), times("warned_late")),
        warning_mean_days=_mean(times("warning_days"), times("warned_late"), 1),
    )


def _mean(whole: int, of: int, places: int) -> float | None:
    return round(whole / of, places) if of else None


def _spans(counts: Mapping[str, int], prefix: str) -> dict[int, int]:
    return {int(name.removeprefix(prefix)): n for name, n in counts.items() if name.startswith(prefix) and n > 0}
