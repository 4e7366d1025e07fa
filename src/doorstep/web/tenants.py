"""A merchant's id or slug → the merchant, looked for once more where it may just have been made."""

from collections.abc import Callable
from urllib.parse import urlsplit

from doorstep.errors import NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.work import utc_now
from doorstep.web.house import House
from doorstep.web.network import Buckets

#: Looks into the database for an unknown merchant: two at once, then one a second, so that guesses at addresses cost nothing.
_LOOKS = Buckets(2, 2)


async def tenant_of(house: House, merchant_id: int) -> Tenant:
    """Find a merchant, one made a moment ago too.

    Raises:
        NotFoundError: it is gone.
    """
    return await _found(house, lambda: house.directory.tenant(merchant_id))


async def tenant_by_slug(house: House, slug: str) -> Tenant:
    """Find a merchant by its slug, one made a moment ago too.

    Raises:
        NotFoundError: there is none.
    """
    return await _found(house, lambda: next((one for one in house.directory.tenants() if one.merchant.slug == slug), None))


async def tenant_by_host(house: House, host: str) -> Tenant:
    """Find the merchant whose own host this is, as a `Host` header names it; the only merchant of an installation is at home at its address.

    Raises:
        NotFoundError: there is none.
    """
    return await _found(house, lambda: at_home(house, host))


def at_home(house: House, host: str) -> Tenant | None:
    """Tell whose host this is, of the merchants known now, as `tenant_by_host`; None: nobody's, or one that several share."""
    asked, ours = host_of(host), host_of(urlsplit(house.settings.base_url).netloc)
    here = house.directory.tenants()
    found = next((one for one in here if asked and one.merchant.host == asked), None)
    return found or (here[0] if len(here) == 1 and asked == ours and not here[0].merchant.host else None)


def host_of(sent: str) -> str:
    """Take the name out of a host as browsers send it: without its port and a last dot, lower case."""
    name = sent.strip().lower()
    return name[: name.index("]") + 1] if name.startswith("[") and "]" in name else name.partition(":")[0].removesuffix(".")


async def _found(house: House, look: Callable[[], Tenant | None]) -> Tenant:
    await house.directory.refresh(house.database, utc_now())
    tenant = look()
    if tenant is None and not _LOOKS.take(str(id(house.directory))):
        await house.directory.refresh(house.database, utc_now(), force=True)
        tenant = look()
    if tenant is None:
        raise NotFoundError("there is no such merchant")
    return tenant
