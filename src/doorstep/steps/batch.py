"""A batch of inbox rows → everything that follows from it inside our own tables, in one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from doorstep.domain.plugins import ProductSeen
from doorstep.errors import BadInputError, DoorstepError, MisconfiguredError, TryLaterError
from doorstep.steps.advance import Seen, advance, numbers_in
from doorstep.steps.answer import answer
from doorstep.steps.askers import ASKED, Written, plan_asks
from doorstep.steps.confirm import confirm
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.goods import take_products
from doorstep.steps.happenings import outshone
from doorstep.steps.helpdesk_hearing import hear
from doorstep.steps.homeward import take_note
from doorstep.steps.normalise import Said, normalise
from doorstep.steps.order import Told, take_orders
from doorstep.steps.pausing import pause
from doorstep.steps.templates import take_news
from doorstep.store import inbox
from doorstep.store.connections import Connection
from doorstep.store.database import PASSING, Database, Tx
from doorstep.store.inbox import Waiting

_LOG = structlog.get_logger()
#: A row whose batch failed for a reason that may pass is tried again after so many seconds, at most so many times.
_AGAIN_S = (1, 5, 30, 120, 600)


class Outcome(msgspec.Struct):
    """What a batch did."""

    rows: int = 0
    events: int = 0
    dead: int = 0
    #: Scans found by asking whose webhook never came.
    reconciled: int = 0


async def work_batch(database: Database, directory: Directory, now: datetime, most: int) -> Outcome:
    """Claim up to `most` rows and carry them through the path up to the outbox. All or nothing."""
    async with database.system() as tx:
        rows = await inbox.claim(tx, now, most)
        await _know(database, directory, rows, now)
        return await carry(tx, rows, directory, now) if rows else Outcome()


async def work_singly(database: Database, directory: Directory, now: datetime, most: int) -> Outcome:
    """Carry rows one at a time, after a batch failed: the row at fault is set aside and harms no other."""
    total = Outcome()
    for _ in range(most):
        async with database.system() as tx:
            rows = await inbox.claim(tx, now, 1)
            if not rows:
                break
            await _know(database, directory, rows, now)
            try:
                async with tx.transaction():
                    done = await carry(tx, rows, directory, now)
            except (TryLaterError, *PASSING):
                await _put_off(tx, rows[0], now)
                done = Outcome(rows=1)
            except Exception as error:  # noqa: BLE001 - a row we cannot carry must not stop the others
                _LOG.exception("row_failed", inbox_id=rows[0].inbox_id, merchant=rows[0].merchant_id)
                await inbox.bury(tx, [(rows[0], type(error).__name__, _told(error))], now)
                done = Outcome(rows=1, dead=1)
        total = Outcome(total.rows + done.rows, total.events + done.events, total.dead + done.dead, total.reconciled + done.reconciled)
    return total


async def _know(database: Database, directory: Directory, rows: Sequence[Waiting], now: datetime) -> None:
    """Read the directory again where a row's connection is younger than it: its first request must not become a dead letter."""
    if any(directory.connection(row.merchant_id, row.connection_id) is None for row in rows):
        await directory.refresh(database, now, force=True)


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, DoorstepError) else "an error of ours; the log has it under row_failed"


async def _put_off(tx: Tx, row: Waiting, now: datetime) -> None:
    if row.attempts < len(_AGAIN_S):
        await inbox.again(tx, [row], now + timedelta(seconds=_AGAIN_S[row.attempts]))
    else:
        await inbox.bury(tx, [(row, "TryLaterError", "tried again too often")], now)


async def carry(tx: Tx, rows: Sequence[Waiting], directory: Directory, now: datetime) -> Outcome:
    """Carry claimed rows through the path up to the outbox, within the caller's transaction."""
    outcome = Outcome(rows=len(rows))
    read: list[tuple[Waiting, Connection, Said]] = []
    failed: list[tuple[Waiting, str, str]] = []
    for row in rows:
        connection = directory.connection(row.merchant_id, row.connection_id)
        try:
            if connection is None:
                raise MisconfiguredError("its connection is gone")  # noqa: TRY301 - one place handles what cannot be read
            read.append((row, connection, normalise(row, connection, directory.codes(row.merchant_id))))
        except (BadInputError, MisconfiguredError) as error:
            failed.append((row, type(error).__name__, str(error)))
    if failed:
        await inbox.bury(tx, failed, now)
        outcome.dead = len(failed)
    facts = [(row, fact) for row, _, said in read for fact in said.facts]
    told = [
        Told(merchant_id=row.merchant_id, connection_id=row.connection_id, fact=fact)
        for row, fact in facts
        if not isinstance(fact, ProductSeen)
    ]
    await take_products(tx, [(row.merchant_id, row.connection_id, fact) for row, fact in facts if isinstance(fact, ProductSeen)], now)
    seen = [
        Seen(merchant_id=row.merchant_id, inbox_id=row.inbox_id, received_at=row.received_at, tracking=tracking)
        for row, _, said in read
        for tracking in said.trackings
    ]
    written, outlook = Written(), directory.outlook
    happenings = outshone(
        await take_orders(tx, told, now, numbers_in(seen), written, outlook) + await advance(tx, seen, now, written, outlook)
    )
    outcome.reconciled = await _plan_asks(tx, read, written, directory, now)
    await take_note(tx, written.shipments, now)
    await _come_back(tx, read, directory, now)
    await decide(tx, happenings, directory, now)
    outcome.events = sum(len(one.tracking.checkpoints) for one in seen) + len(facts)
    return outcome


async def _plan_asks(
    tx: Tx, read: Sequence[tuple[Waiting, Connection, Said]], written: Written, directory: Directory, now: datetime
) -> int:
    """Plan when carriers are asked about what was written, for the merchants that ask."""
    tenants = {shipment.merchant_id: directory.tenant(shipment.merchant_id) for shipment in written.shipments}
    askers = {merchant_id: tenant.askers for merchant_id, tenant in tenants.items() if tenant is not None and tenant.askers.all()}
    if not askers:
        return 0
    from_carriers = [(row, said) for row, connection, said in read if connection.kind == "carrier" and row.merchant_id in askers]
    pushed = {(row.merchant_id, t.tracking_number) for row, said in from_carriers if ASKED not in row.headers for t in said.trackings}
    asked = {row.inbox_id for row, _ in from_carriers if ASKED in row.headers}
    return await plan_asks(tx, askers, written, frozenset(pushed), frozenset(asked), now)


async def _come_back(tx: Tx, read: Sequence[tuple[Waiting, Connection, Said]], directory: Directory, now: datetime) -> None:
    """Take in what providers and people sent back."""
    for row, connection, said in read:
        if said.inbound.receipts:
            await confirm(tx, directory, connection, said.inbound.receipts, now)
        if said.inbound.replies and (tenant := directory.tenant(row.merchant_id)):
            await answer(tx, directory, tenant, connection, said.inbound.replies, now)
        if said.heard and (tenant := directory.tenant(row.merchant_id)):
            await hear(tx, tenant, connection, said.heard, now)
        if said.inbound.templates:
            await take_news(tx, directory, connection, said.inbound.templates, now)
        if said.inbound.stops:
            await pause(tx, directory, (row.merchant_id, connection.connection_id), said.inbound.fault, now)
