"""A merchant that publishes → its delivery figures for machines: signed JSON, its keys, schema.org data, and how they are made."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from doorstep.errors import NotFoundError
from doorstep.insights.performance import LEAST_PUBLIC, By, Performance, added, performance_of
from doorstep.insights.publishing import public_document, shipping_markup
from doorstep.insights.signing import jwk_of, sign
from doorstep.steps.directory import Tenant
from doorstep.steps.report import report
from doorstep.steps.signing_keys import SETTLES, signer_secret
from doorstep.steps.work import utc_now
from doorstep.store import signing, tallies
from doorstep.store.connections import Merchant
from doorstep.store.database import Tx
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest
from doorstep.web.tenants import tenant_by_slug
from doorstep.web.track.framing import asked_languages, dress, framed, words_of
from doorstep.web.track.published_at import figures_base, is_published
from doorstep.web.track.serving import open_answer

#: Weeks that are told: whole ones, the current one not among them.
_WEEKS = 26
_LASTS = timedelta(days=7)
SIGNATURE_HEADER = "x-jws-signature"


def _weeks(now: datetime) -> tuple[date, date]:
    """The Mondays of the first and the last week that are told."""
    today = now.astimezone(UTC).date()
    last = today - timedelta(days=today.weekday() + 7)
    return last - timedelta(weeks=_WEEKS - 1), last


async def _publishing(house: House, slug: str) -> Tenant:
    tenant = await tenant_by_slug(house, slug)
    if not is_published(tenant.merchant):
        raise NotFoundError("this merchant publishes no figures")
    return tenant


async def _signed(house: House, slug: str) -> tuple[bytes, str]:
    """The document of today, and its signature."""
    tenant, now = await _publishing(house, slug), utc_now()
    merchant, base = tenant.merchant, figures_base(tenant.merchant, house.settings.base_url)
    weeks = _weeks(now)
    async with house.database.for_merchant(merchant.merchant_id) as tx:
        key = await signer_secret(tx, house.directory.sealer, merchant.merchant_id, now)
        carriers, services, lanes = [await report(tx, merchant.merchant_id, weeks, by) for by in (By.CARRIER, By.SERVICE, By.LANE)]
    if key is None:
        raise NotFoundError("this merchant has no key to sign with")
    issued_at = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    document = public_document(
        merchant={"slug": slug, "name": tenant.brand.name, "url": tenant.brand.shop_url},
        period=(carriers.from_on, carriers.to_on),
        whole=carriers.whole,
        groups={
            name: {group.key: group.figures for group in of.groups}
            for name, of in (("by_carrier", carriers), ("by_service", services), ("by_lane", lanes))
        },
        links={"method": f"{base}/delivery-method", "keys": f"{base}/jwks.json"},
        issued_at=issued_at,
        expires_at=issued_at + _LASTS,
    )
    content = msgspec.json.encode(document)
    return content, sign(content, key)


@get("/m/{slug:str}/delivery-performance.json", include_in_schema=False, opt={"public": True})
async def performance_json(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """Serve the figures; the signature over exactly these bytes stands in a header."""
    content, signature = await _signed(house_of(request), slug)
    return open_answer(content, "application/json", headers={SIGNATURE_HEADER: signature})


@get("/m/{slug:str}/delivery-performance.jws", include_in_schema=False, opt={"public": True})
async def performance_jws(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """Serve the detached signature of the figures by itself."""
    _, signature = await _signed(house_of(request), slug)
    return open_answer(signature.encode(), "application/jose")


@get("/m/{slug:str}/jwks.json", include_in_schema=False, opt={"public": True})
async def keys_json(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """Serve the public keys."""
    house = house_of(request)
    tenant = await _publishing(house, slug)
    async with house.database.for_merchant(tenant.merchant.merchant_id) as tx:
        keys = [jwk_of(key.public) for key in await signing.verifying(tx, tenant.merchant.merchant_id)]
    return open_answer(msgspec.json.encode({"keys": keys}), "application/jwk-set+json", kept=SETTLES)


@get("/m/{slug:str}/delivery.jsonld", include_in_schema=False, opt={"public": True})
async def delivery_jsonld(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """Serve how long parcels take, in the words of schema.org."""
    house = house_of(request)
    tenant = await _publishing(house, slug)
    async with house.database.for_merchant(tenant.merchant.merchant_id) as tx:
        told = await jsonld_of(tx, tenant.merchant, house.settings.base_url)
    return open_answer(msgspec.json.encode(told), "application/ld+json")


@get("/m/{slug:str}/delivery-method", include_in_schema=False, opt={"public": True})
async def method_page(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """Say how the figures are made."""
    tenant = await _publishing(house_of(request), slug)
    words = words_of(request, *asked_languages(request), tenant.brand.default_locale)
    return framed("track/method.html", words, dress(tenant), least=LEAST_PUBLIC, weeks=_WEEKS)


async def jsonld_of(tx: Tx, merchant: Merchant, base_url: str) -> dict[str, Any]:
    """Put the schema.org data of a merchant that publishes together."""
    sums = await tallies.sums(tx, merchant.merchant_id, *_weeks(utc_now()), "lane")
    towards: dict[str, list[dict[str, int]]] = {}
    for lane, counts in sums.items():
        towards.setdefault(lane.partition("-")[2].partition("/")[0], []).append(counts)
    figures: dict[str, Performance] = {country: performance_of(added(counts)) for country, counts in towards.items()}
    url = merchant.brand.get("shop_url")
    return shipping_markup(merchant.name, str(url) if url else None, figures, figures_base(merchant, base_url))
