"""An order with its parcels, now, a language → its page, or the page of one parcel of it."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from doorstep.actions import return_window
from doorstep.domain.arrivals import arrival_of
from doorstep.domain.orders import Order
from doorstep.domain.vocabulary import Direction, Status
from doorstep.messages.wording import day_text, locale_named, moment_text, money_text, short_day_text
from doorstep.steps.way import lines_waiting
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment
from doorstep.web.track.parcels import ITEMS_SHOWN, Scans, item_shown, parcel_shown
from doorstep.web.track.shown import PageShown
from doorstep.web.track.words import Words, whole

_ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What the store says of one order, or of one shipment that has none."""

    merchant_id: int
    order: KeptOrder | None
    #: All of the order's, oldest first.
    shipments: list[KeptShipment]
    #: Shipment id → its scans, for the shipments that are shown.
    scans: Mapping[int, Scans]
    #: The language the customer chose among the preferences; None: chose none.
    chosen: str | None
    #: The shipment whose page it is; None: the order's page.
    only: KeptShipment | None


def page_shown(read: Read, brand_name: str, return_days: int | None, words: Words, now: datetime, *, carbon: bool = False) -> PageShown:
    """Put a page together; `carbon`: the merchant tells what a parcel's way gives off."""
    order = read.order.order if read.order else None
    read = msgspec.structs.replace(read, shipments=sorted(read.shipments, key=_goes_back))
    shown = [read.only] if read.only else read.shipments
    parcels = tuple(parcel_shown(s, order, read.scans.get(s.shipment_id, ()), words, now, carbon=carbon) for s in shown)
    waiting = lines_waiting(order, read.shipments) if order and not read.only else ()
    zone = next((s.zone for s in read.shipments if s.zone), None)
    empty = "" if parcels else "cancelled" if order and order.cancelled_at else "preparing"
    headline = parcels[0].headline if len(parcels) == 1 else _digest(read.shipments, words) if parcels else words(f"page.{empty}_title")
    return PageShown(
        title=words("page.tracking_title", status=headline, brand=brand_name),
        version=_version(read),
        order_number=order.number if order else "",
        parcels=parcels,
        digest=_digest(read.shipments, words) if not read.only and len(parcels) > 1 else "",
        position=next((n for n, s in enumerate(read.shipments, 1) if read.only and s.shipment_id == read.only.shipment_id), 0),
        part=_part(read.shipments),
        others=_others(read, words),
        order_token=read.order.token if read.order else None,
        waiting_items=tuple(item_shown(line, words) for line in waiting[:ITEMS_SHOWN]),
        waiting_more=max(0, len(waiting) - ITEMS_SHOWN),
        empty=empty,
        destination=_destination(order, words),
        total=money_text(order.total, words.tag) if order and order.total else "",
        refunded=_refunds(order, zone, words),
        return_line=_return_line(read, return_days, zone, words, now),
        checked=_checked(zone, words, now),
    )


def _checked(zone: str | None, words: Words, now: datetime) -> str:
    local = now.astimezone(ZoneInfo(zone or "UTC")).replace(tzinfo=None)
    return whole(moment_text(local.isoformat(timespec="minutes"), words.tag) + ("" if zone else " UTC"))


def _version(read: Read) -> str:
    shipments = read.shipments or ([read.only] if read.only else [])
    parts = [f"{s.shipment_id}:{s.changed_at.isoformat()}" for s in shipments]
    if read.order:
        parts.append(hashlib.blake2b(msgspec.json.encode(read.order.order), digest_size=4).hexdigest())
    return hashlib.blake2b("|".join(parts).encode(), digest_size=6).hexdigest()


def _goes_back(shipment: KeptShipment) -> bool:
    """Parcels on their way back stand behind those that come."""
    return bool(shipment.folded and shipment.folded.direction is Direction.RETURN)


def _status(shipment: KeptShipment) -> Status:
    return shipment.folded.status if shipment.folded else Status.PENDING


def _digest(shipments: Sequence[KeptShipment], words: Words) -> str:
    count = arrival_of(s.folded for s in shipments)
    if not count.there:
        return words("page.digest_none", total=count.total or len(shipments))
    return words("page.digest", done=count.there, total=count.total)


def _part(shipments: Sequence[KeptShipment]) -> str:
    """What an order's parts are called: where one of them is several parcels, not parcels as well."""
    return "page.shipment_of" if any(s.folded and s.folded.pieces for s in shipments) else "page.parcel_of"


def _others(read: Read, words: Words) -> tuple[tuple[str, str, str], ...]:
    if read.only is None:
        return ()
    total = len(read.shipments)
    return tuple(
        (s.token, words(_part(read.shipments), position=position, total=total), words(f"status.{_status(s)}"))
        for position, s in enumerate(read.shipments, 1)
        if s.shipment_id != read.only.shipment_id
    )


def _destination(order: Order | None, words: Words) -> str:
    """Town and country only: the page's address may be passed on."""
    address = order.ship_to if order else None
    if address is None:
        return ""
    country = locale_named(words.tag).territories.get(address.country, address.country) if address.country else None
    return ", ".join(part for part in (address.city, country) if part)


def _refunds(order: Order | None, zone: str | None, words: Words) -> tuple[tuple[str, str], ...]:
    if order is None:
        return ()
    day = ZoneInfo(zone or "UTC")
    return tuple(
        (money_text(refund.amount, words.tag), short_day_text(refund.at.astimezone(day).date(), words.tag))
        for refund in order.refunds
        if refund.amount
    )


def _return_line(read: Read, return_days: int | None, zone: str | None, words: Words, now: datetime) -> str:
    folds = [s.folded for s in read.shipments]
    if read.order is None or not folds or any(f and f.direction is Direction.RETURN for f in folds):
        return ""
    arrived = [f.delivered_at if f and f.status in _ENDED else None for f in folds]
    found = return_window(return_days, arrived, zone, now)
    if found is None:
        return ""
    return words("page.return_until" if found.open else "page.return_over", day=day_text(found.last_on, words.tag))
