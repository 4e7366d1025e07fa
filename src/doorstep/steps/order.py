"""Facts from shops, in any order → orders and their shipments, and the moments that are new in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import numbered
from doorstep.domain.orders import Consent, Fulfilment, Order
from doorstep.domain.plugins import OrderSeen, ShopFact
from doorstep.domain.tracking import Estimate
from doorstep.journeys import changes_of_order
from doorstep.messages import zone_of
from doorstep.shops.merging import merge
from doorstep.steps.advance import refold
from doorstep.steps.happenings import Happening, page_token
from doorstep.store import orders, recipients, shipments
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment, NewShipment

#: A carrier may scan before the shop tells of the fulfilment, by this much at most.
_BEFORE_FULFILMENT = timedelta(days=5)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of one shop."""

    merchant_id: int
    connection_id: int
    fact: ShopFact


def _external_id(fact: ShopFact) -> str:
    return fact.order.external_id if isinstance(fact, OrderSeen) else fact.order_external_id


async def take_orders(tx: Tx, told: Sequence[Told], now: datetime, also: Sequence[tuple[int, str]] = ()) -> list[Happening]:
    """Take in facts; one already known changes nothing. `also`: numbers that the same transaction will lock later."""
    if not told:
        return []
    keys = sorted({(one.merchant_id, one.connection_id, _external_id(one.fact)) for one in told})
    kept = await orders.lock(tx, keys, [page_token() for _ in keys])
    merged: dict[tuple[int, int, str], Order] = {}
    for one in told:
        key = (one.merchant_id, one.connection_id, _external_id(one.fact))
        merged[key] = merge(merged.get(key) or kept[key].order, one.fact)
    changed = {key: msgspec.structs.replace(kept[key], order=order) for key, order in merged.items() if order != kept[key].order}
    if not changed:
        return []
    await orders.write(tx, list(changed.values()), now)
    await _take_consents(tx, list(changed.values()))
    happenings = [
        Happening(merchant_id=one.merchant_id, moment=moment, order=one)
        for key, one in changed.items()
        for moment in changes_of_order(kept[key].order, one.order, one.order_id)
    ]
    return happenings + await _bind(tx, list(changed.values()), now, also)


async def _take_consents(tx: Tx, changed: Sequence[KeptOrder]) -> None:
    given: list[tuple[int, str, Consent]] = [
        (one.merchant_id, address, consent)
        for one in changed
        for consent in one.order.consents
        for address in (one.order.customer.email, one.order.customer.phone)
        if address and (consent.channel is None or (consent.channel == "email") == ("@" in address))
    ]
    if given:
        await recipients.consent(tx, given)


async def _bind(tx: Tx, changed: Sequence[KeptOrder], now: datetime, also: Sequence[tuple[int, str]]) -> list[Happening]:
    """Give every tracking number of every active fulfilment its shipment."""
    wanted: dict[tuple[int, str], tuple[KeptOrder, Fulfilment]] = {
        (one.merchant_id, numbered(number)): (one, fulfilment)
        for one in changed
        for fulfilment in one.order.fulfilments
        if fulfilment.active
        for number in fulfilment.tracking_numbers
        if number.strip()
    }
    if not wanted:
        return []
    numbers = sorted(wanted)
    await shipments.claim_numbers(tx, [*numbers, *also])
    there = await shipments.lock(tx, numbers)
    again = {key: old for key, old in there.items() if old.order_id not in (None, wanted[key][0].order_id)}
    new = [_shipment(key, *wanted[key], reused=key in again) for key in numbers if key not in there or key in again]
    made = await shipments.make(tx, new) if new else {}
    for key, old in again.items():
        await _move_newer_scans(tx, old, made[key], wanted[key][1])
    happenings: list[Happening] = []
    touched: dict[int, KeptShipment] = {}
    for key in numbers:
        shipment = made.get(key) or there[key]
        unbound = shipment.order_id is None
        if _belongs(shipment, *wanted[key]) or key in made:
            touched[shipment.shipment_id] = shipment
            if shipment.scans:
                happenings += _told_anew(shipment, wanted[key][0], now, first_sight=unbound or key in made)
    for old in again.values():
        refold(old, {}, now)
        touched[old.shipment_id] = old
    if touched:
        await shipments.bind(tx, list(touched.values()))
        await shipments.write(tx, list(touched.values()), now)
    return happenings


def _shipment(key: tuple[int, str], kept: KeptOrder, fulfilment: Fulfilment, *, reused: bool) -> NewShipment:
    return NewShipment(
        merchant_id=key[0],
        tracking_number=key[1],
        carrier=carrier_slug(fulfilment.carrier) or "unknown",
        service=fulfilment.service,
        token=page_token(),
        order_id=kept.order_id,
        fulfilment_id=fulfilment.fulfilment_id,
        lines=fulfilment.lines,
        since=fulfilment.created_at - _BEFORE_FULFILMENT if reused else None,
        zone=_zone(kept.order),
    )


def _zone(order: Order) -> str | None:
    address = order.ship_to
    return zone_of(address.country if address else None, address.region if address else None, order.customer.phone)


def _belongs(shipment: KeptShipment, kept: KeptOrder, fulfilment: Fulfilment) -> bool:
    """Note on a shipment whose it is; tell whether anything changed."""
    order = kept.order
    slug = carrier_slug(fulfilment.carrier)
    was = (shipment.order_id, shipment.fulfilment_id, shipment.lines, shipment.carrier, shipment.zone, len(shipment.estimates))
    shipment.order_id, shipment.fulfilment_id, shipment.lines = kept.order_id, fulfilment.fulfilment_id, dict(fulfilment.lines)
    shipment.zone = _zone(order)
    if slug and shipment.carrier == "unknown":
        shipment.carrier = slug
    if order.promise:
        promise = Estimate(from_on=order.promise.from_on or order.promise.to_on, to_on=order.promise.to_on, source="shop")
        if promise not in shipment.estimates:
            shipment.estimates.append(promise)
    return was != (shipment.order_id, shipment.fulfilment_id, shipment.lines, shipment.carrier, shipment.zone, len(shipment.estimates))


def _told_anew(shipment: KeptShipment, kept: KeptOrder, now: datetime, *, first_sight: bool) -> list[Happening]:
    """Fold a shipment that scans reached before its order did; whoever now learns of it learns its weightiest moment."""
    if first_sight:
        shipment.folded = None
    return [msgspec.structs.replace(happening, order=kept) for happening in refold(shipment, {}, now)]


async def _move_newer_scans(tx: Tx, old: KeptShipment, new: KeptShipment, fulfilment: Fulfilment) -> None:
    """Give the scans since the fulfilment to the shipment that uses the number again."""
    since = fulfilment.created_at - _BEFORE_FULFILMENT
    line = int(since.timestamp() * 1_000_000)
    new.scans += [scan for scan in old.scans if scan.instant_us is not None and scan.instant_us >= line]
    old.scans = [scan for scan in old.scans if scan.instant_us is None or scan.instant_us < line]
    await shipments.split(tx, new.merchant_id, old.shipment_id, new.shipment_id, since)
