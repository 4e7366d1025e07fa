"""A tenant → the shop as a talk names it."""

from doorstep.domain.talking.told import ShopTold
from doorstep.steps.directory import Tenant
from doorstep.steps.identity import sends_codes, takes_name_and_postcode

_TAG_WITH_REGION = 2


def shop_told(tenant: Tenant) -> ShopTold:
    """Tell how the shop is called, where else it answers, and how it makes sure who asks."""
    brand = tenant.brand
    parts = brand.default_locale.replace("_", "-").split("-")
    country = parts[1].upper() if len(parts) == _TAG_WITH_REGION and len(parts[1]) == _TAG_WITH_REGION else ""
    return ShopTold(
        brand=brand.name,
        email=brand.support_email or "",
        phone=brand.support_phone or "",
        url=brand.support_url or brand.shop_url or "",
        country=country,
        zone=tenant.handing.hours_of(tenant.handing.queues[0].name).zone,
        by_name=takes_name_and_postcode(tenant.merchant),
        sends_codes=bool(sends_codes(tenant)),
    )
