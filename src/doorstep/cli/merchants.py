"""`merchant add | list | user | key | operator | host | set`: tenants, who may enter their desk, their programs' keys."""

import asyncio
import getpass
import re
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import asyncpg
import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from doorstep.cli.opening import database_url, house_parts
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.messages import Brand
from doorstep.settings import Settings, read_settings
from doorstep.steps.directory import Directory, tenant_of
from doorstep.store import access, connections
from doorstep.store.connections import Merchant
from doorstep.store.database import Database, Tx
from doorstep.web.api.scopes import OPERATOR_SCOPES, SCOPES, new_key
from doorstep.web.desk.roles import Role

merchant = App(name="merchant", help="Merchants: who they are, who enters their desk, their programs' keys.")

#: Settings a merchant may have beside its brand.
_SETTINGS = ("journeys", "policy", "templates", "return_days", "carrier_desks")
_SHORTEST = 10
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
Made = TypeVar("Made")


def at_work(data_dir: Path | None, work: Callable[[Settings, Database, Directory], Awaitable[Made]], *, pool: int = 2) -> Made:
    """Run `work` with the installation's database open over so many connections; the embedded one is started for it if no `serve` runs.

    Raises:
        MisconfiguredError: no database, or one that was never migrated.
    """
    settings = read_settings(data_dir)

    async def run(url: str) -> Made:
        async with house_parts(settings, url, most=pool) as (database, directory):
            return await work(settings, database, directory)

    with database_url(settings, start=False) as url:
        try:
            return asyncio.run(run(url))
        except asyncpg.UndefinedTableError as error:
            raise MisconfiguredError("the database is empty; run `doorstep migrate` (or `doorstep serve`) first") from error


def as_merchant(data_dir: Path | None, slug: str, work: Callable[[Tx, int], Awaitable[Made]]) -> Made:
    """Run `work` in a transaction for the merchant of a slug.

    Raises:
        NotFoundError: there is no such merchant.
        MisconfiguredError: no database, or one that was never migrated.
    """

    async def run(_: Settings, database: Database, __: Directory) -> Made:
        async with database.system() as tx:
            found = await connections.merchant_by_slug(tx, slug)
            return await work(tx, found.merchant_id)

    return at_work(data_dir, run)


@merchant.command
def add(slug: str, *, name: str, email: str | None = None, password_stdin: bool = False, data_dir: Path | None = None) -> int:
    """Make a merchant, and its owner's login to the desk if an e-mail address is given.

    Args:
        slug: lower-case letters, digits and hyphens; stands in addresses.
        name: as customers know it.
        email: the owner's e-mail address, who may enter the desk.
        password_stdin: read the password's one line from standard input; else it is asked at a terminal, or made and printed once.
        data_dir: where the embedded database lives.
    """
    password, told = _password(password_stdin) if email else ("", False)

    async def work(_: Settings, database: Database, __: Directory) -> int:
        async with database.system() as tx:
            try:
                merchant_id = await connections.add_merchant(tx, slug, name, {}, {})
            except asyncpg.CheckViolationError as error:
                raise BadInputError("a slug is lower-case letters, digits and hyphens, and begins with no hyphen") from error
            if email:
                if "@" not in email:
                    raise BadInputError("the owner's e-mail address has no @")
                await access.add_user(tx, merchant_id, email.strip(), password, "owner")
            await connections.audit(tx, merchant_id, "cli", "merchant added")
        return merchant_id

    merchant_id = at_work(data_dir, work)
    print(f"merchant {slug} made (id {merchant_id})")
    if email:
        print(f"desk login: {email.strip().lower()}")
    if told:
        print(f"password, shown this once: {password}")
    return 0


def _password(from_stdin: bool) -> tuple[str, bool]:  # noqa: FBT001 - the command's own flag
    """Return the password and whether it must be shown, because we made it."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password for the desk (empty: make one): ")
        if password and getpass.getpass("Again: ") != password:
            raise BadInputError("the two passwords differ")
    else:
        password = ""
    if not password and not from_stdin:
        return secrets.token_urlsafe(15), True
    if len(password) < _SHORTEST:
        raise BadInputError(f"a password needs at least {_SHORTEST} characters")
    return password, False


@merchant.command
def user(slug: str, email: str, *, role: Role = Role.SUPPORT, password_stdin: bool = False, data_dir: Path | None = None) -> int:
    """Let somebody into a merchant's desk, or give somebody who may enter it another role.

    Args:
        slug: the merchant.
        email: who; an address has one login only.
        role: what they may see and change there (docs/rules/roles.md).
        password_stdin: read a new login's password from standard input; else it is asked at a terminal, or made and printed once.
        data_dir: where the embedded database lives.
    """
    address = email.strip().lower()
    if "@" not in address:
        raise BadInputError("the e-mail address has no @")

    async def known(tx: Tx, merchant_id: int) -> int | None:
        found = [row["user_id"] for row in await access.users(tx, merchant_id) if row["email"] == address]
        if found:
            was = await access.set_role(tx, merchant_id, found[0], role)
            await connections.audit(tx, merchant_id, "cli", "set_role", f"user {found[0]}, {was} to {role}")
        return found[0] if found else None

    if as_merchant(data_dir, slug, known):
        print(f"{address} is {role} now")
        return 0
    password, told = _password(password_stdin)

    async def made(tx: Tx, merchant_id: int) -> None:
        user_id = await access.add_user(tx, merchant_id, address, password, role)
        await connections.audit(tx, merchant_id, "cli", "add_user", f"user {user_id}, {role}")

    as_merchant(data_dir, slug, made)
    print(f"desk login: {address}, {role}")
    if told:
        print(f"password, shown this once: {password}")
    return 0


@merchant.command(name="list")
def list_merchants(*, data_dir: Path | None = None) -> int:
    """List merchants with how many connections they have."""

    async def work(_: Settings, database: Database, directory: Directory) -> list[tuple[Merchant, int]]:
        async with database.system() as tx:
            found = await connections.merchants(tx)
            connected = [one.merchant_id for one in await connections.connections(tx, directory.sealer)]
        return [(one, connected.count(one.merchant_id)) for one in found.values()]

    table = Table("slug", "name", "id", "connections")
    for one, times in at_work(data_dir, work):
        table.add_row(one.slug, one.name, str(one.merchant_id), str(times))
    Console().print(table)
    return 0


@merchant.command
def key(
    slug: str,
    *,
    name: str,
    scopes: Annotated[list[str], Parameter(negative=(), consume_multiple=True)] | None = None,
    rate: float = 50,
    data_dir: Path | None = None,
) -> int:
    """Make an API key and print it once.

    Args:
        slug: the merchant.
        name: what the key is for.
        scopes: what it may do, e.g. orders:write tracking:read; default: everything that concerns this merchant alone.
        rate: requests a second at most.
        data_dir: where the embedded database lives.
    """
    wanted = [part for scope in scopes or SCOPES for part in scope.replace(",", " ").split()]
    if unknown := sorted(set(wanted) - SCOPES.keys() - OPERATOR_SCOPES.keys()):
        raise BadInputError(f"there is no scope {', '.join(unknown)}; there are: {', '.join(SCOPES | OPERATOR_SCOPES)}")
    made = new_key()

    async def work(_: Settings, database: Database, __: Directory) -> None:
        async with database.system() as tx:
            found = await connections.merchant_by_slug(tx, slug)
            number = await access.add_key(tx, found.merchant_id, made, name, sorted(set(wanted)), rate)
            await connections.audit(tx, found.merchant_id, "cli", "key made", f"key {number}: {', '.join(sorted(set(wanted)))}")

    at_work(data_dir, work)
    print(made)
    print("shown this once; send it as Authorization: Bearer …", file=sys.stderr)
    return 0


@merchant.command
def operator(email: str, *, revoke: bool = False, data_dir: Path | None = None) -> int:
    """Let somebody who enters a desk do there what concerns every merchant: map unknown codes everywhere.

    Args:
        email: the desk login.
        revoke: take it back.
        data_dir: where the embedded database lives.
    """

    async def work(_: Settings, database: Database, __: Directory) -> None:
        async with database.system() as tx:
            merchant_id = await access.set_operator(tx, email, operator=not revoke)
            await connections.audit(tx, merchant_id, "cli", "operator revoked" if revoke else "operator made", email.strip().lower())

    at_work(data_dir, work)
    print(f"{email} {'is no operator any more' if revoke else 'is an operator'}")
    return 0


@merchant.command
def host(slug: str, name: str | None = None, *, remove: bool = False, data_dir: Path | None = None) -> int:
    """Say which host of its own leads to this installation for a merchant; its published figures are found there.

    Args:
        slug: the merchant.
        name: e.g. parcels.shop.example; it needs a DNS entry and a certificate at your proxy, which must pass the Host header on.
        remove: it has none any more.
        data_dir: where the embedded database lives.
    """
    if remove == bool(name):
        raise BadInputError("name a host, or say --remove")
    own = _host_name(name) if name else None

    async def work(_: Settings, database: Database, __: Directory) -> None:
        async with database.system() as tx:
            found = await connections.merchant_by_slug(tx, slug)
            await connections.set_host(tx, found.merchant_id, own)
            await connections.audit(tx, found.merchant_id, "cli", "host set" if own else "host removed", own or "")

    at_work(data_dir, work)
    print(f"merchant {slug} is at home at {own}" if own else f"merchant {slug} has no host of its own any more")
    return 0


def _host_name(given: str) -> str:
    try:
        written = given.strip().lower().removesuffix(".").encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadInputError(f"{given!r} is no host name") from error
    if not _HOST.fullmatch(written):
        raise BadInputError(f"{given!r} is no host name; write it without https:// and without a port, such as parcels.shop.example")
    return written


@merchant.command(name="set")
def set_values(slug: str, values: list[str], *, data_dir: Path | None = None) -> int:
    """Change a merchant: name=…, brand.colour=#1f5f4a, settings.return_days=30, settings.policy.zone=Europe/Madrid.

    Args:
        slug: the merchant.
        values: path=value; the value is JSON where it reads as such, else text; an empty one goes back to the default.
        data_dir: where the embedded database lives.
    """

    async def work(settings: Settings, database: Database, _: Directory) -> None:
        async with database.system() as tx:
            changed = with_values(await connections.merchant_by_slug(tx, slug), values, settings.base_url)
            await connections.set_merchant(tx, changed)
            await connections.audit(tx, changed.merchant_id, "cli", "merchant set", ", ".join(value.partition("=")[0] for value in values))

    at_work(data_dir, work)
    print(f"merchant {slug} changed; running processes read it within seconds")
    return 0


def with_values(kept: Merchant, values: list[str], base_url: str) -> Merchant:
    """Return a merchant with path=value changes, proved to be readable: what cannot be read would stop every worker.

    Raises:
        BadInputError: no such path, or a value that does not fit.
    """
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode({"name": kept.name, "brand": kept.brand, "settings": kept.settings}))
    for value in values:
        path, equals, text = value.partition("=")
        steps = path.split(".")
        if not equals or not _known(steps):
            paths = (
                "name",
                *(f"brand.{field}" for field in Brand.__struct_fields__ if field != "name"),
                *(f"settings.{s}" for s in _SETTINGS),
            )
            raise BadInputError(f"{path!r} cannot be set; write path=value with one of: {', '.join(paths)}")
        _put(plain, steps, text)
    changed = msgspec.structs.replace(kept, name=plain["name"], brand=plain["brand"], settings=plain["settings"])
    try:
        days = changed.settings.get("return_days")
        if days is not None and (isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= 3650):  # noqa: PLR2004 - ten years
            raise BadInputError("settings.return_days is a whole number of days")
        tenant_of(changed, [], base_url)
    except (msgspec.ValidationError, AttributeError, TypeError, ValueError) as error:
        raise BadInputError(f"this does not fit: {error}") from error
    return changed


def _known(steps: list[str]) -> bool:
    match steps:
        case ["name"]:
            return True
        case ["brand", field]:
            return field in Brand.__struct_fields__ and field != "name"
        case ["settings", name, *_]:
            return name in _SETTINGS
    return False


def _put(plain: dict[str, Any], steps: list[str], text: str) -> None:
    for step in steps[:-1]:
        inner = plain.setdefault(step, {})
        if not isinstance(inner, dict):
            raise BadInputError(f"{'.'.join(steps)}: {step} is no object")
        plain = inner
    if not text and steps != ["name"]:
        plain.pop(steps[-1], None)
        return
    try:
        plain[steps[-1]] = text if steps[0] in {"name", "brand"} else msgspec.json.decode(text)
    except msgspec.DecodeError:
        plain[steps[-1]] = text
