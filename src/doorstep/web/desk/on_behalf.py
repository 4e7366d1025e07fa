"""An order and what its customer says by telephone → a return, exchange, claim or change, shown as it would be done, then done.

By the same guards as a customer's own wish. Who may give what the policy refuses says why; it is written down with the case.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.actions import Policy
from doorstep.actions.policy import leaves
from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance, ClaimKind, Remedy
from doorstep.domain.actions.known import Known, KnownLine
from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.places import Address
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps import act
from doorstep.steps.act import Done, Prepared
from doorstep.steps.known import know_order
from doorstep.steps.photos import MOST_PHOTOS
from doorstep.steps.rules import policy_of
from doorstep.steps.work import utc_now
from doorstep.store import case_files, orders
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.web.desk import case_words
from doorstep.web.desk.case_acts import Form, typed_in
from doorstep.web.desk.case_photos import MOST_FORM_BYTES, handed_over, why_not
from doorstep.web.desk.doors import desk_page, id_of, note, tenant_of, user_of
from doorstep.web.desk.roles import Group, Level, level_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_token
from doorstep.web.look.saying import sentence

#: What can be asked for, as the page calls it.
WHAT = {
    "return": "Return",
    "exchange": "Exchange",
    "claim": "Claim",
    "cancel": "Cancel the order",
    "address": "Another address",
    "reschedule": "Another day",
    "safe_place": "A safe place",
}
#: Steps that a policy may ask for before a claim.
_STEPS = {
    "looked_around": "looked around the house",
    "asked_household": "asked everybody at home",
    "asked_neighbours": "asked the neighbours",
    "asked_carrier": "asked the carrier",
}
_MOST_UNITS = 10_000


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An order with what guards know of it."""

    kept: KeptOrder
    known: Known
    policy: Policy


@get("/orders/{order_id:int}/ask", include_in_schema=False)
async def ask_form(request: AnyRequest, order_id: FromPath[int]) -> Response[str]:
    """Show the form for one kind of wish."""
    what = clean_text(request.query_params.get("what"), 20)
    return await _form(request, order_id, what if what in WHAT else "return")


@post("/orders/{order_id:int}/ask", status_code=HTTP_200_OK, include_in_schema=False, request_max_body_size=MOST_FORM_BYTES)
async def show_wish(request: AnyRequest, order_id: FromPath[int]) -> Response[Any]:
    """Show what would be done; nothing is changed yet."""
    form, user, tenant, now = await typed_in(request), user_of(request), tenant_of(request), utc_now()
    what = form.get("what", "")
    if what not in WHAT:
        raise BadInputError("choose what the customer asks for")
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        await _seen(tx, request, order_id)
        before = await case_files.handed_in(tx, user.merchant_id, order_id, form.get("photos", "").split()[:MOST_PHOTOS])
    taken = await handed_over(request, order_id, room=max(0, MOST_PHOTOS - len(before)))
    form["photos"] = " ".join((*sorted(before), *taken.photos))
    if taken.refused:
        return await _form(request, order_id, what, error=why_not(taken), typed=form)
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            seen = await _seen(tx, request, order_id)
            action = _ACTIONS[what](seen.kept.order.external_id, seen, form)
            answer = await act.prepare(tx, tenant, _asker(request, order_id, form), action, now)
    except BadInputError as error:
        return await _form(request, order_id, what, error=f"{sentence(error)}.", typed=form)
    if isinstance(answer, Refusal):
        return await _form(request, order_id, what, error=case_words.refusal_words(answer), typed=form, refusal=answer)
    return _review(request, seen, what, answer, form)


@post("/orders/{order_id:int}/ask/confirm", status_code=HTTP_200_OK, include_in_schema=False)
async def do_wish(request: AnyRequest, order_id: FromPath[int]) -> Response[Any]:
    """Do what was shown."""
    form, user, tenant, house = await typed_in(request), user_of(request), tenant_of(request), house_of(request)
    what, token = form.get("what", ""), form.get("token", "")
    if what not in WHAT or not is_token(token):
        raise BadInputError("open the form again and retry")
    async with house.database.for_merchant(user.merchant_id) as tx:
        kept = (await _seen(tx, request, order_id)).kept
        answer = await act.commit(tx, house.directory, tenant, _asker(request, order_id, form), token, utc_now())
        if isinstance(answer, Done) and not answer.again:
            rma = f", {answer.case.case.rma}" if answer.case else ""
            against = f", against the policy: {form['override']}" if form.get("override") else ""
            await note(tx, request, "act_for_customer", f"{what}, order {kept.order.number}{rma}{against}"[:500])
    if isinstance(answer, Refusal):
        return await _form(request, order_id, what, error=case_words.refusal_words(answer), refusal=answer)
    to = f"/desk/cases/{answer.case.case_id}?done=opened" if answer.case else f"/desk/orders/{order_id}"
    return Redirect(to, status_code=303)


def _asker(request: AnyRequest, order_id: int, form: Form) -> Asker:
    """Whoever is at the desk, for this order's customer.

    Raises:
        PermissionDeniedException: a reason against the policy is given by somebody who may not.
    """
    user, override = user_of(request), form.get("override", "").strip()
    if override and level_of(user.role, Group.OVERRIDES) is not Level.CHANGE:
        raise PermissionDeniedException("Only an owner or operations may give what the policy refuses.")
    actor = f"user {user.user_id}"
    return Asker(assurance=Assurance.LOGIN, staff=True, orders=(order_id,), channel="desk", actor=actor, override=override)


async def _seen(tx: Tx, request: AnyRequest, order_id: int) -> _Seen:
    merchant_id, now = user_of(request).merchant_id, utc_now()
    key = (merchant_id, id_of(order_id))
    kept = (await orders.read(tx, [key])).get(key)
    if kept is None:
        raise NotFoundError("there is no such order")
    return _Seen(kept=kept, known=await know_order(tx, tenant_of(request), kept, now), policy=await policy_of(tx, merchant_id, now))


async def _form(
    request: AnyRequest, order_id: int, what: str, *, error: str = "", typed: Form | None = None, refusal: Refusal | None = None
) -> Response[str]:
    async with house_of(request).database.for_merchant(user_of(request).merchant_id) as tx:
        seen = await _seen(tx, request, order_id)
    lines = seen.known.order.lines if seen.known.order else ()
    may_override = level_of(user_of(request).role, Group.OVERRIDES) is Level.CHANGE
    values: dict[str, Any] = {
        "order": seen.kept,
        "what": what,
        "wishes": WHAT,
        "lines": lines,
        "reasons": {line.line_id: [one.code for one in leaves(seen.policy.returning.reasons, line.category)] for line in lines},
        "variants": {line.line_id: _variants(seen.known, line) for line in lines},
        "claims": list(ClaimKind),
        "remedies": {"return": (Remedy.REFUND, Remedy.STORE_CREDIT), "claim": (Remedy.REPLACEMENT, Remedy.REFUND, Remedy.STORE_CREDIT)},
        "ways": seen.policy.returning.ways,
        "steps": _STEPS,
        "parcels": [one.tracking_number for one in seen.known.order.shipments if not one.returning] if seen.known.order else [],
        "to": seen.kept.order.ship_to or Address(),
        "say": case_words,
        "typed": typed or {},
        "photos": (typed or {}).get("photos", "").split(),
        "error": error,
        "may_override": may_override,
        "no_override": refusal is not None and refusal.code in case_words.FACTS,
        "step": "form",
    }
    status = 200 if not error else 409 if refusal is not None else 422
    return desk_page(request, "on_behalf.html", status=status, **values)


def _review(request: AnyRequest, seen: _Seen, what: str, prepared: Prepared, form: Form) -> Response[str]:
    values: dict[str, Any] = {
        "order": seen.kept,
        "what": what,
        "wishes": WHAT,
        "plan": prepared.plan,
        "token": prepared.token,
        "override": form.get("override", "").strip(),
        "say": case_words,
        "step": "review",
        "error": "",
    }
    return desk_page(request, "on_behalf.html", **values)


def _variants(known: Known, line: KnownLine) -> list[tuple[str, str]]:
    """What a line can be exchanged for: (variant, its name with options and price)."""
    found = []
    for one in known.products.get(line.product_id, ()):
        if one.variant_id != line.variant_id and one.available and one.stock != 0:
            said = ", ".join(one.options.values()) or one.name or one.variant_id
            found.append((one.variant_id, f"{said}, {case_words.money_words(one.price)}"))
    return found


def _lines(seen: _Seen, form: Form) -> Mapping[str, int]:
    """Read the units of each line that are meant."""
    found = {}
    for line in seen.known.order.lines if seen.known.order else ():
        text = form.get(f"units-{line.line_id}", "")
        if not text:
            continue
        if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= _MOST_UNITS):  # noqa: PLR2004 - nobody buys a million
            raise BadInputError("units are whole numbers")
        if int(text):
            found[line.line_id] = int(text)
    return found


def _units(seen: _Seen, form: Form) -> tuple[asking.Units, ...]:
    return tuple(
        asking.Units(line_id=line_id, quantity=units, reason=form.get(f"reason-{line_id}", ""), comment=form.get("comment", ""))
        for line_id, units in _lines(seen, form).items()
    )


def _remedy(form: Form) -> Remedy | None:
    return Remedy(form["remedy"]) if form.get("remedy") in set(Remedy) else None


def _photos(form: Form) -> tuple[str, ...]:
    return tuple(form.get("photos", "").split())


def _open_return(order: str, seen: _Seen, form: Form) -> asking.BusinessAction:
    return asking.OpenReturn(
        order=order, units=_units(seen, form), remedy=_remedy(form) or Remedy.REFUND, way=form.get("way", ""), photos=_photos(form)
    )


def _open_exchange(order: str, seen: _Seen, form: Form) -> asking.BusinessAction:
    swaps = tuple(
        asking.Swap(
            line_id=line_id,
            quantity=units,
            variant_id=form.get(f"variant-{line_id}", ""),
            reason=form.get(f"reason-{line_id}", ""),
            comment=form.get("comment", ""),
        )
        for line_id, units in _lines(seen, form).items()
    )
    return asking.OpenExchange(order=order, swaps=swaps, way=form.get("way", ""), photos=_photos(form))


def _open_claim(order: str, seen: _Seen, form: Form) -> asking.BusinessAction:
    if form.get("claim") not in set(ClaimKind):
        raise BadInputError("say what is wrong")
    return asking.OpenClaim(
        order=order,
        claim=ClaimKind(form["claim"]),
        units=tuple(msgspec.structs.replace(one, reason="") for one in _units(seen, form)),
        shipment=form.get("shipment", ""),
        wish=_remedy(form),
        comment=form.get("comment", ""),
        photos=_photos(form),
        done=tuple(step for step in _STEPS if form.get(f"did-{step}") == "1"),
    )


def _cancel(order: str, _: _Seen, form: Form) -> asking.BusinessAction:
    return asking.CancelOrder(order=order, reason=form.get("comment", ""))


def _address(order: str, seen: _Seen, form: Form) -> asking.BusinessAction:
    before = seen.kept.order.ship_to or Address()
    street = tuple(part for part in (form.get("street", ""), form.get("street2", "")) if part)
    country = form.get("country", "").upper()[:2] or None
    fields = {name: form.get(name) or None for name in ("name", "city", "region", "postcode")}
    address = msgspec.structs.replace(before, lines=street, country=country, **fields)
    return asking.ChangeAddress(order=order, address=address)


def _reschedule(order: str, _: _Seen, form: Form) -> asking.BusinessAction:
    try:
        on = date.fromisoformat(form.get("on", ""))
    except ValueError as error:
        raise BadInputError("choose a day") from error
    return asking.Reschedule(order=order, shipment=form.get("shipment", ""), on=on, note=form.get("comment", "")[:300])


def _safe_place(order: str, _: _Seen, form: Form) -> asking.BusinessAction:
    if not form.get("place"):
        raise BadInputError("say where it may be left")
    return asking.SafePlace(order=order, shipment=form.get("shipment", ""), place=form["place"], note=form.get("comment", "")[:300])


_ACTIONS: Mapping[str, Callable[[str, _Seen, Form], asking.BusinessAction]] = {
    "return": _open_return,
    "exchange": _open_exchange,
    "claim": _open_claim,
    "cancel": _cancel,
    "address": _address,
    "reschedule": _reschedule,
    "safe_place": _safe_place,
}
