"""What was measured → a table for people, one JSON object for machines."""

from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table


class Line(msgspec.Struct, kw_only=True):
    """One figure beside its target and its baselines."""

    name: str
    unit: str
    value: float
    #: None: no target, told for information.
    target: float | None = None
    #: The value must not be above the target (else: not below).
    at_most: bool = False
    #: The same with each row in a transaction of its own; with each row a job of a general queue. None: not measured.
    row_at_a_time: float | None = None
    job_queue: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target


def as_object(lines: list[Line], around: dict[str, Any]) -> dict[str, Any]:
    """Lay out for `--json`."""
    return {**around, "figures": [{**msgspec.to_builtins(line), "met": line.met} for line in lines]}


def show(lines: list[Line], around: dict[str, Any]) -> None:
    """Print the table."""
    table = Table(
        title="doorstep bench", caption="; ".join(f"{name} {value}" for name, value in around.items() if not isinstance(value, dict | list))
    )
    for heading in ("", "Doorstep", "target", "row at a time", "job queue"):
        table.add_column(heading, justify="left" if not heading else "right")
    for line in lines:
        sign = "" if line.target is None else f"{'≤' if line.at_most else '≥'} {_figure(line.target)}"
        verdict = "" if line.met is None else "[green] ✓[/green]" if line.met else "[red] ✗[/red]"
        table.add_row(
            f"{line.name}, {line.unit}", _figure(line.value), sign + verdict, _figure(line.row_at_a_time), _figure(line.job_queue)
        )
    Console().print(table)


def _figure(value: float | None) -> str:
    if value is None:
        return "–"  # noqa: RUF001 - an empty cell
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"  # noqa: PLR2004
