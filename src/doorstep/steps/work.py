"""The worker: runs the steps for ever, each in a loop of its own, until told to stop."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.conversations.understanding.acts import acts_in
from doorstep.conversations.understanding.intents import builtin_intents
from doorstep.domain.languages import LANGUAGES
from doorstep.errors import DoorstepError
from doorstep.helpdesks import helpdesks
from doorstep.messages import Library
from doorstep.shops import shops
from doorstep.steps.ask import Inquirer
from doorstep.steps.batch import work_batch, work_singly
from doorstep.steps.case_watch import watch_cases
from doorstep.steps.converse import Talkers
from doorstep.steps.decide import decide_waiting
from doorstep.steps.directory import Directory
from doorstep.steps.errands import take_up
from doorstep.steps.fall_back import fall_back
from doorstep.steps.fetch import Fetcher
from doorstep.steps.following_up import follow_up
from doorstep.steps.handover_watch import watch_handovers
from doorstep.steps.helpdesk_links import take_up_helpdesks
from doorstep.steps.labels import make_labels
from doorstep.steps.learning import learn_weekly
from doorstep.steps.mailboxes import Mailboxes
from doorstep.steps.pausing import tell_late
from doorstep.steps.photos import LOOSE_FOR
from doorstep.steps.reread import reread
from doorstep.steps.send import settle_lost
from doorstep.steps.sender import Sender
from doorstep.steps.sum_up import BATCH_SECONDS, DEAD, EVENTS, RECONCILED, ROWS, observe_call
from doorstep.steps.tally import tally
from doorstep.steps.templates import TemplateKeeper
from doorstep.steps.train import train
from doorstep.steps.watch import watch
from doorstep.steps.wire import Wire
from doorstep.store import (
    alarms,
    asks,
    assistants,
    case_files,
    confirmations,
    customer_sessions,
    estimators,
    idempotency,
    model_turns,
    one_time_codes,
    short_links,
    unanswered,
)
from doorstep.store.database import Database
from doorstep.store.partitions import ensure_months

_LOG = structlog.get_logger()
#: Rows per batch: enough to spread the cost of statements, few enough that none waits long.
BATCH = 500
#: Shipments at once where nobody waits for the answer: a slice ends soon, and the next batch of what arrived has its turn.
SLICE = 40
#: Seconds an idle loop rests, growing from the first to the second.
_REST_S = (0.01, 0.1)
#: Seconds between two pieces of a file that is fetched; the wire breaks a whole call off twenty seconds after that.
_FILE_S = 40.0


def utc_now() -> datetime:
    """Tell the time, aware UTC: the one clock of the steps."""
    return datetime.now(UTC)  # noqa: TID251 - the edge where time comes in


def settle_in() -> None:
    """Make a process that does nothing else ready to work: read plug-ins and templates in, and look for reference cycles rarely.

    What a batch makes is freed without the collector, and its looking cost a sixth of a worker's time; what is loaded so far is
    never looked at again.
    """
    for plugins in (carriers, shops, channels, helpdesks):
        plugins()
    Library.of().read_all()
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


def get_ready_to_talk() -> None:
    """Read in what a talk understands with, 120 MB and two seconds of work, so that the first customer who writes does not wait for it."""
    read = builtin_intents().read
    for language in LANGUAGES:
        read("hello", language)
        acts_in("hello", language)


class Worker:
    """One worker process's loops."""

    def __init__(self, database: Database, directory: Directory, *, allow_private: bool = False, sends: bool = True) -> None:
        self._database = database
        self._directory = directory
        self._allow_private = allow_private
        self._sends = sends
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let every loop finish what it has begun and end."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until `stop`."""
        await self._directory.refresh(self._database, utc_now())
        async with Wire(allow_private=self._allow_private, observe=observe_call) as wire, asyncio.TaskGroup() as loops:
            loops.create_task(self._loop("batch", self._batch))
            loops.create_task(self.talk(wire))
            loops.create_task(self._loop("waiting", self._waiting, rest_s=(0.05, 1.0)))
            loops.create_task(self._loop("fall_back", self._fall_back, rest_s=(0.1, 1.0)))
            loops.create_task(self._loop("errands", self._errands, rest_s=(0.1, 1.0)))
            loops.create_task(self._loop("helpdesks", self._helpdesks, rest_s=(0.1, 1.0)))
            loops.create_task(self._loop("watch", self._watch, rest_s=(0.5, 5.0)))
            loops.create_task(self._loop("case_watch", self._watch_cases, rest_s=(0.5, 5.0)))
            loops.create_task(self._loop("handover_watch", self._watch_handovers, rest_s=(0.5, 5.0)))
            loops.create_task(self._loop("following_up", self._follow_up, rest_s=(0.5, 5.0)))
            loops.create_task(self._loop("reread", self._reread, rest_s=(0.5, 2.0)))
            loops.create_task(self._loop("tally", self._tally, rest_s=(0.5, 5.0)))
            loops.create_task(self._loop("train", self._train, rest_s=(5.0, 60.0)))
            loops.create_task(self._loop("learning", lambda: learn_weekly(self._database, utc_now()), rest_s=(5.0, 60.0)))
            loops.create_task(self._loop("sweep", self._sweep, rest_s=(15.0, 15.0)))
            if self._sends:
                loops.create_task(self._send(wire))
                loops.create_task(self._ask(wire))
                loops.create_task(self._mailboxes())
                loops.create_task(
                    self._loop("labels", lambda: make_labels(self._database, self._directory, wire, utc_now()), rest_s=(0.2, 2.0))
                )
                loops.create_task(self._keep_templates(wire))
                loops.create_task(self._fetch())

    async def talk(self, wire: Wire | None = None) -> None:
        """Answer customers until `stop`: as soon as a turn is told of, and every so often, since one may be due again or nobody may have told.

        Without a wire no model is asked.
        """
        talkers = Talkers(self._database, self._directory, wire)
        hearing = asyncio.create_task(self._loop("hear_turns", talkers.hear))
        try:
            await self._loop("converse", lambda: talkers.take_up(utc_now()), pause=talkers.wait)
        finally:
            hearing.cancel()
        await asyncio.wait([hearing])
        await talkers.rest()

    async def _loop(
        self,
        name: str,
        step: Callable[[], Awaitable[int]],
        rest_s: tuple[float, float] = _REST_S,
        pause: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        rest = rest_s[0]
        while not self._stopping.is_set():
            try:
                await self._directory.refresh(self._database, utc_now())
                done = await step()
            except DoorstepError as error:
                _LOG.warning("step_put_off", step=name, error=type(error).__name__, why=str(error))
                done, rest = 0, 1.0
            except Exception:  # noqa: BLE001 - the worker's one net: log it, rest, go on
                _LOG.exception("step_failed", step=name)
                done, rest = 0, 1.0
            rest = rest_s[0] if done else min(rest * 2, max(rest, rest_s[1]))
            if not done:
                await (pause or self._pause)(rest)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _batch(self) -> int:
        started = time.perf_counter()
        try:
            done = await work_batch(self._database, self._directory, utc_now(), BATCH)
        except Exception:  # noqa: BLE001 - whichever row is at fault is found one by one
            _LOG.warning("batch_failed", exc_info=True)
            done = await work_singly(self._database, self._directory, utc_now(), BATCH)
        if done.rows:
            BATCH_SECONDS.observe(time.perf_counter() - started)
            ROWS.inc(done.rows)
            EVENTS.inc(done.events)
            RECONCILED.inc(done.reconciled)
            DEAD.inc(done.dead)
        return done.rows

    async def _waiting(self) -> int:
        async with self._database.system() as tx:
            return await decide_waiting(tx, self._directory, utc_now(), BATCH)

    async def _fall_back(self) -> int:
        async with self._database.system() as tx:
            return await fall_back(tx, self._directory, utc_now(), SLICE)

    async def _errands(self) -> int:
        async with self._database.system() as tx:
            return await take_up(tx, self._directory, utc_now(), SLICE)

    async def _helpdesks(self) -> int:
        async with self._database.system() as tx:
            return await take_up_helpdesks(tx, self._directory, utc_now(), SLICE)

    async def _watch(self) -> int:
        return await watch(self._database, self._directory, utc_now(), SLICE)

    async def _watch_cases(self) -> int:
        return await watch_cases(self._database, self._directory, utc_now(), SLICE)

    async def _watch_handovers(self) -> int:
        async with self._database.system() as tx:
            return await watch_handovers(tx, self._directory, utc_now(), SLICE)

    async def _follow_up(self) -> int:
        async with self._database.system() as tx:
            return await follow_up(tx, self._directory, utc_now(), SLICE)

    async def _reread(self) -> int:
        return await reread(self._database, self._directory, utc_now(), SLICE)

    async def _tally(self) -> int:
        return await tally(self._database, SLICE)

    async def _train(self) -> int:
        return await train(self._database, utc_now(), self._stopping)

    async def _sweep(self) -> int:
        now = utc_now()
        if lost := await settle_lost(self._database, self._directory, now):
            _LOG.warning("calls_lost", times=lost)
        async with self._database.system() as tx:
            await tell_late(tx, self._directory, now)
        async with self._database.system() as tx:
            await idempotency.sweep(tx, now)
            await asks.forget(tx, now)
            await estimators.forget(tx, now.date())
            await short_links.forget(tx, now)
            await one_time_codes.sweep(tx, now)
            await customer_sessions.sweep(tx, now)
            await assistants.sweep(tx, now)
            await alarms.sweep(tx, now)
            await case_files.sweep(tx, now - LOOSE_FOR)
            await confirmations.sweep(tx, now)
            await model_turns.sweep(tx, now)
            await unanswered.sweep(tx, now)
            await ensure_months(tx, now.date(), now.date() + timedelta(days=70))
        return 0

    async def _keep_templates(self, wire: Wire) -> None:
        keeper = TemplateKeeper(self._database, self._directory, wire)
        await self._loop("templates", lambda: keeper.turn(utc_now()), rest_s=(1.0, 5.0))

    async def _fetch(self) -> None:
        # A wire of its own: a storage that does not answer rests no connection that has to send.
        async with Wire(allow_private=self._allow_private, observe=observe_call, read_timeout_s=_FILE_S) as wire:
            fetcher = Fetcher(self._database, self._directory, wire)

            async def turn() -> int:
                begun = await fetcher.turn(utc_now())
                await fetcher.wait(0.2)
                return begun

            try:
                await self._loop("fetch", turn, rest_s=(0.1, 1.0))
            finally:
                await fetcher.close()

    async def _ask(self, wire: Wire) -> None:
        inquirer = Inquirer(self._database, self._directory, wire)

        async def turn() -> int:
            taken_up = await inquirer.take_up(utc_now())
            done = await inquirer.turn(utc_now())
            await inquirer.pause(0.2)
            return taken_up + done

        await self._loop("ask", turn, rest_s=(0.1, 1.0))
        try:
            await inquirer.close(utc_now())
        except DoorstepError as error:  # the ledger could not be written: the numbers are due again when their leases end
            _LOG.warning("step_put_off", step="ask", error=type(error).__name__, why=str(error))

    async def _mailboxes(self) -> None:
        mailboxes = Mailboxes(self._database, self._directory, allow_private=self._allow_private)
        try:
            await self._loop("mailboxes", lambda: mailboxes.turn(utc_now()), rest_s=(1.0, 5.0))
        finally:
            mailboxes.close()

    async def _send(self, wire: Wire) -> None:
        sender = Sender(self._database, self._directory, wire, utc_now)
        rest = _REST_S[0]
        while not self._stopping.is_set() or sender.busy:
            try:
                begun = await sender.turn(rest, stopping=self._stopping.is_set())
            except Exception:  # noqa: BLE001 - the ledger could not be written: the same endings are written on the next round
                _LOG.exception("step_failed", step="send")
                await self._pause(1.0)
                continue
            rest = _REST_S[0] if begun else min(rest * 2, _REST_S[1])
            if not sender.busy:
                await self._pause(rest)
