"""Finished deliveries that models are trained on, and the trained models ↔ rows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from doorstep.store.database import Row, Tx

#: New deliveries a merchant needs before a model is trained (again), the time between two trainings, and how long one may take.
_NEW = 20
_BETWEEN = timedelta(days=1)
_LEASE = timedelta(hours=1)
#: Deliveries a model is trained on, the newest; how long they are kept.
MOST = 20_000
_KEPT = timedelta(days=500)
_SWEPT = 5_000


class Past(msgspec.Struct, frozen=True):
    """A finished delivery as it is kept."""

    merchant_id: int
    shipment_id: int
    #: The local day of the delivery.
    ended_on: date
    #: msgpack `timeline.estimating.deliveries.Delivery`.
    document: bytes


# Keep finished deliveries; one that changed replaces what was kept.
_ADD = """
insert into past_delivery (merchant_id, shipment_id, ended_on, document)
select m, s, e, d from unnest($1::bigint[], $2::bigint[], $3::date[], $4::bytea[]) as x (m, s, e, d) order by m, s
on conflict (merchant_id, shipment_id) do update set ended_on = excluded.ended_on, document = excluded.document
"""

# Count what is new since the last training.
_COUNT = """
insert into estimator as e (merchant_id, kept, fresh) select m, n, n from unnest($1::bigint[], $2::bigint[]) as x (m, n) order by m
on conflict (merchant_id) do update set kept = e.kept + excluded.kept, fresh = e.fresh + excluded.fresh
"""

# Take a merchant whose model is to be trained: whoever waited longest, and nobody whom another worker has.
_CLAIM = """
update estimator set busy_until = $1::timestamptz + $2::interval
where merchant_id = (
    select merchant_id from estimator
    where fresh >= $3 and kept >= $4 and (tried_at is null or tried_at <= $1::timestamptz - $5::interval) and (busy_until is null or busy_until <= $1)
    order by tried_at nulls first, merchant_id limit 1 for update skip locked
)
returning merchant_id, fresh
"""

# The merchant's newest finished deliveries.
_HISTORY = "select document from past_delivery where merchant_id = $1 order by ended_on desc, shipment_id desc limit $2"

# Keep what was trained.
_KEEP = """
update estimator set learnt = $2, trained_at = $3, tried_at = $3, deliveries = $4, figures = $5::json, fresh = greatest(fresh - $6, 0), busy_until = null
where merchant_id = $1
"""

# There was not enough to train on, or the training was broken off: the next turn is another day, or soon.
_LET_GO = "update estimator set busy_until = null, tried_at = coalesce($2, tried_at) where merchant_id = $1"

# When whose newest model was trained, the newest first.
_THERE = "select merchant_id, trained_at from estimator where learnt is not null order by trained_at desc"

# Read models.
_READ = "select merchant_id, trained_at, learnt from estimator where merchant_id = any($1) and learnt is not null"

# How good a merchant's model is.
_FIGURES = "select trained_at, deliveries, kept, fresh, figures from estimator where merchant_id = $1"

# Forget what is too old to teach.
_FORGET = """
delete from past_delivery where (merchant_id, shipment_id) in (select merchant_id, shipment_id from past_delivery where ended_on < $1 order by ended_on limit $2)
"""


async def add(tx: Tx, past: Sequence[Past]) -> None:
    """Keep finished deliveries to be learnt from."""
    if not past:
        return
    await tx.execute(_ADD, *zip(*(msgspec.structs.astuple(one) for one in past), strict=True))
    counts: dict[int, int] = {}
    for one in past:
        counts[one.merchant_id] = counts.get(one.merchant_id, 0) + 1
    await tx.execute(_COUNT, list(counts), list(counts.values()))


async def claim(tx: Tx, now: datetime, enough: int) -> tuple[int, int] | None:
    """Take the merchant whose turn it is, with how many deliveries are new; None: nobody's. It comes back after an hour."""
    row = await tx.fetchrow(_CLAIM, now, _LEASE, _NEW, enough, _BETWEEN)
    return (row["merchant_id"], row["fresh"]) if row else None


async def history(tx: Tx, merchant_id: int) -> list[bytes]:
    """Read a merchant's newest finished deliveries, `MOST` at most."""
    return [row["document"] for row in await tx.fetch(_HISTORY, merchant_id, MOST)]


async def keep(tx: Tx, merchant_id: int, learnt: bytes, now: datetime, *, deliveries: int, figures: str, fresh: int) -> None:
    """Keep a trained model in the place of the one before."""
    await tx.execute(_KEEP, merchant_id, learnt, now, deliveries, figures, fresh)


async def let_go(tx: Tx, merchant_id: int, tried_at: datetime | None = None) -> None:
    """Give a merchant back untrained; with `tried_at` its next turn is a day later."""
    await tx.execute(_LET_GO, merchant_id, tried_at)


async def there(tx: Tx) -> dict[int, datetime]:
    """Tell of all merchants with a model when it was trained, the newest first."""
    return {row["merchant_id"]: row["trained_at"] for row in await tx.fetch(_THERE)}


async def read(tx: Tx, merchants: Sequence[int]) -> list[tuple[int, datetime, bytes]]:
    """Read models: merchant, when it was trained, what was learnt."""
    return [(row["merchant_id"], row["trained_at"], row["learnt"]) for row in await tx.fetch(_READ, merchants)]


async def figures(tx: Tx, merchant_id: int) -> Row | None:
    """Read `trained_at, deliveries, kept, fresh, figures`; None: nothing was delivered yet."""
    return await tx.fetchrow(_FIGURES, merchant_id)


async def forget(tx: Tx, today: date) -> None:
    """Forget deliveries that are too old to teach, some thousand at a time."""
    await tx.execute(_FORGET, today - _KEPT, _SWEPT)
