"""A file of orders → orders in the database, each row once, the bad ones listed."""

import asyncio
import csv
import hashlib
import itertools
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from doorstep.cli.opening import database_url, house_parts, log_plainly
from doorstep.cli.order_files import Item, OrderFile, Reading, open_order_file
from doorstep.domain.orders import Order
from doorstep.domain.plugins import OrderSeen
from doorstep.errors import BadInputError, MisconfiguredError, NotFoundError, TryLaterError
from doorstep.settings import Settings, read_settings
from doorstep.shops import shops
from doorstep.shops.generic.table import RowFault
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.order import Told, take_orders
from doorstep.store import connections, imports
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Tx

#: Orders in one transaction.
_BATCH = 200
#: Seconds between tries of a batch that met another worker or a database that was away.
_AGAIN_S = (0.1, 0.5, 2.0, 5.0)


def import_orders(file: Path, *, merchant: str, shop: str | None = None, data_dir: Path | None = None, restart: bool = False) -> int:
    """Import orders from a CSV or JSON Lines file; return 0: all good, 1: some rows bad, 2: the file cannot be used.

    Started again after an interruption it goes on where it stopped. Bad rows are told on standard error and kept, with line and
    reason, in FILE.errors.csv.

    Args:
        file: the file; docs/how-to/import-orders.md names the columns.
        merchant: whose orders they are, by slug.
        shop: name of a connection of kind shop; default: "import", made if there is none yet.
        data_dir: where the embedded database lives; default: the user's data folder.
        restart: begin at the first line, whatever was imported before.
    """
    log_plainly()
    settings = read_settings(data_dir)
    try:
        found = open_order_file(file)
    except BadInputError as error:
        print(error, file=sys.stderr)
        return 2
    if found.encoding == "cp1252":
        print(f"{file}: is not UTF-8; read as Windows-1252. Look at a name with an accent before you rely on it.", file=sys.stderr)
    with database_url(settings, start=False) as url:
        return asyncio.run(_import(settings, url, found, merchant, shop, restart=restart))


async def _import(settings: Settings, url: str, file: OrderFile, merchant: str, shop: str | None, *, restart: bool) -> int:
    async with house_parts(settings, url, most=2) as (database, directory):
        connection = await shop_to_import_into(database, directory, merchant, shop)
        running = _Import(database, directory, connection, file)
        try:
            return await running.run(restart=restart)
        except BadInputError as error:
            print(f"{file.path}: {error}", file=sys.stderr)
            return 2


async def shop_to_import_into(database: Database, directory: Directory, merchant: str, shop: str | None) -> Connection:
    """Find the shop to import into; without a name the merchant's only generic one, or else one called "import", made if need be.

    Raises:
        NotFoundError: there is no such merchant, or no such shop.
    """
    async with database.system() as tx:
        merchant_id = (await connections.merchant_by_slug(tx, merchant)).merchant_id
        there = [one for one in await connections.connections(tx, directory.sealer, merchant_id) if one.kind == "shop"]
        if shop is not None:
            if named := next((one for one in there if one.name == shop), None):
                return named
            raise NotFoundError(f"{merchant} has no shop {shop!r}; there are: {', '.join(one.name for one in there) or 'none'}")
        generic = [one for one in there if one.provider == "generic"]
        chosen = generic[0] if len(generic) == 1 else next((one for one in generic if one.name == "import"), None)
        if chosen is None and generic:
            raise MisconfiguredError(f"say which shop with --shop: {', '.join(one.name for one in generic)}")
        return chosen or await _make_shop(tx, directory, merchant_id)


async def _make_shop(tx: Tx, directory: Directory, merchant_id: int) -> Connection:
    made = Connection(
        merchant_id=merchant_id,
        connection_id=0,
        kind="shop",
        provider="generic",
        name="import",
        hook_token=secrets.token_urlsafe(24),
        settings={},
        active=True,
        paused_why=None,
    )
    sealed = frozenset(setting.name for setting in shops()["generic"].settings if setting.secret)
    await connections.connect(tx, directory.sealer, made, sealed)
    await connections.audit(tx, merchant_id, "cli", "connection.made", "import")
    return next(one for one in await connections.connections(tx, directory.sealer, merchant_id) if one.hook_token == made.hook_token)


class _Import:
    """One file on its way into one shop."""

    def __init__(self, database: Database, directory: Directory, connection: Connection, file: OrderFile) -> None:
        self.database = database
        self.directory = directory
        self.connection = connection
        self.file = file
        #: The same file into another shop is another import.
        self.file_hash = hashlib.sha256(file.sha256 + str(connection.connection_id).encode()).digest()
        self.faults = FaultFile(file.path)
        self.taken = 0

    async def run(self, *, restart: bool) -> int:
        """Import what is not imported yet; return the exit code."""
        async with self.database.system() as tx:
            if restart:
                await imports.forget(tx, self.connection.merchant_id, self.file_hash)
            done = await imports.lines_done(tx, self.connection.merchant_id, self.file_hash)
        if done:
            print(f"{self.file.path}: goes on after line {done}", file=sys.stderr)
        self.faults.keep_up_to(done)
        reading, begun_at = Reading(self.file), done
        with _progress(self.file) as show:
            for batch in _batches(reading.items(after_line=done)):
                done = await self._take(batch, done)
                show(reading.bytes)
        if reading.lines > done:  # blank lines at the end: note that nothing is left
            await self._write([], done, reading.lines)
        if begun_at == reading.lines:
            print(f"{self.file.path}: was imported already, nothing is left to do (--restart begins anew)", file=sys.stderr)
        return self._told()

    def _told(self) -> int:
        bad = self.faults.count
        print(f"{self.taken} orders imported, {bad} bad{f', listed in {self.faults.path}' if bad else ''}", file=sys.stderr)
        return 1 if bad else 0

    async def _take(self, batch: Sequence[Item], before: int) -> int:
        """Take a batch in with the note of how far we are: all of it or nothing. Returns the last line done."""
        orders = [item.order for item in batch if isinstance(item.order, Order)]
        after = max(before, *(item.last_line for item in batch))
        self.faults.add([item.order for item in batch if isinstance(item.order, RowFault)])
        for pause_s in (*_AGAIN_S, None):
            try:
                await self._write(orders, before, after)
                break
            except (TryLaterError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                if pause_s is None:
                    raise
                await asyncio.sleep(pause_s)
        self.taken += len(orders)
        return after

    async def _write(self, orders: Sequence[Order], before: int, after: int) -> None:
        merchant_id, connection_id = self.connection.merchant_id, self.connection.connection_id
        told = [Told(merchant_id=merchant_id, connection_id=connection_id, fact=OrderSeen(order)) for order in orders]
        now = datetime.now(UTC)  # noqa: TID251 - an edge
        await self.directory.refresh(self.database, now)
        async with self.database.system() as tx:
            await imports.advance(tx, merchant_id, self.file_hash, before=before, after=after, now=now)
            await decide(tx, await take_orders(tx, told, now), self.directory, now)


class FaultFile:
    """FILE.errors.csv: line and reason of every bad row; made when the first is found."""

    def __init__(self, imported: Path) -> None:
        self.path = imported.with_name(f"{imported.name}.errors.csv")
        self._name = imported.name
        self.count = 0

    def keep_up_to(self, line: int) -> None:
        """Keep what an earlier run found up to a line; what lies behind will be found again."""
        try:
            with self.path.open(encoding="utf-8", newline="") as text:
                kept = [row for row in list(csv.reader(text))[1:] if row and row[0].isdigit() and int(row[0]) <= line]
        except FileNotFoundError:
            return
        self.path.unlink()
        self._write(kept)

    def add(self, faults: Sequence[RowFault]) -> None:
        """Tell of bad rows and keep them."""
        for fault in faults:
            print(f"{self._name}:{fault.line_number}: {fault.reason}", file=sys.stderr)
        self._write([[str(fault.line_number), fault.reason] for fault in faults])

    def _write(self, rows: Sequence[Sequence[str]]) -> None:
        if not rows:
            return
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as text:
            csv.writer(text).writerows([["line", "reason"], *rows] if new else rows)
        self.count += len(rows)


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(itertools.islice(items, _BATCH)):
        yield batch


@contextmanager
def _progress(file: OrderFile) -> Iterator[Callable[[int], None]]:
    """Show a bar on a person's terminal; yields what to call with the bytes read so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(file.path.name, total=file.size)
        yield lambda done: bar.update(task, completed=done)
        bar.update(task, completed=file.size)
