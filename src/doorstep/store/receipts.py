"""What providers say of messages → notes, each once; what they charge; which links were followed."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from doorstep.domain.messages import Cost, Receipt
from doorstep.store.database import Row, Tx
from doorstep.store.messages import forward, is_over, leave, month_of

# Is it a message of this merchant?
_OURS = "select merchant_id from message where merchant_id = $1 and month = $2 and message_id = $3"
# Note a receipt once.
_NOTE = """
insert into receipt (merchant_id, message_id, state, provider_code, provider_text, at, remedy, machine)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning receipt_id
"""
_BY_PROVIDER = "select message_id from message where merchant_id = $1 and provider_id = $2 limit 1"
# Keep what is charged; what is said later and fuller replaces it, what is left out does not.
_COST = """
insert into message_cost (merchant_id, message_id, amount, currency, parts, category, billable, at) values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (merchant_id, message_id) do update set
    amount = coalesce(excluded.amount, message_cost.amount),
    currency = case when excluded.amount is null then message_cost.currency else excluded.currency end,
    parts = greatest(excluded.parts, message_cost.parts),
    category = case when excluded.category = '' then message_cost.category else excluded.category end,
    billable = coalesce(excluded.billable, message_cost.billable), at = excluded.at
"""
_CLICK = """
insert into click (merchant_id, message_id, url, machine, first_at, last_at) values ($1, $2, $3, $4, $5, $5)
on conflict (merchant_id, message_id, url, machine) do update set times = click.times + 1,
    first_at = least(click.first_at, excluded.first_at), last_at = greatest(click.last_at, excluded.last_at)
"""
_COST_OF = "select amount, currency, parts, category, billable from message_cost where merchant_id = $1 and message_id = $2"
_CLICKS_OF = (
    "select url, machine, times, first_at, last_at from click where merchant_id = $1 and message_id = $2 order by first_at, url limit 100"
)

#: Characters kept of a link.
_LONGEST_URL = 2_000


async def note(tx: Tx, merchant_id: int, receipt: Receipt, now: datetime) -> tuple[UUID, bool] | None:
    """Note a provider's receipt and move the message forward.

    Returns:
        The message it was about, and whether the receipt is new; None where the message is none of ours.
    """
    message_id = await _named(tx, merchant_id, receipt)
    if message_id is None:
        return None
    if receipt.cost is not None:
        await charge(tx, merchant_id, message_id, receipt.cost, now)
    if receipt.url:
        await click(tx, merchant_id, message_id, receipt.url, receipt.at or now, machine=receipt.machine)
    said = (receipt.provider_code[:100], receipt.provider_text[:500], receipt.at or now, receipt.remedy, receipt.machine)
    new = await tx.fetchval(_NOTE, merchant_id, message_id, receipt.state, *said) is not None
    if new and not receipt.machine:
        if is_over(receipt):
            await leave(tx, merchant_id, message_id)
        await forward(tx, merchant_id, message_id, receipt, now)
    return message_id, new


async def _named(tx: Tx, merchant_id: int, receipt: Receipt) -> UUID | None:
    """Find the message by our own id, else by the provider's; one of the provider's making may come with an id that is none of ours."""
    ours = uuid_of(receipt.message_id)
    if ours is not None:
        return ours if await tx.fetchval(_OURS, merchant_id, month_of(ours), ours) is not None else None
    found: UUID | None = await by_provider(tx, merchant_id, receipt.provider_id) if receipt.provider_id else None
    return found


async def by_provider(tx: Tx, merchant_id: int, provider_id: str) -> UUID | None:
    """Find a message by the provider's id of it."""
    found: UUID | None = await tx.fetchval(_BY_PROVIDER, merchant_id, provider_id)
    return found


async def charge(tx: Tx, merchant_id: int, message_id: UUID, cost: Cost, now: datetime) -> None:
    """Keep what a message costs, as far as the provider says."""
    try:
        amount = Decimal(cost.amount) if cost.amount else None
    except InvalidOperation:
        amount = None
    if amount is not None and not amount.is_finite():
        amount = None
    await tx.execute(_COST, merchant_id, message_id, amount, cost.currency[:3].upper(), cost.parts, cost.category[:40], cost.billable, now)


async def click(tx: Tx, merchant_id: int, message_id: UUID, url: str, at: datetime, *, machine: bool) -> None:
    """Count a link that was followed."""
    await tx.execute(_CLICK, merchant_id, message_id, url[:_LONGEST_URL], machine, at)


async def told_of(tx: Tx, merchant_id: int, message_id: UUID) -> tuple[Row | None, list[Row]]:
    """Read what a message cost (None untold), and the links followed."""
    return await tx.fetchrow(_COST_OF, merchant_id, message_id), await tx.fetch(_CLICKS_OF, merchant_id, message_id)


def uuid_of(text: str | None) -> UUID | None:
    """Read an id of ours; None where it is no UUID, or one whose clock tells of no year there is."""
    try:
        found = UUID(text) if text else None
        if found:
            month_of(found)
    except (ValueError, OverflowError):
        return None
    return found
