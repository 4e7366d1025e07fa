"""A request with an API key → whose it is, or a refusal: 401, 403, 429, 413, 415, 400."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from litestar.connection import ASGIConnection, Request
from litestar.exceptions import ClientException, NotAuthorizedException, PermissionDeniedException, TooManyRequestsException
from litestar.handlers import BaseRouteHandler
from litestar.status_codes import HTTP_415_UNSUPPORTED_MEDIA_TYPE

from doorstep.errors import BadInputError
from doorstep.store import access
from doorstep.store.access import ApiKey
from doorstep.web.house import House
from doorstep.web.network import Buckets
from doorstep.web.problems import AnyRequest

#: Seconds over which a key may spend its rate at once.
_BURST_S = 2.0
_RATES = Buckets(100, _BURST_S)
_KEY = re.compile(r"dk_[A-Za-z0-9_-]{20,100}")
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
#: PostgreSQL keeps no zero character in a text.
_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_TO_ENTER = {"www-authenticate": 'Bearer realm="Doorstep"'}


async def may_enter(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let a request in whose key is known, has the route's scope and has not asked too often.

    The route says its scope in `opt["scope"]`; None: any key will do.
    """
    sent = _sent_key(connection)
    key = await _known(connection, sent)
    wait_s = _RATES.take(access.token_hash(sent).hex(), max(1.0, key.rate_per_s * _BURST_S))
    if wait_s:
        raise TooManyRequestsException(
            f"this key may ask {key.rate_per_s:g} times a second; try again later", headers={"retry-after": str(int(wait_s) + 1)}
        )
    scope = handler.opt["scope"]
    if scope is not None and scope not in key.scopes:
        raise PermissionDeniedException(f"this key lacks the scope {scope}")
    connection.scope["state"]["api_key"] = key
    refuse_zero(unquote_to_bytes(connection.scope["path"]) + unquote_to_bytes(connection.scope["query_string"]))
    if handler.opt.get("body"):
        await check_body(connection)


def _sent_key(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    scheme, _, text = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not _KEY.fullmatch(text.strip()):
        raise NotAuthorizedException("send an API key as Authorization: Bearer dk_…", headers=_TO_ENTER)
    return text.strip()


async def _known(connection: ASGIConnection[Any, Any, Any, Any], sent: str) -> ApiKey:
    house: House = connection.app.state.house
    async with house.database.system() as tx:
        key = await access.key_of(tx, sent)
    if key is None:
        raise NotAuthorizedException("this API key is unknown or was revoked", headers=_TO_ENTER)
    return key


async def check_body(request: ASGIConnection[Any, Any, Any, Any]) -> None:
    """Read the body (Litestar keeps it for the route) before anybody decodes it."""
    if not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise ClientException("send the body as Content-Type: application/json", status_code=HTTP_415_UNSUPPORTED_MEDIA_TYPE)
    body = await request.body() if isinstance(request, Request) else b""
    refuse_zero(body)
    if _ZERO.search(body):
        raise BadInputError("a text may not hold the zero character \\u0000")


def refuse_zero(sent: bytes) -> None:
    """Refuse what the database cannot keep.

    Raises:
        BadInputError: there is a zero character in it.
    """
    if b"\x00" in sent:
        raise BadInputError("a text may not hold the zero character")


def key_of(request: AnyRequest) -> ApiKey:
    """Return the key by which a request that was let in came."""
    key: ApiKey = request.scope["state"]["api_key"]
    return key
