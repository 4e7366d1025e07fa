"""Files of finished deliveries → how good our estimates would have been, knowing only what was known at the time."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from doorstep.cli.delivery_files import read_deliveries
from doorstep.timeline.estimating.deliveries import Point
from doorstep.timeline.estimating.forecasting import forecasts
from doorstep.timeline.estimating.judging import figures


def evaluate_estimates(file: Path, *, learn: Path, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Judge estimates on finished deliveries, at purchase and again at hand-over; return the exit code.

    Each delivery of FILE is forecast from what was delivered strictly before its purchase (or hand-over), in FILE and LEARN alike.

    Args:
        file: the deliveries to judge, CSV; docs/rules/estimates.md names the columns.
        learn: the history to learn from, CSV; may be the same file.
        as_json: print one JSON object instead of a table.
    """
    judged, history = read_deliveries(file), read_deliveries(learn)
    found = {f"at_{point}": _rounded(figures(list(forecasts(history, judged, point)))) for point in Point}
    if as_json:
        print(msgspec.json.encode(found).decode())
        return 0
    table = Table("figure", *found)
    for name in found["at_purchase"]:
        table.add_row(name, *("-" if one[name] is None else str(one[name]) for one in found.values()))
    Console().print(table)
    return 0


def _rounded(figures_of: Any) -> dict[str, float | None]:
    return {name: value if value is None else round(value, 4) for name, value in msgspec.structs.asdict(figures_of).items()}
