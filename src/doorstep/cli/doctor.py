"""`doctor`: an installation → a table of what is well, what is not, and what to do about it."""

import asyncio
import shutil
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from rich.console import Console
from rich.table import Table

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.cli.merchants import at_work
from doorstep.conversations.talks.changing import sound
from doorstep.errors import MisconfiguredError
from doorstep.helpdesks import helpdesks
from doorstep.settings import Settings, read_settings
from doorstep.shops import shops
from doorstep.steps import wallet
from doorstep.steps.directory import Directory
from doorstep.steps.refold import refold_all
from doorstep.steps.work import utc_now
from doorstep.store import connections, health, inbox, messages
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Tx
from doorstep.store.migrating import migrations

#: Seconds by which the two clocks may differ; seconds that something may wait.
_SKEW_S, _LATE_S, _VERY_LATE_S = 5, 60, 900
#: Bytes left on the disk.
_LITTLE, _TOO_LITTLE = 5_000_000_000, 1_000_000_000
_OLDEST = 14
#: A certificate that ends within so long is to be renewed.
_SOON_OVER = timedelta(days=30)
_SHOWN = 20


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at."""

    what: str
    #: "ok", "warn" or "fail".
    verdict: str
    found: str
    #: What to do; "" where nothing is to be done.
    advice: str = ""


def ok(what: str, found: str) -> Finding:
    """Say that a thing is well."""
    return Finding(what=what, verdict="ok", found=found)


def doctor(*, smtp: bool = False, refold: bool = False, write: bool = False, data_dir: Path | None = None) -> int:
    """Look the installation over; exit code 1 where something fails.

    Args:
        smtp: also open a connection to every e-mail server that is connected.
        refold: also fold every shipment anew from its checkpoints and report differences.
        write: with --refold, mend the shipments that differ.
        data_dir: where the embedded database lives.
    """
    settings = read_settings(data_dir)
    found = [_address(settings), _disk(settings)]
    try:
        found += at_work(data_dir, lambda s, database, directory: _examine(s, database, directory, smtp=smtp))
        if refold:
            found.append(at_work(data_dir, lambda _, database, __: _refold(database, write=write)))
    except MisconfiguredError as error:
        found.append(Finding(what="database", verdict="fail", found=str(error), advice="see docs/reference/settings.md"))
    _print(found)
    return 1 if any(one.verdict == "fail" for one in found) else 0


def _print(found: list[Finding]) -> None:
    colours = {"ok": "green", "warn": "yellow", "fail": "bold red"}
    table = Table("", "what", "found", "what to do")
    for one in found:
        table.add_row(f"[{colours[one.verdict]}]{one.verdict}[/]", one.what, one.found, one.advice)
    Console().print(table)


def _address(settings: Settings) -> Finding:
    parts = urlsplit(settings.base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        return Finding(
            what="base_url", verdict="fail", found=settings.base_url, advice="set DOORSTEP_BASE_URL to the address customers reach us at"
        )
    if parts.hostname in {"127.0.0.1", "localhost", "::1", "0.0.0.0"}:  # noqa: S104 - compared, not listened on
        return Finding(
            what="base_url",
            verdict="warn",
            found=settings.base_url,
            advice="links in messages lead to this machine only; set DOORSTEP_BASE_URL before you send to customers",
        )
    if parts.scheme == "http":
        return Finding(
            what="base_url", verdict="warn", found=settings.base_url, advice="put a proxy with a certificate in front, and say https"
        )
    return ok("base_url", settings.base_url)


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    verdict = "fail" if free < _TOO_LITTLE else "warn" if free < _LITTLE else "ok"
    advice = "" if verdict == "ok" else "make room: PostgreSQL stops when the disk is full"
    return Finding(what="disk", verdict=verdict, found=f"{free / 1e9:.1f} GB free at {folder}", advice=advice)


async def _examine(_: Settings, database: Database, directory: Directory, *, smtp: bool) -> list[Finding]:
    now = utc_now()
    looks: list[Callable[[Tx], Awaitable[list[Finding]]]] = [
        lambda tx: _server(tx, now),
        _migrations,
        lambda tx: _partitions(tx, now),
        lambda tx: _secrets(tx, directory),
        lambda tx: _backlog(tx, now),
        _paused,
        _talks,
    ]
    found: list[Finding] = []
    for look in looks:
        async with database.system() as tx:
            found += await look(tx)
    try:
        async with database.system() as tx:
            connected = await connections.connections(tx, directory.sealer)
    except MisconfiguredError:
        return found  # the secrets that do not open are told above
    known = {("carrier", slug) for slug in carriers()} | {("shop", slug) for slug in shops()} | {("channel", slug) for slug in channels()}
    known |= {("helpdesk", slug) for slug in helpdesks()}
    gone = [f"{one.kind} {one.provider} (connection {one.connection_id})" for one in connected if (one.kind, one.provider) not in known]
    advice = "install the plug-in again, or remove the connection"
    found.append(
        Finding(what="plug-ins", verdict="fail", found=", ".join(gone), advice=advice) if gone else ok("plug-ins", f"{len(known)} found")
    )
    found += [_order_certificate(one, now) for one in connected if one.provider == wallet.PROVIDER]
    if smtp:
        for one in connected:
            if one.provider == "email":
                found.append(await asyncio.to_thread(_smtp, one.name, one.settings.get("host", ""), one.settings.get("port") or "587"))
    return found


async def _server(tx: Tx, now: datetime) -> list[Finding]:
    server = await health.server(tx)
    skew_s = abs((server["now"] - now).total_seconds())
    version = ok("database", f"PostgreSQL {server['version']}")
    if server["major"] < _OLDEST:
        version = Finding(what="database", verdict="fail", found=version.found, advice=f"PostgreSQL {_OLDEST} or newer is needed")
    if skew_s > _SKEW_S:
        return [version, Finding(what="clocks", verdict="warn", found=f"{skew_s:.0f} s apart", advice="set both machines' clocks by NTP")]
    return [version, ok("clocks", "this machine's and the database's agree")]


async def _migrations(tx: Tx) -> list[Finding]:
    there, known = set(await health.applied(tx)), {name for name, _ in migrations()}
    if newer := there - known:
        return [
            Finding(
                what="migrations",
                verdict="fail",
                found=f"unknown: {', '.join(sorted(newer))}",
                advice="run the newer Doorstep that made them",
            )
        ]
    if missing := known - there:
        return [Finding(what="migrations", verdict="fail", found=f"missing: {', '.join(sorted(missing))}", advice="run `doorstep migrate`")]
    return [ok("migrations", f"{len(known)} applied")]


async def _partitions(tx: Tx, now: datetime) -> list[Finding]:
    if missing := await health.missing_partitions(tx, health.months_ahead(now)):
        advice = "run `doorstep migrate`, and see that a worker runs: it makes them ahead"
        return [Finding(what="partitions", verdict="warn", found=f"missing: {', '.join(missing)}", advice=advice)]
    return [ok("partitions", "this month and the next are ready")]


async def _secrets(tx: Tx, directory: Directory) -> list[Finding]:
    rows = await health.sealed(tx)
    shut = []
    for row in rows:
        try:
            directory.sealer.open(row["secrets"])
        except MisconfiguredError:
            shut.append(f"{row['provider']} ({row['connection_id']})")
    if shut:
        advice = "set DOORSTEP_SECRET_KEY (or restore secret.key) to the key they were sealed with; else connect these anew"
        return [Finding(what="secret key", verdict="fail", found=f"does not open: {', '.join(shut)}", advice=advice)]
    return [ok("secret key", f"opens all {len(rows)} stored secrets")]


async def _backlog(tx: Tx, now: datetime) -> list[Finding]:
    lag, out = await inbox.lag(tx, now), await messages.backlog(tx, now)
    found = [
        _waiting("inbox", lag["waiting"], float(lag["oldest_s"] or 0), "see that a worker runs: `doorstep worker`"),
        _waiting("outbox", out["waiting"], float(out["oldest_s"] or 0), "see that a worker runs and that no channel is paused"),
    ]
    if lag["dead"]:
        advice = "look at them at the desk; mend the cause; replay them"
        found.append(Finding(what="dead letters", verdict="warn", found=f"{lag['dead']} could not be read", advice=advice))
    else:
        found.append(ok("dead letters", "none"))
    return found


def _waiting(what: str, times: int, oldest_s: float, advice: str) -> Finding:
    verdict = "fail" if oldest_s > _VERY_LATE_S else "warn" if oldest_s > _LATE_S else "ok"
    found = f"{times} waiting, the oldest {max(0.0, oldest_s):.0f} s" if times else "nothing waits"
    return Finding(what=what, verdict=verdict, found=found, advice="" if verdict == "ok" else advice)


async def _paused(tx: Tx) -> list[Finding]:
    rows = await health.paused(tx)
    if not rows:
        return [ok("connections", "none is paused")]
    return [
        Finding(
            what="connections",
            verdict="warn",
            found=f"{row['slug']}: {row['name']} is paused: {row['paused_why']}",
            advice=f"mend it, then `doorstep connection resume {row['slug']} {row['connection_id']}`",
        )
        for row in rows
    ]


async def _talks(tx: Tx) -> list[Finding]:
    """Look for changes of the talks of which a part does not hold any more."""
    broken = [
        Finding(
            what=f"talks of {one.slug}",
            verdict="warn",
            found="; ".join(left_out),
            advice="change it at the desk under Talks; ours counts in its place",
        )
        for one in (await connections.merchants(tx)).values()
        if (left_out := sound(one.settings.get("talks", {}))[1])
    ]
    return broken or [ok("talks", "every merchant's changes hold")]


def _order_certificate(one: Connection, now: datetime) -> Finding:
    """Say until when a merchant's orders can be signed for Apple Wallet."""
    what, advice = f"wallet: {one.name}", "make a new order type certificate and put it into the connection"
    try:
        ends = wallet.signs_until(one, now)
    except MisconfiguredError as error:
        return Finding(what=what, verdict="fail", found=str(error), advice=advice)
    found = f"its certificate is good until {ends:%Y-%m-%d}"
    return Finding(what=what, verdict="warn", found=found, advice=advice) if ends - now < _SOON_OVER else ok(what, found)


def _smtp(name: str, host: str, port: str) -> Finding:
    try:
        with socket.create_connection((host, int(port)), timeout=10):
            return ok("smtp", f"{name}: {host}:{port} answers")
    except (OSError, ValueError) as error:
        return Finding(
            what="smtp", verdict="fail", found=f"{name}: {host}:{port}: {error}", advice="check host, port and the way out of this network"
        )


async def _refold(database: Database, *, write: bool) -> Finding:
    compared, differing = 0, 0
    async for batch in refold_all(database, utc_now(), write=write):
        compared += batch.compared
        for one in batch.differing:
            differing += 1
            if differing <= _SHOWN:
                print(f"merchant {one.merchant_id}, shipment {one.shipment_id}, {one.tracking_number}: {one.what}")
    if not differing:
        return ok("refold", f"all {compared} shipments say what their checkpoints say")
    if write:
        return Finding(
            what="refold", verdict="warn", found=f"{differing} of {compared} differed", advice="mended; run it again to see that it holds"
        )
    return Finding(
        what="refold", verdict="fail", found=f"{differing} of {compared} differ", advice="run `doorstep doctor --refold --write`"
    )
