"""Delivery problems of shipments ↔ rows: what opened, worsened and ended when; the list of those open."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.pitfalls import Severity
from doorstep.domain.shipments import OpenPitfall
from doorstep.domain.vocabulary import Status
from doorstep.store.database import Row, Tx
from doorstep.store.orders import LAST_ID

#: Statuses that end problems, and so say why one closed.
_ENDS = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.RETURNING})


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """What a fold changed about the problems of one shipment."""

    merchant_id: int
    shipment_id: int
    before: tuple[OpenPitfall, ...]
    after: tuple[OpenPitfall, ...]
    #: As it is after.
    status: Status


# End problems whose reason is gone, none before it began (a scan's clock may run ahead of ours); one whose scan is undated stands under
# the moment we learnt of it.
_CLOSE = """
update pitfall p set closed_at = greatest($5, p.opened_at), closed_why = n.why
from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $6::text[]) as n (merchant_id, shipment_id, kind, opened_at, why)
where p.merchant_id = n.merchant_id and p.shipment_id = n.shipment_id and p.kind = n.kind and p.closed_at is null
    and (n.opened_at is null or p.opened_at = n.opened_at)
"""

# Write problems that are new or worse; one that was closed for the same occurrence opens again.
_OPEN = """
insert into pitfall as p (merchant_id, shipment_id, kind, opened_at, found_at, severity, rank, muted)
select merchant_id, shipment_id, kind, coalesce(opened_at, $2), $2, severity, rank, muted from unnest($1::pitfall_row[])
on conflict (shipment_id, kind, opened_at, merchant_id) do update set
    escalated_at = case when p.rank < excluded.rank then $2 else p.escalated_at end,
    severity = excluded.severity, rank = excluded.rank, muted = excluded.muted, closed_at = null, closed_why = null
"""

# The same for problems without a time of their own that are open already.
_WORSEN = """
update pitfall p set severity = n.severity, rank = n.rank, muted = n.muted, escalated_at = case when p.rank < n.rank then $2 else p.escalated_at end
from unnest($1::pitfall_row[]) as n
where p.merchant_id = n.merchant_id and p.shipment_id = n.shipment_id and p.kind = n.kind and p.closed_at is null
"""

# Write down what the customer said of a problem.
_NOTE = "update pitfall set note = $5 where merchant_id = $1 and shipment_id = $2 and kind = $3 and opened_at = $4"

# Say of a problem just closed that an agent did it, and why.
_SETTLED = """
update pitfall set closed_why = 'agent', note = concat_ws(E'\\n', nullif(note, ''), nullif($3, '')) where merchant_id = $1 and pitfall_id = $2
"""

_COLUMNS = """p.pitfall_id, p.shipment_id, p.kind, p.opened_at, p.found_at, p.severity, p.escalated_at, p.muted, p.closed_at, p.closed_why, p.note,
    s.pitfalls as beside"""
_FROM = "pitfall p join shipment s on s.merchant_id = p.merchant_id and s.shipment_id = p.shipment_id"

# All problems of shipments with the kinds that are open beside them, open ones first, then the newest.
_OF_SHIPMENTS = f"""
select {_COLUMNS} from {_FROM} where p.merchant_id = $1 and p.shipment_id = any($2::bigint[])
order by p.closed_at is not null, p.opened_at desc, p.kind
"""

# One problem.
_ONE = f"select {_COLUMNS} from {_FROM} where p.merchant_id = $1 and p.pitfall_id = $2"

# Open problems, newest first; the filters asked for are added, so that each plan knows which index leads to them.
_PAGE = f"""
select {_COLUMNS}, s.tracking_number, s.carrier, s.order_id, o.number
from {_FROM}
left join orders o on o.merchant_id = s.merchant_id and o.order_id = s.order_id
where p.merchant_id = $1 and p.pitfall_id < $2 and p.closed_at is null"""
_PAGE_END = " order by p.pitfall_id desc limit $3"


def shift_of(merchant_id: int, shipment_id: int, before: tuple[OpenPitfall, ...], after: tuple[OpenPitfall, ...], status: Status) -> Shift:
    """Note what became of a shipment's problems."""
    return Shift(merchant_id=merchant_id, shipment_id=shipment_id, before=before, after=after, status=status)


async def keep(tx: Tx, shifts: Sequence[Shift], now: datetime) -> None:
    """Write what opened, worsened and ended; nothing is asked where nothing changed."""
    closed: list[tuple[int, int, str, datetime | None, str]] = []
    opened: list[tuple[object, ...]] = []
    worse: list[tuple[object, ...]] = []
    for shift in shifts:
        was = {(one.kind, one.since): one for one in shift.before}
        stays = {(one.kind, one.since) for one in shift.after}
        why = shift.status.value if shift.status in _ENDS else "reason_gone"
        closed += [(shift.merchant_id, shift.shipment_id, *key, why) for key in was if key not in stays]
        for one in shift.after:
            known = was.get((one.kind, one.since))
            if known is None or (known.severity, known.muted) != (one.severity, one.muted):
                (opened if known is None or one.since is not None else worse).append(_row(shift, one))
    if closed:
        columns = list(zip(*closed, strict=True))
        await tx.execute(_CLOSE, *columns[:4], now, columns[4])
    if opened:
        await tx.execute(_OPEN, opened, now)
    if worse:
        await tx.execute(_WORSEN, worse, now)


def _row(shift: Shift, one: OpenPitfall) -> tuple[object, ...]:
    severity = Severity(one.severity)
    return (shift.merchant_id, shift.shipment_id, one.kind, one.since, severity, severity.rank, one.muted)


async def annotate(tx: Tx, merchant_id: int, shipment_id: int, kind: str, opened_at: datetime, note: str) -> None:
    """Keep what the customer said about a problem."""
    await tx.execute(_NOTE, merchant_id, shipment_id, kind, opened_at, note)


async def settled(tx: Tx, merchant_id: int, pitfall_id: int, note: str) -> None:
    """Note on a problem just closed that an agent closed it, and what they wrote."""
    await tx.execute(_SETTLED, merchant_id, pitfall_id, note)


async def of_shipments(tx: Tx, merchant_id: int, shipment_ids: Sequence[int]) -> list[Row]:
    """List all problems of shipments, open ones first, then the newest."""
    return await tx.fetch(_OF_SHIPMENTS, merchant_id, list(shipment_ids))


async def one(tx: Tx, merchant_id: int, pitfall_id: int) -> Row | None:
    """Read one problem."""
    return await tx.fetchrow(_ONE, merchant_id, pitfall_id)


async def page(
    tx: Tx, merchant_id: int, *, before: int | None = None, most: int = 50, kind: str | None = None, severity: Severity | None = None
) -> list[Row]:
    """List open problems with their shipments' and orders' numbers, newest first, older than the id `before`."""
    asked: list[object] = []
    wanted = ""
    if kind is not None:
        asked.append(kind)
        wanted += f" and p.kind = ${3 + len(asked)}"
    if severity is not None:
        asked.append(severity.rank)
        wanted += f" and p.rank = ${3 + len(asked)}"
    return await tx.fetch(_PAGE + wanted + _PAGE_END, merchant_id, LAST_ID if before is None else before, most, *asked)
