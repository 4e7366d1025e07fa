"""A message, or an order of which nothing was said → why: what called for it, the gates, the channel, the hour, what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from doorstep.store import decisions, fallbacks, message_lists, receipts
from doorstep.store.database import Row, Tx


class Line(msgspec.Struct, frozen=True):
    """One thing that happened to a message."""

    #: Aware UTC; None: not dated.
    at: datetime | None
    what: str
    detail: str = ""


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """Why a message was written, and what became of it."""

    message_id: str
    to: str
    channel: str
    state: str
    #: The moment that called for it.
    moment: str
    #: Journey, channel, gates, as they stood when it was written.
    why: str
    #: What it cost, as far as the provider says; "" untold.
    cost: str
    #: Attempts, receipts, clicks, what stands behind it; in order of time.
    lines: tuple[Line, ...]


class Untold(msgspec.Struct, frozen=True):
    """A moment of which nothing was said, or not yet."""

    #: Aware UTC.
    at: datetime
    moment: str
    #: "waiting" or a `domain.vocabulary.Skip`.
    outcome: str
    detail: str
    #: The shipment it is about; None: the order.
    shipment_id: int | None = None


async def explain(tx: Tx, merchant_id: int, message_id: UUID) -> Explained | None:
    """Explain one message; None: this merchant has none of this id."""
    found = await message_lists.one(tx, merchant_id, message_id)
    if found is None:
        return None
    row, attempts, said = found
    cost, clicks = await receipts.told_of(tx, merchant_id, message_id)
    behind = await fallbacks.one(tx, merchant_id, message_id)
    return Explained(
        message_id=str(message_id),
        to=row["recipient"],
        channel=row["channel"],
        state=row["state"],
        moment=row["trigger"],
        why=row["why"],
        cost=cost_text(cost),
        lines=tuple(_lines(row, attempts, said, clicks, behind)),
    )


def cost_text(cost: Row | None) -> str:
    """Write what a message cost in one line; "" where nobody said."""
    if cost is None:
        return ""
    amount = f"{cost['amount'].normalize():f} {cost['currency']}" if cost["amount"] is not None else ""
    parts = f"{cost['parts']} parts" if cost["parts"] else ""
    free = {False: "free", True: "billed"}.get(cost["billable"], "")
    return ", ".join(part for part in (amount, parts, cost["category"], free) if part)


def _lines(row: Row, attempts: list[Row], said: list[Row], clicks: list[Row], behind: Row | None) -> list[Line]:
    lines = [Line(row["created_at"], "written")]
    lines += [
        Line(one["started_at"], f"attempt {one['attempt']}: {one['outcome'] or 'no answer known'}", one["detail"]) for one in attempts
    ]
    for one in said:
        by = " (by a machine)" if one["machine"] else ""
        remedy = f"; what follows: {one['remedy']}" if one["remedy"] else ""
        lines.append(Line(one["at"], f"{one['state']}{by}", f"{one['provider_code']} {one['provider_text']}".strip() + remedy))
    for one in clicks:
        by = " by a machine" if one["machine"] else ""
        times = "once" if one["times"] == 1 else f"{one['times']} times"
        lines.append(Line(one["first_at"], f"link followed {times}{by}", one["url"]))
    lines.sort(key=lambda line: line.at or row["created_at"])
    if behind is not None:
        lines.append(_standby(behind))
    return lines


def _standby(behind: Row) -> Line:
    tried = ", ".join(behind["tried"])
    if behind["unless_failed"]:
        return Line(None, "another channel stands behind it, should it fail", f"not again by {tried}")
    return Line(behind["due_at"], "another channel is tried then, unless it arrives before", f"not again by {tried}")


async def untold(tx: Tx, merchant_id: int, order_id: int) -> list[Untold]:
    """List the moments of an order of which nothing was said, newest first, with the gate that is closed."""
    return [
        Untold(
            row["decided_at"],
            _moment(row),
            row["outcome"],
            row["detail"],
            row["subject_id"] if row["subject_kind"] == "shipment" else None,
        )
        for row in await decisions.of_order(tx, merchant_id, order_id)
        if row["message_id"] is None
    ]


def _moment(row: Any) -> str:
    return f"{row['trigger']} ({row['occurrence']})" if row["occurrence"] else str(row["trigger"])
