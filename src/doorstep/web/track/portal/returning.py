"""Items → reasons → what the customer would like and how it comes back → exactly what will happen → a return or an exchange.

Each step is a form that carries all that was chosen before; nothing is kept until the last but one, which asks for the yes.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.actions import prepare
from doorstep.actions.offering import LineOffer, retention
from doorstep.actions.policy import Offer
from doorstep.domain.actions.kinds import ActionKind, Assurance, Remedy
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.steps.act import Done
from doorstep.steps.photos import MOST_PHOTOS, take
from doorstep.web.look.asking import AnyRequest, network_of
from doorstep.web.track.parcels import web_url
from doorstep.web.track.portal.confirming import CONFIRM, ask, case_path, say_yes, summary
from doorstep.web.track.portal.drafts import ReturnDraft, return_draft
from doorstep.web.track.portal.entering import Visit, enter, hidden, turned_away, verify
from doorstep.web.track.portal.handing_in import photo_errors
from doorstep.web.track.portal.reading import MOST_FORM_BYTES, read_form
from doorstep.web.track.portal.refusing import Refused, refused
from doorstep.web.track.portal.saying import day, grouped, money, options_text, variant_text
from doorstep.web.track.portal.shipped import parcels_of

_STEPS = ("items", "why", "wish", CONFIRM)
#: Refusals that the page of reasons can mend.
_ABOUT_WHY = frozenset({RefusalCode.REASON, RefusalCode.PHOTO_NEEDED, RefusalCode.NOT_ELIGIBLE, RefusalCode.FINAL_SALE, RefusalCode.WINDOW})
#: Refusals that only other items can mend.
_ABOUT_ITEMS = frozenset(
    {RefusalCode.NOTHING_CHOSEN, RefusalCode.QUANTITY, RefusalCode.UNKNOWN_LINE, RefusalCode.NOT_DELIVERED, RefusalCode.ORDER_STATE}
)


class LineShown(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the order on a page of the return."""

    line_id: str
    name: str
    options: str
    price: str
    image_url: str | None
    free: int
    last_on: str
    #: The order's parcel it came in; "" a single one, or unknown.
    parcel: str
    #: Why it may not go back; None: it may.
    refused: Refused | None
    chosen: int
    reason: str
    condition: str
    comment: str
    variant_id: str
    #: Branch and its reasons.
    reasons: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    #: Variant id and its words.
    variants: tuple[tuple[str, str], ...]


class RemedyShown(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a customer may get."""

    remedy: str
    amount: str
    fee: str


@get(["/o/{token:str}/return", "/g/{token:str}/return"], include_in_schema=False, opt={"public": True})
async def return_page(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Ask which items are to go back."""
    visit = await enter(request, token)
    if visit.offers.needs.keys() & {ActionKind.OPEN_RETURN, ActionKind.OPEN_EXCHANGE} and visit.offers.returnable and not visit.gift:
        return verify(visit, "/return")
    only = [one for one in visit.offers.returnable if one.free == 1]
    alone = len(visit.offers.returnable) == len(only) == 1
    draft = ReturnDraft()
    return _items(visit, draft, first=only[0].line.line_id if alone else "")


@post(
    ["/o/{token:str}/return", "/g/{token:str}/return"],
    status_code=HTTP_200_OK,
    include_in_schema=False,
    opt={"public": True},
    request_max_body_size=MOST_FORM_BYTES,
)
async def send_back(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Take one step of a return or an exchange."""
    visit = await enter(request, token)
    if away := await turned_away(request, visit):
        return away
    form = await read_form(request)
    draft, at = return_draft(form, visit.order), form.one("at")
    errors: tuple[str, ...] = ()
    if form.photos:
        room = max(0, MOST_PHOTOS - len(draft.photos))
        taken = await take(
            visit.house.database, visit.merchant_id, visit.kept.order_id, form.photos, network_of(request), visit.now, room=room
        )
        draft = msgspec.structs.replace(draft, photos=(*draft.photos, *taken.photos))
        errors = photo_errors(taken.refused, visit.words)
    if at == CONFIRM and form.one("yes"):
        return await _confirmed(visit, draft, form.one("yes", 80))
    if (to := form.one("to")) in _STEPS:
        return _shown(visit, draft, to, errors)
    if at == "items":
        return _items(visit, draft, refusal=no) if (no := _wrong_items(visit, draft)) else _why(visit, draft, errors)
    if at == "why" and (errors or form.one("photos")):
        return _why(visit, draft, errors)
    if at == "why":
        return _wish(visit, draft) if (no := _wrong_why(visit, draft)) is None else _why(visit, draft, errors, no)
    return await _asked(visit, draft)


def _shown(visit: Visit, draft: ReturnDraft, step: str, errors: tuple[str, ...]) -> Response[Any]:
    if step == "items" or not draft.units:
        return _items(visit, draft)
    return _why(visit, draft, errors) if step == "why" else _wish(visit, draft)


def _lines(visit: Visit, draft: ReturnDraft, first: str = "") -> tuple[LineShown, ...]:
    parcels = parcels_of(visit)
    return tuple(_line(visit, draft, one, first, parcels.get(one.line.line_id, "")) for one in visit.offers.lines)


def _line(visit: Visit, draft: ReturnDraft, offer: LineOffer, first: str, parcel: str) -> LineShown:
    line, t = offer.line, visit.words
    said = next((one for one in draft.units if one.line_id == line.line_id), None)
    return LineShown(
        line_id=line.line_id,
        name=line.name,
        options=options_text(line.options),
        price=money(line.unit_price, t) if line.unit_price and not visit.gift else "",
        image_url=web_url(line.image_url),
        free=offer.free,
        last_on=t("back.last_day", day=day(offer.last_on, t)) if offer.last_on else "",
        parcel=parcel,
        refused=refused(visit, offer.refusal) if offer.refusal else None,
        chosen=said.quantity if said else int(line.line_id == first),
        reason=said.reason if said else "",
        condition=said.condition if said else "",
        comment=said.comment if said else "",
        variant_id=said.variant_id if said else "",
        reasons=grouped(offer.reasons, visit.policy, t),
        variants=tuple((one.variant_id, variant_text(one, line.unit_price, t, prices=not visit.gift)) for one in offer.variants),
    )


def _items(visit: Visit, draft: ReturnDraft, *, first: str = "", refusal: Refusal | None = None) -> Response[Any]:
    return visit.page(
        "return_items",
        lines=_lines(visit, draft, first),
        may=bool(visit.offers.returnable),
        refused=refused(visit, refusal) if refusal else None,
        fields=hidden(draft.fields(), "q."),
        status=200 if refusal is None else 422,
    )


def _why(visit: Visit, draft: ReturnDraft, errors: tuple[str, ...] = (), refusal: Refusal | None = None) -> Response[Any]:
    chosen = tuple(one for one in _lines(visit, draft) if one.chosen)
    return visit.page(
        "return_why",
        lines=chosen,
        photos=draft.photos,
        errors=errors,
        refused=refused(visit, refusal) if refusal else None,
        fields=hidden(draft.fields(), "r.", "c.", "n.", "photo"),
        status=200 if refusal is None and not errors else 422,
    )


def _sure(visit: Visit, draft: ReturnDraft, remedy: Remedy, offer: str = "") -> Plan | Refusal:
    """Judge as for somebody who is known: who that is, is asked for at the end."""
    asker = msgspec.structs.replace(visit.asker, assurance=Assurance.LOGIN)
    action = draft.action(visit.order.external_id, gift=visit.gift, remedy=remedy, offer=offer)
    return prepare(action, asker, visit.known, visit.policy, visit.now)


def _wrong_items(visit: Visit, draft: ReturnDraft) -> Refusal | None:
    """Why these items cannot go back whatever is said of them; None: they may."""
    if not draft.units:
        return Refusal(code=RefusalCode.NOTHING_CHOSEN)
    offered = {one.line.line_id: one for one in visit.offers.lines}
    for one in draft.units:
        if no := offered[one.line_id].refusal:
            return no
    answer = _sure(visit, draft, Remedy.STORE_CREDIT if visit.gift else Remedy.REFUND)
    return answer if isinstance(answer, Refusal) and answer.code in _ABOUT_ITEMS else None


def _wrong_why(visit: Visit, draft: ReturnDraft) -> Refusal | None:
    """What is missing or speaks against it, whatever the customer would like instead."""
    if no := _wrong_items(visit, draft):
        return no
    plans = dict(_possible(visit, draft))
    if any(isinstance(one, Plan) for one in plans.values()):
        return None
    return next(one for one in plans.values() if isinstance(one, Refusal))


def _possible(visit: Visit, draft: ReturnDraft) -> Iterator[tuple[Remedy, Plan | Refusal]]:
    """What each remedy would come to; for an exchange with the variants chosen, else with the first of each."""
    for remedy in (Remedy.STORE_CREDIT,) if visit.gift else (Remedy.REFUND, Remedy.STORE_CREDIT):
        yield remedy, _sure(visit, draft, remedy)
    offered = {one.line.line_id: one.variants for one in visit.offers.lines}
    if all(offered[one.line_id] for one in draft.units):
        units = tuple(msgspec.structs.replace(one, variant_id=one.variant_id or offered[one.line_id][0].variant_id) for one in draft.units)
        yield Remedy.EXCHANGE, _sure(visit, msgspec.structs.replace(draft, units=units), Remedy.EXCHANGE)


def _wish(visit: Visit, draft: ReturnDraft, refusal: Refusal | None = None) -> Response[Any]:
    plans = {remedy: answer for remedy, answer in _possible(visit, draft) if isinstance(answer, Plan)}
    offer = retention(
        visit.asker, visit.known, visit.policy, visit.now, tuple((one.line_id, one.reason, one.condition) for one in draft.units)
    )
    taken = _with_offer(visit, draft, offer) if offer else None
    offer = offer if offer and _stands(offer, plans, taken) else None
    draft = msgspec.structs.replace(draft, offer=offer.name if offer else "")
    if offer and offer.gives == "store_credit_bonus" and taken is not None:
        plans[Remedy.STORE_CREDIT] = taken
    keeps = any("keep" in str(_way(plan)) for plan in plans.values())
    first = {"exchange": Remedy.EXCHANGE, "store_credit_bonus": Remedy.STORE_CREDIT}.get(offer.gives if offer else "")
    plans = dict(sorted(plans.items(), key=lambda one: one[0] is not first))
    return visit.page(
        "return_wish",
        lines=tuple(one for one in _lines(visit, draft) if one.chosen),
        remedies=tuple(_remedy(visit, remedy, plan) for remedy, plan in plans.items()),
        chosen="keep" if draft.keeps else draft.remedy if draft.remedy in plans else next(iter(plans)) if len(plans) == 1 else None,
        part=money(taken.refund, visit.words) if offer and offer.gives == "partial_refund" and taken and taken.refund else "",
        ways=() if keeps else visit.policy.returning.ways,
        way=draft.way or next(iter(visit.policy.returning.ways), ""),
        offer=offer,
        offer_words=_offer_words(visit, offer, plans) if offer else ("", ""),
        refused=refused(visit, refusal) if refusal else None,
        fields=hidden(draft.fields(), "v.", "remedy", "way"),
        status=200 if refusal is None else 422,
    )


def _with_offer(visit: Visit, draft: ReturnDraft, offer: Offer) -> Plan | None:
    """What it would come to with an offer about money; None: it is about something else, or the guards would not give it."""
    remedy = {"store_credit_bonus": Remedy.STORE_CREDIT, "partial_refund": Remedy.REFUND}.get(offer.gives)
    if remedy is None or visit.gift:
        return None
    answer = _sure(visit, draft, remedy, offer.name)
    return answer if isinstance(answer, Plan) and answer.refund and answer.refund.amount_minor else None


def _stands(offer: Offer, plans: dict[Remedy, Plan], taken: Plan | None) -> bool:
    """Whether an offer can be kept: nothing is offered that the guards would not give."""
    if offer.gives == "exchange":
        return Remedy.EXCHANGE in plans
    if offer.gives == "store_credit_bonus":
        back = plans[Remedy.REFUND].refund if Remedy.REFUND in plans else None
        return taken is not None and taken.refund is not None and back is not None and taken.refund.amount_minor > back.amount_minor
    if offer.gives == "partial_refund":
        return taken is not None
    return offer.gives == "guide" and bool(web_url(offer.url))


def _offer_words(visit: Visit, offer: Offer, plans: dict[Remedy, Plan]) -> tuple[str, str]:
    t = visit.words
    told = offer.words.get(t.language) or offer.words.get("en") or ""
    if offer.gives == "exchange":
        return told or t("back.offer_exchange"), t(
            "back.offer_express" if offer.express and visit.policy.version else "back.offer_exchange_text"
        )
    if offer.gives == "store_credit_bonus":
        credit, back = (plans[one].refund for one in (Remedy.STORE_CREDIT, Remedy.REFUND))
        amounts = {"credit": money(credit, t), "refund": money(back, t)} if credit and back else {"credit": "", "refund": ""}
        return told or t("back.offer_credit"), t("back.offer_credit_text", **amounts)
    if offer.gives == "partial_refund":
        return told or t("back.offer_keep"), t("back.offer_keep_text")
    return told or t("back.offer_guide"), ""


def _way(plan: Plan) -> object:
    case = getattr(plan.changes[0], "case", None)
    return case.wanted.get("way", "") if case else ""


def _remedy(visit: Visit, remedy: Remedy, plan: Plan) -> RemedyShown:
    t = visit.words
    amount = ""
    if remedy is Remedy.STORE_CREDIT and visit.gift:
        amount = t("back.credit_gift")
    elif remedy is not Remedy.EXCHANGE and plan.refund:
        amount = t("back.amount_back" if remedy is Remedy.REFUND else "back.amount_credit", amount=money(plan.refund, t))
    fee = money(plan.fee, t) if plan.fee and not visit.gift else ""
    return RemedyShown(remedy=remedy.value, amount=amount, fee=fee)


async def _asked(visit: Visit, draft: ReturnDraft, void: Refusal | None = None) -> Response[Any]:
    """Have it judged and show what would happen, or why not."""
    if draft.remedy is None or (visit.gift and draft.remedy is Remedy.REFUND):
        return _wish(visit, draft, Refusal(code=RefusalCode.NOTHING_CHOSEN))
    answer = await ask(visit, draft.action(visit.order.external_id, gift=visit.gift, offer=_taken_offer(visit, draft)))
    if not isinstance(answer, Refusal):
        title = visit.words("back.summary_exchange" if draft.remedy is Remedy.EXCHANGE else "back.summary_return")
        return summary(visit, answer, title, draft.fields(), "wish", refusal=void)
    if answer.code is RefusalCode.IDENTITY and not visit.gift:
        return verify(visit, "/return")
    if answer.code in _ABOUT_ITEMS:
        return _items(visit, draft, refusal=answer)
    return _why(visit, draft, (), answer) if answer.code in _ABOUT_WHY else _wish(visit, draft, answer)


def _taken_offer(visit: Visit, draft: ReturnDraft) -> str:
    """Name the offer that is taken with what was chosen; "": none, or one that is no more than a choice of the usual ones."""
    gives = "partial_refund" if draft.keeps else "store_credit_bonus" if draft.remedy is Remedy.STORE_CREDIT and not visit.gift else ""
    shown = next((one for one in visit.policy.returning.offers if one.name == draft.offer), None)
    return draft.offer if gives and shown is not None and shown.gives == gives else ""


async def _confirmed(visit: Visit, draft: ReturnDraft, token: str) -> Response[Any]:
    done = await say_yes(visit, token, offer=draft.offer)
    return visit.to(case_path(done)) if isinstance(done, Done) else await _asked(visit, draft, done)
