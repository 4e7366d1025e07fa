"""What was said in chats on shops' pages, both ways: read for many visitors at once, what is new alone or the end of it all."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.store.database import Row, Tx

#: Merchant, visitor, newest reply known, since when messages are wanted.
Listener = tuple[int, str, int, datetime]

# The end of what visitors wrote, as far as it is newer than a reply. Replies of one conversation are kept one by one, so their ids
# grow in the order of their commits.
_WRITTEN = """
select k.place, r.reply_id, r.provider_id, r.text, r.choice, r.message_id, r.received_at,
    array(select json_build_object('name', f.name, 'size', f.size)::text from reply_file f
          where f.merchant_id = r.merchant_id and f.reply_id = r.reply_id order by f.position) as files
from unnest($1::bigint[], $2::text[], $3::bigint[]) with ordinality as k (merchant_id, address, after, place)
join conversation c on c.merchant_id = k.merchant_id and c.channel = 'chat' and c.address = k.address
cross join lateral (
    select * from reply where conversation_id = c.conversation_id and merchant_id = k.merchant_id and reply_id > k.after
    order by reply_id desc limit $4
) r order by k.place, r.reply_id
"""
# The end of what we said to visitors, as far as it has left and something became of it since then.
_SAID = """
select k.place, m.message_id, m.created_at, m.text, m.state, m.state_at, m.extras, m.template,
    case when m.template = 'answer' then (
        select a.name from desk_user u join agent a on a.merchant_id = u.merchant_id and a.user_id = u.user_id
        where u.merchant_id = m.merchant_id and u.email = split_part(m.why, ' ', 1)
    ) end as agent
from unnest($1::bigint[], $2::text[], $3::timestamptz[]) with ordinality as k (merchant_id, address, since, place)
cross join lateral (
    select * from message where recipient = k.address and merchant_id = k.merchant_id and created_at > $4
        and month >= date_trunc('month', $4 at time zone 'UTC')::date and channel = 'chat'
        and state in ('sent', 'reached', 'read', 'clicked', 'replied')
    order by created_at desc limit $5
) m where m.state_at > k.since order by k.place, m.created_at, m.message_id
"""
#: The notices by which one process tells all web processes that we type; nothing is kept of it.
TYPING = "doorstep_typing"
# Tell of it as soon as this transaction ends.
_TYPING = f"select pg_notify('{TYPING}', $1)"
# One file of what this very visitor wrote.
_FILE = """
select f.name, f.content_type, f.content from conversation c
join reply r on r.conversation_id = c.conversation_id and r.merchant_id = c.merchant_id
join reply_file f on f.merchant_id = r.merchant_id and f.reply_id = r.reply_id
where c.merchant_id = $1 and c.channel = 'chat' and c.address = $2 and r.reply_id = $3 and f.position = $4
"""


async def written(tx: Tx, listeners: Sequence[Listener], most: int) -> list[Row]:
    """Read what these visitors wrote, oldest first, the last `most` of each; `place` counts the listeners from 1."""
    return await tx.fetch(_WRITTEN, [a[0] for a in listeners], [a[1] for a in listeners], [a[2] for a in listeners], most)


async def said(tx: Tx, listeners: Sequence[Listener], back_to: datetime, most: int) -> list[Row]:
    """Read what we said to these visitors, oldest first, of the last `most` since `back_to`; `place` counts the listeners from 1."""
    return await tx.fetch(_SAID, [a[0] for a in listeners], [a[1] for a in listeners], [a[3] for a in listeners], back_to, most)


async def file(tx: Tx, merchant_id: int, visitor: str, reply_id: int, position: int) -> Row | None:
    """Read `name, content_type, content` of a file that this visitor sent; None: they sent none such."""
    return await tx.fetchrow(_FILE, merchant_id, visitor, reply_id, position)


async def tell_typing(tx: Tx, merchant_id: int, visitor: str) -> None:
    """Tell every web process that we type to this visitor."""
    await tx.execute(_TYPING, msgspec.json.encode((merchant_id, visitor)).decode())


def typed_to(notice: str) -> tuple[int, str] | None:
    """Return merchant and visitor of a notice of `tell_typing`; None: it is none."""
    try:
        return msgspec.json.decode(notice, type=tuple[int, str])
    except msgspec.DecodeError:
        return None
