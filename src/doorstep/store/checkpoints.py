"""Checkpoints → rows by month, and back for a page; unknown codes counted."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime

import msgspec

from doorstep.domain.tracking import MOST_WORDS, Checkpoint, Scan
from doorstep.store.database import Row, Tx

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(Checkpoint)


class NewCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint to be kept, with where it came from."""

    merchant_id: int
    shipment_id: int
    inbox_id: int
    received_at: datetime
    checkpoint: Checkpoint
    #: What the shipment's row keeps of it.
    scan: Scan


# Keep checkpoints, each fingerprint once.
_KEEP = """
insert into checkpoint (merchant_id, shipment_id, month, fingerprint, instant, event_type, said, inbox_id, received_at, mapped)
select merchant_id, shipment_id, coalesce(date_trunc('month', instant at time zone 'UTC')::date, '1970-01-01'),
    fingerprint, instant, event_type, said, inbox_id, received_at, mapped
from unnest($1::checkpoint_row[])
on conflict do nothing
"""

# All checkpoints of a shipment within the months it can have.
_OF_SHIPMENT = """
select fingerprint, said from checkpoint where merchant_id = $1 and shipment_id = $2 and (month between $3 and $4 or month = '1970-01-01')
order by instant nulls first, fingerprint
"""

# Single checkpoints by what names them.
_THESE = """
select c.merchant_id, c.shipment_id, c.said
from unnest($1::bigint[], $2::bigint[], $3::bytea[]) as k (merchant_id, shipment_id, fingerprint) join checkpoint c using (merchant_id, shipment_id, fingerprint)
"""

# Count codes we could not read.
_COUNT_UNKNOWN = """
insert into unknown_code (merchant_id, carrier, carrier_code, carrier_text, times, first_at, last_at)
select m, c, cc, ct, n, $6, $6 from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) as x (m, c, cc, ct, n)
order by m, c, cc, ct
on conflict (merchant_id, carrier, carrier_code, carrier_text) do update set times = unknown_code.times + excluded.times, last_at = excluded.last_at
"""

# Unknown codes, most frequent first.
_UNKNOWN = """
select carrier, carrier_code, carrier_text, times, first_at, last_at from unknown_code
where merchant_id = $1 order by times desc, carrier, carrier_code limit $2
"""


async def keep(tx: Tx, new: Sequence[NewCheckpoint]) -> None:
    """Write checkpoints down; one already kept is left as it is."""
    await tx.execute(
        _KEEP,
        [
            (
                n.merchant_id,
                n.shipment_id,
                n.scan.fingerprint,
                n.checkpoint.occurred_at.instant if n.checkpoint.occurred_at else None,
                n.scan.event_type,
                _ENCODE(n.checkpoint).decode(),
                n.inbox_id,
                n.received_at,
                n.checkpoint.mapped,
            )
            for n in new
        ],
    )


async def of_shipment(tx: Tx, merchant_id: int, shipment_id: int, first: date, last: date) -> list[tuple[bytes, Checkpoint]]:
    """Read a shipment's checkpoints with their fingerprints, oldest first, from the months of `first` to `last`."""
    rows = await tx.fetch(_OF_SHIPMENT, merchant_id, shipment_id, first.replace(day=1), last.replace(day=1))
    return [(row["fingerprint"], _DECODE.decode(row["said"])) for row in rows]


async def these(tx: Tx, wanted: Sequence[tuple[int, int, bytes]]) -> dict[tuple[int, int], Checkpoint]:
    """Read one checkpoint each of shipments, (merchant, shipment id, fingerprint), by (merchant, shipment id)."""
    rows = await tx.fetch(_THESE, [w[0] for w in wanted], [w[1] for w in wanted], [w[2] for w in wanted])
    return {(row["merchant_id"], row["shipment_id"]): _DECODE.decode(row["said"]) for row in rows}


async def count_unknown(tx: Tx, unread: Sequence[tuple[int, Checkpoint]], now: datetime) -> None:
    """Count the codes of (merchant, checkpoint) that nobody has mapped."""
    times = Counter((merchant_id, c.carrier, c.carrier_code[:200], c.carrier_text[:MOST_WORDS]) for merchant_id, c in unread)
    keys = list(times)
    await tx.execute(
        _COUNT_UNKNOWN,
        [k[0] for k in keys],
        [k[1] for k in keys],
        [k[2] for k in keys],
        [k[3] for k in keys],
        [times[k] for k in keys],
        now.astimezone(UTC),
    )


async def unknown(tx: Tx, merchant_id: int, most: int = 200) -> list[Row]:
    """List a merchant's unknown codes with `carrier, carrier_code, carrier_text, times, first_at, last_at`."""
    return await tx.fetch(_UNKNOWN, merchant_id, most)
