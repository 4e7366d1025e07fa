"""Mailboxes that cannot be read: since when, why, when they are tried again, and whether their owners know."""

from datetime import datetime

import msgspec

from doorstep.store.database import Row, Tx


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One connection's mailbox that cannot be read."""

    merchant_id: int
    connection_id: int
    since: datetime
    #: Our own words, without secrets.
    why: str
    #: Tries in a row that failed.
    times: int
    #: Not tried before.
    due_at: datetime
    #: Only the merchant can mend it.
    refused: bool
    #: When its owners were mailed; None: they were not.
    told_at: datetime | None
    #: Why nobody was mailed, a `Skip`; None: somebody was, or nobody had to be yet.
    untold: str | None


_COLUMNS = "merchant_id, connection_id, since, why, times, due_at, refused, told_at, untold"
_ALL = f"select {_COLUMNS} from mailbox_trouble where $1::bigint is null or merchant_id = $1 order by merchant_id, connection_id"
# Note a try that failed, and hold the row; a second worker's of the same moment counts no second time. Of another kind it is a new trouble.
_FAILED = f"""
insert into mailbox_trouble as t (merchant_id, connection_id, since, why, times, due_at, refused)
select merchant_id, connection_id, $3, $4, 1, $3, $5 from connection where merchant_id = $1 and connection_id = $2
on conflict (merchant_id, connection_id) do update set
    since = case when t.refused = excluded.refused then t.since else excluded.since end,
    times = case when t.refused <> excluded.refused then 1 when t.due_at <= excluded.due_at then t.times + 1 else t.times end,
    told_at = case when t.refused = excluded.refused then t.told_at end,
    untold = case when t.refused = excluded.refused then t.untold end,
    why = excluded.why, due_at = greatest(t.due_at, excluded.due_at), refused = excluded.refused
returning {_COLUMNS}
"""
_AGAIN = "update mailbox_trouble set due_at = $3, told_at = $4, untold = $5 where merchant_id = $1 and connection_id = $2"
_OVER = "delete from mailbox_trouble where merchant_id = $1 and connection_id = $2"


def _trouble(row: Row) -> Trouble:
    return Trouble(**dict(row))


async def troubles(tx: Tx, merchant_id: int | None = None) -> dict[tuple[int, int], Trouble]:
    """Read a merchant's mailboxes that cannot be read, by (merchant, connection); everybody's for None."""
    return {(row["merchant_id"], row["connection_id"]): _trouble(row) for row in await tx.fetch(_ALL, merchant_id)}


async def failed(tx: Tx, of: tuple[int, int], now: datetime, why: str, *, refused: bool) -> Trouble | None:
    """Note that a mailbox could not be read, and keep others from noting it until the transaction ends; None: its connection is gone."""
    row = await tx.fetchrow(_FAILED, *of, now, why[:500], refused)
    return _trouble(row) if row else None


async def again(tx: Tx, trouble: Trouble) -> None:
    """Keep when a mailbox is tried again, and what its owners know."""
    await tx.execute(_AGAIN, trouble.merchant_id, trouble.connection_id, trouble.due_at, trouble.told_at, trouble.untold)


async def over(tx: Tx, merchant_id: int, connection_id: int) -> None:
    """Forget a trouble: the mailbox was read, or is to be tried at once since its settings are new."""
    await tx.execute(_OVER, merchant_id, connection_id)
