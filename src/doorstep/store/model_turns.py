"""What merchants' models cost, whether they rest, and what they were told and answered ↔ rows."""

from datetime import date, datetime, timedelta

import msgspec

from doorstep.store.database import Row, Tx

#: Days that turns are kept, and days that what they cost is.
_KEPT, _COST_KEPT = timedelta(days=90), timedelta(days=800)
_SWEPT = 1000

# Lock how a model fares, so that turns of all workers are let in one after another.
_FARES = """
insert into model_rest as r (merchant_id, connection_id) values ($1, $2)
on conflict (merchant_id, connection_id) do update set failures = r.failures returning failures, rests_until
"""
# What was spent or set aside on a day and in its month.
_SPENT = """
select coalesce(sum(micros) filter (where day = $3), 0)::bigint as day, coalesce(sum(micros), 0)::bigint as month
from model_day where merchant_id = $1 and connection_id = $2 and day between date_trunc('month', $3::date)::date and $3
"""
# Set aside what a turn may cost at most.
_SET_ASIDE = """
insert into model_day as d (merchant_id, connection_id, day, turns, micros) values ($1, $2, $3, 1, $4)
on conflict (merchant_id, connection_id, day) do update set turns = d.turns + 1, micros = d.micros + excluded.micros
"""
# Put what a turn did cost in the place of what was set aside.
_SETTLE = """
update model_day set prompt_tokens = prompt_tokens + $4, completion_tokens = completion_tokens + $5, micros = greatest(micros + $6, 0)
where merchant_id = $1 and connection_id = $2 and day = $3
"""
# Let one turn try a model whose rest is over; the others wait for how it ends.
_TRY = "update model_rest set rests_until = $3 where merchant_id = $1 and connection_id = $2"
# Count a failure; so many in a row ($3) make it rest until $4, a word of the provider's own until $5.
_FAILED = """
update model_rest set failures = failures + 1,
    rests_until = greatest(rests_until, case when failures + 1 >= $3 then $4::timestamptz end, $5::timestamptz)
where merchant_id = $1 and connection_id = $2
"""
_ANSWERED = "update model_rest set failures = 0, rests_until = null where merchant_id = $1 and connection_id = $2 and failures > 0"
# Keep a turn.
_ADD = """
insert into model_turn (merchant_id, connection_id, conversation_id, turn_id, at, model, outcome, why, context, limits, tools, exchanges,
    text, proposals, rounds, prompt_tokens, completion_tokens, micros, currency, took_ms)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10::json, $11::json, $12::json, $13, $14, $15, $16, $17, $18, $19, $20)
returning model_turn_id
"""
_COLUMNS = (
    "model_turn_id, connection_id, conversation_id, turn_id, at, model, outcome, why, context, limits, tools, exchanges, text, proposals, "
    "rounds, prompt_tokens, completion_tokens, micros, currency, took_ms"
)
# One turn.
_READ = f"select {_COLUMNS} from model_turn where merchant_id = $1 and model_turn_id = $2"
# What models did in one conversation, the oldest first: which turn, how it ended.
_OF_TALK = """
select model_turn_id, turn_id, at, outcome from model_turn where merchant_id = $1 and conversation_id = $2 order by model_turn_id limit $3
"""
# Of a connection, the newest first.
_NEWEST = """
select model_turn_id, conversation_id, at, outcome, why, micros, currency, took_ms from model_turn
where merchant_id = $1 and connection_id = $2 order by model_turn_id desc limit $3
"""
_SWEEP = "delete from model_turn where ctid = any(array(select ctid from model_turn where at < $1 order by at limit $2))"
_SWEEP_DAYS = "delete from model_day where day < $1"


class Spent(msgspec.Struct, frozen=True):
    """What a model cost, with what turns under way may cost at most, in millionths of the major unit."""

    day_micros: int
    month_micros: int


class Fares(msgspec.Struct, frozen=True, kw_only=True):
    """How a model fares now; locked until the transaction ends."""

    #: Failures in a row.
    failures: int
    #: Aware UTC; None: it does not rest.
    rests_until: datetime | None
    #: Today and this month, UTC.
    spent: Spent


class KeptTurn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a model, as it is kept; JSON as texts."""

    model_turn_id: int = 0
    connection_id: int
    conversation_id: int | None
    turn_id: int | None
    at: datetime
    model: str
    outcome: str
    why: str
    context: str | None
    limits: str
    tools: str = "[]"
    exchanges: str = "[]"
    text: str = ""
    proposals: tuple[str, ...] = ()
    rounds: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    micros: int = 0
    currency: str = ""
    took_ms: int = 0


async def fares(tx: Tx, merchant_id: int, connection_id: int, day: date) -> Fares:
    """Lock and read how a model fares."""
    row = await tx.fetchrow(_FARES, merchant_id, connection_id)
    assert row is not None  # noqa: S101 - an upsert has a row
    return Fares(failures=row["failures"], rests_until=row["rests_until"], spent=await spent(tx, merchant_id, connection_id, day))


async def spent(tx: Tx, merchant_id: int, connection_id: int, day: date) -> Spent:
    """Read what a model cost on a day and in its month so far."""
    row = await tx.fetchrow(_SPENT, merchant_id, connection_id, day)
    assert row is not None  # noqa: S101 - a sum has a row
    return Spent(row["day"], row["month"])


async def set_aside(tx: Tx, merchant_id: int, connection_id: int, day: date, micros: int) -> None:
    """Count a turn, and what it may cost at most, as spent."""
    await tx.execute(_SET_ASIDE, merchant_id, connection_id, day, micros)


async def settle(tx: Tx, merchant_id: int, connection_id: int, day: date, tokens: tuple[int, int], difference: int) -> None:
    """Add a turn's tokens (sent, answered), and what it cost beyond what was set aside (below 0: less)."""
    await tx.execute(_SETTLE, merchant_id, connection_id, day, *tokens, difference)


async def try_again(tx: Tx, merchant_id: int, connection_id: int, until: datetime) -> None:
    """Let the caller try a model whose rest is over, and nobody else until `until`."""
    await tx.execute(_TRY, merchant_id, connection_id, until)


async def failed(tx: Tx, merchant_id: int, connection_id: int, most: int, until: datetime, asked_until: datetime | None) -> None:
    """Count a failure: `most` in a row make it rest `until`; `asked_until`: its provider asked for it, None: not."""
    await tx.execute(_FAILED, merchant_id, connection_id, most, until, asked_until)


async def answered(tx: Tx, merchant_id: int, connection_id: int) -> None:
    """Note that a model answered."""
    await tx.execute(_ANSWERED, merchant_id, connection_id)


async def add(tx: Tx, merchant_id: int, turn: KeptTurn) -> int:
    """Keep a turn; return its id."""
    fields = [getattr(turn, name.strip()) for name in _COLUMNS.split(",")[1:]]
    return int(await tx.fetchval(_ADD, merchant_id, *fields))


async def read(tx: Tx, merchant_id: int, model_turn_id: int) -> KeptTurn | None:
    """Return a turn; None where the merchant has none of this id."""
    row = await tx.fetchrow(_READ, merchant_id, model_turn_id)
    return KeptTurn(**{**dict(row), "proposals": tuple(row["proposals"])}) if row else None


async def of_conversation(tx: Tx, merchant_id: int, conversation_id: int, most: int = 200) -> list[Row]:
    """List what models did in a conversation, oldest first: `model_turn_id, turn_id, at, outcome`."""
    return await tx.fetch(_OF_TALK, merchant_id, conversation_id, most)


async def newest(tx: Tx, merchant_id: int, connection_id: int, most: int = 50) -> list[Row]:
    """List a connection's turns, newest first: `model_turn_id, conversation_id, at, outcome, why, micros, currency, took_ms`."""
    return await tx.fetch(_NEWEST, merchant_id, connection_id, most)


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget turns older than ninety days and costs older than two years, of all merchants."""
    await tx.execute(_SWEEP, now - _KEPT, _SWEPT)
    await tx.execute(_SWEEP_DAYS, now.date() - _COST_KEPT)
