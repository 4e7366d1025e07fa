"""Shipments and their numbers ↔ rows; each row carries the few bytes the fold needs, so a scan costs one read and one write."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.pickup import Waits
from doorstep.domain.shipments import Around, Folded, OpenPitfall
from doorstep.domain.tracking import Estimate, Scan, Tie
from doorstep.domain.vocabulary import Status
from doorstep.store import pitfalls, tallies
from doorstep.store.database import Row, Tx
from doorstep.store.orders import LAST_ID


class Track(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the fold reads of a shipment and what it last said, in one column."""

    scans: list[Scan]
    estimates: list[Estimate]
    #: None: no scan yet.
    folded: Folded | None
    around: Around = Around()
    #: How its numbers hang together.
    ties: list[Tie] = []
    #: By the number whose payload told; one point alone on rows written before parcels of one shipment had a place each.
    waits: Waits | dict[str, Waits] | None = None


#: Statuses in which a shipment counts for delivery performance.
ENDED = frozenset({Status.DELIVERED, Status.RETURNED})
_TRACK = msgspec.msgpack.Decoder(Track)
_PACK = msgspec.msgpack.Encoder()
_LINES = msgspec.json.Decoder(dict[str, int])


class KeptShipment(msgspec.Struct, kw_only=True):
    """A shipment as stored; a step changes its copy and writes it back."""

    merchant_id: int
    shipment_id: int
    order_id: int | None
    fulfilment_id: str | None
    token: str
    carrier: str
    tracking_number: str
    service: str | None
    #: line_id → quantity; empty: all lines of the order.
    lines: dict[str, int]
    since: datetime | None
    scans: list[Scan]
    estimates: list[Estimate]
    #: None: no scan yet.
    folded: Folded | None
    last_text: str | None
    last_place: str | None
    last_local: str | None
    #: IANA zone of the recipient; None: the order does not tell.
    zone: str | None
    look_at: datetime | None
    changed_at: datetime
    #: What the rules of problems know of it beside its scans.
    around: Around = Around()
    #: The problems that were open when it was read.
    had: tuple[OpenPitfall, ...] = ()
    #: It had ended when it was read, so that it may be counted already.
    had_ended: bool = False
    ties: list[Tie] = []
    #: Where it waits or will wait to be collected, by the number whose payload told of it.
    waits: dict[str, Waits] = {}


class NewShipment(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment to be made."""

    merchant_id: int
    tracking_number: str
    carrier: str
    token: str
    order_id: int | None = None
    fulfilment_id: str | None = None
    service: str | None = None
    lines: dict[str, int] = {}
    since: datetime | None = None
    zone: str | None = None
    #: "first"; "shared": goods of several orders travel in one parcel under this number, and each order has a shipment of its own;
    #: "earlier": of a use of the number before the one it leads to.
    role: str = "first"


class Lives(msgspec.Struct):
    """All shipments that one tracking number has had, oldest first."""

    #: To which the number leads now; several where orders share one parcel.
    current: list[KeptShipment] = []
    #: Of earlier uses of the number.
    earlier: list[KeptShipment] = []


_COLUMNS = """s.merchant_id, s.shipment_id, s.order_id, s.fulfilment_id, s.token, s.carrier, s.tracking_number, s.service, s.lines, s.since,
s.track, s.last_text, s.last_place, s.last_local, s.zone, s.look_at, s.changed_at"""

# Lock the shipments of each number, always in the same order.
_LOCK = f"""
select k.tracking_number as asked, l.role, {_COLUMNS}
from unnest($1::bigint[], $2::text[]) as k (merchant_id, tracking_number)
cross join lateral (
    select shipment_id, role from leg l where l.merchant_id = k.merchant_id and l.tracking_number = k.tracking_number
    order by shipment_id desc limit 20
) l
join shipment s on s.merchant_id = k.merchant_id and s.shipment_id = l.shipment_id
order by s.merchant_id, s.shipment_id
for update of s
"""

# Make shipments and their first legs, whose roles stand under the tokens where they are not the usual.
_MAKE = f"""
with s as (
    insert into shipment (merchant_id, order_id, fulfilment_id, token, carrier, tracking_number, service, lines, since, zone)
    select m, o, f, t, c, n, s, l::json, i, z
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[])
        as x (m, o, f, t, c, n, s, l, i, z)
    returning *
), l as (
    insert into leg (merchant_id, tracking_number, shipment_id, role)
    select s.merchant_id, s.tracking_number, s.shipment_id, coalesce($11::jsonb->>s.token, 'first') from s
)
select s.tracking_number as asked, {_COLUMNS} from s
"""

# Write what a fold changed.
_WRITE = """
update shipment s set
    carrier = n.carrier, service = n.service, status = n.status, must_act = n.must_act, pitfalls = string_to_array(n.pitfalls, ','), track = n.track,
    last_text = n.last_text, last_place = n.last_place, last_local = n.last_local, look_at = n.look_at, changed_at = $2
from unnest($1::shipment_row[]) as n
where s.merchant_id = n.merchant_id and s.shipment_id = n.shipment_id
"""

# Write whose a shipment is.
_BIND = """
update shipment s set order_id = n.order_id, fulfilment_id = n.fulfilment_id, lines = n.lines::json, zone = n.zone
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
    as n (merchant_id, shipment_id, order_id, fulfilment_id, lines, zone)
where s.merchant_id = n.merchant_id and s.shipment_id = n.shipment_id
"""

# All shipments of orders.
_OF_ORDERS = f"""
select s.tracking_number as asked, {_COLUMNS}
from unnest($1::bigint[], $2::bigint[]) as k (merchant_id, order_id)
join shipment s using (merchant_id, order_id)
where s.shipment_id <> all($3::bigint[])
order by s.merchant_id, s.shipment_id
"""

# The shipment behind a page's token, whoever's it is; the token may be that of a shipment merged into it.
_BY_TOKEN = f"select s.tracking_number as asked, {_COLUMNS} from shipment s where token = $1"
_BY_FORMER_TOKEN = f"""
select s.tracking_number as asked, {_COLUMNS} from former_token f join shipment s using (merchant_id, shipment_id) where f.token = $1
"""

# One shipment.
_ONE = f"select s.tracking_number as asked, {_COLUMNS} from shipment s where merchant_id = $1 and shipment_id = $2"

# Shipments by their keys, locked, always in the same order.
_THESE = f"""
select s.tracking_number as asked, {_COLUMNS}
from (select distinct * from unnest($1::bigint[], $2::bigint[])) as k (merchant_id, shipment_id) join shipment s using (merchant_id, shipment_id)
order by s.merchant_id, s.shipment_id for update of s
"""

# The same, not locked.
_READ = f"""
select s.tracking_number as asked, {_COLUMNS}
from (select distinct * from unnest($1::bigint[], $2::bigint[])) as k (merchant_id, shipment_id) join shipment s using (merchant_id, shipment_id)
"""

# Every merchant's shipments in the order of their keys, locked.
_SWEEP = f"""
select s.tracking_number as asked, {_COLUMNS} from shipment s
where (s.merchant_id, s.shipment_id) > ($1, $2) order by s.merchant_id, s.shipment_id limit $3 for update
"""

# A merchant's shipments, newest first: all, of one status, of one order, of one number; each through its own index. What is not asked
# for is not in the statement: "or it is null" in a plan kept for all arguments would read a merchant's every shipment.
_PAGES = {
    None: f"select s.tracking_number as asked, {_COLUMNS} from shipment s where s.merchant_id = $1",
    "order": f"select s.tracking_number as asked, {_COLUMNS} from shipment s where s.merchant_id = $1 and s.order_id = $4",
    "number": f"""
    select l.tracking_number as asked, {_COLUMNS} from leg l join shipment s using (merchant_id, shipment_id)
    where l.merchant_id = $1 and l.tracking_number = $4
    """,
}
_PAGE_BEFORE, _PAGE_STATUS, _PAGE_END = " and s.shipment_id < $2", " and s.status = ${}", " order by s.shipment_id desc limit $3"

# Shipments whose next look is due.
_LOOK = f"""
select s.tracking_number as asked, {_COLUMNS} from shipment s
where look_at <= $1 order by look_at limit $2 for update skip locked
"""


def _kept(row: Row) -> KeptShipment:
    packed = row["track"]
    track = _TRACK.decode(packed) if packed else Track([], [], None)
    lines = row["lines"]
    return KeptShipment(
        merchant_id=row["merchant_id"],
        shipment_id=row["shipment_id"],
        order_id=row["order_id"],
        fulfilment_id=row["fulfilment_id"],
        token=row["token"],
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        service=row["service"],
        lines={} if lines == "{}" else _LINES.decode(lines),
        since=row["since"],
        scans=track.scans,
        estimates=track.estimates,
        folded=track.folded,
        last_text=row["last_text"],
        last_place=row["last_place"],
        last_local=row["last_local"],
        zone=row["zone"],
        look_at=row["look_at"],
        changed_at=row["changed_at"],
        around=track.around,
        had=track.folded.open_pitfalls if track.folded else (),
        had_ended=track.folded is not None and track.folded.status in ENDED,
        ties=track.ties,
        waits={row["tracking_number"]: track.waits} if isinstance(track.waits, Waits) else track.waits or {},
    )


def folded_of(packed: bytes | None) -> Folded | None:
    """Read the fold out of the column `track`; None: no scan yet."""
    return _TRACK.decode(packed).folded if packed else None


async def lives(tx: Tx, numbers: Sequence[tuple[int, str]]) -> dict[tuple[int, str], Lives]:
    """Lock the shipments of each (merchant, tracking number); numbers nobody knows are left out."""
    rows = await tx.fetch(_LOCK, [n[0] for n in numbers], [n[1] for n in numbers])
    kept: dict[int, KeptShipment] = {}
    found: dict[tuple[int, str], Lives] = {}
    for row in rows:  # oldest first; two numbers of one shipment share one copy
        shipment = kept.get(row["shipment_id"]) or kept.setdefault(row["shipment_id"], _kept(row))
        known = found.setdefault((row["merchant_id"], row["asked"]), Lives())
        if row["role"] == "earlier":
            known.earlier.append(shipment)
            continue
        if row["role"] != "shared":
            known.earlier += known.current
            known.current = []
        known.current.append(shipment)
    return found


async def lock(tx: Tx, numbers: Sequence[tuple[int, str]]) -> dict[tuple[int, str], KeptShipment]:
    """Lock the shipment to which each (merchant, tracking number) leads; of several orders' in one parcel the first."""
    return {key: known.current[0] for key, known in (await lives(tx, numbers)).items()}


async def make(tx: Tx, new: Sequence[NewShipment]) -> dict[tuple[int, str], KeptShipment]:
    """Make shipments, by (merchant, tracking number); the caller holds `claim_numbers` for them."""
    rows = await tx.fetch(
        _MAKE,
        [n.merchant_id for n in new],
        [n.order_id for n in new],
        [n.fulfilment_id for n in new],
        [n.token for n in new],
        [n.carrier for n in new],
        [n.tracking_number for n in new],
        [n.service for n in new],
        [msgspec.json.encode(n.lines).decode() for n in new],
        [n.since for n in new],
        [n.zone for n in new],
        msgspec.json.encode({n.token: n.role for n in new if n.role != "first"}).decode(),
    )
    return {(row["merchant_id"], row["asked"]): _kept(row) for row in rows}


async def write(tx: Tx, changed: Sequence[KeptShipment], now: datetime) -> None:
    """Write what the fold changed of locked shipments, and what became of their problems."""
    await tx.execute(_WRITE, [_row(s) for s in changed], now)
    shifts = [
        pitfalls.shift_of(s.merchant_id, s.shipment_id, s.had, open_now, s.folded.status if s.folded else Status.PENDING)
        for s in changed
        if (open_now := s.folded.open_pitfalls if s.folded else ()) or s.had
    ]
    if shifts:
        await pitfalls.keep(tx, shifts, now)
    if ended := [(s.merchant_id, s.shipment_id) for s in changed if s.had_ended or (s.folded and s.folded.status in ENDED)]:
        await tallies.put_off(tx, ended)


def _row(shipment: KeptShipment) -> tuple[object, ...]:
    folded = shipment.folded
    return (
        shipment.merchant_id,
        shipment.shipment_id,
        shipment.carrier,
        shipment.service,
        folded.status if folded else "pending",
        folded.must_act if folded else "nobody",
        ",".join([pitfall.kind for pitfall in folded.open_pitfalls if not pitfall.muted]) if folded and folded.open_pitfalls else "",
        _PACK.encode((shipment.scans, shipment.estimates, folded, shipment.around, shipment.ties, shipment.waits)),
        shipment.last_text,
        shipment.last_place,
        shipment.last_local,
        shipment.look_at,
    )


async def bind(tx: Tx, changed: Sequence[KeptShipment]) -> None:
    """Write whose locked shipments are: order, fulfilment, lines, zone."""
    await tx.execute(
        _BIND,
        [s.merchant_id for s in changed],
        [s.shipment_id for s in changed],
        [s.order_id for s in changed],
        [s.fulfilment_id for s in changed],
        [msgspec.json.encode(s.lines).decode() for s in changed],
        [s.zone for s in changed],
    )


async def of_orders(
    tx: Tx, wanted: Sequence[tuple[int, int]], known: Sequence[KeptShipment] = ()
) -> dict[tuple[int, int], list[KeptShipment]]:
    """Tell all shipments of orders, by (merchant, order id), oldest first; those `known` are not read but taken as they are."""
    found: dict[tuple[int, int], list[KeptShipment]] = {}
    for one in known:
        if one.order_id is not None:
            found.setdefault((one.merchant_id, one.order_id), []).append(one)
    rows = await tx.fetch(_OF_ORDERS, [w[0] for w in wanted], [w[1] for w in wanted], [one.shipment_id for one in known])
    for row in rows:
        found.setdefault((row["merchant_id"], row["order_id"]), []).append(_kept(row))
    for parcels in found.values():
        if len(parcels) > 1:
            parcels.sort(key=lambda one: one.shipment_id)
    return found


async def by_token(tx: Tx, token: str) -> KeptShipment | None:
    """Find the shipment whose page has this token."""
    row = await tx.fetchrow(_BY_TOKEN, token) or await tx.fetchrow(_BY_FORMER_TOKEN, token)
    return _kept(row) if row else None


async def one(tx: Tx, merchant_id: int, shipment_id: int) -> KeptShipment | None:
    """Read one shipment."""
    row = await tx.fetchrow(_ONE, merchant_id, shipment_id)
    return _kept(row) if row else None


async def these(tx: Tx, keys: Sequence[tuple[int, int]]) -> list[KeptShipment]:
    """Lock shipments by (merchant, shipment id); those that are gone are left out."""
    return [_kept(row) for row in await tx.fetch(_THESE, [key[0] for key in keys], [key[1] for key in keys])]


async def read(tx: Tx, keys: Sequence[tuple[int, int]]) -> list[KeptShipment]:
    """Read shipments by (merchant, shipment id); those that are gone are left out."""
    return [_kept(row) for row in await tx.fetch(_READ, [key[0] for key in keys], [key[1] for key in keys])]


async def page(
    tx: Tx,
    merchant_id: int,
    *,
    before: int | None = None,
    most: int = 50,
    status: str | None = None,
    tracking_number: str | None = None,
    order_id: int | None = None,
) -> list[KeptShipment]:
    """List shipments, newest first, older than the shipment id `before`; of a number and an order at once, those of both."""
    by = "number" if tracking_number is not None else "order" if order_id is not None else None
    asked = [tracking_number if by == "number" else order_id] if by else []
    of_status = ""
    if status is not None:
        asked.append(status)
        of_status = _PAGE_STATUS.format(3 + len(asked))
    statement = _PAGES[by] + _PAGE_BEFORE + of_status + _PAGE_END
    rows = await tx.fetch(statement, merchant_id, LAST_ID if before is None else before, most, *asked)
    return [_kept(row) for row in rows if order_id is None or row["order_id"] == order_id]


async def sweep(tx: Tx, after: tuple[int, int], most: int) -> list[KeptShipment]:
    """Lock shipments of all merchants in the order of (merchant, shipment id), after one of these; (0, 0) begins."""
    return [_kept(row) for row in await tx.fetch(_SWEEP, *after, most)]


async def due_for_a_look(tx: Tx, now: datetime, most: int) -> list[KeptShipment]:
    """Lock shipments about which time alone may say something new."""
    return [_kept(row) for row in await tx.fetch(_LOOK, now, most)]
