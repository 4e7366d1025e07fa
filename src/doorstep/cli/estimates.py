"""`estimates MERCHANT`: the model trained on a merchant's own deliveries → when, on how many, how good it was."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from doorstep.cli.merchants import as_merchant
from doorstep.steps.trained import Trained, trained


def estimates(
    merchant: str, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False, data_dir: Path | None = None
) -> int:
    """Tell how good a merchant's own model of its deliveries is; return the exit code.

    Args:
        merchant: the merchant's slug.
        as_json: print one JSON object instead of a table.
        data_dir: where the embedded database lives.
    """
    told = as_merchant(data_dir, merchant, trained)
    if as_json:
        print(msgspec.json.encode(told).decode())
        return 0
    console = Console()
    console.print(_summary(told))
    if told.purchase and told.handover:
        table = Table("figure", "at purchase", "at hand-over")
        for name in told.purchase.__struct_fields__:
            values = (getattr(one, name) for one in (told.purchase, told.handover))
            table.add_row(name, *("-" if value is None else f"{value:.3f}".rstrip("0").rstrip(".") for value in values))
        console.print(table)
    return 0


def _summary(told: Trained) -> str:
    if told.trained_at is None:
        return f"no model yet: {told.kept} deliveries to learn from, {told.needed} are needed; counted days speak meanwhile"
    return f"trained {told.trained_at:%Y-%m-%d %H:%M} UTC on {told.deliveries} deliveries; {told.fresh} are new since"
