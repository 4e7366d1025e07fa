"""The button "notify me here" of a parcel's or an order's page → a browser that is told, and told no more; the script that shows it."""

import hashlib
import re
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.channels.web_push.encryption import browsers_keys
from doorstep.channels.web_push.vapid import public_key
from doorstep.domain.messages import Device
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError, MisconfiguredError, NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.reach import own_address, tells_all
from doorstep.steps.wire.guard import check_address, is_public
from doorstep.steps.work import utc_now
from doorstep.store import orders, push, recipients, shipments
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest, is_same_origin, is_token, network_of
from doorstep.web.look.serving import assets
from doorstep.web.network import Buckets
from doorstep.web.problems import problem
from doorstep.web.tenants import tenant_of
from doorstep.web.track.words import Words, words_for

#: Presses of the button an hour: by network, by order.
_NETWORKS, _ORDERS = Buckets(60, 3600.0), Buckets(30, 3600.0)
#: Bytes of a subscription at most, and characters of its endpoint; the longest known has 600.
_MOST_BYTES, _LONGEST = 6_000, 1_500
#: Browsers by what stands in their name; who calls itself several is the first.
_AGENTS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
_JSON = re.compile(r"application/json\s*(?:;.*)?", re.IGNORECASE)
_SCRIPT = {
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; connect-src 'self'; img-src 'self' https:",
}


class Offer(msgspec.Struct, frozen=True):
    """What a page needs for its button."""

    #: Where it is pressed, below the page's own address.
    at: str
    #: The same for all pages of one order.
    mark: str
    #: The connection's public key.
    key: str
    #: Of the service worker: each shop of an installation has its own, since a browser has one subscription for each.
    scope: str
    wording: str


class Keys(msgspec.Struct, frozen=True):
    """RFC 8291's, base64url."""

    p256dh: str
    auth: str


class SubscribeForm(msgspec.Struct, frozen=True):
    """As a browser writes a subscription, and what the page adds."""

    endpoint: str
    keys: Keys
    #: Language of the page.
    lang: str = ""
    #: The endpoint that this one takes the place of.
    replaces: str = ""


class LeaveForm(msgspec.Struct, frozen=True):
    """A browser that wants to hear no more."""

    endpoint: str


def offer_of(path: str, tenant: Tenant, order: KeptOrder | None, words: Words) -> Offer | None:
    """Tell what the page at a path offers; None where the shop sends nothing to browsers, or the order has nobody to tell."""
    connection = tenant.channels.get(ChannelKind.PUSH)
    if connection is None or order is None or own_address(order.order) is None:
        return None
    try:
        key = public_key(connection.settings)
    except MisconfiguredError:
        return None
    mark = hashlib.blake2b(order.token.encode(), digest_size=12).hexdigest()  # a parcel's page does not hand its order's token on
    return Offer(f"{path}/push", f"/push/marks/{mark}", key, f"/push/{tenant.merchant.slug}/", _wording(tenant, words))


def _wording(tenant: Tenant, words: Words) -> str:
    everything = tells_all(tenant.channels[ChannelKind.PUSH].settings)
    return words("push.wording_all" if everything else "push.wording", brand=tenant.brand.name)


@get("/push.js", sync_to_thread=False, include_in_schema=False, opt={"public": True})
def push_script() -> Response[bytes]:
    """Serve the service worker, from the root: its scopes lie below."""
    return Response(assets()["push.js"][0], media_type="text/javascript; charset=utf-8", headers=_SCRIPT)


async def _of_parcel(house: House, token: str) -> tuple[int, int]:
    async with house.database.system() as tx:
        found = await shipments.by_token(tx, token) if is_token(token) else None
    if found is None or found.order_id is None:
        raise NotFoundError("there is no such page")
    return found.merchant_id, found.order_id


async def _of_order(house: House, token: str) -> tuple[int, int]:
    async with house.database.system() as tx:
        found = await orders.by_token(tx, token) if is_token(token) else None
    if found is None:
        raise NotFoundError("there is no such page")
    return found.merchant_id, found.order_id


@post("/t/{token:str}/push", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True}, request_max_body_size=_MOST_BYTES)
async def subscribe_parcel(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Tell this browser of the order of a parcel."""
    return await _subscribe(request, *await _of_parcel(house_of(request), token))


@post("/o/{token:str}/push", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True}, request_max_body_size=_MOST_BYTES)
async def subscribe_order(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Tell this browser of an order."""
    return await _subscribe(request, *await _of_order(house_of(request), token))


@delete("/t/{token:str}/push", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True}, request_max_body_size=_MOST_BYTES)
async def leave_parcel(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Tell this browser nothing more of the order of a parcel."""
    return await _leave(request, *await _of_parcel(house_of(request), token))


@delete("/o/{token:str}/push", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True}, request_max_body_size=_MOST_BYTES)
async def leave_order(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Tell this browser nothing more of an order."""
    return await _leave(request, *await _of_order(house_of(request), token))


async def _subscribe(request: AnyRequest, merchant_id: int, order_id: int) -> Response[Any]:
    if (refused := _refusal(request, merchant_id, order_id)) is not None:
        return refused
    form = await _read(request, SubscribeForm)
    device = checked_device(form, allow_private=house_of(request).settings.allow_private)
    house, now = house_of(request), utc_now()
    tenant = await tenant_of(house, merchant_id)
    words = words_for(form.lang[:20], tenant.brand.default_locale)
    if ChannelKind.PUSH not in tenant.channels:
        raise NotFoundError("this shop sends nothing to browsers")
    async with house.database.for_merchant(merchant_id) as tx:
        address = await _address(tx, merchant_id, order_id)
        if form.replaces and form.replaces != form.endpoint:
            await push.remove(tx, merchant_id, order_id, form.replaces)
        agent = _agent(request.headers.get("user-agent", ""))
        new = push.Subscription(address=address, order_id=order_id, device=device, agent=agent, locale=words.tag)
        await push.keep(tx, merchant_id, new, now)
        said = Consent(
            purpose=Purpose.TRANSACTIONAL,
            channel=ChannelKind.PUSH,
            granted=True,
            source="page",
            at=now,
            wording=_wording(tenant, words),
            proof=f"{'renewed by the browser' if form.replaces else 'pressed'} on the page of order {order_id}, "
            f"{agent or 'a browser'} at {urlsplit(form.endpoint).hostname}, from {network_of(request)}"[:300],
        )
        await recipients.consent(tx, [(merchant_id, address, said)])
    return Response({"on": True})


async def _leave(request: AnyRequest, merchant_id: int, order_id: int) -> Response[Any]:
    if (refused := _refusal(request, merchant_id, order_id)) is not None:
        return refused
    form = await _read(request, LeaveForm)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        address = await push.remove(tx, merchant_id, order_id, form.endpoint)
        if address is not None and not await push.left(tx, merchant_id, address):
            proof = f"pressed on the page of order {order_id}, from {network_of(request)}"
            said = Consent(
                purpose=Purpose.TRANSACTIONAL, channel=ChannelKind.PUSH, granted=False, source="page", at=utc_now(), proof=proof[:300]
            )
            await recipients.consent(tx, [(merchant_id, address, said)])
    return Response({"on": False})


async def _address(tx: Tx, merchant_id: int, order_id: int) -> str:
    kept = (await orders.read(tx, [(merchant_id, order_id)])).get((merchant_id, order_id))
    address = own_address(kept.order) if kept else None
    if address is None:
        raise NotFoundError("this order has nobody to tell")
    return address


def _refusal(request: AnyRequest, merchant_id: int, order_id: int) -> Response[Any] | None:
    """Refuse what does not come from our own page, or comes too often."""
    if not is_same_origin(request):
        return problem(403, "this is for the page's own button")
    if not _JSON.fullmatch(request.headers.get("content-type", "")):
        return problem(415, "send the body as Content-Type: application/json")
    wait_s = max(_NETWORKS.take(network_of(request)), _ORDERS.take(f"{merchant_id} {order_id}"))
    return problem(429, "pressed very often; try again later", {"retry-after": str(int(wait_s) + 1)}) if wait_s else None


Form = TypeVar("Form")


async def _read(request: AnyRequest, kind: type[Form]) -> Form:
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError("this is no subscription of a browser") from error


def checked_device(form: SubscribeForm, *, allow_private: bool = False) -> Device:
    """Check a subscription: the address of a push service on the public internet, over https, and keys of the right kind.

    Raises:
        BadInputError: it is none.
    """
    endpoint = form.endpoint
    if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or len(endpoint) > _LONGEST:
        raise BadInputError("endpoint: is no address of a push service")
    browsers_keys(form.keys.p256dh, form.keys.auth)
    try:
        if not allow_private:
            check_address(endpoint)
        host = (urlsplit(endpoint).hostname or "").strip("[]")
    except (MisconfiguredError, ValueError) as error:
        raise BadInputError("endpoint: is no https address of a push service") from error
    inward = "." not in host.strip(".") or host.endswith((".local", ".internal", ".localhost"))
    literal = ":" in host or host.replace(".", "").isdigit()
    if not allow_private and (literal or inward) and not (literal and is_public(host)):
        raise BadInputError("endpoint: is no public address")
    return Device(endpoint=endpoint, p256dh=form.keys.p256dh.rstrip("="), auth=form.keys.auth.rstrip("="))


def _agent(named: str) -> str:
    return next((family for sign, family in _AGENTS.items() if f"{sign}/" in named), "")
