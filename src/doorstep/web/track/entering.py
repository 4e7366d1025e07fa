"""An address, or a name with its post code → a code to the address on file; the code → the orders of whoever typed it.

Whatever is entered gets the same page: whether it fits an order, only the mailbox or the telephone learns.
"""

import re
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.errors import NotFoundError
from doorstep.steps import identity
from doorstep.steps.assistants import switches_of
from doorstep.steps.directory import Tenant
from doorstep.steps.guessing import PER, Act
from doorstep.steps.identity import MINUTES, Proof, Told, hint_of
from doorstep.steps.work import utc_now
from doorstep.store import orders, shipments
from doorstep.store.orders import KeptOrder, number_key
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_same_origin, is_token
from doorstep.web.tenants import host_of, tenant_by_slug
from doorstep.web.track.asker import asker_of, let_in, let_out, proof_of, with_session
from doorstep.web.track.framing import asked_languages, dress, framed, words_of
from doorstep.web.track.guarding import evenly, note_refused, note_wrong, tried_by, wait_for
from doorstep.web.track.orders import Read, page_shown
from doorstep.web.track.words import Words

#: Pages of ours that somebody may be led back to once it is sure who they are.
_BACK = re.compile(
    r"/o/[A-Za-z0-9_-]{1,100}(?:/[A-Za-z0-9_/-]{0,100})?(?:\?[A-Za-z0-9_=&.-]{0,200})?"
    r"|/me/[a-z0-9-]{1,100}/assistant(?:/allow|/yes)?(?:\?[A-Za-z0-9_=&.-]{0,2500})?"
)
_LONGEST_BACK = 2600
#: Orders that are listed.
_MOST = 20
_KINDS = ("email", "phone")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a form of these pages brought, cleaned."""

    told: Told
    #: As typed, to be given back.
    contact: str = ""
    name: str = ""
    postcode: str = ""
    #: The order whose own link led here; None: none did.
    order: KeptOrder | None = None
    by: str = ""
    #: Where to afterwards; "": to the list of orders.
    back: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether there is something to go by."""
        return bool(self.told.person)


@get("/me/{merchant_slug:str}", include_in_schema=False, opt={"public": True})
async def me_page(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Show the orders of whoever is signed in, else ask who it is."""
    tenant = await tenant_by_slug(house_of(request), merchant_slug)
    asked = await _asked(request, tenant, request.query_params)
    async with house_of(request).database.for_merchant(tenant.merchant.merchant_id) as tx:
        asker = await asker_of(request, tenant, tx)
        proof = await proof_of(request, tenant, tx)
    if asked.order is not None:
        sure = asker.assurance >= Assurance.CODE and identity.reaches(asker, asked.order)
        return Redirect(_back_of(asked), status_code=303) if sure else _form(request, tenant, asked)
    if asked.back:
        return Redirect(asked.back, status_code=303) if asker.assurance >= Assurance.CODE else _form(request, tenant, asked)
    return await _listed(request, tenant, asker, proof) if proof and asker.assurance > Assurance.NONE else _form(request, tenant, asked)


@post("/me/{merchant_slug:str}", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def ask_code(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Have a code sent to whoever fits, if anybody does."""
    return await evenly(_ask_code(request, await tenant_by_slug(house_of(request), merchant_slug)))


async def _ask_code(request: AnyRequest, tenant: Tenant) -> Response[Any]:
    house = house_of(request)
    if not is_same_origin(request):
        return framed("track/sorry.html", _words(request, tenant), dress(tenant), status=403, referrer="same-origin", what="refused")
    asked = await _asked(request, tenant, await request.form())
    if not identity.sends_codes(tenant):
        return _form(request, tenant, asked)
    if not asked.is_whole:
        return _form(request, tenant, asked, error="missing")
    told, merchant_id, now = asked.told, tenant.merchant.merchant_id, utc_now()
    number = number_key(asked.order.order.number) if asked.order else ""
    tried = tried_by(request, order=number, person=told.person, hint=told.hint)
    if wait_s := await wait_for(request, tenant, Act.CODE, tried):
        return _slow(request, tenant, asked, wait_s)
    async with house.database.for_merchant(merchant_id) as tx:
        proof = await identity.knows(tx, tenant, told, now) if told.name else None
        cookie = await let_in(request, tenant, tx, proof) if proof else ""
        words = _words(request, tenant)
        host = host_of(request.headers.get("host", ""))
        sent = None
        if proof is None:
            sent = await identity.send_code(tx, house.directory, tenant, told, now, by=asked.by, host=host, locale=words.tag)
    if proof is not None:
        return with_session(request, tenant, Redirect(_home(request, tenant), status_code=303), cookie)
    if sent is None:
        await note_refused(request, tenant, Act.CODE, tried)
        return _slow(request, tenant, asked, int(PER.total_seconds()))
    return _typing(request, tenant, asked, sent.handle, _shown(asked))


@post("/me/{merchant_slug:str}/code", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def type_code(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Let in whoever typed the right code."""
    return await evenly(_type_code(request, await tenant_by_slug(house_of(request), merchant_slug)))


async def _type_code(request: AnyRequest, tenant: Tenant) -> Response[Any]:
    house = house_of(request)
    if not is_same_origin(request):
        return framed("track/sorry.html", _words(request, tenant), dress(tenant), status=403, referrer="same-origin", what="refused")
    form = await request.form()
    asked = await _asked(request, tenant, form)
    handle, shown = clean_text(form.get("handle"), 200), clean_text(form.get("shown"), 80)
    if wait_s := await wait_for(request, tenant, Act.TYPE, tried_by(request)):
        return _slow(request, tenant, asked, wait_s)
    merchant_id = tenant.merchant.merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        typed = clean_text(form.get("code"), 40)
        proof = await identity.check_code(tx, house.directory.sealer, merchant_id, handle, typed, utc_now())
        cookie = await let_in(request, tenant, tx, proof) if proof else ""
    if proof is None:
        await note_wrong(request, tenant, Act.TYPE)
        return _typing(request, tenant, asked, handle, shown, error="wrong")
    where = _back_of(asked) if asked.back or asked.order else _home(request, tenant)
    return with_session(request, tenant, Redirect(where, status_code=303), cookie)


@post("/me/{merchant_slug:str}/leave", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def leave(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """End the session, on every page and in every copy of its cookie."""
    house = house_of(request)
    tenant = await tenant_by_slug(house, merchant_slug)
    if not is_same_origin(request):
        return framed("track/sorry.html", _words(request, tenant), dress(tenant), status=403, referrer="same-origin", what="refused")
    async with house.database.for_merchant(tenant.merchant.merchant_id) as tx:
        await let_out(request, tenant, tx)
    return with_session(request, tenant, _form(request, tenant, Asked(told=Told()), done="left"), "")


async def _asked(request: AnyRequest, tenant: Tenant, form: FormMultiDict | Any) -> Asked:
    """Read a form, or what an address brought.

    Raises:
        NotFoundError: it names an order by a link that is none of this merchant's.
    """
    contact, name, postcode = clean_text(form.get("contact"), 320), clean_text(form.get("name"), 120), clean_text(form.get("postcode"), 20)
    back = clean_text(form.get("back"), _LONGEST_BACK)
    order = await _linked(request, tenant, clean_text(form.get("order"), 200))
    if order is not None:
        told = Told(order_id=order.order_id)
    elif contact:
        told = identity.read_told(email=contact, phone="" if "@" in contact else contact, country=_country(tenant))
    else:
        told = identity.read_told(name=name, postcode=postcode)
    by = str(form.get("by", ""))
    return Asked(
        told=told,
        contact=contact,
        name=name,
        postcode=postcode,
        order=order,
        by=by if by in _KINDS else "",
        back=back if _BACK.fullmatch(back) else "",
    )


async def _linked(request: AnyRequest, tenant: Tenant, token: str) -> KeptOrder | None:
    if not token:
        return None
    async with house_of(request).database.for_merchant(tenant.merchant.merchant_id) as tx:
        found = await orders.by_token(tx, token) if is_token(token) else None
    if found is None:
        raise NotFoundError("there is no such page")
    return found


def _country(tenant: Tenant) -> str | None:
    """Where the shop is, by which a telephone number without its country is read; None unknown."""
    return tenant.sending.country or None


def _back_of(asked: Asked) -> str:
    return asked.back or (f"/o/{asked.order.token}" if asked.order else "/")


def _home(request: AnyRequest, tenant: Tenant) -> str:
    asked = clean_text(request.query_params.get("lang"), 20)
    return f"/me/{tenant.merchant.slug}" + (f"?lang={asked}" if asked.replace("-", "").isalnum() else "")


def _shown(asked: Asked) -> str:
    """Say where a code goes: what was typed, never what stands on file. Whoever holds an order's link has seen its addresses' ends before."""
    if asked.order is not None:
        ways = dict(_ways(asked.order))
        return ways.get(asked.by) or next(iter(ways.values()), "")
    return asked.told.hint if asked.contact else ""


def _ways(kept: KeptOrder) -> list[tuple[str, str]]:
    customer = kept.order.customer
    return [(kind, hint_of(value)) for kind, value in (("email", customer.email), ("phone", customer.phone)) if value]


def _words(request: AnyRequest, tenant: Tenant) -> Words:
    return words_of(request, *asked_languages(request), tenant.brand.default_locale)


def _page(request: AnyRequest, tenant: Tenant, template: str, *, status: int = 200, **values: Any) -> Response[Any]:
    return framed(template, _words(request, tenant), dress(tenant), status=status, referrer="same-origin", **values)


def _form(
    request: AnyRequest, tenant: Tenant, asked: Asked, *, status: int = 200, error: str = "", done: str = "", minutes: int = 0
) -> Response[Any]:
    kinds = identity.sends_codes(tenant)
    ways = [(kind, hint) for kind, hint in _ways(asked.order) if kind in kinds] if asked.order else []
    values: dict[str, Any] = {"asked": asked, "kinds": kinds, "ways": ways, "error": error, "done": done, "minutes": minutes}
    return _page(request, tenant, "track/me.html", status=status, **values)


def _slow(request: AnyRequest, tenant: Tenant, asked: Asked, wait_s: int) -> Response[Any]:
    answer = _form(request, tenant, asked, status=429, error="slow", minutes=-(-wait_s // 60))
    answer.headers["retry-after"] = str(wait_s)
    return answer


def _typing(request: AnyRequest, tenant: Tenant, asked: Asked, handle: str, shown: str, *, error: str = "") -> Response[Any]:
    values: dict[str, Any] = {"asked": asked, "handle": handle, "shown": shown, "error": error, "minutes": MINUTES}
    return _page(request, tenant, "track/code.html", **values)


async def _listed(request: AnyRequest, tenant: Tenant, asker: Asker, proof: Proof) -> Response[Any]:
    house, merchant_id, words = house_of(request), tenant.merchant.merchant_id, _words(request, tenant)
    async with house.database.for_merchant(merchant_id) as tx:
        found = await identity.orders_of(tx, merchant_id, asker, _MOST)
        parcels = await shipments.of_orders(tx, [(merchant_id, one.order_id) for one in found])
    shown = [
        page_shown(
            Read(
                merchant_id=merchant_id, order=one, shipments=parcels.get((merchant_id, one.order_id), []), scans={}, chosen=None, only=None
            ),
            tenant.brand.name,
            None,
            words,
            utc_now(),
        )
        for one in found
    ]
    who = hint_of(proof.value) if proof.kind in _KINDS else ""
    assistants = bool(who) and switches_of(tenant.merchant).customers
    return framed("track/mine.html", words, dress(tenant), referrer="same-origin", pages=shown, who=who, assistants=assistants)
