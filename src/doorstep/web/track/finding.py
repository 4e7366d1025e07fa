"""Order number + e-mail address, or name and post code → the order's page; to everybody else one and the same answer after the same time."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.steps import identity
from doorstep.steps.directory import Tenant
from doorstep.steps.guessing import Act
from doorstep.steps.identity import Told
from doorstep.steps.work import utc_now
from doorstep.store import orders
from doorstep.store.orders import KeptOrder
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_same_origin
from doorstep.web.tenants import tenant_by_slug
from doorstep.web.track.asker import asker_of, let_in, with_session
from doorstep.web.track.framing import asked_languages, dress, framed, words_of
from doorstep.web.track.guarding import evenly, note_wrong, tried_by, wait_for
from doorstep.web.track.words import Words

#: Fields of the form, and how much of each is read.
_FIELDS = {"number": 80, "email": 320, "name": 120, "postcode": 20}


@get("/find/{merchant_slug:str}", include_in_schema=False, opt={"public": True})
async def find_page(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[str]:
    """Ask for order number and e-mail address."""
    tenant = await tenant_by_slug(house_of(request), merchant_slug)
    return _form(request, tenant, dict.fromkeys(_FIELDS, ""))


@post("/find/{merchant_slug:str}", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def find_order(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Lead to the order where number and address, or number, name and post code, belong together."""
    return await evenly(_find_order(request, await tenant_by_slug(house_of(request), merchant_slug)))


async def _find_order(request: AnyRequest, tenant: Tenant) -> Response[Any]:
    form = await request.form()
    typed = {name: clean_text(form.get(name), most) for name, most in _FIELDS.items()}
    if not is_same_origin(request):
        return framed("track/sorry.html", _words(request, tenant), dress(tenant), status=403, referrer="same-origin", what="refused")
    told = identity.read_told(**typed)
    if not told.number or not told.person:
        return _form(request, tenant, typed, error="missing")
    if wait_s := await wait_for(request, tenant, Act.FIND, tried_by(request, order=told.number, person=told.person, hint=told.hint)):
        return _slow(request, tenant, typed, wait_s)
    found, cookie = await _found(request, tenant, told)
    if found is None:
        await note_wrong(request, tenant, Act.FIND)
        return _form(request, tenant, typed, error="wrong")
    asked = clean_text(request.query_params.get("lang"), 20)
    answer = Redirect(f"/o/{found.token}" + (f"?lang={asked}" if asked.replace("-", "").isalnum() else ""), status_code=303)
    return with_session(request, tenant, answer, cookie) if cookie else answer


async def _found(request: AnyRequest, tenant: Tenant, told: Told) -> tuple[KeptOrder | None, str]:
    """Find the one order, and open a session for whoever knows it; a session that reaches it already stays: it may be worth more."""
    merchant_id = tenant.merchant.merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        proof = await identity.knows(tx, tenant, told, utc_now())
        if proof is None:
            return None, ""
        key = (merchant_id, proof.order_ids[0])
        found = (await orders.read(tx, [key]))[key]
        here = await asker_of(request, tenant, tx)
        return found, "" if identity.reaches(here, found) else await let_in(request, tenant, tx, proof)


def _words(request: AnyRequest, tenant: Tenant) -> Words:
    return words_of(request, *asked_languages(request), tenant.brand.default_locale)


def _form(request: AnyRequest, tenant: Tenant, typed: dict[str, str], *, status: int = 200, error: str = "") -> Response[Any]:
    by_name = bool(typed["name"] or typed["postcode"])
    values = {**typed, "error": error, "by_name": by_name, "me_url": f"/me/{tenant.merchant.slug}" if identity.sends_codes(tenant) else ""}
    return framed("track/find.html", _words(request, tenant), dress(tenant), status=status, referrer="same-origin", **values)


def _slow(request: AnyRequest, tenant: Tenant, typed: dict[str, str], wait_s: int) -> Response[Any]:
    answer = _form(request, tenant, typed, status=429, error="slow")
    answer.headers["retry-after"] = str(wait_s)
    return answer
