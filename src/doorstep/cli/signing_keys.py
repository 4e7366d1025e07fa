"""`performance keys | new-key | withdraw-key MERCHANT`: the keys that sign a merchant's published figures."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from doorstep.cli.merchants import Made, at_work
from doorstep.errors import BadInputError
from doorstep.settings import Settings
from doorstep.steps.directory import Directory
from doorstep.steps.signing_keys import SETTLES, make_key, signing_keys, withdraw_key
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.database import Database, Tx
from doorstep.store.sealing import Sealer


def list_keys(merchant: str, *, data_dir: Path | None = None) -> int:
    """List the keys that sign a merchant's figures, newest first, withdrawn ones too.

    Args:
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """
    found = _as_merchant(data_dir, merchant, lambda tx, merchant_id, _: signing_keys(tx, merchant_id, utc_now()))
    table = Table("key", "made", "state")
    for key in found:
        state = "signs" if key.signs else f"signs from {key.signs_from:%Y-%m-%d %H:%M} UTC" if key.signs_from else "verifies"
        state = f"withdrawn {key.withdrawn_at:%Y-%m-%d %H:%M} UTC" if key.withdrawn_at else state
        table.add_row(key.key_id, f"{key.made_at:%Y-%m-%d %H:%M} UTC", state)
    Console().print(table)
    return 0


def new_key(merchant: str, *, data_dir: Path | None = None) -> int:
    """Make a key that signs a merchant's figures from ten minutes on; those there are keep verifying.

    Args:
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """
    made = _as_merchant(data_dir, merchant, lambda tx, merchant_id, sealer: make_key(tx, sealer, merchant_id, "cli", utc_now()))
    print(f"key {made} made; it signs in {SETTLES.seconds // 60} minutes, or at once where it is the only one")
    return 0


def withdraw(merchant: str, key: str, *, yes: bool = False, data_dir: Path | None = None) -> int:
    """Withdraw a key for good: what it signed verifies no more. Where it was the last one, another is made at once.

    Args:
        merchant: the merchant's slug.
        key: as `performance keys` shows it.
        yes: do not ask.
        data_dir: where the embedded database lives.
    """
    if not yes and (not sys.stdin.isatty() or input(f"Withdraw key {key} of {merchant}? [y/N] ").lower() not in {"y", "yes"}):
        raise BadInputError("not withdrawn; say --yes")
    _as_merchant(data_dir, merchant, lambda tx, merchant_id, sealer: withdraw_key(tx, sealer, merchant_id, key, "cli", utc_now()))
    print(f"key {key} is withdrawn; copies of the list of keys may hold it for {SETTLES.seconds // 60} minutes yet")
    return 0


def _as_merchant(data_dir: Path | None, merchant: str, work: Callable[[Tx, int, Sealer], Awaitable[Made]]) -> Made:
    async def run(_: Settings, database: Database, directory: Directory) -> Made:
        async with database.system() as tx:
            merchant_id = (await connections.merchant_by_slug(tx, merchant)).merchant_id
        async with database.for_merchant(merchant_id) as tx:
            return await work(tx, merchant_id, directory.sealer)

    return at_work(data_dir, run)
