"""A short link from a text message → the page it leads to; guesses are counted, and a link that ended says so."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_410_GONE, HTTP_429_TOO_MANY_REQUESTS

from doorstep.domain.vocabulary import MessageState
from doorstep.messages.shortening import is_code
from doorstep.steps.directory import Tenant
from doorstep.steps.short_links import has_ended, target_of
from doorstep.steps.work import utc_now
from doorstep.store import access, short_links
from doorstep.store.database import Row
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text, network_of, site_of
from doorstep.web.network import Buckets
from doorstep.web.tenants import at_home, host_of, tenant_of
from doorstep.web.track.engaging import NEVER_KEPT, note
from doorstep.web.track.framing import asked_languages, dress, framed, words_of

#: Codes an hour that lead nowhere: by network, and by site, which may have thousands of networks. Links that lead somewhere cost
#: nothing: behind one address of a mobile network there are many customers.
_FROM_A_NETWORK, _FROM_A_SITE, _PER = 20, 60, timedelta(hours=1)
_NETWORKS, _SITES = (Buckets(most, _PER.total_seconds()) for most in (_FROM_A_NETWORK, _FROM_A_SITE))


@get("/s/{code:str}", include_in_schema=False, opt={"public": True})
async def follow_short(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """Lead on to where a text message of ours pointed, and nowhere else."""
    if not is_code(code):  # cut off, most likely; nobody can hit anything with it
        return _ended(request, at_home(house_of(request), request.headers.get("host", "")), HTTP_404_NOT_FOUND, what="missing")
    house, now = house_of(request), utc_now()
    counts = {f"short network {network_of(request)}": _FROM_A_NETWORK, f"short site {site_of(request)}": _FROM_A_SITE}
    if max(_NETWORKS.wait(network_of(request)), _SITES.wait(site_of(request))):
        return _too_many(request)
    async with house.database.system() as tx:
        if not await access.may_attempt(tx, 0, counts, _PER, now):
            return _too_many(request)
        link = await short_links.find(tx, code)
    tenant = await tenant_of(house, link["merchant_id"]) if link else None
    if link is not None and tenant is not None and not _is_strangers(request, tenant):
        return await _lead(request, tenant, link)
    _NETWORKS.take(network_of(request))
    _SITES.take(site_of(request))
    async with house.database.system() as tx:
        await access.attempt(tx, 0, counts, _PER, now)
    return _ended(request, at_home(house, request.headers.get("host", "")), HTTP_404_NOT_FOUND)


async def _lead(request: AnyRequest, tenant: Tenant, link: Row) -> Response[Any]:
    house, tracking = house_of(request), tenant.brand.tracking
    if has_ended(link, utc_now()):
        return _ended(request, tenant, HTTP_410_GONE)
    marked = link["marks"] and tracking != "none"
    async with house.database.for_merchant(link["merchant_id"]) as tx:
        target = await target_of(tx, house.directory.sealer, link, marked=marked)
    if target is None:
        return _ended(request, tenant, HTTP_410_GONE)
    if not target.is_carriers:
        asked = clean_text(request.query_params.get("lang"), 20)
        language = f"{'&' if '?' in target.url else '?'}lang={asked}" if asked.isascii() and asked.replace("-", "").isalnum() else ""
        return Redirect(target.url + language, status_code=302, headers=NEVER_KEPT)
    if marked and tracking == "all":
        await note(request, link["merchant_id"], link["message_id"], MessageState.CLICKED, target.url)
    return Redirect(target.url, status_code=302, headers=NEVER_KEPT)


def _is_strangers(request: AnyRequest, tenant: Tenant) -> bool:
    """Tell whether this was asked at another merchant's own host, and not at the address that our links are written with."""
    house, host = house_of(request), request.headers.get("host", "")
    owner = at_home(house, host)
    shared = host_of(host) == host_of(urlsplit(house.settings.base_url).netloc)
    return owner is not None and owner.merchant.merchant_id != tenant.merchant.merchant_id and not shared


def _ended(request: AnyRequest, tenant: Tenant | None, status: int, *, what: str = "ended") -> Response[str]:
    words = words_of(request, *asked_languages(request), tenant.brand.default_locale if tenant else None)
    find_url = f"/find/{tenant.merchant.slug}" if tenant else ""
    return framed("track/ended.html", words, dress(tenant) if tenant else None, status=status, what=what, find_url=find_url)


def _too_many(request: AnyRequest) -> Response[str]:
    return framed("track/sorry.html", words_of(request, *asked_languages(request)), None, status=HTTP_429_TOO_MANY_REQUESTS, what="many")
