"""Order number + e-mail address → the order's page, and to everybody else one and the same answer after the same time."""

import asyncio
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.store import access, orders
from doorstep.store.orders import number_key
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_same_origin, network_of
from doorstep.web.network import Buckets
from doorstep.web.tenants import tenant_by_slug
from doorstep.web.track.framing import asked_languages, dress, framed, words_of

#: Attempts a quarter of an hour: by network, by order number, by e-mail address (the last two per merchant).
_FROM_A_NETWORK, _AT_A_NUMBER, _AT_AN_EMAIL, _PER = 10, 5, 5, timedelta(minutes=15)
_NETWORKS, _NUMBERS, _EMAILS = (Buckets(most, _PER.total_seconds()) for most in (_FROM_A_NETWORK, _AT_A_NUMBER, _AT_AN_EMAIL))
#: Every answer to an attempt takes at least this long, so that its time says nothing.
_AT_LEAST_S = 0.25


@get("/find/{merchant_slug:str}", include_in_schema=False, opt={"public": True})
async def find_page(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[str]:
    """Ask for order number and e-mail address."""
    tenant = await tenant_by_slug(house_of(request), merchant_slug)
    return _form(request, tenant)


@post("/find/{merchant_slug:str}", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def find_order(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Lead to the order where number and address belong together."""
    house = house_of(request)
    tenant = await tenant_by_slug(house, merchant_slug)
    clock = asyncio.get_running_loop()
    started = clock.time()
    form = await request.form()
    number, email = clean_text(form.get("number"), 80), clean_text(form.get("email"), 320).lower()
    if not is_same_origin(request):
        return framed("track/sorry.html", _words(request, tenant), dress(tenant), status=403, referrer="same-origin", what="refused")
    if not number_key(number) or "@" not in email:
        return _form(request, tenant, error="missing", number=number, email=email)
    if not await _may_ask(request, tenant.merchant.merchant_id, number, email):
        return _form(request, tenant, status=429, error="slow", number=number, email=email)
    async with house.database.for_merchant(tenant.merchant.merchant_id) as tx:
        found = await orders.look_up(tx, tenant.merchant.merchant_id, number, email)
    await asyncio.sleep(max(0.0, started + _AT_LEAST_S - clock.time()))
    if found is None:
        return _form(request, tenant, error="wrong", number=number, email=email)
    asked = clean_text(request.query_params.get("lang"), 20)
    return Redirect(f"/o/{found.token}" + (f"?lang={asked}" if asked.replace("-", "").isalnum() else ""), status_code=303)


async def _may_ask(request: AnyRequest, merchant_id: int, number: str, email: str) -> bool:
    """Take one attempt from each count; all are asked, whatever the first says. First of this process, which costs nothing."""
    network = network_of(request)
    waits_s = [
        _NETWORKS.take(network),
        _NUMBERS.take(f"{merchant_id} {number_key(number)}"),
        _EMAILS.take(f"{merchant_id} {email}"),
    ]
    if any(waits_s):
        return False
    counts = {f"find number {number_key(number)}": _AT_A_NUMBER, f"find email {email}": _AT_AN_EMAIL}
    async with house_of(request).database.system() as tx:
        here = await access.attempt(tx, merchant_id, counts, _PER, utc_now())
        return await access.attempt(tx, 0, {f"find network {network}": _FROM_A_NETWORK}, _PER, utc_now()) and here


def _words(request: AnyRequest, tenant: Tenant) -> Any:
    return words_of(request, *asked_languages(request), tenant.brand.default_locale)


def _form(request: AnyRequest, tenant: Tenant, *, status: int = 200, error: str = "", number: str = "", email: str = "") -> Response[str]:
    values = {"error": error, "number": number, "email": email}
    return framed("track/find.html", _words(request, tenant), dress(tenant), status=status, referrer="same-origin", **values)
