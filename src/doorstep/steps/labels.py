"""Label errands that are due → labels bought, or made void: written down before and after each call, never bought twice.

A lost answer leaves the errand leased: when the lease ends, another try asks the provider first whether the label is bought.
"""

import asyncio
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import structlog

from doorstep.domain.actions.cases import Case, Label
from doorstep.domain.actions.kinds import CaseState, Outside
from doorstep.domain.actions.plans import Errand, ErrandKind
from doorstep.domain.labels import Booked, LabelWish, MadeLabel, Quote
from doorstep.domain.plugins import HttpRequest, Labelling, Response
from doorstep.errors import BadInputError, ConflictError, DoorstepError, MisconfiguredError, TryLaterError, UnknownOutcomeError
from doorstep.steps.case_moves import move, touch
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.homeward import expect
from doorstep.steps.labelling import OWN, labelling_of, maker_of, own_labelling, wish_of
from doorstep.steps.pausing import pause
from doorstep.steps.sum_up import LABELS
from doorstep.steps.wire import Wire
from doorstep.store import cases, errands, labels, orders
from doorstep.store.cases import CaseEvent, KeptCase
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Tx
from doorstep.store.labels import LabelJob

_LOG = structlog.get_logger()
#: Labels in work at once in one worker.
AT_ONCE = 8
#: Seconds until another worker may take a label up; a call is broken off before.
LEASE_S, _LONGEST_CALL_S = 300, 200
#: Seconds before the n-th next try, where the provider does not say.
_WAITS_S = (15, 60, 300, 1800, 3600, 7200)
#: What somebody has to mend is tried again by itself after so long.
_MENDED_S = 21_600
#: The label is not wanted any more in these: it is made void again, or not made.
_WANTED = frozenset({CaseState.APPROVED})
_Ended = TypeVar("_Ended")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A leased label with all that its call needs."""

    job: LabelJob
    #: None: a slip of our own.
    connection: Connection | None
    labelling: Labelling
    #: None: it is made void.
    wish: LabelWish | None


class Outcome(msgspec.Struct, kw_only=True):
    """What became of a task."""

    task: Task
    label: MadeLabel | None = None
    booked: Booked | None = None
    #: The label is there, and nobody could be sent for it: why.
    unbooked: str = ""
    #: It is void.
    void: bool = False
    #: Somebody has to mend this; "": nobody.
    mend: str = ""
    #: The provider refused for good what was chosen.
    anew: bool = False
    #: When it is tried again, in seconds from now.
    after_s: float | None = None
    #: The connection is to be paused, for this reason.
    pause: str = ""


async def make_labels(database: Database, directory: Directory, wire: Wire, now: datetime, most: int = AT_ONCE) -> int:
    """Make the labels that are due; return how many were taken up."""
    async with database.system() as tx:
        jobs = await labels.lease(tx, now, now + timedelta(seconds=LEASE_S), most)
        tasks = [task for job in jobs if (task := await _task(tx, directory, job, now)) is not None]
    outcomes = await asyncio.gather(*(_done(database, wire, task, now) for task in tasks))
    for outcome in outcomes:
        LABELS.labels(_named(outcome)).inc()
        try:
            async with database.system() as tx:
                await _write_down(tx, directory, outcome, now)
        except DoorstepError as error:  # the next one is not held up; this one is due again when its lease ends
            _LOG.warning("label_put_off", errand=outcome.task.job.errand_id, error=type(error).__name__, why=str(error))
    return len(jobs)


def _named(outcome: Outcome) -> str:
    if outcome.mend:
        return "mend"
    if outcome.after_s is not None:
        return "later"
    return "made" if outcome.label is not None else "void"


async def _task(tx: Tx, directory: Directory, job: LabelJob, now: datetime) -> Task | None:
    """Put together what a call needs; None: it was ended here, nothing is to be called."""
    tenant = directory.tenant(job.merchant_id)
    kept = (await cases.read(tx, [(job.merchant_id, job.case_id)])).get((job.merchant_id, job.case_id))
    if tenant is None or kept is None:
        await labels.end(tx, job, "waiting", now, again_at=now + timedelta(seconds=60))
        return None
    if job.kind == ErrandKind.VOID_LABEL:
        return await _void_task(tx, tenant, kept.case, job, now)
    if kept.case.state not in _WANTED and job.quote is None:
        await labels.end(tx, job, "done", now, answer="it was not wanted any more")
        return None
    order = (await orders.read(tx, [(job.merchant_id, kept.case.order_id)])).get((job.merchant_id, kept.case.order_id))
    try:
        if order is None:
            raise BadInputError("the order of this case is gone")  # noqa: TRY301 - one place tells the desk
        wish = wish_of(tenant, order, kept.case, job.errand_id, str(job.body.get("way") or "label"), now)
    except BadInputError as error:
        await _escalate(tx, kept, job, str(error), now)
        return None
    begun = tenant.connections.get(job.connection_id or 0) if job.quote is not None and job.provider != OWN else None
    if begun is not None and (labelling := labelling_of(begun)) is not None:
        return Task(job=job, connection=begun, labelling=labelling, wish=wish)
    if (maker := maker_of(tenant)) is not None:
        job = msgspec.structs.replace(job, quote=None) if begun is None else job
        return Task(job=job, connection=maker[0], labelling=maker[1], wish=wish)
    return Task(job=job, connection=None, labelling=own_labelling(), wish=wish)


async def _void_task(tx: Tx, tenant: Tenant, case: Case, job: LabelJob, now: datetime) -> Task | None:
    provider = str(job.body.get("provider") or (case.label.provider if case.label else ""))
    for connection in tenant.connections.values():
        labelling = labelling_of(connection) if connection.provider == provider else None
        if labelling is not None and labelling.void is not None:
            return Task(job=job, connection=connection, labelling=labelling, wish=None)
    await labels.end(tx, job, "done", now, answer="nothing to take back, or nobody to ask for it")
    return None


async def _done(database: Database, wire: Wire, task: Task, now: datetime) -> Outcome:
    """Carry a task out; raises nothing of what a call can come to."""
    outcome = Outcome(task=task)
    if task.connection is not None and not task.connection.active:
        outcome.after_s = _WAITS_S[3]
        return outcome
    try:
        async with asyncio.timeout(_LONGEST_CALL_S):
            await _call(database, wire, outcome, now)
    except BadInputError as error:
        outcome.mend, outcome.anew = str(error), True
    except TryLaterError as error:
        outcome.after_s = max(error.after_s or 0, _wait_s(task.job))
    except MisconfiguredError as error:
        outcome.pause, outcome.after_s = str(error), _WAITS_S[3]
    except (UnknownOutcomeError, TimeoutError):
        outcome.after_s = _wait_s(task.job)
    except Exception as error:  # noqa: BLE001 - nobody knows how far it came: the next try asks first
        _LOG.error("label_fell", errand=task.job.errand_id, exc_info=error)
        outcome.after_s = _wait_s(task.job)
    return outcome


def _wait_s(job: LabelJob) -> float:
    return _WAITS_S[min(job.tries, len(_WAITS_S) - 1)]


async def _call(database: Database, wire: Wire, outcome: Outcome, now: datetime) -> None:
    task = outcome.task
    job, wish, labelling = task.job, task.wish, task.labelling
    settings = task.connection.settings if task.connection else {}
    if wish is None:
        assert labelling.void is not None  # noqa: S101 - `_void_task` chose it for that
        await _note(database, task, None)
        outcome.void = await _run(wire, task, labelling.void(str(job.body.get("provider_id", "")), settings, now))
        return
    quote: Quote = job.quote if job.quote is not None else await _run(wire, task, labelling.quote(wish, settings, now))
    await _note(database, task, quote)
    outcome.label = await _run(wire, task, labelling.buy(quote, wish, settings, now))
    if wish.way != "pickup":
        return
    if labelling.pickup is None:
        outcome.unbooked = "nobody can be sent through this provider: book the pick-up with the carrier"
        return
    try:
        outcome.booked = await _run(wire, task, labelling.pickup(quote, wish, settings, now))
    except DoorstepError as error:  # the label is bought all the same, and the customer gets it
        outcome.unbooked = f"the pick-up could not be booked: {error}"


async def _note(database: Database, task: Task, quote: Quote | None) -> None:
    """Write down what is about to be bought.

    Raises:
        TryLaterError: the lease is another's by now.
    """
    connection = task.connection
    async with database.system() as tx:
        held = await labels.note_try(
            tx, task.job, connection.connection_id if connection else None, connection.provider if connection else OWN, quote
        )
    if not held:
        raise TryLaterError("another worker has this label")


async def _run(wire: Wire, task: Task, flow: Generator[HttpRequest, Response, _Ended]) -> _Ended:
    """Run a flow over the wire; a slip of our own makes no call."""
    if (connection := task.connection) is not None:
        return await wire.ask(flow, connection=(connection.merchant_id, connection.connection_id), provider=connection.provider)
    return await asyncio.to_thread(_drawn, flow)  # drawing takes some milliseconds, in which others would wait


def _drawn(flow: Generator[HttpRequest, Response, _Ended]) -> _Ended:
    try:
        next(flow)
    except StopIteration as stop:
        ended: _Ended = stop.value
        return ended
    raise MisconfiguredError("a slip of our own asked for a call")


async def _write_down(tx: Tx, directory: Directory, outcome: Outcome, now: datetime) -> None:
    """Write down what became of a task, and move its case on."""
    task, job = outcome.task, outcome.task.job
    connection_id = task.connection.connection_id if task.connection else None
    if outcome.pause and connection_id is not None:
        await pause(tx, directory, (job.merchant_id, connection_id), outcome.pause, now)
        directory.outdate()
    tenant = directory.tenant(job.merchant_id)
    kept = (await cases.lock(tx, [(job.merchant_id, job.case_id)])).get((job.merchant_id, job.case_id))
    if tenant is None or kept is None:
        return
    if outcome.label is not None:
        if await labels.end(
            tx, job, "done", now, answer=outcome.unbooked, external_id=outcome.label.provider_id, connection_id=connection_id
        ):
            await _have(tx, directory, tenant, kept, outcome, outcome.label, now)
    elif outcome.mend and task.wish is not None:
        await _escalate(tx, kept, job, outcome.mend, now, anew=outcome.anew)
    elif outcome.after_s is not None:
        await labels.end(
            tx, job, "waiting", now, again_at=now + timedelta(seconds=outcome.after_s), answer=outcome.pause, connection_id=connection_id
        )
    else:
        answer = outcome.mend or ("its money comes back" if outcome.void else "its money does not come back")
        await labels.end(tx, job, "done", now, answer=answer, connection_id=connection_id)
        await _note_on_case(tx, kept, f"the label was given back: {answer}", now)


async def _have(tx: Tx, directory: Directory, tenant: Tenant, kept: KeptCase, outcome: Outcome, made: MadeLabel, now: datetime) -> None:
    """Put a label on its case; where that was ended meanwhile, give it back."""
    task = outcome.task
    assert task.wish is not None  # noqa: S101 - a label was wanted
    provider = task.connection.provider if task.connection else OWN
    file_id = await labels.keep_file(tx, kept.merchant_id, kept.case.order_id, kept.case_id, made, now)
    label = Label(
        way=task.wish.way,
        carrier=made.carrier,
        tracking_number=made.tracking_number,
        provider=provider,
        provider_id=made.provider_id,
        content_type=made.content_type,
        file_id=file_id,
        cost=made.cost,
        pickup_on=task.wish.pickup_from.date() if outcome.booked and task.wish.pickup_from else None,
        pickup_window="09:00-17:00" if outcome.booked else "",
        expires_on=made.expires_on,
    )
    if kept.case.state not in _WANTED:
        await touch(tx, tenant, kept.case_id, actor="carrier", why="a label came that is not wanted any more", now=now, label=label)
        if made.provider_id:
            body: dict[str, object] = {"rma": kept.case.rma, "provider": provider, "provider_id": made.provider_id}
            await errands.add(
                tx, kept.merchant_id, kept.case_id, [Errand(to=Outside.CARRIER, kind=ErrandKind.VOID_LABEL, body=body)], "late label", now
            )
        return
    shipment_id = None
    if made.tracking_number:
        try:
            shipment_id = await expect(tx, directory, kept, made.tracking_number, made.carrier, now)
        except ConflictError as error:
            await _note_on_case(tx, kept, f"the label's tracking number is not followed: {error}", now)
    await move(
        tx,
        directory,
        tenant,
        kept.case_id,
        CaseState.LABEL_READY,
        actor="carrier",
        why=outcome.unbooked or f"the label was made by {provider}",
        now=now,
        detail={"provider": provider, "cost": made.cost, "confirmation": outcome.booked.confirmation if outcome.booked else ""},
        label=label,
        return_shipment_id=shipment_id,
    )


async def _escalate(tx: Tx, kept: KeptCase, job: LabelJob, why: str, now: datetime, *, anew: bool = False) -> None:
    """Leave a label to the desk, which is told once what is to be done; it is tried again by itself all the same."""
    if not await labels.end(tx, job, "escalated", now, again_at=now + timedelta(seconds=_MENDED_S), answer=why):
        return
    await labels.note_told(tx, job, why, anew=anew)
    if job.told != why:
        await _note_on_case(tx, kept, f"no label can be made: {why}", now)


async def _note_on_case(tx: Tx, kept: KeptCase, why: str, now: datetime) -> None:
    state = kept.case.state
    await cases.note(tx, kept.merchant_id, kept.case_id, CaseEvent(at=now, actor="carrier", was=state, state=state, why=why))
