"""A page that opens the chat → a sealed token: the one it brought, a new visitor's, or that of the customer the shop vouches for."""

from datetime import timedelta

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from doorstep.channels.web_chat.customers import read_customer
from doorstep.errors import BadInputError, BadSignatureError
from doorstep.steps.chat import Visitor, new_visitor, read_visitor, recognise, visitor_of, visitor_token
from doorstep.steps.work import utc_now
from doorstep.store.connections import Connection
from doorstep.web.chat.crossing import chat_of
from doorstep.web.chat.doors import AnyRequest, body_of, json_answer, take
from doorstep.web.house import house_of
from doorstep.web.look.asking import is_token, network_of
from doorstep.web.network import Buckets

#: Sessions of one network in ten minutes: a whole office may sit behind one address.
_SESSIONS = Buckets(60, timedelta(minutes=10).total_seconds())
#: New visitors of one network in an hour.
_NEW = Buckets(40, timedelta(hours=1).total_seconds())


class Opening(msgspec.Struct, kw_only=True):
    """What a page brings."""

    #: A token it was given before.
    token: str = ""
    #: The shop's own word for who is logged in.
    customer: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What it gets."""

    token: str
    #: Nobody was known by the token it brought.
    new: bool


@post("/session", status_code=200, include_in_schema=False, opt={"public": True})
async def open_session(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """Begin or take up a conversation."""
    house = house_of(request)
    tenant, connection = await chat_of(house, key)
    network = f"{tenant.merchant.merchant_id} {network_of(request)}"
    take(_SESSIONS, network)
    given = await body_of(request, Opening)
    sealer, now = house.directory.sealer, utc_now()
    if given.customer:
        visitor = await _customer(request, connection, given.customer)
        return json_answer(Session(token=visitor_token(sealer, visitor), new=False))
    kept = read_visitor(sealer, given.token, connection.merchant_id, connection.connection_id, now) if is_token(given.token) else None
    if kept is not None and kept.until is None:
        return json_answer(Session(token=given.token, new=False))
    take(_NEW, network)
    return json_answer(Session(token=visitor_token(sealer, new_visitor(connection.merchant_id, connection.connection_id)), new=True))


async def _customer(request: AnyRequest, connection: Connection, token: str) -> Visitor:
    """Read the shop's word for who is logged in, and note it.

    Raises:
        BadInputError: it is not the shop's word, or has ended.
    """
    house, now = house_of(request), utc_now()
    try:
        customer = read_customer(token, connection.settings.get("customer_secret", ""), now)
    except BadSignatureError as error:  # 401 would tell the page to open a session, and it is doing just that
        raise BadInputError(str(error)) from error
    visitor = visitor_of(house.directory.sealer, connection.merchant_id, connection.connection_id, customer)
    async with house.database.for_merchant(connection.merchant_id) as tx:
        await recognise(tx, visitor, customer, now)
    return visitor
