"""A device that added or removed an order → it is told of changes from now on, or no more."""

import re

import msgspec
from litestar import Response, delete, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED

from doorstep.errors import BadInputError
from doorstep.steps.work import utc_now
from doorstep.store import wallet
from doorstep.web.house import house_of
from doorstep.web.wallet.doors import AnyRequest, asked_of, is_name, refusal

_PUSH_TOKEN = re.compile(r"[0-9A-Za-z]{16,200}")
_PATH = "/devices/{device:str}/registrations/{order_type:str}/{identifier:str}"


class Registration(msgspec.Struct, frozen=True, rename={"push_token": "pushToken"}):
    """What a device sends with it."""

    push_token: str


@post(_PATH, include_in_schema=False, opt={"public": True})
async def register(request: AnyRequest, device: FromPath[str], order_type: FromPath[str], identifier: FromPath[str]) -> Response[bytes]:
    """Tell a device of an order's changes: 201 where that is new, 200 where it was so before."""
    asked = await asked_of(request, order_type, identifier)
    token = _push_token(await request.body())
    if not is_name(device):
        raise BadInputError("a device calls itself by at most 200 printable ASCII characters")
    house = house_of(request)
    async with house.database.for_merchant(asked.merchant_id) as tx:
        fresh = await wallet.register(tx, asked.merchant_id, asked.order_id, device, order_type, token, utc_now())
    if fresh is None:
        raise refusal()
    return Response(b"", status_code=HTTP_201_CREATED if fresh else HTTP_200_OK)


def _push_token(body: bytes) -> str:
    try:
        token = msgspec.json.decode(body, type=Registration).push_token
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadInputError('send {"pushToken": "…"}') from None
    if not _PUSH_TOKEN.fullmatch(token):
        raise BadInputError("a push token is 16 to 200 letters and digits")
    return token


@delete(_PATH, status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def unregister(request: AnyRequest, device: FromPath[str], order_type: FromPath[str], identifier: FromPath[str]) -> Response[bytes]:
    """Tell a device nothing more of an order; 200 also where it was told nothing."""
    asked = await asked_of(request, order_type, identifier)
    if is_name(device):
        async with house_of(request).database.for_merchant(asked.merchant_id) as tx:
            await wallet.unregister(tx, asked.merchant_id, asked.order_id, device)
    return Response(b"", status_code=HTTP_200_OK)
