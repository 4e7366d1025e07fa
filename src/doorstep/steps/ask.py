"""Numbers that are due → calls to carriers → their answers, as received, in the inbox; written down before and after.

An answer takes the same way as a webhook. Whoever dies between asking and writing loses nothing: the lease ends, and another asks again.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec
import structlog

from doorstep.carriers import carriers
from doorstep.domain.plugins import Answer, Asked, Asking, Raw, Token
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError, DoorstepError, MisconfiguredError, TryLaterError
from doorstep.steps.askers import ASKED, asking_of, credential_of
from doorstep.steps.directory import Directory
from doorstep.steps.wire import Wire
from doorstep.store import asks, connections, inbox
from doorstep.store.asks import Bucket, Due, Outcome, State
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Tx
from doorstep.store.inbox import Arrival
from doorstep.store.sealing import Sealer
from doorstep.timeline import PUSHED_FOR, STALE, Followed, next_ask_at

_LOG = structlog.get_logger()
#: Calls under way at once in one worker, and of those to one provider: so many can an outage hold up, the rest goes on.
CALLS, CALLS_EACH = 32, 8
#: Seconds until another worker may ask about a number; longer than `_LONGEST_CALL_S` and shorter than the schedule's floor.
LEASE_S = 120
_LONGEST_CALL_S = 90
#: Seconds a connection rests at least after its n-th failure in a row; longer where the carrier says so.
_RESTS_S = (30, 60, 120, 300, 600, 1200, 1800, 3600)
#: While a connection is paused its numbers wait at least so long.
_PAUSED_S = 600
_PURPOSE = b"ask token"
#: Shipments that were there before a connection are taken up so many at a time.
_PAGE = 2_000
#: Whether another worker left some behind is looked at so often.
_LOOK_AGAIN = timedelta(minutes=1)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call about to be made."""

    connection: Connection
    asking: Asking
    attempt_id: int
    due: tuple[Due, ...]
    credential: bytes
    #: Open; "": none is kept.
    token: str


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """What a call came to."""

    call: Call
    answers: tuple[Answer, ...] = ()
    #: Numbers of which the answers tell something, and what is said of the others.
    known: frozenset[str] = frozenset()
    notes: Mapping[str, str] = {}
    #: "answered", "refused" (a number is at fault), "later" or "misconfigured".
    outcome: str = "answered"
    detail: str = ""
    after_s: float | None = None
    #: Set: a new one was got.
    token: Token | None = None


async def write_and_lease(
    database: Database, directory: Directory, ended: Sequence[Ended], now: datetime, busy: Mapping[str, int]
) -> list[Call]:
    """Write down what calls came to and lease the next, in one transaction. `busy`: calls under way, by provider."""
    free = CALLS - sum(busy.values())
    async with database.system() as tx:
        await _write_down(tx, directory, ended, now)
        leased = await _lease(tx, directory, now, busy, free) if free > 0 else []
    if any(one.outcome == "misconfigured" for one in ended):
        await directory.refresh(database, now, force=True)
    return leased


async def _lease(tx: Tx, directory: Directory, now: datetime, busy: Mapping[str, int], free: int) -> list[Call]:
    able = {
        (c.merchant_id, c.connection_id): (c, asking)
        for c in directory.askers()
        if c.active and busy.get(c.provider, 0) < CALLS_EACH and (asking := asking_of(c)) is not None
    }
    if not able:
        return []
    buckets = await asks.turns(tx, now, _rotated(list(able), now), {key: asking.burst for key, (_, asking) in able.items()}, free)
    if not buckets:
        return []
    calls = _shared_out(buckets, {key: asking for key, (_, asking) in able.items()}, now, free)
    most = {b.connection_id: calls[b.connection_id] * able[b.merchant_id, b.connection_id][1].most_per_call for b in buckets}
    due = await asks.lease(tx, now, now + timedelta(seconds=LEASE_S), {c: m for c, m in most.items() if m})
    made: list[tuple[Bucket, tuple[Due, ...]]] = []
    held = {b.connection_id: b for b in buckets}
    for connection_id, rows in groupby(due, key=lambda one: one.connection_id):
        bucket = held[connection_id]
        size = able[bucket.merchant_id, connection_id][1].most_per_call
        held_here = tuple(rows)
        made += [(bucket, held_here[at : at + size]) for at in range(0, len(held_here), size)]
    await _draw(tx, buckets, Counter(b.connection_id for b, _ in made), {k: a for k, (_, a) in able.items()}, now)
    ids = await asks.begin(tx, [(b.merchant_id, b.connection_id, len(chunk)) for b, chunk in made], now)
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
    await asks.draw(tx, left, resting, now)


def _opened(sealer: Sealer, sealed: bytes | None) -> str:
    if sealed is None:
        return ""
    try:
        return sealer.open(sealed, _PURPOSE).get("token", "")
    except MisconfiguredError:  # sealed with a former key: a new one is got
        return ""


async def call_one(call: Call, wire: Wire, now: datetime) -> Ended:
    """Ask a carrier and tell what came of it; raises nothing of what a call can come to."""
    try:
        async with asyncio.timeout(_LONGEST_CALL_S):
            return await _asked(call, wire, now)
    except BadInputError as error:
        return Ended(call=call, outcome="refused", detail=str(error), notes={d.tracking_number: str(error) for d in call.due})
    except TryLaterError as error:
        return Ended(call=call, outcome="later", detail=str(error), after_s=error.after_s)
    except TimeoutError:
        return Ended(call=call, outcome="later", detail=f"broken off after {_LONGEST_CALL_S} seconds")
    except DoorstepError as error:
        return Ended(call=call, outcome="misconfigured", detail=str(error))


async def _asked(call: Call, wire: Wire, now: datetime) -> Ended:
    key = (call.connection.merchant_id, call.connection.connection_id)
    numbers = {one.tracking_number: Asked(one.tracking_number, one.carrier) for one in call.due}
    new: Token | None = None

    async def ask(some: Sequence[Asked], token: str) -> tuple[Answer, ...]:
        try:
            flow = call.asking.ask(some, call.connection.settings, token, now)
            return await wire.ask(flow, connection=key, provider=call.connection.provider)
        except BadInputError:
            if len(some) == 1:
                if len(numbers) == 1:
                    raise
                return ()
            half = len(some) // 2  # one number at fault must not keep the others from being asked about
            return await ask(some[:half], token) + await ask(some[half:], token)

    async def fresh_token() -> Token:
        if call.asking.token is None:
            return Token("", 0)
        return await wire.ask(call.asking.token(call.connection.settings, now), connection=key, provider=call.connection.provider)

    wanted = list(numbers.values())
    if call.asking.token is not None and not call.token:
        new = await fresh_token()
    try:
        answers = await ask(wanted, new.value if new else call.token)
    except MisconfiguredError:
        if call.asking.token is None or new is not None:
            raise
        new = await fresh_token()  # the one kept ended early, or was taken back
        answers = await ask(wanted, new.value)
    known, notes = _told(call.connection.provider, answers, numbers)
    return Ended(call=call, answers=answers, known=known, notes=notes, token=new)


def _told(provider: str, answers: Sequence[Answer], numbers: Mapping[str, Asked]) -> tuple[frozenset[str], dict[str, str]]:
    """Tell of which numbers answers tell something, and what is said of the others."""
    told: set[str] = set()
    notes: dict[str, str] = {}
    for answer in answers:
        try:
            parsed: Parsed = carriers()[provider].parse(raw_of(answer))
        except BadInputError as error:  # kept all the same: it becomes a dead letter, and can be read once that is mended
            notes |= dict.fromkeys(numbers, f"the answer could not be read: {error}")
            continue
        told |= {t.tracking_number for t in parsed.trackings if t.checkpoints or t.estimates}
        for note in parsed.notes:
            for number in [note.tracking_number] if note.tracking_number else list(numbers):
                notes.setdefault(number, f"{note.code} {note.text}".strip()[:200])
        if len(numbers) == 1 and told:
            told |= set(numbers)
    return frozenset(told), {number: text for number, text in notes.items() if number not in told}


def raw_of(answer: Answer) -> Raw:
    """Give an answer the shape that `parse` takes, as a webhook has."""
    return Raw(body=answer.body, url=f"?{answer.url}" if answer.url else "", content_type=answer.content_type)


async def _write_down(tx: Tx, directory: Directory, ended: Sequence[Ended], now: datetime) -> None:
    if not ended:
        return
    arrivals = [_arrival(one.call.connection, answer, now) for one in ended for answer in one.answers]
    if arrivals:
        await inbox.keep(tx, arrivals)
    failed = await asks.failures(tx, [(e.call.connection.merchant_id, e.call.connection.connection_id) for e in ended])
    states, outcomes = [], []
    for one in ended:
        connection = one.call.connection
        rests_until = _rests_until(one, failed.get((connection.merchant_id, connection.connection_id), 0), now)
        states.append(
            State(
                merchant_id=connection.merchant_id,
                connection_id=connection.connection_id,
                attempt_id=one.call.attempt_id,
                outcome=one.outcome,
                detail=one.detail,
                asked=len(one.call.due),
                answered=sum(due.tracking_number in one.known for due in one.call.due),
                resting_until=rests_until if one.outcome == "later" else None,
            )
        )
        outcomes += [_outcome(one, due, directory, rests_until, now) for due in one.call.due]
        if one.outcome == "misconfigured" and await connections.pause(tx, connection.merchant_id, connection.connection_id, one.detail):
            _LOG.error("connection_paused", merchant=connection.merchant_id, connection=connection.connection_id, why=one.detail)
    await asks.end(tx, states, outcomes, now)
    # Credentials are locked behind connections, here as in leasing: two workers would wait for each other otherwise.
    for one in sorted(ended, key=lambda one: one.call.credential):
        if one.token is not None:
            sealed = directory.sealer.seal({"token": one.token.value}, _PURPOSE)
            await asks.keep_token(tx, one.call.credential, sealed, now + timedelta(seconds=one.token.lasts_s))


def _arrival(connection: Connection, answer: Answer, now: datetime) -> Arrival:
    return Arrival(
        merchant_id=connection.merchant_id,
        connection_id=connection.connection_id,
        delivery_key=hashlib.blake2b(answer.body, digest_size=16, person=b"asked").digest(),
        url=answer.url,
        headers={"content-type": answer.content_type, ASKED: "1"},
        body=answer.body,
        received_at=now,
    )


def _rests_until(ended: Ended, failures: int, now: datetime) -> datetime | None:
    """Until when numbers of a call that came to nothing wait; None: it came to something."""
    if ended.outcome == "misconfigured":
        return now + timedelta(seconds=_PAUSED_S)
    if ended.outcome == "later":
        return now + timedelta(seconds=max(ended.after_s or 0, _RESTS_S[min(failures, len(_RESTS_S) - 1)]))
    return None


def _outcome(ended: Ended, due: Due, directory: Directory, rests_until: datetime | None, now: datetime) -> Outcome:
    tenant = directory.tenant(due.merchant_id)
    asker = tenant.askers.of(due.carrier) if tenant else None
    if asker is None or asker.connection_id != due.connection_id:  # another connection has taken this carrier over
        return Outcome(due=due, ask_at=None, misses=due.misses, note="another connection asks")
    if rests_until is not None:
        return Outcome(due=due, ask_at=rests_until, misses=due.misses, note=None)
    misses = 0 if due.tracking_number in ended.known else due.misses + 1
    followed = Followed(
        folded=due.folded,
        known_at=due.known_at,
        zone=ZoneInfo(due.zone) if due.zone else UTC,
        misses=misses,
        pushed=due.pushed_at is not None and due.pushed_at > now - PUSHED_FOR,
        seed=due.shipment_id,
    )
    note = ended.notes.get(due.tracking_number, "the carrier does not know it") if misses else None
    return Outcome(due=due, ask_at=next_ask_at(followed, now), misses=misses, note=note)


async def _take_up(tx: Tx, directory: Directory, asked: Sequence[tuple[int, int]], now: datetime) -> int | None:
    """Take up the next page; return how many shipments it had, None where nothing is left to take up."""
    of = await asks.unfilled(tx, asked)
    tenant = directory.tenant(of[0]) if of else None
    if of is None or tenant is None:
        return None
    mine = [slug for slug, c in tenant.askers.direct.items() if c.connection_id == of[1]]
    rest = tenant.askers.rest is not None and tenant.askers.rest.connection_id == of[1]
    others = list(tenant.askers.direct) if rest else None
    return await asks.fill(tx, of, _PAGE, now, carriers=mine, all_but=others, heard_since=now - STALE)


async def ask_once(connection: Connection, numbers: Sequence[Asked], wire: Wire, now: datetime) -> tuple[Answer, ...]:
    """Ask a carrier about numbers now, past every schedule; nothing is kept.

    Raises:
        BadInputError, TryLaterError: as the carrier has it.
        MisconfiguredError: it cannot be asked, or refuses.
    """
    asking = asking_of(connection)
    if asking is None:
        raise MisconfiguredError(f"{connection.provider} cannot be asked, or the connection lacks what asking needs")
    key = (connection.merchant_id, connection.connection_id)
    token = ""
    if asking.token is not None:
        token = (await wire.ask(asking.token(connection.settings, now), connection=key, provider=connection.provider)).value
    answers: tuple[Answer, ...] = ()
    for at in range(0, len(numbers), asking.most_per_call):
        flow = asking.ask(numbers[at : at + asking.most_per_call], connection.settings, token, now)
        answers += await wire.ask(flow, connection=key, provider=connection.provider)
    return answers


class Inquirer:
    """Keeps calls under way: leases as places get free, and writes down what has ended with the next lease."""

    def __init__(self, database: Database, directory: Directory, wire: Wire) -> None:
        self._database, self._directory, self._wire = database, directory, wire
        self._under_way: dict[asyncio.Task[Ended], Call] = {}
        self._ended: list[Ended] = []
        self._known: list[tuple[int, int, bytes]] = []
        self._look_at: datetime | None = None

    async def take_up(self, now: datetime) -> int:
        """Take up a page of shipments that were there before a connection that is asked; return how much was done, 0 for nothing left."""
        known = [
            (c.merchant_id, c.connection_id, credential_of(c, how)) for c in self._directory.askers() if (how := asking_of(c)) is not None
        ]
        if known == self._known and self._look_at is not None and now < self._look_at:
            return 0
        async with self._database.system() as tx:
            if known != self._known:
                await asks.know(tx, known)
            seen = await _take_up(tx, self._directory, [(merchant_id, connection_id) for merchant_id, connection_id, _ in known], now)
        self._known = known
        if seen is None:
            self._look_at = now + _LOOK_AGAIN
        return 0 if seen is None else max(seen, 1)

    async def turn(self, now: datetime) -> int:
        """Write down what has ended, begin what is due; return how much that was."""
        for task in [t for t in self._under_way if t.done()]:
            call = self._under_way.pop(task)
            self._ended.append(_of_task(task, call))
        busy = Counter(call.connection.provider for call in self._under_way.values())
        ended = self._ended
        leased = await write_and_lease(self._database, self._directory, ended, now, busy)
        self._ended = []
        for call in leased:
            self._under_way[asyncio.create_task(call_one(call, self._wire, now))] = call
        return len(ended) + len(leased)

    async def pause(self, seconds: float) -> None:
        """Wait until a call ends, at most so long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, now: datetime) -> None:
        """Break off what is under way, and write down what has ended; the numbers of the rest are due again when their lease ends."""
        await asyncio.sleep(0)
        for task in self._under_way:
            if not task.done():
                task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        done = [_of_task(t, c) for t, c in self._under_way.items() if not t.cancelled()]
        self._under_way.clear()
        async with self._database.system() as tx:
            await _write_down(tx, self._directory, self._ended + done, now)


def _of_task(task: "asyncio.Task[Ended]", call: Call) -> Ended:
    if (error := task.exception()) is not None:
        _LOG.error("ask_fell", connection=call.connection.connection_id, exc_info=error)
        return Ended(call=call, outcome="later", detail="an error of ours during the call; the log has it under ask_fell")
    return task.result()
