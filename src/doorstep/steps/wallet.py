"""An order as stored → its Apple Wallet package; moments that change what a package says → a push for the devices that hold it."""

import hmac
from collections.abc import Sequence
from datetime import datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
import structlog

from doorstep.actions import return_days_of, return_window
from doorstep.channels.apple_wallet import logo_of, marks_of
from doorstep.channels.apple_wallet.keys import Keys, keys_of
from doorstep.channels.apple_wallet.order import Written, is_whole, write
from doorstep.channels.apple_wallet.package import digest, package
from doorstep.channels.apple_wallet.passed import Passed, Seller, Sent
from doorstep.channels.apple_wallet.words import languages
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.orders import Order
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.plugins import Settings
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import ChannelKind, Phase, Purpose, Status
from doorstep.errors import MisconfiguredError, NotFoundError
from doorstep.messages import Parcel
from doorstep.messages.wording import hours_rows
from doorstep.steps.compose import parcel_of
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.happenings import Happening
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.shape import collect_by, newest_of, waiting_of
from doorstep.steps.way import lines_waiting
from doorstep.store import orders, shipments, wallet
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.decisions import why_key
from doorstep.store.messages import NewMessage
from doorstep.store.orders import KeptOrder
from doorstep.store.sealing import Sealer
from doorstep.store.shipments import KeptShipment

_LOG = structlog.get_logger()
PROVIDER = "apple_wallet"
#: Below our public address: where devices ask. They put "/v1/…" behind it.
SERVICE = "/wallet"
_ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """An order ready to be signed."""

    written: Written
    #: Since when it says what it says; aware, whole seconds, never earlier than of a package of this order before.
    updated_at: datetime
    keys: Keys

    @property
    def tag(self) -> str:
        """Changes when the package says something else, or another certificate signs."""
        return f"{digest(self.written).hex()}-{self.keys.name[:12]}"

    def content(self) -> bytes:
        """Sign and zip it: some 15 ms."""
        return package(self.written, self.updated_at, self.keys)


def identifier_of(sealer: Sealer, merchant_id: int, order_id: int) -> str:
    """Name an order for Wallet so that nobody can name another, nor count a merchant's orders by it."""
    return sealer.token("wallet order", str(merchant_id), str(order_id))


def read_identifier(sealer: Sealer, identifier: str) -> tuple[int, int]:
    """Return the merchant's and the order's id.

    Raises:
        NotFoundError: it names no order of ours.
    """
    parts = sealer.read_token(identifier)
    if len(parts) != 3 or parts[0] != "wallet order":  # noqa: PLR2004 - what, merchant, order
        raise NotFoundError("there is no such order")
    return int(parts[1]), int(parts[2])


def _token_of(sealer: Sealer, merchant_id: int, order_id: int) -> str:
    return sealer.token("wallet device", str(merchant_id), str(order_id))


def may_ask(sealer: Sealer, merchant_id: int, order_id: int, token: str) -> bool:
    """Tell whether a device has an order's token; compared in constant time."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), _token_of(sealer, merchant_id, order_id).encode())


def connection_of(tenant: Tenant) -> Connection | None:
    """Return the active connection through which a merchant's orders go to Wallet; None: they do not."""
    return tenant.channels.get(ChannelKind.WALLET)


def signs_until(connection: Connection, now: datetime) -> datetime:
    """Tell until when orders can be signed by a connection.

    Raises:
        MisconfiguredError: they cannot.
    """
    return keys_of(connection.settings, now).certificate.not_valid_after_utc


async def packed(tx: Tx, tenant: Tenant, directory: Directory, order_id: int, now: datetime) -> Packed:
    """Read an order and make it ready to be signed, noting what it says.

    Raises:
        NotFoundError: the merchant has no such order, it is not known well enough, or the merchant's orders do not go to Wallet.
        MisconfiguredError: the connection's settings cannot be used.
    """
    key = (tenant.merchant.merchant_id, order_id)
    connection, kept = connection_of(tenant), (await orders.read(tx, [key])).get(key)
    if connection is None or kept is None or not is_whole(kept.order):
        raise NotFoundError("there is no such order for Wallet")
    keys = keys_of(connection.settings, now)
    parcels = (await shipments.of_orders(tx, [key])).get(key, [])
    written = _written(kept, parcels, tenant, connection.settings, directory)
    return Packed(written=written, updated_at=await wallet.note(tx, *key, digest(written), _changed_at(kept, now)), keys=keys)


def _changed_at(kept: KeptOrder, now: datetime) -> datetime:
    """A package is never older than its order, whatever the shop's clock says."""
    return max(now, kept.order.placed_at or now)


def _written(kept: KeptOrder, parcels: Sequence[KeptShipment], tenant: Tenant, settings: Settings, directory: Directory) -> Written:
    return write(passed_of(kept, parcels, tenant, settings, directory), marks_of(settings))


def passed_of(kept: KeptOrder, parcels: Sequence[KeptShipment], tenant: Tenant, settings: Settings, directory: Directory) -> Passed:
    """Put together what an order's package is made of."""
    order, brand, base, sealer = kept.order, tenant.brand, directory.base_url, directory.sealer
    key = (kept.merchant_id, kept.order_id)
    seller = Seller(
        name=brand.name,
        url=_web(brand.shop_url) or base,
        support_email=brand.support_email,
        support_phone=brand.support_phone,
        support_url=_web(brand.support_url),
        logo=logo_of(settings),
    )
    return Passed(
        identifier=identifier_of(sealer, *key),
        order=order,
        sent=tuple(_sent(one, order, base) for one in sorted(parcels, key=lambda one: one.shipment_id)),
        waiting=lines_waiting(order, parcels),
        seller=seller,
        locale=order.locale or brand.default_locale,
        page_url=f"{base}/o/{kept.token}",
        # Wallet asks over https only; without it, on one's own machine, an order stays as it was handed out.
        service_url=f"{base}{SERVICE}" if base.startswith("https://") else "",
        token=_token_of(sealer, *key),
        return_until=_return_until(tenant, parcels),
    )


def _web(url: str | None) -> str | None:
    return url if url and urlsplit(url).scheme in {"http", "https"} else None


def _sent(shipment: KeptShipment, order: Order, base: str) -> Sent:
    parcel = parcel_of(shipment, order, base)
    folded = parcel.folded
    point = _point(shipment, parcel)
    act = next((one for one in order.fulfilments if one.fulfilment_id == shipment.fulfilment_id), None)
    return Sent(
        shipment_id=shipment.shipment_id,
        carrier=parcel.carrier_name,
        tracking_number=parcel.tracking_number,
        page_url=parcel.page_url or base,
        folded=folded,
        lines=parcel.lines,
        sent_at=act.created_at if act else None,
        zone=shipment.zone,
        point=point,
        collect_by=collect_by(shipment, folded),
        hours=_hours(point) if point else {},
    )


def _point(shipment: KeptShipment, parcel: Parcel) -> PickupPoint | None:
    """Where it waits; once it was collected, where it did, without the code that opened it."""
    if parcel.folded.status is Status.READY_FOR_PICKUP:
        return parcel.point
    if not _was_collected(parcel.folded):
        return None
    last = newest_of(waiting_of(shipment, parcel.folded).values())
    return msgspec.structs.replace(last.point, code=None, collect_by=None) if last else None


def _was_collected(folded: Folded) -> bool:
    return folded.status is Status.DELIVERED and folded.phase is Phase.POINT


def _hours(point: PickupPoint) -> dict[str, str]:
    """Write opening hours in every language of Wallet's; as the carrier wrote them where they could not be taken apart."""
    if point.hours:
        return {language: "; ".join(f"{days} {times}" for days, times in hours_rows(point.hours, language)) for language in languages()}
    return dict.fromkeys(languages(), point.hours_text) if point.hours_text else {}


def _return_until(tenant: Tenant, parcels: Sequence[KeptShipment]) -> datetime | None:
    """The end of the last day on which the order may be returned, by the recipient's clock."""
    zone = next((one.zone for one in parcels if one.zone), None)
    arrived = [one.folded.delivered_at if one.folded and one.folded.status in _ENDED else None for one in parcels]
    days = return_days_of(tenant.merchant.settings)
    if days is None or not arrived or None in arrived:
        return None
    found = return_window(days, arrived, zone, max(at for at in arrived if at is not None))
    return datetime.combine(found.last_on, time(23, 59), ZoneInfo(zone or "UTC")) if found else None


async def hints(
    tx: Tx, told: Sequence[tuple[Happening, tuple[KeptOrder, list[KeptShipment]]]], directory: Directory, now: datetime
) -> list[NewMessage]:
    """Note what the packages of these orders say now; where that is new and a device holds one, queue a push for it.

    Costs nothing for merchants whose orders do not go to Wallet, and one query for a batch of those whose do.
    """
    wanted = {(kept.merchant_id, kept.order_id): (h, kept, parcels) for h, (kept, parcels) in told if _way(directory, h.merchant_id)}
    known = await wallet.held(tx, wanted) if wanted else {}
    found = []
    for key in sorted(known):
        happening, kept, parcels = wanted[key]
        way = _way(directory, kept.merchant_id)
        says = _says(kept, parcels, *way, directory) if way else None
        if way and says and says != known[key]:
            await wallet.note(tx, *key, says, _changed_at(kept, now))
            found.append(_hint(happening, kept, way[1].connection_id, now))
    return found


def _way(directory: Directory, merchant_id: int) -> tuple[Tenant, Connection] | None:
    """A merchant whose orders go to Wallet, and the connection by which they do."""
    tenant = directory.tenant(merchant_id)
    connection = connection_of(tenant) if tenant else None
    return (tenant, connection) if tenant and connection else None


def _says(kept: KeptOrder, parcels: Sequence[KeptShipment], tenant: Tenant, connection: Connection, directory: Directory) -> bytes | None:
    """Digest what an order's package says now; None where a setting stands in the way, of which whoever asks for a package hears."""
    try:
        return digest(_written(kept, parcels, tenant, connection.settings, directory))
    except MisconfiguredError as error:
        _LOG.warning("wallet_misconfigured", merchant=kept.merchant_id, connection=connection.connection_id, why=str(error))
        return None


def _hint(happening: Happening, kept: KeptOrder, connection_id: int, now: datetime) -> NewMessage:
    change, order = happening.moment.change, kept.order
    return NewMessage(
        message=Message(
            message_id=new_message_id(now),
            merchant_id=kept.merchant_id,
            channel=ChannelKind.WALLET,
            to=f"order {order.number or order.external_id}",
            content=Rendered(),
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic="wallet",
            created_at=now,
        ),
        connection_id=connection_id,
        template="wallet",
        trigger=change.trigger,
        why_key=why_key(change),
        order_id=kept.order_id,
        shipment_ids=(happening.shipment.shipment_id,) if happening.shipment else (),
        why="wallet: what the order says in Apple Wallet has changed, and a device holds it",
        due_at=now,
    )
