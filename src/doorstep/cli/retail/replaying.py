"""A retailer's store in a real database, as a merchant: played by the steps that pages and talks use, and taken back after each request."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from doorstep.cli.importing_retail import import_store
from doorstep.cli.retail.known import order_written, user_written
from doorstep.cli.retail.playing import Base, Records, only_changed
from doorstep.cli.retail.records import Store
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.known import KnownLine
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal
from doorstep.errors import NotFoundError
from doorstep.steps import act
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.known import know
from doorstep.store import connections, goods
from doorstep.store.database import Database, Tx
from doorstep.store.embedded import embedded
from doorstep.store.migrating import migrate
from doorstep.store.sealing import Sealer

#: Sees every order, to write out what became of them.
_CLERK = Asker(staff=True, actor="cli", channel="api")


class Stored:
    """A merchant's rows within one transaction."""

    def __init__(self, tx: Tx, directory: Directory, tenant: Tenant, base: Base, now: datetime) -> None:
        self.tx, self.directory, self.tenant, self.base, self.now = tx, directory, tenant, base, now
        self.words = dict(base.words)
        #: Fingerprint of a plan → what its yes names.
        self._tokens: dict[str, str] = {}
        self._orders: set[str] = set()
        self._customers: set[str] = set()

    async def lines(self, order_id: str) -> Sequence[KnownLine]:
        """The lines of an order as they are now; () where there is none such."""
        if not order_id:
            return ()
        found = await know(self.tx, self.tenant, _CLERK, asking.ReadOrder(order=order_id), self.now)
        return found.known.order.lines if found.known.order else ()

    async def prepare(self, action: asking.BusinessAction, asker: Asker) -> Plan | Refusal:
        """Judge an action as things are now."""
        prepared = await act.prepare(self.tx, self.tenant, asker, action, self.now)
        if isinstance(prepared, Refusal):
            return prepared
        self._tokens[prepared.plan.digest] = prepared.token
        return prepared.plan

    async def commit(self, action: asking.BusinessAction, asker: Asker, plan: Plan) -> Refusal | None:
        """Say yes to a plan that was just made."""
        done = await act.commit(self.tx, self.directory, self.tenant, asker, self._tokens[plan.digest], self.now)
        if isinstance(done, Refusal):
            return done
        self._orders.add(getattr(action, "order", ""))
        self._customers.add(asker.customer)
        return None

    async def changed(self) -> Records:
        """Write the records that are otherwise than in the file, as the file would."""
        written, words = self.base.store.written, self.words
        orders: dict[str, dict[str, Any]] = {}
        users: dict[str, dict[str, Any]] = {}
        for name in sorted(self._orders & written["orders"].keys()):
            found = await know(self.tx, self.tenant, _CLERK, asking.ReadOrder(order=name), self.now)
            if found.known.order is not None:
                orders[name] = order_written(written["orders"][name], found.known.order, words)
        for shop in self.tenant.connections:
            profiles = await goods.profiles(self.tx, self.tenant.merchant.merchant_id, shop, sorted(self._customers))
            users |= {name: user_written(written["users"][name], one, words) for name, one in profiles.items()}
        return only_changed(written, {"orders": orders, "users": users})


@asynccontextmanager
async def taken_back(database: Database, directory: Directory, tenant: Tenant, base: Base, now: datetime) -> AsyncIterator[Stored]:
    """Play in a transaction of the merchant's that is taken back at the end."""
    async with database.for_merchant(tenant.merchant.merchant_id) as tx:
        within = tx.transaction()
        await within.start()
        try:
            yield Stored(tx, directory, tenant, base, now)
        finally:
            await within.rollback()


@asynccontextmanager
async def temporary(store: Store, content: bytes, now: datetime) -> AsyncIterator[tuple[Database, Directory, Tenant]]:
    """Start a PostgreSQL of its own, bring a store in, and throw all of it away at the end."""
    with TemporaryDirectory(prefix="doorstep-", ignore_cleanup_errors=True) as folder, embedded(Path(folder)) as url:
        await migrate(url, now.date())
        database = await Database.open(url, most=2)
        try:
            directory = Directory(Sealer(secrets.token_bytes(32)), "https://doorstep.invalid")
            yield database, directory, await brought_in(database, directory, store, content, "retail", now)
        finally:
            await database.close()


async def brought_in(database: Database, directory: Directory, store: Store, content: bytes, slug: str, now: datetime) -> Tenant:
    """Bring a store in as a merchant and return it.

    Raises:
        BadInputError: an order cannot be brought in.
    """
    await import_store(database, directory, store, content, merchant=slug, shop=None, as_of=now, now=now)
    await directory.refresh(database, now, force=True)
    async with database.system() as tx:
        merchant = await connections.merchant_by_slug(tx, slug)
    tenant = directory.tenant(merchant.merchant_id)
    if tenant is None:
        raise NotFoundError(f"there is no merchant {slug!r}")
    return tenant
