"""A turn of a conversation + a merchant's connected model → what the model says or proposes, or None: Doorstep answers by itself.

The seam for whoever runs turns. Outside of any transaction:

    came = await ask_model(database, directory, wire, tenant, context, run_tool, now)

- `context`: `conversations.models.Context`, filled from the turn: facts are typed, and what is personal is named in `known`.
- `run_tool(wish)` is called for each tool call that reads well, one after another. It opens a transaction of its own and has `steps.act`
  do it with the conversation's own asker: `do` for READ and ASK, `prepare` for PREPARE; SEARCH reads the shop's knowledge; TALK says
  whether there is such a talk. It returns a `ToolAnswer`; what it raises as a DoorstepError counts as a refusal. Of a PREPARE it keeps the
  token: the customer is shown the plan in our own words, and their yes is read by code.
- None: nothing of the model is used, for whatever reason; the ledger says why. Else either `text` is said, as it is, or the one wish in
  `proposals` is gone on with by our own talks, and `text` is empty.

Two short transactions stand around the calls: one lets the turn in (does it rest, is there budget; what it may cost at most is set aside),
the other settles the cost, counts failures and keeps the turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from datetime import datetime, timedelta

import msgspec
import structlog

from doorstep.conversations.models import Context, Limits, ModelTurn, Outcome, Rights, ToolAnswer, ToolWish, converse, limits_of
from doorstep.conversations.models.context import FAULTS, cost_of
from doorstep.conversations.models.tools import tools_for
from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import BadInputError, DoorstepError, TryLaterError
from doorstep.steps import pausing
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.sum_up import MODEL_TURNS
from doorstep.steps.wire import Wire
from doorstep.store import model_turns
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Tx
from doorstep.store.model_turns import Fares, KeptTurn

_LOG = structlog.get_logger()
RunTool = Callable[[ToolWish], Awaitable[ToolAnswer]]
#: So many failures in a row, and it rests so long; then one turn tries it.
FAILURES, REST = 3, timedelta(seconds=30)
#: A provider that asks to be left alone for longer is asked again after this.
_LONGEST_REST_S = 3_600.0
_ENCODE = msgspec.json.Encoder()
#: Each includes the one before.
_LADDER = (Rights.PHRASE, Rights.CHOOSE, Rights.ACT)
#: Of a connection's limits neither its key nor its address is kept with a turn.
_UNKEPT = {"api_key": "", "base_url": ""}


def model_of(tenant: Tenant, language: str) -> Connection | None:
    """Find the merchant's model that is in use for a language: of several the oldest; None: there is none."""
    for connection in sorted(tenant.connections.values(), key=lambda one: one.connection_id):
        limits = _limits(connection) if connection.kind == "model" and connection.active else None
        if limits is not None and (not limits.languages or language in limits.languages):
            return connection
    return None


async def ask_model(
    database: Database,
    directory: Directory,
    wire: Wire,
    tenant: Tenant,
    context: Context,
    run_tool: RunTool,
    now: datetime,
    *,
    most: Rights = Rights.ACT,
) -> ModelTurn | None:
    """Ask the merchant's model for a turn, with at `most` these rights; None: nothing of it is to be used, or there is none."""
    connection = model_of(tenant, context.language)
    limits = _limits(connection) if connection else None
    if limits is not None and _LADDER.index(most) < _LADDER.index(limits.rights):
        limits = msgspec.structs.replace(limits, rights=most)
    if connection is None or limits is None or (limits.rights is Rights.PHRASE and not context.draft):
        return None
    clock = asyncio.get_running_loop().time
    started = clock()
    try:
        let_in = await _let_in(database, connection, limits, now)
        came = ModelTurn(outcome=let_in) if let_in else await _drive(wire, connection, context, limits, run_tool)
        async with database.for_merchant(connection.merchant_id) as tx:
            await _settle(tx, directory, connection, limits, came, set_aside=0 if let_in else limits.most_micros, now=now)
            await model_turns.add(
                tx, connection.merchant_id, _kept(connection, context, limits, came, round((clock() - started) * 1000), now)
            )
    except TryLaterError as error:  # the database is away
        _LOG.warning("model_turn_lost", merchant=connection.merchant_id, connection=connection.connection_id, why=str(error))
        return None
    MODEL_TURNS.labels(came.outcome).inc()
    return came if came.usable else None


async def _let_in(database: Database, connection: Connection, limits: Limits, now: datetime) -> Outcome | None:
    """Say why a turn may not ask now; None: it may, and what it may cost is set aside."""
    of = (connection.merchant_id, connection.connection_id)
    async with database.for_merchant(connection.merchant_id) as tx:
        stands = await model_turns.fares(tx, *of, now.date())
        if stands.rests_until is not None and now < stands.rests_until:
            return Outcome.BREAKER
        if _is_spent(stands, limits):
            return Outcome.BUDGET
        if stands.failures >= FAILURES:
            await model_turns.try_again(tx, *of, now + REST)
        await model_turns.set_aside(tx, *of, now.date(), limits.most_micros)
    return None


def _is_spent(stands: Fares, limits: Limits) -> bool:
    """Whether a turn at its dearest would go beyond a budget."""
    day, month = limits.day_micros, limits.month_micros
    over_day = day is not None and stands.spent.day_micros + limits.most_micros > day
    return over_day or (month is not None and stands.spent.month_micros + limits.most_micros > month)


async def _drive(wire: Wire, connection: Connection, context: Context, limits: Limits, run_tool: RunTool) -> ModelTurn:
    """Run a model's flow to its end: its calls within the time of a turn, its wishes by the guards."""
    clock = asyncio.get_running_loop().time
    ends = clock() + limits.timeout_s
    flow = converse(context, limits)
    sent: Response | ToolAnswer | DoorstepError | TimeoutError | None = None
    try:
        while True:
            wanted = flow.throw(sent) if isinstance(sent, Exception) else next(flow) if sent is None else flow.send(sent)
            try:
                sent = await (run_tool(wanted) if isinstance(wanted, ToolWish) else _call(wire, connection, wanted, ends - clock()))
            except (DoorstepError, TimeoutError) as error:
                sent = error
    except StopIteration as stop:
        ended: ModelTurn = stop.value
        return ended
    finally:
        flow.close()


async def _call(wire: Wire, connection: Connection, request: HttpRequest, left_s: float) -> Response:
    async with asyncio.timeout(left_s):
        return await wire.ask(_once(request), connection=(connection.merchant_id, connection.connection_id), provider=connection.provider)


def _once(request: HttpRequest) -> Generator[HttpRequest, Response, Response]:
    return (yield request)


async def _settle(
    tx: Tx, directory: Directory, connection: Connection, limits: Limits, came: ModelTurn, *, set_aside: int, now: datetime
) -> None:
    """Write down what a turn cost and how the endpoint fared; settings that stop every call pause the connection."""
    of = (connection.merchant_id, connection.connection_id)
    if came.outcome in {Outcome.BREAKER, Outcome.BUDGET}:
        return
    cost = cost_of(came.usage, limits)
    await model_turns.settle(tx, *of, now.date(), (came.usage.prompt, came.usage.completion), cost - set_aside)
    if came.outcome in FAULTS:
        asked = None if came.rest_s is None else now + timedelta(seconds=min(came.rest_s, _LONGEST_REST_S))
        await model_turns.failed(tx, *of, FAILURES, now + REST, asked)
    else:
        await model_turns.answered(tx, *of)
    if came.stops:
        await pausing.pause(tx, directory, of, came.why, now)
        directory.outdate()


def _kept(connection: Connection, context: Context, limits: Limits, came: ModelTurn, took_ms: int, now: datetime) -> KeptTurn:
    return KeptTurn(
        connection_id=connection.connection_id,
        conversation_id=context.conversation_id,
        turn_id=context.turn_id,
        at=now,
        model=limits.model,
        outcome=came.outcome,
        why=came.why,
        context=_json(came.seen) if came.seen else None,
        limits=_json(msgspec.structs.replace(limits, **_UNKEPT)),
        tools=_json(tools_for(limits.rights) if came.rounds else ()),
        exchanges=_json(came.exchanges),
        text=came.seen_text,
        proposals=tuple(one.name for one in came.proposals),
        rounds=came.rounds,
        prompt_tokens=came.usage.prompt,
        completion_tokens=came.usage.completion,
        micros=cost_of(came.usage, limits),
        currency=limits.currency,
        took_ms=took_ms,
    )


def _json(value: object) -> str:
    """Write JSON as PostgreSQL takes it: without the sign of number 0."""
    return _ENCODE.encode(value).decode().replace("\\u0000", "\\ufffd")


def _limits(connection: Connection) -> Limits | None:
    """Read a connection's limits; None where they cannot be read (any more)."""
    try:
        return limits_of(connection.settings)
    except BadInputError as error:
        _LOG.warning("model_unreadable", merchant=connection.merchant_id, connection=connection.connection_id, why=str(error))
        return None
