"""`explain MERCHANT MESSAGE-OR-ORDER`: why it was sent, or why nothing was."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from doorstep.cli.merchants import as_merchant
from doorstep.errors import NotFoundError
from doorstep.steps.explain import Explained, Untold, untold
from doorstep.steps.explain import explain as explained
from doorstep.store import message_lists, orders
from doorstep.store.database import Tx
from doorstep.store.receipts import uuid_of


class Told(msgspec.Struct, frozen=True):
    """What the command prints: messages, and the moments of which nothing was said."""

    messages: list[Explained]
    untold: list[Untold]


def explain(
    merchant: str, what: str, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False, data_dir: Path | None = None
) -> int:
    """Tell why a message was sent and what became of it, or, for an order, why each message was sent or not; return the exit code.

    Args:
        merchant: the merchant's slug.
        what: a message's id, or an order's number.
        as_json: print one JSON object instead of text.
        data_dir: where the embedded database lives.
    """

    async def work(tx: Tx, merchant_id: int) -> Told:
        return await _told(tx, merchant_id, what)

    told = as_merchant(data_dir, merchant, work)
    if as_json:
        print(msgspec.json.encode(told).decode())
    else:
        _print(told)
    return 0


async def _told(tx: Tx, merchant_id: int, what: str) -> Told:
    if (message_id := uuid_of(what)) is not None:
        one = await explained(tx, merchant_id, message_id)
        if one is None:
            raise NotFoundError("there is no such message of this merchant")
        return Told([one], [])
    found = await orders.page(tx, merchant_id, number=what, most=1)
    if not found:
        raise NotFoundError(f"there is no message and no order {what!r} of this merchant")
    order_id = found[0].order_id
    ids = [row["message_id"] for row in await message_lists.of_order(tx, merchant_id, order_id)]
    all_of = [one for message_id in ids if (one := await explained(tx, merchant_id, message_id)) is not None]
    return Told(all_of, await untold(tx, merchant_id, order_id))


def _print(told: Told) -> None:
    console = Console()
    for one in told.messages:
        console.print(
            f"[bold]{one.moment}[/bold] to {one.to} by {one.channel}: [bold]{one.state}[/bold]  ({one.message_id})", soft_wrap=True
        )
        console.print(f"  {one.why}", soft_wrap=True, markup=False)
        if one.cost:
            console.print(f"  cost: {one.cost}", soft_wrap=True, markup=False)
        for line in one.lines:
            at = f"{line.at:%Y-%m-%d %H:%M:%S}" if line.at else "-"
            console.print(f"    {at}  {line.what}  {line.detail}".rstrip(), soft_wrap=True, markup=False)
    if told.untold:
        table = Table("decided", "moment", "nothing was said", "why", title="Not told")
        for other in told.untold:
            table.add_row(f"{other.at:%Y-%m-%d %H:%M}", other.moment, other.outcome, other.detail)
        console.print(table)
