"""Another day, place or way of delivery; another address, other items, no order at all: form → exactly what will happen → done."""

from datetime import timedelta
from typing import Any

import msgspec
from babel import Locale
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.actions.offering import Possible
from doorstep.domain.actions.kinds import MethodKind
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.messages.wording import locale_named
from doorstep.steps.act import Done
from doorstep.web.look.asking import AnyRequest
from doorstep.web.look.saying import carrier_name
from doorstep.web.track.parcels import today_of, web_url
from doorstep.web.track.portal.confirming import AT_ONCE, CONFIRM, ask, case_path, reason_said, say_yes, summary
from doorstep.web.track.portal.entering import Visit, enter, turned_away, verify
from doorstep.web.track.portal.reading import Form, read_form
from doorstep.web.track.portal.refusing import Refused, refused
from doorstep.web.track.portal.saying import action_name, money, options_text, variant_text
from doorstep.web.track.portal.wishes import ADDRESS, CHANGES, DELIVERY, WINDOWS, kept_fields, wish_of

#: Two letters that are no country, as Unicode uses them.
_NO_COUNTRIES = frozenset({"ZZ", "EU", "EZ", "UN", "XA", "XB"})


class WishShown(msgspec.Struct, frozen=True, kw_only=True):
    """One change in the list of those that there are."""

    name: str
    #: Where it is asked for; "" it may not.
    url: str
    #: The carrier and number of the parcel it is about; "" where there is a single one, or none.
    parcel: str
    refused: Refused | None


@get("/o/{token:str}/delivery", include_in_schema=False, opt={"public": True})
async def delivery_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """List what may be changed of the delivery, or ask for the one that was chosen."""
    return await _opened(request, token, "delivery")


@get("/o/{token:str}/change", include_in_schema=False, opt={"public": True})
async def change_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """List what may be changed of the order, or ask for the one that was chosen."""
    return await _opened(request, token, "change")


@post(["/o/{token:str}/delivery", "/o/{token:str}/change"], status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def send_wish(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Take one step of a change."""
    visit = await enter(request, token)
    if no := await turned_away(request, visit):
        return no
    page = "delivery" if request.url.path.endswith("/delivery") else "change"
    form = await read_form(request)
    if form.one("at") == CONFIRM and form.one("yes"):
        done = await say_yes(visit, form.one("yes", 80))
        return visit.to(case_path(done)) if isinstance(done, Done) else await _asked(visit, page, form, done)
    if form.one("to") == "form":
        return _form(visit, page, form)
    return await _asked(visit, page, form)


def _every(visit: Visit, page: str) -> tuple[Possible, ...]:
    return visit.gist.delivery if page == "delivery" else visit.gist.changes


def _chosen(visit: Visit, page: str, form: Form) -> Possible | None:
    """The change that is asked for, of the parcel that is meant."""
    kinds = [one for one in _every(visit, page) if one.kind.value == form.one("do")]
    number = form.one("shipment", 80)
    return next((one for one in kinds if one.shipment == number), kinds[0] if len(kinds) == 1 else None)


async def _opened(request: AnyRequest, token: str, page: str) -> Response[Any]:
    visit = await enter(request, token)
    form = Form(texts={name: (request.query_params.get(name, ""),) for name in ("do", "shipment")})
    one = _chosen(visit, page, form)
    if one is None or one.refusal is not None:
        return _list(visit, page)
    if one.needs is not None:
        return verify(visit, f"/{page}?do={one.kind.value}" + (f"&shipment={one.shipment}" if one.shipment else ""))
    return _form(visit, page, form)


def _list(visit: Visit, page: str) -> Response[Any]:
    every = _every(visit, page)
    several = len({one.shipment for one in every}) > 1
    carriers = {one.tracking_number: f"{carrier_name(one.carrier)} {one.tracking_number}" for one in visit.order.shipments}
    shown = [
        WishShown(
            name=action_name(one.kind, visit.words),
            url=_url(visit, page, one) if one.refusal is None else "",
            parcel=carriers.get(one.shipment, one.shipment) if several else "",
            refused=refused(visit, one.refusal) if one.refusal else None,
        )
        for one in every
        if one.refusal is None or one.refusal.code is not RefusalCode.NOT_OFFERED
    ]
    return visit.page("wishes", section="wish" if page == "delivery" else "change", wishes=tuple(shown), may=any(one.url for one in shown))


def _url(visit: Visit, page: str, one: Possible) -> str:
    parcel = f"&shipment={one.shipment}" if one.shipment else ""
    return f"{visit.base}/{page}?do={one.kind.value}{parcel}{visit.lang.replace('?', '&')}"


def _form(visit: Visit, page: str, form: Form, refusal: Refusal | None = None) -> Response[Any]:
    one = _chosen(visit, page, form)
    if one is None:
        return _list(visit, page)
    t, order = visit.words, visit.order
    offered = {line.line.line_id: line for line in visit.gist.lines}
    typed = {name: form.one(name, 500) for name in (*ADDRESS, "on", "until", "window", "point", "place", "there", "ready", "note")}
    typed |= {name: form.one(name, 500) for name in ("reason", "method", "made_out_to", "country")}
    before = order.ship_to
    typed["country"] = typed["country"] or (before.country if before and before.country else "")
    return visit.page(
        "wish",
        section="wish" if page == "delivery" else "change",
        do=one.kind.value,
        shipment=one.shipment,
        name=action_name(one.kind, t),
        typed=typed,
        windows=tuple(WINDOWS),
        address=tuple(ADDRESS),
        countries=_countries(visit, locale_named(t.tag)),
        days=_days(visit),
        cod=money(order.cod_due, t) if order.cod_due else "",
        reasons=tuple((code, reason_said(visit, code)) for code in visit.policy.cancelling.reasons),
        lines=tuple(
            (line, options_text(line.options), web_url(line.image_url), _variants(visit, line.line_id), form.one(f"v.{line.line_id}"))
            for line in order.lines
            if line.line_id in offered
        ),
        methods=tuple((one.method_id, one.label or one.method_id) for one in _methods(visit)),
        refused=refused(visit, refusal) if refusal else None,
        fields=(),
        status=200 if refusal is None else 422,
    )


def _variants(visit: Visit, line_id: str) -> tuple[tuple[str, str], ...]:
    line = next(one for one in visit.order.lines if one.line_id == line_id)
    return tuple(
        (one.variant_id, variant_text(one, line.unit_price, visit.words, prices=True))
        for one in visit.known.products.get(line.product_id, ())
        if one.variant_id != line.variant_id and one.available and (one.stock is None or one.stock > 0)
    )


def _methods(visit: Visit) -> Any:
    customer = visit.known.customer
    return tuple(one for one in customer.methods if one.kind is not MethodKind.COD) if customer else ()


def _countries(visit: Visit, locale: Locale) -> tuple[tuple[str, str], ...]:
    """Countries an address may be in: the order's own where the rules keep it there, else all."""
    names = sorted((name, code) for code, name in locale.territories.items() if code.isalpha() and code not in _NO_COUNTRIES)
    before = visit.order.ship_to
    if before and before.country and visit.policy.changing.same_country:
        names = [one for one in names if one[1] == before.country]
    return tuple((code, name) for name, code in names)


def _days(visit: Visit) -> tuple[str, str]:
    today = today_of(visit.order.zone, visit.now)
    return (today + timedelta(days=1)).isoformat(), (today + timedelta(days=visit.policy.delivering.most_days)).isoformat()


async def _asked(visit: Visit, page: str, form: Form, void: Refusal | None = None) -> Response[Any]:
    """Have it judged and show what would happen, or why not; what needs no yes is done at once."""
    action = wish_of(form, visit.order)
    if action is None or action.kind not in (DELIVERY if page == "delivery" else CHANGES):
        return _list(visit, page)
    answer = await ask(visit, action)
    if isinstance(answer, Refusal):
        if answer.code is RefusalCode.IDENTITY:
            return verify(visit, f"/{page}?do={action.kind.value}")
        return _form(visit, page, form, answer)
    if action.kind in AT_ONCE and void is None:
        done = await say_yes(visit, answer.token)
        if isinstance(done, Done):
            return visit.to(case_path(done))
        return _form(visit, page, form, done)
    return summary(visit, answer, action_name(action.kind, visit.words), kept_fields(form, visit.order), "form", refusal=void)
