"""Connections that are asked → the calls that may be made now, leased: an even share for each, at the pace of its credential."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from doorstep.domain.plugins import Asking
from doorstep.errors import MisconfiguredError
from doorstep.steps.ask.calling import Call
from doorstep.steps.askers import asking_of
from doorstep.steps.directory import Directory
from doorstep.store import ask_leases
from doorstep.store.ask_leases import Bucket, Due
from doorstep.store.database import Tx
from doorstep.store.sealing import Sealer

#: Calls under way at once in one worker, and of those to one provider: so many can an outage hold up, the rest goes on.
CALLS, CALLS_EACH = 32, 8
#: Seconds until another worker may ask about a number; longer than `_LONGEST_CALL_S` and shorter than the schedule's floor.
LEASE_S = 120
#: Tokens of carriers are sealed for this.
PURPOSE = b"ask token"


async def lease(tx: Tx, directory: Directory, now: datetime, busy: Mapping[str, int], free: int) -> list[Call]:
    """Lease up to `free` calls. `busy`: calls under way, by provider."""
    able = {
        (c.merchant_id, c.connection_id): (c, asking)
        for c in directory.askers()
        if c.active and busy.get(c.provider, 0) < CALLS_EACH and (asking := asking_of(c)) is not None
    }
    if not able:
        return []
    buckets = await ask_leases.turns(tx, now, _rotated(list(able), now), {key: asking.burst for key, (_, asking) in able.items()}, free)
    if not buckets:
        return []
    calls = _shared_out(buckets, {key: asking for key, (_, asking) in able.items()}, now, free)
    most = {b.connection_id: calls[b.connection_id] * able[b.merchant_id, b.connection_id][1].most_per_call for b in buckets}
    due = await ask_leases.lease(tx, now, now + timedelta(seconds=LEASE_S), {c: m for c, m in most.items() if m})
    made: list[tuple[Bucket, tuple[Due, ...]]] = []
    held = {b.connection_id: b for b in buckets}
    for connection_id, rows in groupby(due, key=lambda one: one.connection_id):
        bucket = held[connection_id]
        size = able[bucket.merchant_id, connection_id][1].most_per_call
        held_here = tuple(rows)
        made += [(bucket, held_here[at : at + size]) for at in range(0, len(held_here), size)]
    await _draw(tx, buckets, Counter(b.connection_id for b, _ in made), {k: a for k, (_, a) in able.items()}, now)
    ids = await ask_leases.begin(tx, [(b.merchant_id, b.connection_id, len(chunk)) for b, chunk in made], now)
    return [
        Call(
            connection=able[b.merchant_id, b.connection_id][0],
            asking=able[b.merchant_id, b.connection_id][1],
            attempt_id=attempt_id,
            due=chunk,
            credential=b.credential,
            token=_opened(directory.sealer, b.token),
        )
        for attempt_id, (b, chunk) in zip(ids, made, strict=True)
    ]


def _rotated(keys: list[tuple[int, int]], now: datetime) -> list[tuple[int, int]]:
    """Begin somewhere else each time, so that nobody is always last."""
    start = int(now.timestamp() * 10) * 7919 % len(keys)
    return keys[start:] + keys[:start]


def _left(bucket: Bucket, asking: Asking, now: datetime) -> float:
    return min(float(asking.burst), bucket.left_over + max(0.0, (now - bucket.at).total_seconds()) * asking.rate_per_s)


def _shared_out(buckets: Sequence[Bucket], asking: Mapping[tuple[int, int], Asking], now: datetime, free: int) -> dict[int, int]:
    """Give each connection its even share of the free places, as far as its bucket goes; who shares a bucket shares what is in it."""
    left: dict[bytes, float] = {}
    calls: dict[int, int] = {}
    share = max(1, min(CALLS_EACH, free // len(buckets)))
    for bucket in buckets:
        there = left.setdefault(bucket.credential, _left(bucket, asking[bucket.merchant_id, bucket.connection_id], now))
        calls[bucket.connection_id] = min(share, int(there))
        left[bucket.credential] = there - calls[bucket.connection_id]
    return calls


async def _draw(
    tx: Tx, buckets: Sequence[Bucket], made: Mapping[int, int], asking: Mapping[tuple[int, int], Asking], now: datetime
) -> None:
    left: dict[bytes, float] = {}
    resting: dict[tuple[int, int], datetime] = {}
    for bucket in buckets:
        how = asking[bucket.merchant_id, bucket.connection_id]
        left[bucket.credential] = left.get(bucket.credential, _left(bucket, how, now)) - made.get(bucket.connection_id, 0)
    for bucket in buckets:
        if left[bucket.credential] < 1:
            rate = asking[bucket.merchant_id, bucket.connection_id].rate_per_s
            resting[bucket.merchant_id, bucket.connection_id] = now + timedelta(seconds=(1 - left[bucket.credential]) / rate)
    await ask_leases.draw(tx, left, resting, now)


def _opened(sealer: Sealer, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    try:
        return sealer.open(sealed, PURPOSE).get("token", "")
    except MisconfiguredError:  # sealed with a former key: a new one is got
        return ""
