"""`import retail`: a retailer's store, one JSON file → a merchant with customers, goods and orders, once."""

import asyncio
import hashlib
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from doorstep.actions import shipped
from doorstep.cli.importing import shop_to_import_into
from doorstep.cli.opening import database_url, house_parts, log_plainly
from doorstep.cli.retail.bringing_in import bring_in, rule_by, whole_second
from doorstep.cli.retail.records import Store, read_store
from doorstep.errors import BadInputError, NotFoundError
from doorstep.settings import Settings, read_settings
from doorstep.steps.directory import Directory
from doorstep.store import connections, imports
from doorstep.store.database import Database


def import_retail(
    file: Path, *, merchant: str, shop: str | None = None, as_of: datetime | None = None, data_dir: Path | None = None
) -> int:
    """Bring in a retailer's store: customers, methods of payment, gift cards, products, orders; return 0: done, 2: the file cannot be used.

    All of it or nothing. The merchant's rules become the shipped policy `retail`. The same file again changes nothing, and nobody is told
    of anything that is in it.

    Args:
        file: the store, one JSON file; docs/how-to/import-a-store.md tells its form.
        merchant: whose store it is, by slug; made if there is none.
        shop: name of a connection of kind shop; default: "import", made if there is none yet.
        as_of: when what is in the file happened, for it holds no dates; default: the file's own.
        data_dir: where the embedded database lives; default: the user's data folder.
    """
    log_plainly()
    settings = read_settings(data_dir)
    try:
        store, content = read_store(file), file.read_bytes()
        moment = whole_second(as_of.astimezone(UTC) if as_of else datetime.fromtimestamp(file.stat().st_mtime, UTC))
    except BadInputError as error:
        print(error, file=sys.stderr)
        return 2
    with database_url(settings, start=False) as url:
        return asyncio.run(_import(settings, url, (file, content), store, merchant, shop, moment))


async def _import(
    settings: Settings, url: str, source: tuple[Path, bytes], store: Store, merchant: str, shop: str | None, as_of: datetime
) -> int:
    now = datetime.now(UTC)  # noqa: TID251 - an edge
    async with house_parts(settings, url, most=2) as (database, directory):
        try:
            told = await import_store(database, directory, store, source[1], merchant=merchant, shop=shop, as_of=as_of, now=now)
        except BadInputError as error:
            print(f"{source[0]}: {error}", file=sys.stderr)
            return 2
        print(f"{source[0]}: {told}", file=sys.stderr)
        return 0


async def import_store(
    database: Database,
    directory: Directory,
    store: Store,
    content: bytes,
    *,
    merchant: str,
    shop: str | None,
    as_of: datetime,
    now: datetime,
) -> str:
    """Bring a store in, in one transaction; return what to tell. `content` is the file's bytes: the same are brought in once.

    Raises:
        BadInputError: the slug is none, or an order cannot be brought in.
        NotFoundError: the merchant has no such shop.
        ConflictError: the same file is being brought in by somebody else.
    """
    await _make_merchant(database, merchant)
    into = await shop_to_import_into(database, directory, merchant, shop)
    file_hash = hashlib.sha256(b"retail" + hashlib.sha256(content).digest() + str(into.connection_id).encode()).digest()
    async with database.system() as tx:
        if await imports.lines_done(tx, into.merchant_id, file_hash):
            return "was imported already, nothing is left to do"
        await imports.advance(tx, into.merchant_id, file_hash, before=0, after=1, now=now)
        brought = await bring_in(tx, into, store, as_of, now)
        ruled = await rule_by(tx, into.merchant_id, shipped("retail"), "came with the imported store", now)
        await connections.audit(tx, into.merchant_id, "cli", "store.imported", f"{brought.orders} orders")
    rules = "; the policy `retail` is in force" if ruled else ""
    return f"{brought.customers} customers, {brought.products} products, {brought.orders} orders{rules}"


async def _make_merchant(database: Database, slug: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug):
        raise BadInputError("a merchant's slug is lower-case letters, digits and hyphens, and begins with no hyphen")
    async with database.system() as tx:
        try:
            await connections.merchant_by_slug(tx, slug)
        except NotFoundError:
            merchant_id = await connections.add_merchant(tx, slug, slug.replace("-", " ").title(), {}, {})
            await connections.audit(tx, merchant_id, "cli", "merchant added")
