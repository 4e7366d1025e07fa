"""What was decided about each (trigger, subject, occurrence), once for ever; what waits for its time; why nothing was sent, counted."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from doorstep.domain.messages import Action, Change
from doorstep.store.database import Row, Tx

_ACTION = msgspec.json.Decoder(Action)


class Decision(msgspec.Struct, kw_only=True):
    """One decision; a step fills in the outcome before it is written."""

    merchant_id: int
    change: Change
    order_id: int | None
    #: "waiting", "queued" or a `Skip`.
    outcome: str
    #: Why this channel, why now, which gate.
    detail: str = ""
    #: What `Message.message_id` is.
    message_id: str | None = None

    @property
    def why_key(self) -> bytes:
        """16 bytes naming (trigger, subject, occurrence) within the merchant."""
        return why_key(self.change)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An action that waits for its time."""

    merchant_id: int
    order_id: int | None
    action: Action
    until: datetime
    #: The own address of whom it is told; what waits for one person is told together. None: it is told alone.
    person: str | None


def why_key(change: Change) -> bytes:
    """16 bytes naming (trigger, subject, occurrence) within the merchant."""
    return _digest_of("\x1f".join((change.trigger, change.subject_kind, str(change.subject_id), change.occurrence)))


def _digest_of(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


# Of these, the ones nobody has decided yet.
_UNDECIDED = """
select k.n from unnest($1::bigint[], $2::bytea[], $3::int[]) as k (merchant_id, why_key, n)
where not exists (select from decision d where d.merchant_id = k.merchant_id and d.why_key = k.why_key)
"""

# Write decisions; one already made stands.
_DECIDE = """
insert into decision (merchant_id, why_key, trigger, subject_kind, subject_id, occurrence, order_id, outcome, detail, message_id, decided_at)
select d.*, $2 from unnest($1::decision_row[]) d
on conflict do nothing
returning merchant_id, why_key
"""

# Settle decisions that waited.
_SETTLE = """
update decision d set outcome = n.outcome, detail = n.detail, message_id = n.message_id, decided_at = $6
from unnest($1::bigint[], $2::bytea[], $3::text[], $4::text[], $5::uuid[]) as n (merchant_id, why_key, outcome, detail, message_id)
where d.merchant_id = n.merchant_id and d.why_key = n.why_key
"""

# Take back decisions about what turned out not to be so: it may come to pass yet.
_WITHDRAW = """
delete from decision d using unnest($1::bigint[], $2::bytea[]) as k (merchant_id, why_key)
where d.merchant_id = k.merchant_id and d.why_key = k.why_key
"""

# Of decisions about orders, those whose order's whole delivery was decided about no sooner.
_COMPLETED = """
select distinct k.merchant_id, k.order_id from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as k (merchant_id, order_id, why_key)
join decision p on p.merchant_id = k.merchant_id and p.why_key = k.why_key
join decision d on d.merchant_id = k.merchant_id and d.order_id = k.order_id
where d.trigger = 'shipment.delivered' and d.occurrence = '' and d.decided_at >= p.decided_at
"""

# Let actions wait.
_WAIT = """
insert into action_due (merchant_id, why_key, due_at, order_id, action, person)
select m, k, d, o, a::json, p
from unnest($1::bigint[], $2::bytea[], $3::timestamptz[], $4::bigint[], $5::text[], $6::bytea[]) as x (m, k, d, o, a, p)
on conflict (merchant_id, why_key) do update set due_at = excluded.due_at, person = excluded.person
"""

# Claim actions whose time has come, each with all the same order still has waiting for the same trigger, and with what else waits only
# to be told to the same person together. Whoever takes a person's first takes them all: two workers never share one person's.
# As in `inbox`, the locked rows are found again by where they lie.
_CLAIM = """
with due as materialized (
    select ctid as row, merchant_id, order_id, action->'change'->>'trigger' as trigger, person from action_due a
    where due_at <= $1 and (person is null or not exists (
        select from action_due e where e.person = a.person and e.merchant_id = a.merchant_id and (e.due_at, e.why_key) < (a.due_at, a.why_key)
    )) order by due_at limit $2 for update of a skip locked
), gathered as materialized (
    select a.ctid as row from due d join action_due a on a.person = d.person and a.merchant_id = d.merchant_id
    where a.due_at <= $1 + make_interval(secs => (a.action->>'digest_s')::int)
    for update of a skip locked
), together as materialized (
    select a.ctid as row from action_due a
    where exists (select from due d where d.merchant_id = a.merchant_id and d.order_id = a.order_id and d.trigger = a.action->'change'->>'trigger')
    for update skip locked
), taken as (
    delete from action_due a where a.ctid = any(array(select row from due union select row from gathered union select row from together))
    returning a.merchant_id, a.why_key, a.due_at, a.order_id, a.action
)
select merchant_id, due_at, order_id, action from taken order by merchant_id, order_id, due_at, why_key
"""

# Add to the counts of reasons.
_COUNT = """
insert into skip_count (merchant_id, day, trigger, reason, times)
select m, $5, t, r, n from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) as x (m, t, r, n)
order by m, t, r
on conflict (merchant_id, day, trigger, reason) do update set times = skip_count.times + excluded.times
"""

# Why messages were not sent, over days.
_SKIPS = """
select trigger, reason, sum(times)::bigint as times from skip_count where merchant_id = $1 and day >= $2
group by trigger, reason order by times desc, trigger, reason
"""

# All decisions about an order and its shipments, newest first.
_OF_ORDER = """
select trigger, subject_kind, subject_id, occurrence, outcome, detail, message_id, decided_at from decision
where merchant_id = $1 and order_id = $2 order by decided_at desc, trigger limit 200
"""


async def undecided(tx: Tx, keys: Sequence[tuple[int, bytes]]) -> set[int]:
    """Return the positions in `keys` about which nothing was decided yet."""
    rows = await tx.fetch(_UNDECIDED, [k[0] for k in keys], [k[1] for k in keys], list(range(len(keys))))
    return {row["n"] for row in rows}


async def decide(tx: Tx, decisions: Sequence[Decision], now: datetime) -> set[tuple[int, bytes]]:
    """Write decisions and return (merchant, why key) of those that are new; the others were made before and stand."""
    rows = await tx.fetch(
        _DECIDE,
        [
            (
                d.merchant_id,
                d.why_key,
                d.change.trigger,
                d.change.subject_kind,
                d.change.subject_id,
                d.change.occurrence,
                d.order_id,
                d.outcome,
                d.detail,
                d.message_id,
            )
            for d in decisions
        ],
        now,
    )
    return {(row["merchant_id"], row["why_key"]) for row in rows}


async def settle(tx: Tx, decisions: Sequence[Decision], now: datetime) -> None:
    """Write the outcome of decisions that waited."""
    await tx.execute(
        _SETTLE,
        [d.merchant_id for d in decisions],
        [d.why_key for d in decisions],
        [d.outcome for d in decisions],
        [d.detail for d in decisions],
        [d.message_id for d in decisions],
        now,
    )


async def withdraw(tx: Tx, keys: Sequence[tuple[int, bytes]]) -> None:
    """Take back decisions, by (merchant, why key)."""
    await tx.execute(_WITHDRAW, [k[0] for k in keys], [k[1] for k in keys])


async def completed(tx: Tx, decided: Sequence[tuple[int, int, bytes]]) -> set[tuple[int, int]]:
    """Of decisions, by (merchant, order id, why key), return the orders whose whole delivery was decided about no sooner."""
    rows = await tx.fetch(_COMPLETED, [d[0] for d in decided], [d[1] for d in decided], [d[2] for d in decided])
    return {(row["merchant_id"], row["order_id"]) for row in rows}


async def wait(tx: Tx, actions: Sequence[Waiting]) -> None:
    """Let actions wait."""
    await tx.execute(
        _WAIT,
        [a.merchant_id for a in actions],
        [why_key(a.action.change) for a in actions],
        [a.until for a in actions],
        [a.order_id for a in actions],
        [msgspec.json.encode(a.action).decode() for a in actions],
        [_digest_of(a.person) if a.person else None for a in actions],
    )


async def claim_due(tx: Tx, now: datetime, most: int) -> list[tuple[int, int | None, Action]]:
    """Claim (merchant, order id, action) whose time has come, each with what is told with it, sorted so that one order's stand together."""
    rows = await tx.fetch(_CLAIM, now, most)
    return [(row["merchant_id"], row["order_id"], _ACTION.decode(row["action"])) for row in rows]


async def count_skips(tx: Tx, counts: Mapping[tuple[int, str, str], int], day: date) -> None:
    """Add to the counts: (merchant, trigger, reason) → times."""
    keys = list(counts)
    await tx.execute(_COUNT, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys], [counts[k] for k in keys], day)


async def skips(tx: Tx, merchant_id: int, since: date) -> list[Row]:
    """List `trigger, reason, times` since a day, most frequent first."""
    return await tx.fetch(_SKIPS, merchant_id, since)


async def of_order(tx: Tx, merchant_id: int, order_id: int) -> list[Row]:
    """List the decisions about an order and its shipments, newest first."""
    return await tx.fetch(_OF_ORDER, merchant_id, order_id)
