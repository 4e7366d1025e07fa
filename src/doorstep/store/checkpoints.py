"""Checkpoints → rows by month, and back for a page; unknown codes counted."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Scan
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.store.database import Row, Tx

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = msgspec.json.Decoder(Place)


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
insert into checkpoint (merchant_id, shipment_id, month, fingerprint, instant, local, utc_offset, zone_source, precision, event_type, carrier,
    carrier_code, carrier_text, tracking_number, place, retracts, is_return, inbox_id, received_at)
select m, s, coalesce(date_trunc('month', t at time zone 'UTC')::date, '1970-01-01'), f, t, l, o, z, p, e, c, cc, ct, n, pl::json, r, i, ib, ra
from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bool[], $17::bigint[], $18::timestamptz[])
    as x (m, s, f, t, l, o, z, p, e, c, cc, ct, n, pl, r, i, ib, ra)
on conflict do nothing
"""

# All checkpoints of a shipment within the months it can have.
_OF_SHIPMENT = """
select fingerprint, event_type, local, utc_offset, zone_source, precision, place, carrier, carrier_code, carrier_text, tracking_number, retracts, is_return
from checkpoint where merchant_id = $1 and shipment_id = $2 and (month between $3 and $4 or month = '1970-01-01')
order by instant nulls first, fingerprint
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
    scans = [n.checkpoint for n in new]
    stamps = [c.occurred_at for c in scans]
    await tx.execute(
        _KEEP,
        [n.merchant_id for n in new],
        [n.shipment_id for n in new],
        [n.scan.fingerprint for n in new],
        [_EPOCH + timedelta(microseconds=n.scan.instant_us) if n.scan.instant_us is not None else None for n in new],
        [t.local if t else None for t in stamps],
        [t.offset if t else None for t in stamps],
        [t.zone_source if t else None for t in stamps],
        [t.precision if t else None for t in stamps],
        [c.event_type for c in scans],
        [c.carrier for c in scans],
        [c.carrier_code for c in scans],
        [c.carrier_text for c in scans],
        [c.tracking_number for c in scans],
        [msgspec.json.encode(c.place).decode() if c.place else None for c in scans],
        [c.retracts for c in scans],
        [c.is_return for c in scans],
        [n.inbox_id for n in new],
        [n.received_at for n in new],
    )


async def of_shipment(tx: Tx, merchant_id: int, shipment_id: int, first: date, last: date) -> list[tuple[bytes, Checkpoint]]:
    """Read a shipment's checkpoints with their fingerprints, oldest first, from the months of `first` to `last`."""
    rows = await tx.fetch(_OF_SHIPMENT, merchant_id, shipment_id, first.replace(day=1), last.replace(day=1))
    return [(row["fingerprint"], _checkpoint(row)) for row in rows]


def _checkpoint(row: Row) -> Checkpoint:
    stamp = (
        OccurredAt(row["local"], row["utc_offset"], ZoneSource(row["zone_source"]), Precision(row["precision"])) if row["local"] else None
    )
    return Checkpoint(
        event_type=row["event_type"],
        occurred_at=stamp,
        place=_PLACE.decode(row["place"]) if row["place"] else None,
        carrier=row["carrier"],
        carrier_code=row["carrier_code"],
        carrier_text=row["carrier_text"],
        tracking_number=row["tracking_number"],
        retracts=row["retracts"],
        is_return=row["is_return"],
    )


async def count_unknown(tx: Tx, seen: Mapping[tuple[int, str, str, str], int], now: datetime) -> None:
    """Add to the counts of codes nobody has mapped: (merchant, carrier, code, text) → times."""
    keys = list(seen)
    await tx.execute(
        _COUNT_UNKNOWN,
        [k[0] for k in keys],
        [k[1] for k in keys],
        [k[2] for k in keys],
        [k[3][:300] for k in keys],
        [seen[k] for k in keys],
        now.astimezone(UTC),
    )


async def unknown(tx: Tx, merchant_id: int, most: int = 200) -> list[Row]:
    """List a merchant's unknown codes with `carrier, carrier_code, carrier_text, times, first_at, last_at`."""
    return await tx.fetch(_UNKNOWN, merchant_id, most)
