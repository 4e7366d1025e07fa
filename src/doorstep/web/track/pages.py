"""An unguessable token → the page of a parcel, or of an order with all its parcels."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from doorstep.actions import return_days_of
from doorstep.errors import NotFoundError
from doorstep.messages import tag_to_speak
from doorstep.steps import identity
from doorstep.steps.directory import Tenant
from doorstep.steps.footprint import tells_carbon
from doorstep.steps.work import utc_now
from doorstep.store import checkpoints, orders, recipients, shipments
from doorstep.store.database import Tx
from doorstep.store.shipments import KeptShipment
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest, is_token
from doorstep.web.tenants import tenant_of
from doorstep.web.track.asker import asker_of
from doorstep.web.track.engaging import note_visit
from doorstep.web.track.framing import dress, framed, words_of
from doorstep.web.track.notifying import offer_of
from doorstep.web.track.orders import Read, page_shown
from doorstep.web.track.parcels import Scans
from doorstep.web.track.passing import wallet_url
from doorstep.web.track.portal.entering import enter
from doorstep.web.track.portal.offered import Portal, portal_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Parcels whose scans are read for one page; an order rarely has more than five.
_MOST = 40


@get("/t/{token:str}", include_in_schema=False, opt={"public": True})
async def parcel_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Show one parcel."""
    house = house_of(request)
    async with house.database.system() as tx:
        found = await shipments.by_token(tx, token) if is_token(token) else None
    if found is None:
        raise NotFoundError("there is no such page")
    async with house.database.for_merchant(found.merchant_id) as tx:
        read = await _read(tx, found.merchant_id, found.order_id, found)
    await note_visit(request, found.merchant_id)
    return await _answer(request, house, read)


@get("/o/{token:str}", include_in_schema=False, opt={"public": True})
async def order_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Show an order with every parcel."""
    house = house_of(request)
    async with house.database.system() as tx:
        found = await orders.by_token(tx, token) if is_token(token) else None
    if found is None:
        raise NotFoundError("there is no such page")
    async with house.database.for_merchant(found.merchant_id) as tx:
        read = await _read(tx, found.merchant_id, found.order_id, None)
    await note_visit(request, found.merchant_id)
    return await _answer(request, house, read, portal_of(await enter(request, token)))


async def _answer(request: AnyRequest, house: House, read: Read, portal: Portal | None = None) -> Response[str]:
    tenant = await tenant_of(house, read.merchant_id)
    order = read.order.order if read.order else None
    words = words_of(request, tag_to_speak(read.chosen, order.locale if order else None), tenant.brand.default_locale)
    shown = page_shown(
        read, tenant.brand.name, return_days_of(tenant.merchant.settings), words, utc_now(), carbon=tells_carbon(tenant.merchant)
    )
    apart = await _stays_apart(request, tenant, read)
    if apart:
        shown = msgspec.structs.replace(shown, order_token=None)
    offer = offer_of(request.url.path, tenant, read.order, words)
    return framed(
        "track/parcels.html",
        words,
        dress(tenant),
        page=shown,
        live=True,
        wallet_url="" if apart else wallet_url(request, tenant, read.order),
        me_url=f"/me/{tenant.merchant.slug}" if apart else "",
        push=offer,
        portal=portal,
    )


async def _stays_apart(request: AnyRequest, tenant: Tenant, read: Read) -> bool:
    """Tell whether a parcel's page may not lead to its order: the merchant keeps them apart, and nobody has shown that it is theirs."""
    if read.only is None or read.order is None or not identity.keeps_parcels_apart(tenant.merchant):
        return False
    async with house_of(request).database.for_merchant(read.merchant_id) as tx:
        return not identity.reaches(await asker_of(request, tenant, tx, read.order, parcel=True), read.order)


async def _read(tx: Tx, merchant_id: int, order_id: int | None, only: KeptShipment | None) -> Read:
    order, together = None, []
    if order_id is not None:
        key = (merchant_id, order_id)
        order = (await orders.read(tx, [key])).get(key)
        together = (await shipments.of_orders(tx, [key])).get(key, [])
    customer = order.order.customer if order else None
    addresses = [address for address in (customer.email, customer.phone) if address] if customer else []
    chosen = await recipients.chosen_locale(tx, merchant_id, addresses) if addresses else None
    shown = [only] if only else together[:_MOST]
    scans = {s.shipment_id: await scans_of(tx, s) for s in shown}
    return Read(merchant_id=merchant_id, order=order, shipments=together or shown, scans=scans, chosen=chosen, only=only)


async def scans_of(tx: Tx, shipment: KeptShipment) -> Scans:
    """Read all scans of a shipment, oldest first, from the months it has any in."""
    first, last = months_of(shipment)
    return await checkpoints.of_shipment(tx, shipment.merchant_id, shipment.shipment_id, first, last)


def months_of(shipment: KeptShipment) -> tuple[date, date]:
    """The first and last day (UTC) of a shipment's dated scans."""
    moments: Sequence[int] = [scan.instant_us for scan in shipment.scans if scan.instant_us is not None] or [0]
    return (_EPOCH + timedelta(microseconds=min(moments))).date(), (_EPOCH + timedelta(microseconds=max(moments))).date()
