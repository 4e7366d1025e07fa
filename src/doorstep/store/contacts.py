"""What customers came for ↔ rows: one for each subject of a sitting, told of when its customer comes back on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.store.database import Row, Tx

# The contacts of a conversation's last sitting, the newest first.
_SITTING = """
select contact_id, subject, order_id, person, sitting_at, began_at, ended_at, answered from contact
where merchant_id = $1 and conversation_id = $2 and sitting_at = (
    select sitting_at from contact where merchant_id = $1 and conversation_id = $2 order by ended_at desc limit 1
)
order by ended_at desc, contact_id desc
"""
# Contacts of other sittings that are come back to: lately, on the same subject, by the same order, or the same person where one of them named
# none. Parameters: merchant, conversation, sitting, person, subject, order, when it began, within.
_EARLIER = """
select p.contact_id from (
    select contact_id from contact where merchant_id = $1 and subject = $5 and person = $4
        and ended_at > $7::timestamptz - $8::interval and ended_at <= $7
    union
    select contact_id from contact where merchant_id = $1 and subject = $5 and order_id = $6
        and ended_at > $7::timestamptz - $8::interval and ended_at <= $7
) lately join contact p on p.merchant_id = $1 and p.contact_id = lately.contact_id
where $5 <> '' and (p.order_id is null or $6::bigint is null or p.order_id = $6) and (p.conversation_id <> $2 or p.sitting_at <> $3)
"""
_COME_BACK = f"""
with earlier as ({_EARLIER}), told as (
    update contact p set again_at = least(coalesce(p.again_at, $7::timestamptz), $7)
    from earlier where p.merchant_id = $1 and p.contact_id = earlier.contact_id
)
"""
_ADD = f"""
{_COME_BACK} insert into contact
    (merchant_id, conversation_id, sitting_at, person, subject, order_id, talk, began_at, ended_at, answered, answered_at, is_again)
select $1, $2, $3, $4, $5, $6, $9, $7, $7, $10, $11, exists (select from earlier)
"""
_AGAIN = f"""
{_COME_BACK} update contact set is_again = true
where merchant_id = $1 and contact_id = $9 and not is_again and exists (select from earlier)
"""
_GO_ON = """
update contact set subject = $3, person = $4, order_id = coalesce($5, order_id), talk = case when talk = '' or subject = '' then $6 else talk end,
    ended_at = greatest(ended_at, $7), answered = $8, answered_at = coalesce(answered_at, $9)
where merchant_id = $1 and contact_id = $2 returning order_id
"""


class Contacted(msgspec.Struct, frozen=True, kw_only=True):
    """One message as its contact knows it."""

    conversation_id: int
    #: customer_id; not known: minus conversation_id.
    person: int
    #: "" nothing known.
    subject: str
    order_id: int | None
    talk: str
    at: datetime
    sitting_at: datetime
    answered: bool
    #: When it was; None: it was not.
    answered_at: datetime | None


async def sitting(tx: Tx, merchant_id: int, conversation_id: int) -> Sequence[Row]:
    """List the contacts of a conversation's last sitting, the newest first."""
    return await tx.fetch(_SITTING, merchant_id, conversation_id)


async def add(tx: Tx, merchant_id: int, one: Contacted, within: timedelta) -> None:
    """Begin a contact, and note on whatever contacts of other sittings within that time it comes back to."""
    await tx.execute(_ADD, *_place(merchant_id, one, one.at, within), one.talk, one.answered, one.answered_at)


async def go_on(tx: Tx, merchant_id: int, contact_id: int, one: Contacted) -> int | None:
    """Add a message to a contact; return the order it is about now."""
    order_id: int | None = await tx.fetchval(
        _GO_ON, merchant_id, contact_id, one.subject, one.person, one.order_id, one.talk, one.at, one.answered, one.answered_at
    )
    return order_id


async def come_back(tx: Tx, merchant_id: int, contact_id: int, one: Contacted, began_at: datetime, within: timedelta) -> None:
    """Note likewise what a contact comes back to, now that more is known of it."""
    await tx.execute(_AGAIN, *_place(merchant_id, one, began_at, within), contact_id)


def _place(merchant_id: int, one: Contacted, began_at: datetime, within: timedelta) -> tuple[object, ...]:
    return merchant_id, one.conversation_id, one.sitting_at, one.person, one.subject, one.order_id, began_at, within
