"""A request out of the brand's app, with a customer's token → which customer of which merchant, or a refusal: 401, 403, 429."""

from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException, TooManyRequestsException
from litestar.handlers import BaseRouteHandler

from doorstep.channels.in_app.tokens import AppCustomer, connection_named, customer_of
from doorstep.errors import BadSignatureError, MisconfiguredError
from doorstep.steps.app_customers import meet
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.connections import Connection
from doorstep.web.api.entering import check_body, refuse_zero
from doorstep.web.house import House
from doorstep.web.network import Buckets
from doorstep.web.problems import AnyRequest

#: Requests of one customer: twenty at once, then ten a second.
_RATES = Buckets(20, 2.0)
#: How often what a token says of a customer is looked at again, by merchant and token's words.
_MET = Buckets(1, 600.0)
_TO_ENTER = {"www-authenticate": 'Bearer realm="Doorstep app"'}
#: A token of ours in a hook's address is longer.
_LEAST_KID = 16


class Entered(msgspec.Struct, frozen=True):
    """Who asks, and through which connection."""

    connection: Connection
    customer: AppCustomer

    @property
    def merchant_id(self) -> int:
        """The merchant whose app it is."""
        return self.connection.merchant_id


async def may_use_app(asked: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request in whose token the shop's server signed, that has the route's scope, and does not come too often."""
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthorizedException("send the customer's token as Authorization: Bearer …", headers=_TO_ENTER)
    house: House = asked.app.state.house
    now = utc_now()
    try:
        connection = await _connection(house, connection_named(token.strip()))
        customer = customer_of(token.strip(), connection.settings, now)
    except (BadSignatureError, MisconfiguredError) as error:
        raise NotAuthorizedException(str(error), headers=_TO_ENTER) from None
    if wait_s := _RATES.take(f"{connection.merchant_id} {customer.customer_id}"):
        raise TooManyRequestsException("too many requests of one customer; try again later", headers={"retry-after": str(int(wait_s) + 1)})
    scope = handler.opt["scope"]
    if scope not in customer.scopes:
        raise PermissionDeniedException(f"this token lacks the scope {scope}")
    refuse_zero(unquote_to_bytes(asked.scope["path"]) + unquote_to_bytes(asked.scope["query_string"]))
    if handler.opt.get("body"):
        await check_body(asked)
    if not _MET.take(f"{connection.merchant_id} {customer.customer_id} {customer.email} {customer.phone}"):
        async with house.database.for_merchant(connection.merchant_id) as tx:
            await meet(tx, connection.merchant_id, customer, now)
    asked.scope["state"]["app_customer"] = Entered(connection, customer)


async def _connection(house: House, kid: str) -> Connection:
    """Find the connection a token names, one made a moment ago too.

    Raises:
        BadSignatureError: there is none, or it is no app's, or paused.
    """
    await house.directory.refresh(house.database, utc_now())
    found = house.directory.by_hook_token(kid)
    if found is None and _LEAST_KID <= len(kid) < 100 and kid.isascii() and kid.isprintable():  # noqa: PLR2004 - as `new_connection` makes it
        async with house.database.system() as tx:
            found = await connections.by_hook_token(tx, house.directory.sealer, kid)
    if found is None or (found.kind, found.provider) != ("channel", "in_app") or not found.active:
        raise BadSignatureError("the token's kid is no connected app")
    return found


def entered(request: AnyRequest) -> Entered:
    """Return who asks, of a request that was let in."""
    found: Entered = request.scope["state"]["app_customer"]
    return found
