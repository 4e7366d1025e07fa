"""`doorstep policy`: what a merchant's customers may do: shown, checked, kept as a draft, tried against the past, put into force."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.table import Table

from doorstep.actions.policy import Policy
from doorstep.actions.reading import look_over
from doorstep.actions.wording import differences, said
from doorstep.cli.merchants import Made, at_work
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.settings import Settings
from doorstep.steps.backtest import MOST, Backtest, backtest, plain_returns
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.policy_versions import Version, in_force, keep_draft, put_in_force, version, written
from doorstep.steps.work import utc_now
from doorstep.store import connections, policies
from doorstep.store.database import Database, Tx
from doorstep.store.policies import KeptPolicy

policy = App(name="policy", help="What a merchant's customers may do: rules as data, version by version.")
_MOST_BYTES = 1_000_000
_ARRIVED = timedelta(days=90)


@policy.command
def show(merchant: str, *, number: int | None = None, json: bool = False, data_dir: Path | None = None) -> int:
    """Print the rules in force, or of one version, in words or as JSON.

    Args:
        merchant: the merchant's slug.
        number: of a version; 0 is the usual rules, which hold where a merchant has made none.
        json: print what a file for `policy check` holds.
        data_dir: where the embedded database lives.
    """
    found = _as_merchant(data_dir, merchant, lambda tx, tenant: _of(tx, tenant, number))
    if json:
        print(written(found.policy).decode())
        return 0
    for section in said(found.policy):
        if section.says:
            print(section.title, *(f"  {one.words}" for one in section.says), sep="\n")
    return 0


@policy.command
def versions(merchant: str, *, data_dir: Path | None = None) -> int:
    """List the versions, the newest first.

    Args:
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """

    async def work(tx: Tx, tenant: Tenant) -> tuple[list[KeptPolicy], int]:
        merchant_id = tenant.merchant.merchant_id
        return await policies.versions(tx, merchant_id), (await in_force(tx, merchant_id, utc_now())).number

    found, live_number = _as_merchant(data_dir, merchant, work)
    table = Table("version", "made", "by", "note", "in force since")
    for one in found:
        since = "–" if one.live_from is None else f"{one.live_from:%Y-%m-%d %H:%M} UTC"  # noqa: RUF001 - as the desk writes it
        mark = " (in force)" if one.version == live_number else ""
        table.add_row(f"{one.version}{mark}", f"{one.made_at:%Y-%m-%d %H:%M} UTC", one.made_by, one.note, since)
    Console().print(table)
    return 0


@policy.command
def check(file: Path) -> int:
    """Say all that is wrong with a policy in a file; the exit code is 0 if nothing is, 1 otherwise.

    Args:
        file: JSON.
    """
    _, wrong = look_over(_bytes(file))
    for one in wrong:
        print(one, file=sys.stderr)
    if not wrong:
        print("this policy holds together")
    return 1 if wrong else 0


@policy.command
def draft(file: Path, *, merchant: str, note: str = "", data_dir: Path | None = None) -> int:
    """Keep a file as a new version that is not in force yet, and print its number.

    Args:
        file: JSON.
        merchant: the merchant's slug.
        note: what you changed, and why.
        data_dir: where the embedded database lives.
    """
    read = _read(file)
    number = _as_merchant(
        data_dir, merchant, lambda tx, tenant: keep_draft(tx, tenant.merchant.merchant_id, read, note[:300], "cli", utc_now())
    )
    print(number)
    return 0


@policy.command(name="test")
def try_file(
    file: Path,
    *,
    merchant: str,
    since: date | None = None,
    arrived: bool = False,
    data_dir: Path | None = None,
) -> int:
    """List the past requests that a policy in a file would have decided otherwise than the one in force.

    Args:
        file: JSON.
        merchant: the merchant's slug.
        since: the first day to look at; 30 days ago where none is named.
        arrived: instead of requests, try a plain return of everything that arrived since then, or in 90 days.
        data_dir: where the embedded database lives.
    """
    read, now = _read(file), utc_now()
    first = datetime.combine(since, time(), UTC) if since else now - (_ARRIVED if arrived else timedelta(days=30))

    async def work(tx: Tx, tenant: Tenant) -> tuple[Version, Backtest]:
        current = await in_force(tx, tenant.merchant.merchant_id, now)
        if arrived:
            return current, await plain_returns(tx, tenant, current.policy, read, first, now)
        return current, await backtest(tx, tenant, current.policy, read, first)

    current, found = _as_merchant(data_dir, merchant, work)
    for one in differences(current.policy, read):
        print(f"- {one.was or 'not said'}", f"+ {one.now or 'not said any more'}", sep="\n")
    table = Table("request", "order", "about", "in force", "would be")
    for each in found.otherwise:
        table.add_row(each.case.rma if each.case else "–", each.number, each.what, each.was.words, each.would.words)  # noqa: RUF001
    if found.otherwise:
        Console().print(table)
    things = "order lines" if arrived else "requests"
    print(f"{len(found.otherwise)} of {found.judged} {things} since {first:%Y-%m-%d} would be decided otherwise")
    for why, times in found.unjudged.items():
        print(f"{times} not judged: {why}")
    if found.cut:
        print(f"there were more: the newest {MOST} were looked at")
    return 0


@policy.command
def live(number: int, *, merchant: str, data_dir: Path | None = None) -> int:
    """Put a version into force from now on; running processes read it with the next request.

    Args:
        number: of the version.
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """
    _as_merchant(data_dir, merchant, lambda tx, tenant: put_in_force(tx, tenant.merchant.merchant_id, number, "cli", utc_now()))
    print(f"version {number} is in force")
    return 0


async def _of(tx: Tx, tenant: Tenant, number: int | None) -> Version:
    merchant_id = tenant.merchant.merchant_id
    return await (in_force(tx, merchant_id, utc_now()) if number is None else version(tx, merchant_id, number))


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES:
        raise BadInputError(f"{file} is longer than any policy")
    return content


def _read(file: Path) -> Policy:
    read, wrong = look_over(_bytes(file))
    if read is None or wrong:
        raise BadInputError("; ".join(wrong))
    return read


def _as_merchant(data_dir: Path | None, slug: str, work: Callable[[Tx, Tenant], Awaitable[Made]]) -> Made:
    async def run(_: Settings, database: Database, directory: Directory) -> Made:
        async with database.system() as tx:
            merchant_id = (await connections.merchant_by_slug(tx, slug)).merchant_id
        await directory.refresh(database, utc_now(), force=True)
        tenant = directory.tenant(merchant_id)
        if tenant is None:
            raise MisconfiguredError(f"merchant {slug} cannot be read; `doorstep doctor` says why")
        async with database.for_merchant(merchant_id) as tx:
            return await work(tx, tenant)

    return at_work(data_dir, run)
