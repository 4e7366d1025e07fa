"""The link of a message that asks for a yes → a page with a button; only the button says it, since scanners open every link."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.opting_in import asked, confirmed
from doorstep.steps.work import utc_now
from doorstep.store.database import Row
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, is_token
from doorstep.web.network import client_of
from doorstep.web.tenants import tenant_of
from doorstep.web.track.choosing import masked
from doorstep.web.track.framing import dress, framed, words_of


def _named(request: AnyRequest, token: str) -> tuple[int, int]:
    if not is_token(token):
        raise NotFoundError("there is no such page")
    parts = house_of(request).directory.sealer.read_token(token)
    if len(parts) != 3 or parts[0] != "optin" or not (parts[1].isdigit() and parts[2].isdigit()):  # noqa: PLR2004 - what, merchant, id
        raise NotFoundError("there is no such page")
    return int(parts[1]), int(parts[2])


@get("/y/{token:str}", include_in_schema=False, opt={"public": True})
async def optin_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Ask."""
    merchant_id, asked_id = _named(request, token)
    house = house_of(request)
    tenant = await tenant_of(house, merchant_id)
    async with house.database.for_merchant(merchant_id) as tx:
        row = await asked(tx, merchant_id, asked_id, utc_now())
    return _page(request, tenant, row, token, done=row["confirmed_at"] is not None)


@post("/y/{token:str}", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def confirm_optin(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Record the yes."""
    merchant_id, asked_id = _named(request, token)
    house = house_of(request)
    tenant = await tenant_of(house, merchant_id)
    async with house.database.for_merchant(merchant_id) as tx:
        row = await confirmed(tx, merchant_id, asked_id, client_of(request), utc_now())
    return _page(request, tenant, row, token, done=True)


def _page(request: AnyRequest, tenant: Tenant, row: Row, token: str, *, done: bool) -> Response[str]:
    words = words_of(request, row["locale"], tenant.brand.default_locale)
    values = {"address": masked(row["address"]), "wording": row["wording"], "token": token, "done": done}
    return framed("track/optin.html", words, dress(tenant), **values)
