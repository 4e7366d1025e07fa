"""How long scans were apart, counted by merchant, carrier, service, lane and stage → how long a silence is too long."""

import math
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

import msgspec

from doorstep.domain.shipments import Around, Folded
from doorstep.domain.tracking import Scan
from doorstep.timeline.ordering import DAY_US
from doorstep.timeline.rests import waited_h
from doorstep.timeline.stages import STAGE_OF, Stage
from doorstep.timeline.whereabouts import calendar_at

#: Upper edges of the buckets in hours, two to a doubling: one hour to about four months. What is longer falls into one bucket more.
EDGES_H = tuple(2 ** (step / 2) for step in range(24))
#: A silence is too long once fewer than this share of such gaps last so long.
RARE = 0.02
#: Gaps that a broader level counts for when a narrower one has few of its own.
WEIGHT = 50.0
#: Median and the length that `RARE` exceed, in hours outside days of rest: the house's opinion until parcels have taught better.
#: A plausible reading of carriers' own service descriptions, not a measurement.
PRIOR_H: Mapping[Stage, tuple[float, float]] = {
    Stage.ANNOUNCED: (20, 96),
    Stage.COLLECTION: (10, 48),
    Stage.TRANSIT: (12, 72),
    Stage.BORDER: (48, 336),
    Stage.CUSTOMS: (36, 240),
    Stage.PARTNER: (20, 120),
    Stage.UNTRACKED: (72, 288),
    Stage.DEPOT: (10, 48),
    Stage.TOUR: (6, 30),
    Stage.ATTEMPT: (20, 96),
    Stage.CARDED: (36, 240),
    Stage.HELD: (30, 168),
    Stage.POINT: (36, 240),
    Stage.RETURNING: (48, 336),
}
#: Under way between countries a parcel is scanned so many times less often, in these stages.
_ABROAD, STRETCHED = 2.0, frozenset({Stage.TRANSIT, Stage.RETURNING})
_TRIED = frozenset({Stage.ATTEMPT, Stage.CARDED})
#: Longer gaps belong to nobody's ordinary parcel and would only teach patience with the lost.
_LONGEST_US = 120 * DAY_US

#: Carrier, service, lane, stage.
Key = tuple[str, str, str, Stage]
Shares = tuple[float, ...]


def lane_of(origin: str | None, destination: str | None) -> str:
    """Name a lane, "CN-ES"; "" where neither end is known."""
    return f"{origin or ''}-{destination or ''}" if origin or destination else ""


def bucket_of(hours: float) -> int:
    """Name the bucket of a gap: 0 up to `len(EDGES_H)`."""
    return 0 if hours <= 1 else min(len(EDGES_H), math.ceil(2 * math.log2(hours) - 1e-9))


@cache
def prior(stage: Stage, *, abroad: bool) -> Shares:
    """Spread the house's opinion over the buckets, as a log-normal gap would fall."""
    median, rare = PRIOR_H[stage]
    stretch = _ABROAD if abroad and stage in STRETCHED else 1.0
    spread = math.log(rare / median) / 2.0537  # the standard normal's quantile of 0.98
    below = [0.5 * (1 + math.erf(math.log(edge / (median * stretch)) / (spread * math.sqrt(2)))) for edge in EDGES_H]
    edges = [0.0, *below, 1.0]
    return tuple(high - low for low, high in pairwise(edges))


def shrunk(counts: Mapping[int, int] | None, parent: Shares) -> Shares:
    """Mix what was counted with a broader level's shares: the more is counted, the less the broader one says."""
    if not counts:
        return parent
    total = sum(counts.values()) + WEIGHT
    return tuple((counts.get(bucket, 0) + WEIGHT * share) / total for bucket, share in enumerate(parent))


def too_long_h(shares: Shares) -> float:
    """Tell the hours that only `RARE` of the gaps exceed, between two edges by proportion of their logarithms."""
    beyond = 1.0
    for bucket, share in enumerate(shares):
        if beyond - share <= RARE:
            if bucket >= len(EDGES_H):
                return EDGES_H[-1]
            low, high = EDGES_H[bucket - 1] if bucket else EDGES_H[0] / 2, EDGES_H[bucket]
            return float(low * (high / low) ** ((beyond - RARE) / share if share else 1.0))
        beyond -= share
    return EDGES_H[-1]


class Counted(msgspec.Struct, frozen=True):
    """So many gaps of one length."""

    merchant_id: int
    carrier: str
    service: str
    lane: str
    stage: str
    bucket: int
    times: int


class Gaps:
    """All that was learnt of gaps, from broad to narrow; each answer is worked out once."""

    def __init__(self, counted: Iterable[Counted] = ()) -> None:
        self._levels: dict[tuple[object, ...], dict[int, int]] = {}
        self._known: dict[tuple[int, str, str | None, str | None, str | None, Stage, bool], float] = {}
        # One look-up for the buckets of a key, not one for each of its levels: there may be hundreds of thousands of them.
        of_key: dict[tuple[object, ...], list[dict[int, int]]] = {}
        for one in counted:
            key = (one.merchant_id, one.carrier, one.service, one.lane, one.stage)
            all_counts = of_key.get(key)
            if all_counts is None:
                all_counts = of_key[key] = [self._levels.setdefault(level, {}) for level in _levels(*key)]
            for counts in all_counts:
                counts[one.bucket] = counts.get(one.bucket, 0) + one.times

    def patience_h(
        self,
        merchant_id: int,
        carrier: str,
        service: str | None,
        origin: str | None,
        destination: str | None,
        stage: Stage,
        *,
        abroad: bool,
    ) -> float:
        """Tell after how many hours outside days of rest a silence is too long; `abroad`: the parcel goes over a border."""
        key = (merchant_id, carrier, service, origin, destination, stage, abroad)
        known = self._known.get(key)
        if known is None:
            shares = prior(stage, abroad=abroad)
            for level in _levels(merchant_id, carrier, service or "", lane_of(origin, destination), stage):
                shares = shrunk(self._levels.get(level), shares)
            known = self._known[key] = too_long_h(shares)
        return known


def _levels(merchant_id: int, carrier: str, service: str, lane: str, stage: str) -> tuple[tuple[object, ...], ...]:
    """From broad to narrow: everybody, the carrier, its lane, its service on the lane, this merchant's parcels with it."""
    return (
        (stage,),
        (carrier, stage),
        (carrier, lane, stage),
        (carrier, service, lane, stage),
        (merchant_id, carrier, service, lane, stage),
    )


def gaps_of(folded: Folded, scans: Iterable[Scan], around: Around) -> list[tuple[Stage, int]]:
    """Measure the gaps of an ended shipment: the stage of the earlier scan, and the bucket. Dates without a time tell none.

    Stages and days of rest are those by which the silence would have been judged then.
    """
    there = {scan.fingerprint: scan for scan in scans}
    told: list[tuple[Stage, int]] = []
    so_far: set[str] = set()
    earlier: tuple[Stage | None, int] | None = None
    ended_us, tried, back = _us(folded), False, False
    for fingerprint in folded.counted:
        scan = there.get(fingerprint)
        if scan is None or scan.instant_us is None or not scan.precision:
            continue
        stage = STAGE_OF.get(scan.event_type)
        ended = scan.instant_us == ended_us
        if stage is None and not ended:
            continue
        if earlier is not None and earlier[0] is not None and 0 <= scan.instant_us - earlier[1] <= _LONGEST_US:
            hours = waited_h(earlier[1], scan.instant_us, calendar_at(earlier[0], around, so_far))
            told.append((earlier[0], bucket_of(hours)))
        if ended:
            break
        so_far.add(scan.event_type)
        tried, back = tried or stage in _TRIED, back or scan.is_return or stage is Stage.RETURNING
        earlier = (_as_judged(stage, tried=tried, back=back), scan.instant_us)
    return told


def _as_judged(stage: Stage | None, *, tried: bool, back: bool) -> Stage | None:
    """Name the stage as `stage_of` does: after an attempt a depot is no first one, and the way back is one stage but for what is held."""
    if back and stage not in {None, Stage.HELD, Stage.CUSTOMS}:
        return Stage.RETURNING
    return Stage.ATTEMPT if tried and stage is Stage.DEPOT else stage


def _us(folded: Folded) -> int | None:
    since = folded.status_since
    return None if since is None else round(since.timestamp() * 1e6)
