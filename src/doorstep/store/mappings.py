"""Mappings of unknown codes ↔ rows, and the checkpoints whose meaning they change."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from doorstep.domain.tracking import Checkpoint
from doorstep.store.database import Row, Tx

#: Workers know a mapping after three seconds at most, and a batch under way may take as long: then history is read once more.
_AGAIN_AFTER = timedelta(seconds=20)
#: Carrier, code, folded words.
CodeKey = tuple[str, str, str]
_DECODE = msgspec.json.Decoder(Checkpoint).decode
_ENCODE = msgspec.json.Encoder().encode


class ScanKey(msgspec.Struct, frozen=True, array_like=True, order=True):
    """What names a kept checkpoint."""

    merchant_id: int
    shipment_id: int
    month: date
    fingerprint: bytes


_START = ScanKey(0, 0, date(1, 1, 1), b"")


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping whose history is to be read again."""

    merchant_id: int
    mapping_id: int
    everywhere: bool
    carrier: str
    carrier_code: str
    carrier_text: str
    removed: bool
    replays_left: int
    #: The last checkpoint that was read again.
    after: ScanKey


# Make a mapping, or change what one means; history is replayed from the start.
_PUT = """
insert into code_mapping (merchant_id, everywhere, carrier, carrier_code, carrier_text, event_type, made_by, made_at, replay_at, replays_left)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8, 2)
on conflict (merchant_id, everywhere, carrier, carrier_code, carrier_text) do update set event_type = excluded.event_type,
    made_by = excluded.made_by, made_at = excluded.made_at, removed_at = null, replay_at = excluded.replay_at, replays_left = 2,
    replayed_to = null, scans = 0
returning mapping_id
"""

# Take a mapping back.
_REMOVE = """
update code_mapping set removed_at = $4, replay_at = $4, replays_left = 2, replayed_to = null, scans = 0
where merchant_id = $1 and mapping_id = $2 and removed_at is null and ($3 or not everywhere) returning mapping_id
"""

# A merchant's mappings, newest first.
_OF_MERCHANT = """
select mapping_id, everywhere, carrier, carrier_code, carrier_text, event_type, made_by, made_at, replay_at, scans from code_mapping
where merchant_id = $1 and removed_at is null order by mapping_id desc limit $2
"""

# All mappings in force.
_IN_FORCE = """
select merchant_id, everywhere, carrier, carrier_code, carrier_text, event_type from code_mapping
where removed_at is null order by merchant_id, mapping_id
"""

# The mapping whose history has waited longest to be read again.
_DUE = """
select merchant_id, mapping_id, everywhere, carrier, carrier_code, carrier_text, removed_at is not null as removed, replays_left, replayed_to
from code_mapping where replay_at <= $1 order by replay_at limit 1 for update skip locked
"""

# Note how far a replay is.
_GO_ON = "update code_mapping set replayed_to = $3, scans = scans + $4 where merchant_id = $1 and mapping_id = $2"

# Note that a replay is done, and whether another follows.
_DONE = """
update code_mapping set replayed_to = null, replays_left = replays_left - 1, scans = scans + $4,
    replay_at = case when replays_left > 1 then $3::timestamptz end
where merchant_id = $1 and mapping_id = $2
"""

# Forget a mapping that was taken back.
_FORGET = "delete from code_mapping where merchant_id = $1 and mapping_id = $2"

# Checkpoints under a code that are unknown or mapped: a merchant's, or everybody's.
_SCANS = """
select merchant_id, shipment_id, month, fingerprint, said from checkpoint
where said->>'carrier' = $1 and said->>'carrier_code' = $2 and (event_type = 'unknown' or mapped)
and (merchant_id, shipment_id, month, fingerprint) > ($3, $4, $5, $6) {whose} order by merchant_id, shipment_id, month, fingerprint limit $7
"""
_SCANS_OF_ONE, _SCANS_OF_ALL = _SCANS.format(whose="and merchant_id = $8"), _SCANS.format(whose="")

# Give checkpoints another meaning.
_REREAD = """
update checkpoint c set event_type = n.event_type, mapped = n.mapped, said = n.said::json
from unnest($1::bigint[], $2::bigint[], $3::date[], $4::bytea[], $5::text[], $6::boolean[], $7::text[])
    as n (merchant_id, shipment_id, month, fingerprint, event_type, mapped, said)
where c.merchant_id = n.merchant_id and c.shipment_id = n.shipment_id and c.month = n.month and c.fingerprint = n.fingerprint
"""

# Unknown codes under a code, whoever's; and those among them that are not unknown any more.
_UNKNOWN = "select merchant_id, carrier_text from unknown_code where carrier = $1 and carrier_code = left($2, 200) and ($3::bigint is null or merchant_id = $3)"
_KNOWN_NOW = """
delete from unknown_code u using unnest($3::bigint[], $4::text[]) as k (merchant_id, carrier_text)
where u.merchant_id = k.merchant_id and u.carrier = $1 and u.carrier_code = left($2, 200) and u.carrier_text = k.carrier_text
"""


async def put(tx: Tx, merchant_id: int, key: CodeKey, event_type: str, made_by: str, now: datetime, *, everywhere: bool) -> int:
    """Say what a code means, for a merchant or `everywhere`; return the mapping's id. Workers replay history at once."""
    made: int = await tx.fetchval(_PUT, merchant_id, everywhere, *key, event_type, made_by, now)
    return made


async def remove(tx: Tx, merchant_id: int, mapping_id: int, now: datetime, *, operator: bool) -> bool:
    """Take a mapping back, one for everywhere only as `operator`; False where there is none. Workers replay history at once."""
    return await tx.fetchval(_REMOVE, merchant_id, mapping_id, operator, now) is not None


async def of_merchant(tx: Tx, merchant_id: int, most: int = 500) -> list[Row]:
    """List a merchant's mappings: `mapping_id, everywhere, carrier, carrier_code, carrier_text, event_type, made_by, made_at, replay_at, scans`."""
    return await tx.fetch(_OF_MERCHANT, merchant_id, most)


def contribution(rows: Sequence[Row]) -> bytes:
    """Write mappings as a JSON document to be sent in: codes and their meanings, no words where the code alone tells, nothing of any parcel."""
    kept = ("carrier", "carrier_code", "carrier_text", "event_type", "scans")
    document = {"format": "doorstep-code-mappings-1", "code_mappings": [{name: row[name] for name in kept} for row in rows]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


async def in_force(tx: Tx) -> tuple[dict[int, dict[CodeKey, str]], dict[CodeKey, str]]:
    """Read every mapping: each merchant's own, and those for everywhere."""
    own: dict[int, dict[CodeKey, str]] = {}
    everywhere: dict[CodeKey, str] = {}
    for row in await tx.fetch(_IN_FORCE):
        table = everywhere if row["everywhere"] else own.setdefault(row["merchant_id"], {})
        table[row["carrier"], row["carrier_code"], row["carrier_text"]] = row["event_type"]
    return own, everywhere


async def due(tx: Tx, now: datetime) -> Replay | None:
    """Lock the mapping whose history is to be read again; None: there is none, or others are at it."""
    row = await tx.fetchrow(_DUE, now)
    if row is None:
        return None
    fields = dict(row)
    reached = fields.pop("replayed_to")
    return Replay(**fields, after=msgspec.msgpack.decode(reached, type=ScanKey) if reached else _START)


async def scans(tx: Tx, replay: Replay, most: int) -> list[tuple[ScanKey, Checkpoint]]:
    """Read the next checkpoints under a mapping's code that are unknown or mapped."""
    after = replay.after
    statement, whose = (_SCANS_OF_ALL, []) if replay.everywhere else (_SCANS_OF_ONE, [replay.merchant_id])
    rows = await tx.fetch(
        statement, replay.carrier, replay.carrier_code, after.merchant_id, after.shipment_id, after.month, after.fingerprint, most, *whose
    )
    return [(ScanKey(row["merchant_id"], row["shipment_id"], row["month"], row["fingerprint"]), _DECODE(row["said"])) for row in rows]


async def reread(tx: Tx, changed: Sequence[tuple[ScanKey, Checkpoint]]) -> None:
    """Write checkpoints with their new meaning."""
    keys = [key for key, _ in changed]
    await tx.execute(
        _REREAD,
        [key.merchant_id for key in keys],
        [key.shipment_id for key in keys],
        [key.month for key in keys],
        [key.fingerprint for key in keys],
        [checkpoint.event_type for _, checkpoint in changed],
        [checkpoint.mapped for _, checkpoint in changed],
        [_ENCODE(checkpoint).decode() for _, checkpoint in changed],
    )


async def go_on(tx: Tx, replay: Replay, reached: ScanKey, changed: int) -> None:
    """Note how far a replay is and how many scans changed."""
    await tx.execute(_GO_ON, replay.merchant_id, replay.mapping_id, msgspec.msgpack.encode(reached), changed)


async def finish(tx: Tx, replay: Replay, changed: int, now: datetime) -> None:
    """End a replay: another one follows once every worker knows the mapping; after the last, one taken back is forgotten."""
    if replay.removed and replay.replays_left == 1:
        await tx.execute(_FORGET, replay.merchant_id, replay.mapping_id)
    else:
        await tx.execute(_DONE, replay.merchant_id, replay.mapping_id, now + _AGAIN_AFTER, changed)


async def unknown_under(tx: Tx, replay: Replay) -> list[tuple[int, str]]:
    """List (merchant, carrier's words) still counted as unknown under a mapping's code."""
    rows = await tx.fetch(_UNKNOWN, replay.carrier, replay.carrier_code, None if replay.everywhere else replay.merchant_id)
    return [(row["merchant_id"], row["carrier_text"]) for row in rows]


async def strike(tx: Tx, replay: Replay, known: Sequence[tuple[int, str]]) -> None:
    """Count (merchant, carrier's words) under a mapping's code as unknown no more."""
    await tx.execute(_KNOWN_NOW, replay.carrier, replay.carrier_code, [one[0] for one in known], [one[1] for one in known])
