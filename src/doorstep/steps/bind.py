"""Orders that changed, before and after → every tracking number of their fulfilments has its shipment, and those dropped have none.

Whose a number is:

- a shipment the order has under the number already, of whatever use of it, stays the order's;
- a shipment nobody owns becomes the order's;
- a number used again, long after it was last heard of or ended, begins a new shipment and takes the newer scans with it;
- a number used before, by an order that comes late (an import of old orders), gets a shipment of its own without the newer scans;
- a number that another order's parcel bears now is shared: both orders' goods travel in it, and each order gets a shipment of its
  own with the same scans.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from doorstep.carriers.reading import numbered
from doorstep.domain.orders import Fulfilment, Order
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Status
from doorstep.steps.advance import find_words, first_look, refold
from doorstep.steps.askers import Written
from doorstep.steps.happenings import Happening, page_token
from doorstep.steps.outlook import HOUSE, Outlook, around_of
from doorstep.steps.shape import sent_together
from doorstep.steps.whereto import zone_of_order
from doorstep.steps.whose import Sent, carriers_of
from doorstep.store import legs, shipments
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment, Lives, NewShipment
from doorstep.timeline import fold

#: A carrier may scan before the shop tells of the fulfilment, by this much at most.
_BEFORE_FULFILMENT = timedelta(days=5)
#: A shipment that ended, or was last heard of, this long before a fulfilment was made is not what the fulfilment sent.
_ENDED_BEFORE = timedelta(days=14)
_SILENT_BEFORE = timedelta(days=30)
_ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})

_Number = tuple[int, str]


class _Wanted(msgspec.Struct, frozen=True):
    """A number of a fulfilment of an order."""

    key: _Number
    order: KeptOrder
    fulfilment: Fulfilment
    #: Nobody could be told of the order until now.
    first_told: bool
    #: Slug of the carrier; None unknown.
    carrier: str | None = None


async def bind(
    tx: Tx,
    changed: Sequence[tuple[Order, KeptOrder]],
    now: datetime,
    also: Sequence[_Number],
    written: Written | None = None,
    outlook: Outlook = HOUSE,
) -> list[Happening]:
    """Give every tracking number of every active fulfilment its shipment. `also`: numbers that the same transaction will lock later.

    What is written is told to `written`.
    """
    wanted = await _with_carriers(tx, _wanted(changed))
    dropped = {
        (key, after.order_id)
        for before, after in changed
        for key in _numbers(after.merchant_id, before) - _numbers(after.merchant_id, after.order)
    }
    numbers = sorted({one.key for one in wanted} | {key for key, _ in dropped})
    if not numbers:
        return []
    await legs.claim_numbers(tx, [*numbers, *also])
    known = await shipments.lives(tx, numbers)
    touched: dict[int, KeptShipment] = {}
    _let_go(dropped, wanted, known, touched)
    happenings: list[Happening] = []
    while wanted:  # once, unless several orders in one batch share a number that was new
        wanted = await _take(tx, wanted, known, touched, happenings, now, outlook)
    if touched:
        await find_words(tx, list(touched.values()))
        await shipments.bind(tx, list(touched.values()))
        await shipments.write(tx, list(touched.values()), now)
    if written is not None:
        written.shipments += touched.values()
    return happenings


def _numbers(merchant_id: int, order: Order) -> set[_Number]:
    return {(merchant_id, numbered(n)) for f in order.fulfilments if f.active for n in f.tracking_numbers if n.strip()}


def _wanted(changed: Sequence[tuple[Order, KeptOrder]]) -> list[_Wanted]:
    """List each number of each order once, with the newest fulfilment that has it; the orders of one number oldest first."""
    found = {
        (numbered(number), after.order_id): _Wanted((after.merchant_id, numbered(number)), after, fulfilment, before.placed_at is None)
        for before, after in changed
        for fulfilment in after.order.fulfilments
        if fulfilment.active
        for number in fulfilment.tracking_numbers
        if number.strip()
    }
    return sorted(found.values(), key=lambda one: (one.key, one.fulfilment.created_at, one.order.order_id))


async def _with_carriers(tx: Tx, wanted: Sequence[_Wanted]) -> list[_Wanted]:
    sent = [Sent(*one.key, one.fulfilment.carrier, one.order.order.ship_to) for one in wanted]
    slugs = await carriers_of(tx, sent)
    return [msgspec.structs.replace(one, carrier=slug) for one, slug in zip(wanted, slugs, strict=True)]


def _let_go(
    dropped: set[tuple[_Number, int]], wanted: Sequence[_Wanted], known: dict[_Number, Lives], touched: dict[int, KeptShipment]
) -> None:
    """Take off their orders the shipments whose fulfilment was cancelled or has got another number. They are told of no more."""
    stays = {(s.shipment_id, one.order.order_id) for one in wanted if one.key in known for s in _all(known[one.key])}
    for key, order_id in sorted(dropped):
        for shipment in _all(known[key]) if key in known else ():
            if shipment.order_id == order_id and (shipment.shipment_id, order_id) not in stays:
                shipment.order_id = shipment.fulfilment_id = None
                shipment.lines = {}
                shipment.estimates = [e for e in shipment.estimates if e.source != "shop"]
                shipment.around = msgspec.structs.replace(
                    shipment.around, destination=None, postcode=None, sent_at=None, cancelled_at=None, said=()
                )
                touched[shipment.shipment_id] = shipment


def _all(lives: Lives) -> list[KeptShipment]:
    return [*lives.current, *lives.earlier]


async def _take(
    tx: Tx,
    wanted: Sequence[_Wanted],
    known: dict[_Number, Lives],
    touched: dict[int, KeptShipment],
    happenings: list[Happening],
    now: datetime,
    outlook: Outlook,
) -> list[_Wanted]:
    """Find or make the shipment of each number and order; return those that must ask again, for a number just made."""
    new: dict[_Number, _Wanted] = {}
    later: list[_Wanted] = []
    for one in wanted:
        mine = _mine(known.get(one.key), one)
        if mine is not None:
            first = mine.order_id is None
            if _belongs(mine, one) or one.first_told:
                touched[mine.shipment_id] = mine
                happenings += _told_anew(mine, one, now, outlook, first_sight=first or one.first_told)
        elif one.key in new:
            later.append(one)
        else:
            new[one.key] = one
    planned = {key: _shipment(one, known.get(key)) for key, one in new.items()}
    made = await shipments.make(tx, list(planned.values())) if new else {}
    for key, shipment in made.items():
        one, role, lives = new[key], planned[key].role, known.setdefault(key, Lives())
        if role == "shared":
            await _share(tx, lives.current[0], shipment)
        elif role == "first" and lives.current:
            old = lives.current[0]
            await _move_newer_scans(tx, old, shipment, one.fulfilment)
            refold(old, {}, now, outlook)
            touched[old.shipment_id] = old
            lives.earlier, lives.current = _all(lives), []
        (lives.earlier if role == "earlier" else lives.current).append(shipment)
        _belongs(shipment, one)
        touched[shipment.shipment_id] = shipment
        happenings += _told_anew(shipment, one, now, outlook, first_sight=True)
    return later


def _mine(lives: Lives | None, wanted: _Wanted) -> KeptShipment | None:
    if lives is None:
        return None
    own = next((s for s in _all(lives) if s.order_id == wanted.order.order_id), None)
    return own or next(
        (s for s in lives.current if s.order_id is None and s.around.case_id is None and not _used_again(s, wanted.fulfilment)), None
    )


def _used_again(old: KeptShipment, fulfilment: Fulfilment) -> bool:
    """Tell whether a fulfilment's goods cannot be those a shipment under its number was about before they were sent."""
    since_us = _microseconds(fulfilment.created_at - _BEFORE_FULFILMENT)
    earlier = [scan for scan in old.scans if scan.instant_us is not None and scan.instant_us < since_us]
    if old.scans and not earlier:
        return False
    folded = fold(earlier, since=old.since)
    heard = folded.last_scan_at or old.changed_at
    return heard < fulfilment.created_at - (_ENDED_BEFORE if folded.status in _ENDED else _SILENT_BEFORE)


def _used_before(old: KeptShipment, fulfilment: Fulfilment) -> bool:
    """Tell whether another order's parcel was first heard of so long after a fulfilment that it cannot hold what that sent."""
    heard = min((scan.instant_us for scan in old.scans if scan.instant_us is not None), default=None)
    return old.order_id is not None and heard is not None and heard > _microseconds(fulfilment.created_at + _SILENT_BEFORE)


def _microseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _shipment(wanted: _Wanted, lives: Lives | None) -> NewShipment:
    kept, fulfilment = wanted.order, wanted.fulfilment
    old = lives.current[0] if lives and lives.current else None
    again = old is not None and _used_again(old, fulfilment)
    role = "first" if old is None or again else "earlier" if _used_before(old, fulfilment) else "shared"
    return NewShipment(
        merchant_id=wanted.key[0],
        tracking_number=wanted.key[1],
        carrier=wanted.carrier or (old.carrier if old else "unknown"),
        service=fulfilment.service,
        token=page_token(),
        order_id=kept.order_id,
        fulfilment_id=fulfilment.fulfilment_id,
        lines=fulfilment.lines,
        since=fulfilment.created_at - _BEFORE_FULFILMENT if again else old.since if old and role == "shared" else None,
        zone=zone_of_order(kept.order),
        role=role,
    )


def _belongs(shipment: KeptShipment, wanted: _Wanted) -> bool:
    """Note on a shipment whose it is; tell whether anything changed."""
    order, fulfilment = wanted.order.order, wanted.fulfilment
    was = _ownership(shipment)
    shipment.order_id, shipment.fulfilment_id, shipment.lines = wanted.order.order_id, fulfilment.fulfilment_id, dict(fulfilment.lines)
    shipment.zone = zone_of_order(order)
    if wanted.carrier and shipment.carrier == "unknown":
        shipment.carrier = wanted.carrier
    shipment.estimates = [e for e in shipment.estimates if e.source != "shop"]
    if order.promise:
        shipment.estimates.append(Estimate(from_on=order.promise.from_on or order.promise.to_on, to_on=order.promise.to_on, source="shop"))
    shipment.around = around_of(shipment.around, order, fulfilment.created_at)
    told_apart = sent_together(shipment, [numbered(number) for number in fulfilment.tracking_numbers])
    return told_apart or was != _ownership(shipment)


def _ownership(shipment: KeptShipment) -> tuple[object, ...]:
    return (
        shipment.order_id,
        shipment.fulfilment_id,
        shipment.lines,
        shipment.carrier,
        shipment.zone,
        shipment.estimates,
        shipment.around,
    )


def _told_anew(shipment: KeptShipment, wanted: _Wanted, now: datetime, outlook: Outlook, *, first_sight: bool) -> list[Happening]:
    """Fold a shipment that scans reached before its order did; whoever now learns of it learns its weightiest moment."""
    if not shipment.scans:
        shipment.look_at = first_look(shipment, now, outlook)
        return []
    if first_sight:
        shipment.folded = None
    return [msgspec.structs.replace(happening, order=wanted.order) for happening in refold(shipment, {}, now, outlook)]


async def _move_newer_scans(tx: Tx, old: KeptShipment, new: KeptShipment, fulfilment: Fulfilment) -> None:
    """Give the scans since the fulfilment to the shipment that uses the number again."""
    since = fulfilment.created_at - _BEFORE_FULFILMENT
    line = _microseconds(since)
    new.scans += [scan for scan in old.scans if scan.instant_us is not None and scan.instant_us >= line]
    old.scans = [scan for scan in old.scans if scan.instant_us is None or scan.instant_us < line]
    new.estimates += [e for e in old.estimates if e.stated_at and e.stated_at.instant >= since]
    old.estimates = [e for e in old.estimates if not (e.stated_at and e.stated_at.instant >= since)]
    await legs.split(tx, new.merchant_id, old.shipment_id, new.shipment_id, since)


async def _share(tx: Tx, old: KeptShipment, new: KeptShipment) -> None:
    """Give a second order's shipment all that is known of the parcel."""
    new.scans += old.scans
    new.estimates += [e for e in old.estimates if e.source != "shop"]
    if new.scans:
        await legs.copy_checkpoints(tx, new.merchant_id, old.shipment_id, new.shipment_id)
