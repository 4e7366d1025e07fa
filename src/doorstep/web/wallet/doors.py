"""A request of a device → whose order it is about, or one and the same refusal, whatever is wrong."""

from typing import Any

import msgspec
from litestar import Request
from litestar.exceptions import NotAuthorizedException

from doorstep.errors import NotFoundError, TryLaterError
from doorstep.steps.directory import Tenant
from doorstep.steps.wallet import PROVIDER, connection_of, may_ask, read_identifier
from doorstep.store.connections import Connection
from doorstep.web.house import house_of
from doorstep.web.look.asking import is_token
from doorstep.web.tenants import tenant_of

AnyRequest = Request[Any, Any, Any]
_SCHEME = "AppleOrder"
#: Characters of what a device calls itself, or of an order type identifier, at most.
_LONGEST = 200


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An order whose token came with the request."""

    tenant: Tenant
    merchant_id: int
    order_id: int


def refusal() -> NotAuthorizedException:
    """Refuse in the same words whether there is no such order, it is another merchant's, or the token is another's."""
    return NotAuthorizedException("send the order's own token as Authorization: AppleOrder …", headers={"www-authenticate": _SCHEME})


async def asked_of(request: AnyRequest, order_type: str, identifier: str) -> Asked:
    """Find the order that a device asks about.

    Raises:
        NotAuthorizedException: anything does not fit.
        TryLaterError: the merchant's orders go to Wallet, but not at present.
    """
    house = house_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        merchant_id, order_id = read_identifier(house.directory.sealer, identifier if is_token(identifier) else "")
        fits = may_ask(house.directory.sealer, merchant_id, order_id, token.strip())
        if not fits or scheme.lower() != _SCHEME.lower():
            raise refusal()
        tenant = await tenant_of(house, merchant_id)
    except NotFoundError:
        raise refusal() from None
    if not goes_by(tenant, order_type):
        if _is_paused(tenant, order_type):
            raise TryLaterError("orders of this shop do not go to Wallet now", after_s=3600)
        raise refusal()
    return Asked(tenant=tenant, merchant_id=merchant_id, order_id=order_id)


def goes_by(tenant: Tenant, order_type: str) -> bool:
    """Tell whether a merchant's orders go to Wallet under this order type identifier."""
    connection = connection_of(tenant)
    return connection is not None and _type_of(connection) == order_type


def _is_paused(tenant: Tenant, order_type: str) -> bool:
    every = tenant.connections.values()
    return any(one.provider == PROVIDER and not one.active and _type_of(one) == order_type for one in every)


def _type_of(connection: Connection) -> str:
    return connection.settings.get("order_type_identifier", "").strip()


def is_name(text: str) -> bool:
    """Tell whether a text can be what a device calls itself."""
    return 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable()
