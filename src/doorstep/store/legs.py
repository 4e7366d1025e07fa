"""Numbers, checkpoints and page addresses → the shipment they belong to, where that changes."""

from collections.abc import Sequence
from datetime import datetime

from doorstep.store.database import Tx

# Let nobody else make shipments for these numbers until this transaction ends.
_CLAIM_NUMBERS = """
select pg_advisory_xact_lock(n) from (
    select distinct hashtextextended(number, merchant) as n from unnest($1::bigint[], $2::text[]) as k (merchant, number) order by 1
) numbers
"""

# Lead further numbers to shipments.
_LINK = """
insert into leg (merchant_id, tracking_number, shipment_id, role)
select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) on conflict do nothing
"""

# Give the scans since a moment to the shipment that uses the number again.
_SPLIT = "update checkpoint set shipment_id = $3 where merchant_id = $1 and shipment_id = $2 and instant >= $4"

# Give a shipment all checkpoints of the one it shares a parcel with.
_COPY = """
insert into checkpoint (merchant_id, shipment_id, month, fingerprint, instant, event_type, said, inbox_id, received_at, mapped)
select merchant_id, $3, month, fingerprint, instant, event_type, said, inbox_id, received_at, mapped from checkpoint
where merchant_id = $1 and shipment_id = $2
on conflict do nothing
"""

# Fold one shipment into another that turned out to be the same promise: its numbers, checkpoints and page addresses move, its row goes.
_MERGE_STEPS = (
    """
    delete from checkpoint c using checkpoint k
    where c.merchant_id = $1 and c.shipment_id = $2 and k.merchant_id = $1 and k.shipment_id = $3 and k.month = c.month and k.fingerprint = c.fingerprint
    """,
    "update checkpoint set shipment_id = $3 where merchant_id = $1 and shipment_id = $2",
    """
    update leg set shipment_id = $3 where merchant_id = $1 and shipment_id = $2
    and not exists (select from leg l where l.merchant_id = $1 and l.shipment_id = $3 and l.tracking_number = leg.tracking_number)
    """,
    "update former_token set shipment_id = $3 where merchant_id = $1 and shipment_id = $2",
    """
    insert into former_token (merchant_id, token, shipment_id)
    select merchant_id, token, $3 from shipment where merchant_id = $1 and shipment_id = $2
    """,
    """
    insert into tally_due (merchant_id, shipment_id)
    select s.merchant_id, x from shipment s, unnest(array[$2::bigint, $3::bigint]) as x where s.merchant_id = $1 and s.shipment_id = $2
    """,
    "delete from shipment where merchant_id = $1 and shipment_id = $2 and $3::bigint is not null",
)


async def claim_numbers(tx: Tx, numbers: Sequence[tuple[int, str]]) -> None:
    """Keep other workers from making shipments for these (merchant, number) until this transaction ends."""
    await tx.execute(_CLAIM_NUMBERS, [n[0] for n in numbers], [n[1] for n in numbers])


async def link(tx: Tx, links: Sequence[tuple[int, str, int, str]]) -> None:
    """Lead further numbers to shipments: (merchant, number, shipment id, role)."""
    await tx.execute(_LINK, [x[0] for x in links], [x[1] for x in links], [x[2] for x in links], [x[3] for x in links])


async def split(tx: Tx, merchant_id: int, old: int, new: int, since: datetime) -> None:
    """Move the checkpoints since a moment from `old` to `new`: the number was used again."""
    await tx.execute(_SPLIT, merchant_id, old, new, since)


async def copy_checkpoints(tx: Tx, merchant_id: int, of: int, to: int) -> None:
    """Give shipment `to` the checkpoints of shipment `of`: both orders' goods travel in one parcel."""
    await tx.execute(_COPY, merchant_id, of, to)


async def merge(tx: Tx, merchant_id: int, gone: int, into: int) -> None:
    """Move the numbers, checkpoints and page addresses of shipment `gone` to `into`, and delete `gone`. Both are locked by the caller."""
    for statement in _MERGE_STEPS:
        await tx.execute(statement, merchant_id, gone, into)
