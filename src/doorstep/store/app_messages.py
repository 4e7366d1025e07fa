"""The messages of one customer of the brand's app, as the app reads them: paged, and those it has not confirmed."""

from datetime import datetime
from uuid import UUID

from doorstep.store.database import Row, Tx

# What the app may see of a customer's messages since some day: sent, and not ended otherwise.
_OWN = """
select message_id, created_at, subject, text, locale, topic, order_id, extras, state from message
where merchant_id = $1 and recipient = $2 and channel = 'inapp' and rank between 3 and 7
  and created_at > $3 and month >= date_trunc('month', $3 at time zone 'UTC')::date
"""
# Newest first, older than one of them and newer than another.
_PAGE = f"{_OWN} and ($4::uuid is null or message_id < $4) and ($5::uuid is null or message_id > $5) order by message_id desc limit $6"
# Those that came after one of them, and those that never arrived, oldest first.
_UNHEARD = f"{_OWN} and (state = 'sent' or message_id > $4) order by message_id limit $5"


async def page(
    tx: Tx, merchant_id: int, customer_id: str, since: datetime, *, before: UUID | None, after: UUID | None, most: int
) -> list[Row]:
    """List a customer's messages, newest first: older than `before`, newer than `after`, where they are told."""
    return await tx.fetch(_PAGE, merchant_id, customer_id, since, before, after, most)


async def unheard(tx: Tx, merchant_id: int, customer_id: str, since: datetime, last: UUID | None, most: int) -> list[Row]:
    """List, oldest first, what the app has not heard: messages after `last`, and those of which it never said that they arrived."""
    return await tx.fetch(_UNHEARD, merchant_id, customer_id, since, last, most)
