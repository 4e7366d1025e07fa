"""A host, or a merchant's slug → where that merchant's published figures and public keys are, for programs that know only the host."""

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from doorstep.errors import NotFoundError
from doorstep.insights.publishing import WELL_KNOWN, directory
from doorstep.steps.directory import Tenant
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest
from doorstep.web.tenants import tenant_by_host, tenant_by_slug
from doorstep.web.track.published_at import figures_base, is_published
from doorstep.web.track.serving import open_answer


@get(WELL_KNOWN, include_in_schema=False, opt={"public": True})
async def directory_of_host(request: AnyRequest) -> Response[bytes]:
    """Lead to the figures of the merchant at whose own host this was asked."""
    house = house_of(request)
    return _answer(house, await tenant_by_host(house, request.headers.get("host", "")))


@get(WELL_KNOWN + "/{slug:str}", include_in_schema=False, opt={"public": True})
async def directory_of_slug(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """Lead to the figures of a merchant on a host that several share."""
    house = house_of(request)
    return _answer(house, await tenant_by_slug(house, slug))


def _answer(house: House, tenant: Tenant) -> Response[bytes]:
    if not is_published(tenant.merchant):
        raise NotFoundError("this merchant publishes no figures")
    told = directory(
        {"slug": tenant.merchant.slug, "name": tenant.brand.name, "url": tenant.brand.shop_url},
        figures_base(tenant.merchant, house.settings.base_url),
    )
    return open_answer(msgspec.json.encode(told), "application/json")
