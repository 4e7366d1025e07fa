"""Short links of text messages: written with them in one statement, found by whoever follows one, forgotten in time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from doorstep.domain.vocabulary import Lead
from doorstep.store.database import Row, Tx

#: Forgotten after this; until then its page can say that it has ended.
_KEPT_FOR = timedelta(days=365)
#: Forgotten at most so many at once.
_MOST = 5_000


class ShortLink(msgspec.Struct, frozen=True, kw_only=True):
    """One short link of one message."""

    code: str
    leads_to: Lead
    #: Of our page of the order or parcel; "": what it leads to is the recipient's.
    token: str
    #: Whether it is noted that it was followed.
    marks: bool


# Keep links. A code that is there already fails the batch, which is composed again with others: no link may lead to another's page.
_KEEP = """
insert into short_link (merchant_id, message_id, month, code, leads_to, token, marks, made_at)
select *, $8::timestamptz from unnest($1::bigint[], $2::uuid[], $3::date[], $4::text[], $5::text[], $6::text[], $7::bool[])
"""
# A link, whoever's it is, with its message.
_FIND = """
select l.merchant_id, l.message_id, l.leads_to, l.token, l.marks, l.made_at, m.recipient, m.locale
from short_link l left join message m on m.merchant_id = l.merchant_id and m.month = l.month and m.message_id = l.message_id
where l.code = $1
"""
_FORGET = "delete from short_link where ctid = any(array(select ctid from short_link where made_at < $1 order by made_at limit $2))"


async def keep(tx: Tx, links: Sequence[tuple[int, str, date, ShortLink]], now: datetime) -> None:
    """Keep links of messages: (merchant, message id, its month, link)."""
    await tx.execute(
        _KEEP,
        [one[0] for one in links],
        [one[1] for one in links],
        [one[2] for one in links],
        [one[3].code for one in links],
        [one[3].leads_to for one in links],
        [one[3].token for one in links],
        [one[3].marks for one in links],
        now,
    )


async def find(tx: Tx, code: str) -> Row | None:
    """Find a link: `merchant_id, message_id, leads_to, token, marks, made_at`; its message's `recipient, locale`, None where that is gone."""
    return await tx.fetchrow(_FIND, code)


async def forget(tx: Tx, now: datetime) -> None:
    """Forget links that ended long ago."""
    await tx.execute(_FORGET, now - _KEPT_FOR, _MOST)
