"""Tries that were refused → counted by day and by who made them, listed for the owner."""

import hashlib
from datetime import date, datetime, timedelta

from doorstep.store.database import Row, Tx

#: Days that alarms are kept.
_KEPT = timedelta(days=90)
_SWEPT = 1000

# Count a refused try; tell whether it is the first of its day.
_RAISE = """
insert into alarm as a (merchant_id, day, kind, subject, what, hint, times, first_at, last_at) values ($1, $2, 'guessing', $3, $4, $5, 1, $6, $6)
on conflict (merchant_id, day, kind, subject) do update set times = a.times + 1, last_at = greatest(a.last_at, excluded.last_at)
returning times
"""
# Be the one who tells the owners that day; nothing comes back to anybody else.
_TELL = """
insert into alarm (merchant_id, day, kind, subject, what, hint, times, first_at, last_at) values ($1, $2, 'told', '', '', '', 1, $3, $3)
on conflict do nothing returning true
"""
# How many tries were refused that day, and whether a network, or the whole shop, had too many.
_TODAY = """
select coalesce(sum(times), 0)::bigint as times, count(*)::int as subjects, coalesce(bool_or(what in ('network', 'shop')), false) as grave
from alarm where merchant_id = $1 and day = $2 and kind = 'guessing'
"""
_LISTED = """
select day, what, hint, times, first_at, last_at from alarm where merchant_id = $1 and kind = 'guessing' and day >= $2
order by day desc, times desc, last_at desc limit $3
"""
_SWEEP = "delete from alarm where ctid = any(array(select ctid from alarm where day < $1 order by day limit $2))"


async def count(tx: Tx, merchant_id: int, what: str, subject: str, hint: str, now: datetime) -> int:
    """Count a refused try of a subject, which is kept as a hash; return how many it has had today (UTC)."""
    hashed = hashlib.blake2b(f"{what} {subject}".encode(), digest_size=16).digest()
    times: int = await tx.fetchval(_RAISE, merchant_id, now.date(), hashed, what, hint, now)
    return times


async def today(tx: Tx, merchant_id: int, now: datetime) -> Row:
    """Sum today's (UTC) refused tries up: `times, subjects, grave`."""
    row = await tx.fetchrow(_TODAY, merchant_id, now.date())
    assert row is not None  # noqa: S101 - a sum has a row
    return row


async def may_tell(tx: Tx, merchant_id: int, now: datetime) -> bool:
    """Tell whether the owners have still to be told today, and that it is the caller who does."""
    first: bool | None = await tx.fetchval(_TELL, merchant_id, now.date(), now)
    return bool(first)


async def listed(tx: Tx, merchant_id: int, since: date, most: int = 50) -> list[Row]:
    """List who had tries refused, newest day first: `day, what, hint, times, first_at, last_at`."""
    return await tx.fetch(_LISTED, merchant_id, since, most)


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget what is older than ninety days, of all merchants."""
    await tx.execute(_SWEEP, now.date() - _KEPT, _SWEPT)
