"""A request to the tools → who calls, or an answer that says why not: 401, 403, 404, 429."""

from datetime import timedelta
from urllib.parse import urlsplit

import msgspec

from doorstep.errors import DoorstepError, NotFoundError
from doorstep.steps import assistants
from doorstep.steps.assistants import Caller, Scope
from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.store import orders
from doorstep.web.house import House
from doorstep.web.look.asking import is_token, network_named
from doorstep.web.network import Buckets, client_behind
from doorstep.web.tenants import tenant_by_slug

#: Requests a minute: of a network, of one grant or link, of a network that asks for nobody.
_FROM_A_NETWORK, _OF_A_CALLER, _OF_A_SHOPPER, _PER = 240, 120, 60, timedelta(minutes=1)
_NETWORKS, _CALLERS, _SHOPPERS = (Buckets(most, _PER.total_seconds()) for most in (_FROM_A_NETWORK, _OF_A_CALLER, _OF_A_SHOPPER))
SHOPPING, LINK = "shopping", "o"


class TurnedAwayError(DoorstepError):
    """A request that is not let in, with its status and headers."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.headers = status, headers or {}


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was let in."""

    house: House
    caller: Caller
    #: The shopping tools are among those it may call.
    shopping: bool


async def enter(house: House, path: str, headers: dict[str, str], direct: str) -> Entered:
    """Let a request in; `path` is what stands below the prefix: "{slug}", "{slug}/shopping", "{slug}/o/{order's token}".

    Raises:
        TurnedAwayError: it is not let in.
    """
    network = network_named(client_behind(headers.get("x-forwarded-for", ""), direct, trust_proxy=house.settings.trust_proxy))
    _slow(_NETWORKS, network)
    _only_ours(house, headers)
    slug, _, rest = path.strip("/").partition("/")
    tenant = await merchant_of(house, slug)
    switches = assistants.switches_of(tenant.merchant)
    if rest == SHOPPING and switches.shopping:
        _slow(_SHOPPERS, f"{tenant.merchant.merchant_id} {network}")
        return Entered(house=house, caller=assistants.shopper(tenant), shopping=True)
    if rest.partition("/")[0] not in {"", LINK} or not switches.customers:
        raise TurnedAwayError(404, "this shop has no such tools")
    caller = await _caller(house, tenant, rest, headers)
    _slow(_CALLERS, f"{caller.merchant_id} {caller.who}")
    return Entered(house=house, caller=caller, shopping=switches.shopping)


async def merchant_of(house: House, slug: str) -> Tenant:
    """Find the merchant.

    Raises:
        TurnedAwayError: there is none.
    """
    try:
        return await tenant_by_slug(house, slug)
    except NotFoundError:
        raise TurnedAwayError(404, "there is no such shop") from None


async def _caller(house: House, tenant: Tenant, rest: str, headers: dict[str, str]) -> Caller:
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    token = sent.strip() if scheme.lower() == "bearer" else ""
    linked = rest.partition("/")[2] if rest else ""
    if not (token or linked):
        raise _unknown(house, tenant, "")
    found = await _by_link(house, tenant, linked or token)
    if found is None and not linked and is_token(token):
        async with house.database.for_merchant(tenant.merchant.merchant_id) as tx:
            found = await assistants.caller_by_token(tx, tenant, token, utc_now())
    if found is None:
        raise _unknown(house, tenant, "invalid_token")
    if not found.scopes:
        raise TurnedAwayError(403, "the customer lets this assistant do nothing that the shop still offers")
    return found


async def _by_link(house: House, tenant: Tenant, token: str) -> Caller | None:
    """Find the order whose own link this is."""
    if not is_token(token) or token.startswith("da_"):
        return None
    async with house.database.for_merchant(tenant.merchant.merchant_id) as tx:
        kept = await orders.by_token(tx, token)
    return assistants.caller_by_link(tenant, kept) if kept is not None and kept.merchant_id == tenant.merchant.merchant_id else None


def _unknown(house: House, tenant: Tenant, error: str) -> TurnedAwayError:
    """Say where to have oneself let in. Source: RFC 6750 section 3, RFC 9728 section 5.1, as known on 2026-11-30."""
    where = f"{house.settings.base_url}/.well-known/oauth-protected-resource/mcp/{tenant.merchant.slug}"
    told = [f'error="{error}"'] if error else []
    told += [f'scope="{" ".join(assistants.scopes_of(tuple(Scope), tenant.merchant))}"', f'resource_metadata="{where}"']
    return TurnedAwayError(401, "ask the customer to let you in", {"www-authenticate": f"Bearer {', '.join(told)}"})


def _slow(buckets: Buckets, key: str) -> None:
    if wait_s := buckets.take(key):
        raise TurnedAwayError(429, "this was too often; wait a little", {"retry-after": str(int(wait_s) + 1)})


def _only_ours(house: House, headers: dict[str, str]) -> None:
    """Keep pages of other sites out: programs send no origin, and a browser that does was led here.

    Source: MCP 2026-07-28, transports, security warning: servers must validate the Origin header; as known on 2026-11-30.
    """
    origin = headers.get("origin", "")
    ours = urlsplit(house.settings.base_url)
    if origin and origin not in {f"{ours.scheme}://{ours.netloc}", f"{ours.scheme}://{headers.get('host', '')}"}:
        raise TurnedAwayError(403, "pages of other sites may not call these tools")
