"""Errands that ask for a label, or to make one void ↔ rows: leased, tried, ended; the labels' files."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from doorstep.domain.labels import MadeLabel, Quote
from doorstep.store.database import Row, Tx

_BODY = msgspec.json.Decoder(dict[str, Any])
_QUOTE = msgspec.json.Decoder(Quote)
_ENCODE = msgspec.json.Encoder()
#: Kinds of `domain.actions.plans.ErrandKind` that end here.
KINDS = ("label", "void_label")


class LabelJob(msgspec.Struct, frozen=True, kw_only=True):
    """One label to be made or made void, leased."""

    merchant_id: int
    errand_id: int
    case_id: int
    #: "label" or "void_label".
    kind: str
    body: Mapping[str, Any]
    #: The moment of the lease: whoever ends it names it.
    sent_at: datetime
    #: None: no provider was chosen yet, or it is a slip of our own.
    connection_id: int | None = None
    #: "" not chosen yet.
    provider: str = ""
    quote: Quote | None = None
    #: Before this one.
    tries: int = 0
    #: What the desk was told.
    told: str = ""


# Lease label errands that are due, and those whose lease ran out: the longest waiting of each merchant first, none that another worker has.
_LEASE = """
with ranked as materialized (
    select merchant_id, errand_id, row_number() over (partition by merchant_id order by look_at, errand_id) as place
    from errand where look_at <= $1 and target = 'carrier' and kind = any($4::text[])
), due as materialized (
    select e.merchant_id, e.errand_id from ranked r join errand e using (merchant_id, errand_id)
    where e.look_at <= $1 order by r.place, e.look_at limit $3 for update of e skip locked
), leased as (
    update errand e set state = 'sent', sent_at = $1, look_at = $2 from due d
    where e.merchant_id = d.merchant_id and e.errand_id = d.errand_id
    returning e.merchant_id, e.errand_id, e.case_id, e.kind, e.body, e.sent_at
)
select l.*, t.connection_id, coalesce(t.provider, '') as provider, t.quote, coalesce(t.tries, 0) as tries, coalesce(t.told, '') as told
from leased l left join label_try t using (merchant_id, errand_id)
"""

# Note a try, and what was chosen for it, while the lease holds.
_TRY = """
insert into label_try (merchant_id, errand_id, connection_id, provider, quote, tries)
select $1, $2, $4, $5, $6::json, 1 from errand where merchant_id = $1 and errand_id = $2 and sent_at = $3 and state = 'sent'
on conflict (merchant_id, errand_id) do update
set connection_id = excluded.connection_id, provider = excluded.provider, quote = excluded.quote, tries = label_try.tries + 1
returning tries
"""

# End a lease of ours: done, or when to look again and why.
_END = """
update errand set state = $4::text, look_at = $5, answered_at = case when $4::text = 'done' then $6::timestamptz end, answer = $7, external_id = $8, connection_id = $9
where merchant_id = $1 and errand_id = $2 and sent_at = $3 and state = 'sent' returning errand_id
"""

# Note what the desk was told, and whether what was chosen still stands.
_TOLD = """
insert into label_try (merchant_id, errand_id, provider, tries, told) values ($1, $2, '', 1, $3)
on conflict (merchant_id, errand_id) do update set told = excluded.told, quote = case when $4 then null else label_try.quote end
"""

# Try a merchant's labels again at once that wait for somebody to mend something.
_AGAIN = """
update errand set look_at = $2 where merchant_id = $1 and kind = any($3::text[]) and target = 'carrier' and state = 'escalated' and look_at > $2
"""

# Labels that wait for somebody to mend something.
_STUCK = """
select e.case_id, e.answer from errand e
where e.merchant_id = $1 and e.case_id = any($2::bigint[]) and e.kind = 'label' and e.state = 'escalated' order by e.errand_id
"""

# Keep a label's file.
_KEEP = """
insert into case_file (merchant_id, token, order_id, case_id, kind, content_type, body, created_at)
values ($1, $2, $3, $4, 'label', $5, $6, $7) returning file_id
"""


def _job(row: Row) -> LabelJob:
    return LabelJob(
        merchant_id=row["merchant_id"],
        errand_id=row["errand_id"],
        case_id=row["case_id"],
        kind=row["kind"],
        body=_BODY.decode(row["body"]),
        sent_at=row["sent_at"],
        connection_id=row["connection_id"],
        provider=row["provider"],
        quote=_QUOTE.decode(row["quote"]) if row["quote"] else None,
        tries=row["tries"],
        told=row["told"],
    )


async def lease(tx: Tx, now: datetime, until: datetime, most: int) -> list[LabelJob]:
    """Lease up to `most` label errands of all merchants until a moment, an even share for each merchant."""
    return [_job(row) for row in await tx.fetch(_LEASE, now, until, most, list(KINDS))]


async def note_try(tx: Tx, job: LabelJob, connection_id: int | None, provider: str, quote: Quote | None) -> bool:
    """Write down what a call is about to be made for; False: the lease is another's by now, and no call is to be made."""
    document = None if quote is None else _ENCODE.encode(quote).decode()
    return await tx.fetchval(_TRY, job.merchant_id, job.errand_id, job.sent_at, connection_id, provider, document) is not None


async def end(
    tx: Tx,
    job: LabelJob,
    state: str,
    now: datetime,
    *,
    again_at: datetime | None = None,
    answer: str = "",
    external_id: str = "",
    connection_id: int | None = None,
) -> bool:
    """End a lease; False: it is another's by now, and nothing was changed."""
    ended = await tx.fetchval(
        _END, job.merchant_id, job.errand_id, job.sent_at, state, again_at, now, answer, external_id, connection_id or job.connection_id
    )
    return ended is not None


async def note_told(tx: Tx, job: LabelJob, told: str, *, anew: bool) -> None:
    """Note what the desk was told; `anew`: what was chosen is forgotten, the provider refused it for good."""
    await tx.execute(_TOLD, job.merchant_id, job.errand_id, told, anew)


async def try_again(tx: Tx, merchant_id: int, now: datetime) -> None:
    """Have a merchant's labels made that wait for somebody to mend something."""
    await tx.execute(_AGAIN, merchant_id, now, list(KINDS))


async def stuck(tx: Tx, merchant_id: int, case_ids: Collection[int]) -> dict[int, str]:
    """Tell which cases wait for a label that cannot be made, and what is to be done."""
    return {row["case_id"]: row["answer"] for row in await tx.fetch(_STUCK, merchant_id, list(case_ids))}


async def keep_file(tx: Tx, merchant_id: int, order_id: int, case_id: int, label: MadeLabel, now: datetime) -> int:
    """Keep a label's file; return our id of it."""
    token = secrets.token_urlsafe(24)
    file_id: int = await tx.fetchval(_KEEP, merchant_id, token, order_id, case_id, label.content_type, label.body, now)
    return file_id
