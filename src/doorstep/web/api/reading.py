"""Orders, shipments and messages of the key's merchant → pages of them, and each by itself."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter

from doorstep.domain.vocabulary import MessageState, Status
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.reliability import track_record
from doorstep.steps.work import utc_now
from doorstep.store import message_lists, messages, orders, shipments
from doorstep.web.api.entering import key_of
from doorstep.web.api.message_shapes import MessagePage, MessageWhole, message_shown, message_whole
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, key_in, number_in, number_of, page_of
from doorstep.web.api.shapes import OrderPage, OrderShown, ShipmentPage, ShipmentWhole, order_shown, shipment_shown, shipment_whole
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest
from doorstep.web.track.pages import scans_of

_ORDERS = {"scope": "orders:read"}
_TRACKING = {"scope": "tracking:read"}
_MESSAGES = {"scope": "messages:read"}

Number = Annotated[str | None, QueryParameter(description="Only orders of this number, as the customer writes it.", max_length=200)]
Email = Annotated[str | None, QueryParameter(description="Only orders of this customer's e-mail address.", max_length=320)]
OfStatus = Annotated[Status | None, QueryParameter(description="Only shipments of this status.")]
TrackingNumber = Annotated[str | None, QueryParameter(description="Only shipments to which this number leads.", max_length=200)]
OfOrder = Annotated[str | None, QueryParameter(name="order", description="Only shipments of this order (our id).", max_length=30)]
OfState = Annotated[MessageState | None, QueryParameter(name="state", description="Only messages in this state.")]


@get("/orders", operation_id="listOrders", tags=["Orders"], opt=_ORDERS)
async def list_orders(
    request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL, number: Number = None, email: Email = None
) -> OrderPage:
    """List orders, newest first."""
    house, merchant_id, before = house_of(request), key_of(request).merchant_id, number_in("orders", cursor)
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await orders.page(tx, merchant_id, before=before, most=limit + 1, number=number, email=email)
    page, more = page_of(rows, limit)
    return OrderPage(
        orders=[order_shown(row, house.settings.base_url) for row in page],
        next=cursor_to("orders", str(page[-1].order_id)) if more else None,
    )


@get("/orders/{order_id:str}", operation_id="readOrder", tags=["Orders"], opt=_ORDERS)
async def read_order(request: AnyRequest, order_id: FromPath[str]) -> OrderShown:
    """Read one order by our id."""
    house, key = house_of(request), (key_of(request).merchant_id, number_of(order_id))
    async with house.database.for_merchant(key[0]) as tx:
        found = (await orders.read(tx, [key])).get(key)
    if found is None:
        raise NotFoundError("there is no such order")
    return order_shown(found, house.settings.base_url)


@get("/shipments", operation_id="listShipments", tags=["Tracking"], opt=_TRACKING)
async def list_shipments(
    request: AnyRequest,
    cursor: Cursor = None,
    limit: Limit = USUAL,
    status: OfStatus = None,
    tracking_number: TrackingNumber = None,
    order_id: OfOrder = None,
) -> ShipmentPage:
    """List shipments, newest first."""
    house, merchant_id, before = house_of(request), key_of(request).merchant_id, number_in("shipments", cursor)
    number = "".join(tracking_number.split()).upper() if tracking_number else None
    try:
        of_order = number_of(order_id) if order_id else None
    except NotFoundError as error:
        raise BadInputError("order: our ids are texts of digits") from error
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await shipments.page(
            tx,
            merchant_id,
            before=before,
            most=limit + 1,
            status=status,
            tracking_number=number,
            order_id=of_order,
        )
        page, more = page_of(rows, limit)
        record = await track_record(tx, merchant_id, page, utc_now().date())
    return ShipmentPage(
        shipments=[shipment_shown(row, house.settings.base_url, record) for row in page],
        next=cursor_to("shipments", str(page[-1].shipment_id)) if more else None,
    )


@get("/shipments/{shipment_id:str}", operation_id="readShipment", tags=["Tracking"], opt=_TRACKING)
async def read_shipment(request: AnyRequest, shipment_id: FromPath[str]) -> ShipmentWhole:
    """Read one shipment by our id, with its checkpoints, oldest first."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        found = await shipments.one(tx, merchant_id, number_of(shipment_id))
        if found is None:
            raise NotFoundError("there is no such shipment")
        scans = await scans_of(tx, found)
        record = await track_record(tx, merchant_id, [found], utc_now().date())
    return shipment_whole(found, scans, house.settings.base_url, record)


@get("/messages", operation_id="listMessages", tags=["Messages"], opt=_MESSAGES)
async def list_messages(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL, in_state: OfState = None) -> MessagePage:
    """List messages, newest first, each with why it was sent and what became of it."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    after = key_in("messages", cursor)
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await message_lists.page(tx, merchant_id, before=_message_id(after) if after else None, most=limit + 1, state=in_state)
    page, more = page_of(rows, limit)
    return MessagePage(
        messages=[message_shown(row) for row in page], next=cursor_to("messages", str(page[-1]["message_id"])) if more else None
    )


@get("/messages/{message_id:str}", operation_id="readMessage", tags=["Messages"], opt=_MESSAGES)
async def read_message(request: AnyRequest, message_id: FromPath[str]) -> MessageWhole:
    """Read one message: its text, why it was sent, every call made for it and every receipt."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        found = await message_lists.one(tx, merchant_id, _message_id(message_id))
    if found is None:
        raise NotFoundError("there is no such message")
    return message_whole(*found)


def _message_id(text: str) -> UUID:
    try:
        found = UUID(text)
        messages.month_of(found)  # its clock may tell of no year there is
    except (ValueError, OverflowError, OSError) as error:
        raise NotFoundError("there is no such message") from error
    return found


ROUTES: list[Any] = [list_orders, read_order, list_shipments, read_shipment, list_messages, read_message]
