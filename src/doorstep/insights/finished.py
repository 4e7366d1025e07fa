"""A finished shipment → what it counts for, in which week, under which carrier, service and lane."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import msgspec

from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Status
from doorstep.insights.foretelling import CARRIERS_WORD, first_word, foretold, local_day

#: Statuses with which a shipment is finished and counts. A cancelled one never travelled.
FINISHED = frozenset({Status.DELIVERED, Status.RETURNED})
#: Longer spans are counted as this many days.
MOST_DAYS = 60
#: Countries whose own lanes are told apart by the region of the destination: one lane for all of them says little.
_BY_REGION = frozenset({"US", "CA", "AU", "BR", "IN", "MX", "CN"})
_LONGEST_REGION = 40


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a shipment that came to its end."""

    carrier: str
    #: As the carrier or the shop names it; None untold.
    service: str | None
    #: ISO 3166-1 alpha-2; None untold.
    origin: str | None
    destination: str | None
    #: State or province of the address, as the shop writes it.
    region: str | None
    #: IANA zone of the recipient; None untold: UTC is taken, which may be a day off.
    zone: str | None
    status: Status
    #: Aware UTC of the delivery, or of the return; None undated: it counts nowhere.
    ended_at: datetime | None
    #: Aware UTC when it was at the door or lay ready to be fetched, whichever came first; None: as `ended_at`, where it was delivered.
    arrived_at: datetime | None = None
    #: First scan with the goods in hand; None undated.
    first_scan_at: datetime | None
    attempts: int
    estimates: Sequence[Estimate] = ()
    #: Aware UTC of the dated scans that count, up to the end, in any order.
    scanned_at: Sequence[datetime] = ()
    #: Fetched from, or sent to, a pick-up point or locker.
    pickup: bool = False
    #: Kind of problem → how often it was open.
    pitfalls: Mapping[str, int] = {}
    #: Grams CO2e; None unknown.
    carbon_g: int | None = None


class Tally(msgspec.Struct, frozen=True):
    """What one finished shipment counts for."""

    #: Monday of the week in which it ended, by the recipient's calendar.
    week: date
    carrier: str
    #: "" untold.
    service: str
    #: "DE-ES", "US-US/CA"; "-ES" where the origin is untold.
    lane: str
    #: Measure → how much; all of them are sums, so that parts add up to the whole.
    counts: dict[str, int]


def lane_of(origin: str | None, destination: str | None, region: str | None) -> str:
    """Name a lane; both countries unknown is ""."""
    if origin is None and destination is None:
        return ""
    lane = f"{origin or ''}-{destination or ''}"
    if origin == destination and destination in _BY_REGION and region and (word := " ".join(region.split()).upper()[:_LONGEST_REGION]):
        lane += f"/{word}"
    return lane


def tally_of(finished: Finished, *, surely_late: float) -> Tally | None:
    """Count a shipment; None where it has not ended, or nobody says when.

    `surely_late` is the chance of missing the promise from which on we say that it will.
    """
    if finished.status not in FINISHED or finished.ended_at is None:
        return None
    ended_on = local_day(finished.ended_at, finished.zone)
    delivered = finished.status is Status.DELIVERED
    counts = {"finished": 1, finished.status.value: 1}
    if finished.pickup:
        counts["pickup"] = 1
    if delivered or finished.attempts:
        counts["attempted"] = 1
        counts["first_attempt"] = int(delivered and finished.attempts == 0)
    counts |= _held_against(finished, ended_on if delivered else None)
    arrived_on = local_day(finished.arrived_at or finished.ended_at, finished.zone) if delivered else None
    counts |= foretold(finished.estimates, arrived_on, finished.zone, surely_late)
    if (
        delivered
        and finished.first_scan_at is not None
        and (days := (ended_on - local_day(finished.first_scan_at, finished.zone)).days) >= 0
    ):
        counts[f"transit.{min(days, MOST_DAYS):02}"] = 1
    if (longest := _longest_silence(finished.scanned_at)) is not None:
        counts[f"silence.{min(longest.days, MOST_DAYS):02}"] = 1
    counts |= {f"pitfall.{kind}": times for kind, times in finished.pitfalls.items()}
    if finished.pitfalls:
        counts["troubled"] = 1
    if finished.carbon_g is not None:
        counts |= {"weighed": 1, "carbon_g": finished.carbon_g}
    lane = lane_of(finished.origin, finished.destination, finished.region)
    week = ended_on - timedelta(days=ended_on.weekday())
    return Tally(week, finished.carrier, finished.service or "", lane, {name: times for name, times in counts.items() if times})


def _held_against(finished: Finished, delivered_on: date | None) -> dict[str, int]:
    """Hold the day of delivery (None: never) against the carrier's first word and the shop's promise."""
    counts: dict[str, int] = {}
    if first := first_word(finished.estimates, CARRIERS_WORD):
        counts |= {"expected": 1, "on_time": int(delivered_on is not None and delivered_on <= first.to_on)}
    promise = next((estimate for estimate in finished.estimates if estimate.source == "shop"), None)
    if promise:
        counts |= {
            "promised": 1,
            "promise_kept": int(delivered_on is not None and delivered_on <= promise.to_on),
            "promise_early": int(delivered_on is not None and delivered_on < promise.from_on),
        }
    return counts


def _longest_silence(scanned_at: Sequence[datetime]) -> timedelta | None:
    """The longest time between two scans; None with fewer than two."""
    return max((later - earlier for earlier, later in pairwise(sorted(scanned_at))), default=None)
