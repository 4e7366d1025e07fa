"""`codes list | map | unmap | export`: carriers' codes that no table knows, and what somebody says they mean."""

import sys
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.table import Table

from doorstep.cli.merchants import as_merchant
from doorstep.steps.reread import NewMapping, map_code, unmap_code
from doorstep.steps.work import utc_now
from doorstep.store import checkpoints, mappings
from doorstep.store.database import Row, Tx

codes = App(name="codes", help="Codes that no table knows: list them, say what they mean, write that out.")


@codes.command(name="list")
def list_codes(merchant: str, *, data_dir: Path | None = None) -> int:
    """List a merchant's unknown codes, most frequent first, and its mappings.

    Args:
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """

    async def read(tx: Tx, merchant_id: int) -> tuple[list[Row], list[Row]]:
        return await checkpoints.unknown(tx, merchant_id, 500), await mappings.of_merchant(tx, merchant_id)

    unknown, mapped = as_merchant(data_dir, merchant, read)
    table = Table("carrier", "code", "words", "times", title="unknown")
    for row in unknown:
        table.add_row(row["carrier"], row["carrier_code"], row["carrier_text"], str(row["times"]))
    Console().print(table)
    if mapped:
        table = Table("id", "carrier", "code", "words", "means", "for", "scans", title="mapped")
        for row in mapped:
            where = "everywhere" if row["everywhere"] else "here"
            key = (row["carrier"], row["carrier_code"], row["carrier_text"])
            table.add_row(str(row["mapping_id"]), *key, row["event_type"], where, str(row["scans"]))
        Console().print(table)
    return 0


@codes.command(name="map")
def map_one(
    merchant: str, carrier: str, event_type: str, *, code: str = "", words: str = "", everywhere: bool = False, data_dir: Path | None = None
) -> int:
    """Say what an unknown code means; running workers read earlier scans again at once.

    Args:
        merchant: the merchant's slug.
        carrier: the carrier's slug, as the list shows it.
        event_type: an event type, see docs/reference/event-types.md.
        code: the carrier's code; left out where it sends words only.
        words: the carrier's words; left out: any words under the code.
        everywhere: for every merchant of this installation.
        data_dir: where the embedded database lives.
    """
    wanted = NewMapping(carrier=carrier, carrier_code=code, carrier_text=words, event_type=event_type, everywhere=everywhere)

    async def keep(tx: Tx, merchant_id: int) -> int:
        return await map_code(tx, merchant_id, wanted, "cli", utc_now())

    print(f"mapping {as_merchant(data_dir, merchant, keep)} made; running workers read earlier scans again within seconds")
    return 0


@codes.command
def unmap(merchant: str, mapping: int, *, data_dir: Path | None = None) -> int:
    """Take a mapping back; running workers read its scans again at once.

    Args:
        merchant: the merchant's slug.
        mapping: its number, as the list shows it.
        data_dir: where the embedded database lives.
    """

    async def remove(tx: Tx, merchant_id: int) -> None:
        await unmap_code(tx, merchant_id, mapping, "cli", utc_now(), operator=True)

    as_merchant(data_dir, merchant, remove)
    print(f"mapping {mapping} taken back")
    return 0


@codes.command
def export(merchant: str, *, data_dir: Path | None = None) -> int:
    """Print a merchant's mappings as JSON, to be sent in so that the next Doorstep knows the codes.

    Args:
        merchant: the merchant's slug.
        data_dir: where the embedded database lives.
    """
    sys.stdout.write(mappings.contribution(as_merchant(data_dir, merchant, mappings.of_merchant)).decode())
    return 0
