"""`connection add | list | pause | resume | remove`: a merchant's connected shops, carriers, channels, helpdesks and models."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from doorstep.cli.merchants import at_work
from doorstep.domain.models import Model
from doorstep.domain.plugins import Channel
from doorstep.errors import BadInputError, NotFoundError
from doorstep.settings import Settings, environment_value
from doorstep.steps.connect import Plugin, checked, new_connection, plugin_named, secret_names
from doorstep.steps.directory import Directory
from doorstep.steps.pausing import told_text
from doorstep.steps.send import hook_address
from doorstep.steps.unread import unread_text
from doorstep.store import connections, mailboxes
from doorstep.store.connections import Connection
from doorstep.store.database import Database

connection = App(name="connection", help="Connected shops, carriers, channels, helpdesks and models of a merchant.")
_KINDS = ("carrier", "shop", "channel", "helpdesk", "model")


@connection.command
def add(
    merchant: str,
    provider: str,
    *,
    kind: str | None = None,
    name: str | None = None,
    set_: Annotated[list[str], Parameter(name="--set", negative=())] | None = None,
    set_stdin: bool = False,
    data_dir: Path | None = None,
) -> int:
    """Connect a provider, and print the address at which it reaches us.

    Args:
        merchant: the merchant's slug.
        provider: the plug-in's slug, e.g. shopify, ups, email.
        kind: carrier, shop, channel, helpdesk or model; needed only where two plug-ins share the slug.
        name: to tell two connections of one provider apart.
        set_: name=value for each setting; `name=env:VARIABLE` takes the value from the environment, so that no secret stands in a history.
        set_stdin: read further name=value lines from standard input.
        data_dir: where the embedded database lives.
    """
    plugin_kind = _kind_of(provider, kind)
    plugin = plugin_named(plugin_kind, provider)
    given = given_settings([*(set_ or ()), *(sys.stdin.read().splitlines() if set_stdin else ())], plugin)
    kept = checked(plugin, given)

    async def work(settings: Settings, database: Database, directory: Directory) -> tuple[int, str]:
        async with database.system() as tx:
            found = await connections.merchant_by_slug(tx, merchant)
            wanted = new_connection(found.merchant_id, plugin_kind, provider, name or plugin.name, kept)
            made = await connections.connect(tx, directory.sealer, wanted, secret_names(plugin))
            await connections.audit(tx, found.merchant_id, "cli", "connected", f"{plugin_kind} {provider}, connection {made}")
        return made, hook_address(settings.base_url, wanted)

    made, address = at_work(data_dir, work)
    print(f"connection {made} made: {plugin.name}")
    if _is_called(plugin):
        print(f"give {plugin.name} this address: {address}")
    return 0


def _kind_of(provider: str, kind: str | None) -> str:
    if kind is not None:
        return kind
    fits = []
    for one in _KINDS:
        try:
            plugin_named(one, provider)
        except NotFoundError:
            continue
        fits.append(one)
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise NotFoundError(f"there is no plug-in {provider!r}; name its --kind ({', '.join(_KINDS)}) to see those there are")
    raise BadInputError(f"{provider!r} is a {' and a '.join(fits)}; say which with --kind")


def given_settings(pairs: list[str], plugin: Plugin) -> dict[str, str]:
    """Read `name=value` pairs; `name=env:VARIABLE` takes the value from the environment.

    Raises:
        BadInputError: one has no equals sign.
    """
    given = {}
    for pair in pairs:
        if not pair.strip():
            continue
        setting, equals, value = pair.partition("=")
        if not equals:
            raise BadInputError(
                f"write --set name=value; settings of {plugin.slug}: {', '.join(s.name for s in plugin.settings) or 'none'}"
            )
        if value.startswith("env:"):
            value = environment_value(value.removeprefix("env:"))
        given[setting.strip()] = value
    return given


def _is_called(plugin: Plugin) -> bool:
    return not isinstance(plugin, Model) and (not isinstance(plugin, Channel) or plugin.read is not None)


@connection.command(name="list")
def list_connections(merchant: str, *, data_dir: Path | None = None) -> int:
    """List a merchant's connections with their hook addresses. Secrets are never shown."""

    async def work(settings: Settings, database: Database, directory: Directory) -> list[tuple[Connection, str, str]]:
        async with database.system() as tx:
            found = await connections.merchant_by_slug(tx, merchant)
            kept = await connections.connections(tx, directory.sealer, found.merchant_id)
            troubles = await mailboxes.troubles(tx, found.merchant_id)
        unread = {one.connection_id: unread_text(troubles.get((one.merchant_id, one.connection_id))) for one in kept if one.active}
        return [(one, hook_address(settings.base_url, one), unread.get(one.connection_id, "")) for one in kept]

    rows = at_work(data_dir, work)
    table = Table("id", "kind", "provider", "name", "state")
    for one, _, _ in rows:
        table.add_row(str(one.connection_id), one.kind, one.provider, one.name, "active" if one.active else f"paused: {one.paused_why}")
    Console().print(table)
    for one, address, unread in rows:  # beside the table, so that no terminal cuts an address
        print(f"{one.connection_id}  {address}")
        if told := told_text(one):
            print(f"{one.connection_id}  {told}")
        if unread:
            print(f"{one.connection_id}  {unread}")
    return 0


@connection.command
def pause(merchant: str, connection_id: int, *, why: str = "paused by hand", data_dir: Path | None = None) -> int:
    """Stop sending by a connection; what comes in by it is still kept and read.

    Args:
        merchant: the merchant's slug.
        connection_id: as `connection list` shows it.
        why: shown at the desk.
        data_dir: where the embedded database lives.
    """
    return _change(merchant, connection_id, data_dir, "pause", why)


@connection.command
def resume(merchant: str, connection_id: int, *, data_dir: Path | None = None) -> int:
    """Use a paused connection again; what waits for it leaves."""
    return _change(merchant, connection_id, data_dir, "resume", "")


@connection.command
def remove(merchant: str, connection_id: int, *, yes: bool = False, data_dir: Path | None = None) -> int:
    """Remove a connection with its secrets; its hook answers 404 from then on. What was received by it stays.

    Args:
        merchant: the merchant's slug.
        connection_id: as `connection list` shows it.
        yes: do not ask.
        data_dir: where the embedded database lives.
    """
    if not yes and (
        not sys.stdin.isatty() or input(f"Remove connection {connection_id} of {merchant}? [y/N] ").lower() not in {"y", "yes"}
    ):
        raise BadInputError("not removed; say --yes")
    return _change(merchant, connection_id, data_dir, "remove", "")


_DONE = {"pause": "paused", "resume": "active again", "remove": "removed"}


def _change(merchant: str, connection_id: int, data_dir: Path | None, what: str, why: str) -> int:
    async def work(_: Settings, database: Database, directory: Directory) -> bool:
        async with database.system() as tx:
            found = await connections.merchant_by_slug(tx, merchant)
            await connections.one(tx, directory.sealer, found.merchant_id, connection_id)
            await connections.audit(tx, found.merchant_id, "cli", f"connection {what}", str(connection_id))
            match what:
                case "pause":
                    return await connections.pause(tx, found.merchant_id, connection_id, why)
                case "resume":
                    return await connections.resume(tx, found.merchant_id, connection_id)
            return await connections.remove(tx, found.merchant_id, connection_id)

    changed = at_work(data_dir, work)
    print(f"connection {connection_id} is {'' if changed else 'already '}{_DONE[what]}")
    return 0
