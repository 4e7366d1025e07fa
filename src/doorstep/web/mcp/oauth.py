"""OAuth 2.1 for assistants: the SDK's handlers over our grants; the customer signs in and agrees on a page of ours.

Source: MCP 2026-07-28, authorization; RFC 6749, 7009, 7591, 7636, 8414, 8707, 9207, 9728; as known on 2026-11-30.
"""

import json
from datetime import timedelta
from functools import partial
from typing import Any, cast

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import HTTPScope, Receive, Send
from mcp.server.auth.handlers.authorize import AuthorizationHandler
from mcp.server.auth.handlers.token import TokenHandler
from mcp.server.auth.middleware.client_auth import ClientAuthenticator
from mcp.server.auth.provider import RegistrationError
from mcp.server.auth.routes import build_metadata
from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions
from mcp.shared.auth import ProtectedResourceMetadata
from pydantic import AnyHttpUrl
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.responses import Response as Answer
from starlette.routing import request_response

from doorstep.errors import NotFoundError
from doorstep.steps import assistants as granting
from doorstep.steps.assistants import Scope
from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.store import access, assistants
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest, network_named
from doorstep.web.mcp.entering import TurnedAwayError, merchant_of
from doorstep.web.mcp.providing import Provider, issuer_of
from doorstep.web.mcp.registering import client_shown, read_client
from doorstep.web.network import Buckets, client_behind
from doorstep.web.tenants import tenant_by_slug
from doorstep.web.track.serving import open_answer

#: Registrations: of a network, of all networks at one merchant; they grow back over an hour.
_FROM_A_NETWORK, _AT_A_MERCHANT, _PER = 10, 200, timedelta(hours=1)
#: Other requests of a network, a minute.
_NETWORKS = Buckets(120, 60)
_REGISTERING = Buckets(_FROM_A_NETWORK, _PER.total_seconds())
_MOST_BYTES = 16_384
_WAYS = frozenset({"authorize", "token", "register", "revoke"})


async def serve(house: House, path: str, scope: HTTPScope, receive: Receive, send: Send) -> bool:
    """Answer what is about letting programs in; False: it is about something else.

    Raises:
        TurnedAwayError: there is no such shop, or there were too many.
    """
    slug, _, way = path.strip("/").partition("/")
    if way not in _WAYS:
        return False
    request = Request(cast("dict[str, Any]", scope), receive, send)  # type: ignore[arg-type]  # two names for one ASGI
    direct = request.client.host if request.client else ""
    network = network_named(client_behind(request.headers.get("x-forwarded-for", ""), direct, trust_proxy=house.settings.trust_proxy))
    if wait_s := _NETWORKS.take(network):
        raise TurnedAwayError(429, "this was too often; wait a little", {"retry-after": str(int(wait_s) + 1)})
    tenant = await merchant_of(house, slug)
    if not granting.switches_of(tenant.merchant).customers:
        raise TurnedAwayError(404, "this shop lets no assistants in")
    if request.method not in ({"GET", "POST"} if way == "authorize" else {"POST"}):
        raise TurnedAwayError(405, "use POST", {"allow": "POST"})
    sent = request.headers.get("content-length", "" if request.method == "POST" else "0")
    if not sent.isdecimal() or int(sent) > _MOST_BYTES:  # the handlers read the whole body
        raise TurnedAwayError(413, f"at most {_MOST_BYTES} bytes, with their number")
    provider = Provider(house, tenant)
    if way == "register":
        answer = await _register(provider, network, await request.body())
        await answer(cast("dict[str, Any]", scope), receive, send)  # type: ignore[arg-type]
        return True
    handlers = {
        "authorize": AuthorizationHandler(provider).handle,
        "token": TokenHandler(provider, ClientAuthenticator(provider)).handle,
        "revoke": partial(_revoke, provider),
    }
    await request_response(handlers[way])(cast("dict[str, Any]", scope), receive, send)  # type: ignore[arg-type]
    return True


async def _revoke(provider: Provider, request: Request) -> Answer:
    """Let a program give its token back (RFC 7009). The SDK's own handler (2.3.0) asks every program for a secret, and ours have none."""
    form = await request.form()
    token, client_id = str(form.get("token", ""))[:400], str(form.get("client_id", ""))[:200]
    client = await provider.get_client(client_id)
    if client is None:
        return JSONResponse({"error": "invalid_client"}, 401, {"cache-control": "no-store"})
    found = await provider.load_access_token(token) or await provider.load_refresh_token(client, token)
    if found is not None and found.client_id == client.client_id:
        await provider.revoke_token(found)
    return JSONResponse({}, 200, {"cache-control": "no-store"})


async def _register(provider: Provider, network: str, body: bytes) -> Answer:
    """Take a program in; one that no customer lets in is forgotten again."""
    merchant_id, house = provider.merchant_id, provider.house
    counts = {f"assistant client of {network}": _FROM_A_NETWORK, "assistant client": _AT_A_MERCHANT}
    if _REGISTERING.take(network):
        raise TurnedAwayError(429, "too many programs registered from here", {"retry-after": "360"})
    try:
        name, redirects = read_client(body)
    except RegistrationError as error:
        told = {"error": error.error, "error_description": error.error_description}
        return JSONResponse(told, 400, {"cache-control": "no-store"})
    async with house.database.system() as tx:
        may = await access.attempt(tx, merchant_id, counts, _PER, utc_now())
    if not may:
        raise TurnedAwayError(429, "too many programs registered here", {"retry-after": "360"})
    client = granting.new_client(name, redirects)
    async with house.database.for_merchant(merchant_id) as tx:
        await assistants.register(tx, merchant_id, client, utc_now())
    shown = client_shown(client).model_dump(mode="json", exclude_none=True)
    return JSONResponse({**shown, "client_id_issued_at": int(utc_now().timestamp())}, 201, {"cache-control": "no-store"})


async def _letting(request: AnyRequest, slug: str) -> Tenant:
    tenant = await tenant_by_slug(house_of(request), slug)
    if not granting.switches_of(tenant.merchant).customers:
        raise NotFoundError("this shop lets no assistants in")
    return tenant


@get("/.well-known/oauth-protected-resource/mcp/{slug:str}", include_in_schema=False, opt={"public": True})
async def resource_metadata(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """Say who lets programs in to a merchant's tools (RFC 9728)."""
    tenant = await _letting(request, slug)
    issuer = AnyHttpUrl(issuer_of(house_of(request), slug))
    told = ProtectedResourceMetadata(
        resource=issuer,
        authorization_servers=[issuer],
        scopes_supported=list(granting.scopes_of(tuple(Scope), tenant.merchant)),
        resource_name=tenant.brand.name,
    )
    return open_answer(told.model_dump_json(exclude_none=True).encode(), "application/json", kept=timedelta(minutes=5))


@get("/.well-known/oauth-authorization-server/mcp/{slug:str}", include_in_schema=False, opt={"public": True})
async def server_metadata(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """Say how programs are let in (RFC 8414)."""
    tenant = await _letting(request, slug)
    scopes: list[str] = list(granting.scopes_of(tuple(Scope), tenant.merchant))
    options = ClientRegistrationOptions(enabled=True, valid_scopes=scopes)
    told = build_metadata(AnyHttpUrl(issuer_of(house_of(request), slug)), None, options, RevocationOptions(enabled=True))
    body = json.loads(told.model_dump_json(exclude_none=True))
    body |= {"token_endpoint_auth_methods_supported": ["none"], "revocation_endpoint_auth_methods_supported": ["none"]}
    return open_answer(json.dumps(body).encode(), "application/json", kept=timedelta(minutes=5))


ROUTES: list[Any] = [resource_metadata, server_metadata]
