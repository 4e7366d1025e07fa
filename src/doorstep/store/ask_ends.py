"""What calls came to → the ledger, when the numbers are asked about next, how their connections do."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.store.ask_leases import Due
from doorstep.store.database import Tx


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one number's turn came to."""

    due: Due
    ask_at: datetime | None
    misses: int
    note: str | None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How asking goes through one connection, after a call."""

    merchant_id: int
    connection_id: int
    attempt_id: int
    outcome: str
    detail: str
    asked: int
    answered: int
    #: None: it may be asked again at once.
    resting_until: datetime | None


# Write down what calls came to: the ledger, the numbers whose lease still stands, how the connections do, the day's counts.
_END = """
update ask_attempt a set ended_at = $1, outcome = n.outcome, detail = n.detail
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) as n (merchant_id, attempt_id, outcome, detail)
where a.merchant_id = n.merchant_id and a.attempt_id = n.attempt_id
"""
_NEXT = """
update asking a set ask_at = n.ask_at, misses = n.misses, note = n.note
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::timestamptz[], $7::int[], $8::text[])
    as n (merchant_id, shipment_id, connection_id, tracking_number, asks, ask_at, misses, note)
where a.merchant_id = n.merchant_id and a.shipment_id = n.shipment_id and a.connection_id = n.connection_id
  and a.tracking_number = n.tracking_number and a.asks = n.asks
"""
_STATE = """
update asker a set
    last_asked_at = $1, failures = case when n.ok then 0 else a.failures + 1 end,
    last_answered_at = case when n.ok then $1 else a.last_answered_at end,
    last_error = case when n.ok then a.last_error else n.detail end, last_error_at = case when n.ok then a.last_error_at else $1 end,
    resting_until = greatest(a.resting_until, n.until)
from (
    select merchant_id, connection_id, bool_or(ok) as ok, max(detail) as detail, max(until) as until
    from unnest($2::bigint[], $3::bigint[], $4::bool[], $5::text[], $6::timestamptz[]) as x (merchant_id, connection_id, ok, detail, until)
    group by 1, 2
) n where a.merchant_id = n.merchant_id and a.connection_id = n.connection_id
"""
_COUNT = """
insert into ask_count (merchant_id, connection_id, day, asked, answered, errors)
select merchant_id, connection_id, $1, sum(asked), sum(answered), sum(errors)
from unnest($2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::int[]) as x (merchant_id, connection_id, asked, answered, errors)
join asker using (merchant_id, connection_id) group by 1, 2
on conflict (merchant_id, connection_id, day) do update set
    asked = ask_count.asked + excluded.asked, answered = ask_count.answered + excluded.answered, errors = ask_count.errors + excluded.errors
"""
_FAILURES = "select merchant_id, connection_id, failures from asker where (merchant_id, connection_id) in (select * from unnest($1::bigint[], $2::bigint[]))"
_KEEP = "update ask_credential set token = $2, token_until = $3 where merchant_id = 0 and credential = $1"


async def end(tx: Tx, states: Sequence[State], outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what calls came to. A number whose lease another worker has by now is left to it."""
    merchants, connected = [s.merchant_id for s in states], [s.connection_id for s in states]
    fine = [s.outcome in {"answered", "refused"} for s in states]
    details = [s.detail[:300] for s in states]
    await tx.execute(_END, now, merchants, [s.attempt_id for s in states], [s.outcome for s in states], details)
    await tx.execute(_STATE, now, merchants, connected, fine, details, [s.resting_until for s in states])
    counts = ([s.asked for s in states], [s.answered for s in states], [int(not ok) for ok in fine])
    await tx.execute(_COUNT, now.date(), merchants, connected, *counts)
    await tx.execute(
        _NEXT,
        [o.due.merchant_id for o in outcomes],
        [o.due.shipment_id for o in outcomes],
        [o.due.connection_id for o in outcomes],
        [o.due.tracking_number for o in outcomes],
        [o.due.asks for o in outcomes],
        [o.ask_at for o in outcomes],
        [o.misses for o in outcomes],
        [o.note[:300] if o.note else None for o in outcomes],
    )


async def failures(tx: Tx, askers: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Tell how many calls in a row came to nothing, by (merchant, connection)."""
    rows = await tx.fetch(_FAILURES, [a[0] for a in askers], [a[1] for a in askers])
    return {(row["merchant_id"], row["connection_id"]): row["failures"] for row in rows}


async def keep_token(tx: Tx, credential: bytes, sealed: bytes | None, until: datetime | None) -> None:
    """Keep a credential's token, sealed, until it ends; None forgets it."""
    await tx.execute(_KEEP, credential, sealed, until)
