"""The estimates kept of a finished shipment, and when it arrived → what our own windows and warnings count for."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from doorstep.domain.tracking import Estimate

#: Sources by which a carrier speaks.
CARRIERS_WORD = frozenset({"carrier", "aggregator"})
_OURS = frozenset({"model"})
_UNTOLD = float("-inf")


def local_day(moment: datetime, zone: str | None) -> date:
    """Name the day of an aware moment by the recipient's calendar; UTC where the zone is untold."""
    return moment.astimezone(ZoneInfo(zone) if zone else UTC).date()


def first_word(estimates: Sequence[Estimate], sources: Collection[str]) -> Estimate | None:
    """Find the earliest estimate of some sources: later ones know more. One stated at no told time ranks last."""
    return min((estimate for estimate in estimates if estimate.source in sources), key=_stated, default=None)


def _stated(estimate: Estimate) -> tuple[bool, float, date, date]:
    stamp = estimate.stated_at
    return (stamp is None, stamp.instant.timestamp() if stamp else 0.0, estimate.to_on, estimate.from_on)


def foretold(estimates: Sequence[Estimate], arrived_on: date | None, zone: str | None, surely_late: float) -> dict[str, int]:
    """Hold our own estimates against the day of arrival (None: never arrived); `surely_late` is the chance from which on we call it late."""
    return _window(estimates, arrived_on) | _warning(estimates, arrived_on, zone, surely_late)


def _window(estimates: Sequence[Estimate], arrived_on: date | None) -> dict[str, int]:
    first = first_word(estimates, _OURS)
    if first is None:
        return {}
    return {
        "windowed": 1,
        "window_held": int(arrived_on is not None and first.from_on <= arrived_on <= first.to_on),
        "window_days": (first.to_on - first.from_on).days + 1,
        "window_percent": round(100 * (first.confidence or 0.0)),
    }


def _warning(estimates: Sequence[Estimate], arrived_on: date | None, zone: str | None, surely_late: float) -> dict[str, int]:
    """Count what was said of the promise while it could still hold, and whether it did."""
    promised = next((estimate.to_on for estimate in estimates if estimate.source == "shop"), None)
    ours = [estimate for estimate in estimates if estimate.source in _OURS]
    if promised is None or not ours:
        return {}
    late = arrived_on is None or arrived_on > promised
    counts = {"late_watched": int(late)}
    said = [one.stated_at.instant for one in ours if one.stated_at is not None and (one.late_chance or 0.0) >= surely_late]
    warned_at = min((at for at in said if local_day(at, zone) <= promised), default=None)
    if warned_at is None:
        return counts
    counts["warned"] = 1
    if late:
        counts["warned_late"] = 1
        counts["warned_first"] = int(warned_at.timestamp() < _carrier_said_so(estimates, promised))
        counts["warning_days"] = (promised - local_day(warned_at, zone)).days
    return counts


def _carrier_said_so(estimates: Sequence[Estimate], promised: date) -> float:
    """When a carrier's estimate first lay beyond the promise; at an untold time counts as before us, never as after us."""
    beyond = (estimate.stated_at for estimate in estimates if estimate.source in CARRIERS_WORD and estimate.to_on > promised)
    return min((stamp.instant.timestamp() if stamp else _UNTOLD for stamp in beyond), default=float("inf"))
