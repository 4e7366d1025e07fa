"""Outbox → calls to providers → how each ended, written down before and after. The only step that talks out."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from doorstep.domain.messages import Receipt
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.steps.confirm import follow_up, suppression_of
from doorstep.steps.devices import note_answers, with_devices
from doorstep.steps.directory import Directory
from doorstep.steps.errand_ways import REMINDER, REQUESTED
from doorstep.steps.helpdesk_orders import TRIGGER as HELPDESK
from doorstep.steps.helpdesk_orders import with_files
from doorstep.steps.last_look import STALE, last_look
from doorstep.steps.outlets import outlet_of
from doorstep.steps.pausing import pause
from doorstep.steps.templates import pause_at_fault
from doorstep.steps.wire import Wire
from doorstep.store import errands, helpdesks, messages, receipts, recipients
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Tx
from doorstep.store.messages import Leased

_LOG = structlog.get_logger()
#: Calls under way at once in one worker; as many can be left open by a crash, and no more.
WAVE = 64
#: Of these, calls through one connection that are begun together: a slow provider holds its own messages up and no others.
EACH = 32
#: Seconds a call may take before another worker calls it lost: longer than every time-out of the wire together.
LEASE_S = 120
#: A call is broken off before its lease runs out, whatever the other side does, so that two workers never hold one message.
_LONGEST_CALL_S = 100
#: What carries an errand.
ERRANDS = frozenset({REQUESTED, REMINDER})
#: Seconds to wait before the n-th try, where the provider does not say. Source: Standard Webhooks' schedule, as known on 2026-11-22.
_WAITS_S = (5, 30, 300, 1800, 7200, 18000, 36000, 36000)


class Ended(msgspec.Struct, frozen=True):
    """How one call ended: a receipt, or when to try again and why not now."""

    leased: Leased
    receipt: Receipt | None
    later: datetime | None = None
    detail: str = ""
    #: Set: the connection is to be paused, for this reason.
    pause: str | None = None


async def send_wave(
    database: Database,
    directory: Directory,
    ended: Sequence[Ended],
    now: datetime,
    most: int | None = None,
    busy: Sequence[int] = (),
) -> list[Leased]:
    """Write down how calls ended and lease the next messages (`WAVE` unless told), in one transaction; none of connections in `busy`.

    Nothing here can fail once that is committed: a lease that nobody hears of ends as a lost call.
    """
    await directory.refresh(database, now)
    async with database.system() as tx:
        await _write_down(tx, directory, ended, now)
        faults = {(one.leased.message.merchant_id, one.leased.connection_id): one.pause for one in ended if one.pause}
        for of in sorted(faults):  # in one order: two workers would wait for each other otherwise
            await pause(tx, directory, of, faults[of], now)
        # Our directory may be seconds old, and other workers' too: what was just paused rests at once here and is due later there.
        resting = [c.connection_id for t in directory.tenants() for c in t.connections.values() if not c.active]
        resting += [*busy, *(one.leased.connection_id for one in ended if one.pause)]
        leased = await messages.lease(tx, now, now + timedelta(seconds=LEASE_S), WAVE if most is None else most, resting, EACH)
        if any(directory.connection(x.message.merchant_id, x.connection_id) is None for x in leased):
            # Another worker queued it through a connection younger than our directory: it is not gone, we have not heard of it.
            await directory.refresh(database, now, force=True)
        leased = await with_files(tx, await with_devices(tx, await last_look(tx, directory, leased, now)))
    if faults:
        directory.outdate()
    return leased


async def call_all(leased: Sequence[Leased], directory: Directory, wire: Wire, now: datetime) -> list[Ended]:
    """Call the providers of a wave, side by side. A call that fails in a way of our own making has an unknown outcome."""
    return await asyncio.gather(*(call(one, directory, wire, now) for one in leased))


async def call(leased: Leased, directory: Directory, wire: Wire, now: datetime) -> Ended:
    """Call the provider of one message. A call that fails in a way of our own making has an unknown outcome."""
    try:
        return await _call(leased, directory, wire, now)
    except Exception as error:  # noqa: BLE001 - nobody knows how far it came
        return _fell(leased, error)


def _fell(leased: Leased, error: BaseException) -> Ended:
    _LOG.error("call_fell", message=leased.message.message_id, exc_info=error)
    return Ended(leased, _receipt(leased, MessageState.UNKNOWN, "an error of ours during the call; the log has it under call_fell"))


async def _call(leased: Leased, directory: Directory, wire: Wire, now: datetime) -> Ended:
    message = leased.message
    connection = directory.connection(message.merchant_id, leased.connection_id)
    outlet = outlet_of(connection)
    if connection is None or outlet is None:
        return _given_up(leased, "its connection is gone")
    if now - message.created_at > STALE and message.channel is not ChannelKind.WEBHOOK:
        return _given_up(leased, "could not leave for two days")
    repeats = outlet.repeats(message.topic)
    if leased.unknown and not repeats:
        return Ended(leased, _receipt(leased, MessageState.UNKNOWN, "a receipt left open whether it went; not called again"))
    try:
        again = leased.attempt > 1 or leased.unknown
        flow = outlet.flow(message, again, now, hook_address(directory.base_url, connection))
        async with asyncio.timeout(_LONGEST_CALL_S):
            key = (message.merchant_id, leased.connection_id)
            receipt = await wire.carry(flow, connection=key, provider=outlet.slug, rate_per_s=outlet.rate_per_s)
    except RefusedError as error:
        suppress = error.reason if error.suppress else None
        receipt = _receipt(leased, MessageState.REFUSED, str(error), code=error.code, suppress=suppress)
        return Ended(leased, msgspec.structs.replace(receipt, remedy=error.remedy))
    except TryLaterError as error:
        return _later(leased, str(error), error.after_s, now)
    except MisconfiguredError as error:
        return Ended(leased, None, now + timedelta(seconds=_WAITS_S[0]), str(error), pause=str(error))
    except (UnknownOutcomeError, TimeoutError) as error:
        why = str(error) or f"broken off after {_LONGEST_CALL_S} seconds"
        if repeats:
            return _later(leased, why, None, now)
        return Ended(leased, _receipt(leased, MessageState.UNKNOWN, why))
    return Ended(leased, receipt)


def hook_address(base_url: str, connection: Connection) -> str:
    """Return the public address at which a connection's provider reaches us."""
    return f"{base_url}/hooks/{connection.provider}/{connection.hook_token}"


def _receipt(leased: Leased, state: MessageState, text: str, *, code: str = "", suppress: str | None = None) -> Receipt:
    return Receipt(
        message_id=leased.message.message_id, provider_id=None, state=state, provider_code=code, provider_text=text, suppress=suppress
    )


def _given_up(leased: Leased, why: str) -> Ended:
    return Ended(leased, _receipt(leased, MessageState.CANCELLED, why))


def _later(leased: Leased, detail: str, after_s: float | None, now: datetime) -> Ended:
    if leased.attempt > len(_WAITS_S):
        return Ended(leased, _receipt(leased, MessageState.REFUSED, f"given up after {leased.attempt} tries: {detail}"))
    wait_s = max(after_s or 0, _WAITS_S[leased.attempt - 1])
    return Ended(leased, None, now + timedelta(seconds=wait_s), detail)


async def _write_down(tx: Tx, directory: Directory, ended: Sequence[Ended], now: datetime) -> None:
    over = [(one.leased, one.receipt) for one in ended if one.receipt is not None]
    # Errands before messages: so whoever looks after an errand and takes its message back waits for us, and not in a ring with us.
    if told := [x.message for x, _ in over if x.trigger in ERRANDS]:
        await errands.look_now(tx, [(message.merchant_id, UUID(message.message_id)) for message in told], now)
    if told := [x.message for x, _ in over if x.trigger == HELPDESK]:
        await helpdesks.look_now(tx, [(message.merchant_id, UUID(message.message_id)) for message in told], now)
    await messages.finish_all(tx, over, now)
    await note_answers(tx, [(one.leased, one.receipt) for one in ended], now)
    for one in ended:
        if one.receipt is None:
            await messages.put_off(tx, one.leased, one.later or now, one.detail, now, "misconfigured" if one.pause else "try_later")
        elif one.receipt.state is not MessageState.SENT or one.receipt.cost or one.receipt.gone or one.receipt.suppress:
            await _follow(tx, directory, one.leased, one.receipt, now)


async def _follow(tx: Tx, directory: Directory, leased: Leased, receipt: Receipt, now: datetime) -> None:
    """Do what follows from an ending that is more than "the provider has it"."""
    message = leased.message
    message_id = UUID(message.message_id)
    await follow_up(tx, message.merchant_id, message_id, message.channel, receipt, now)
    if receipt.cost is not None:
        await receipts.charge(tx, message.merchant_id, message_id, receipt.cost, now)
    connection = directory.connection(message.merchant_id, leased.connection_id)
    if receipt.remedy is Remedy.FIX and connection is not None:
        await pause_at_fault(tx, directory, connection, message_id, receipt.provider_text, now)
    if receipt.suppress:
        await recipients.suppress(tx, message.merchant_id, suppression_of(message.channel, message.to, receipt, now))


async def settle_lost(database: Database, directory: Directory, now: datetime) -> int:
    """Settle calls whose worker died: repeat them where the channel allows it, else leave them unknown. Return how many."""
    async with database.system() as tx:
        lost = await messages.lost_leases(tx, now)
        for row in lost:
            outlet = outlet_of(directory.connection(row["merchant_id"], row["connection_id"]))
            await messages.give_up_lease(tx, row, now, repeat=outlet is not None and outlet.repeats(row["topic"]))
    return len(lost)
