"""An action → exactly what would happen, with one button; the button → done, and the page where it can be followed."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from litestar import Response

from doorstep.domain.actions import arguments as asking
from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, Remedy
from doorstep.domain.actions.plans import CaseOpened, Plan
from doorstep.domain.actions.refusals import Refusal, RefusalCode
from doorstep.domain.actions.saying import cause_text, words_of
from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.messages.wording import locale_named
from doorstep.steps import act, case_moves
from doorstep.steps.act import Done, Prepared
from doorstep.web.look.saying import carrier_name
from doorstep.web.track.parcels import web_url
from doorstep.web.track.portal.drafts import Field
from doorstep.web.track.portal.entering import Visit
from doorstep.web.track.portal.saying import day, money, options_text, reason_of
from doorstep.web.track.portal.wishes import WINDOWS
from doorstep.web.track.words import Words

#: A label and what stands beside it.
Fact = tuple[str, str]


class ItemShown(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a line, as a list shows them."""

    name: str
    options: str
    quantity: int
    image_url: str | None
    #: What comes instead, why it goes back; "" nothing to say.
    detail: str = ""


async def ask(visit: Visit, action: asking.BusinessAction) -> Prepared | Refusal:
    """Have an action judged and kept until the yes."""
    async with visit.house.database.for_merchant(visit.merchant_id) as tx:
        return await act.prepare(tx, visit.tenant, visit.asker, action, visit.now)


async def say_yes(visit: Visit, token: str, *, offer: str = "") -> Done | Refusal:
    """Do what was shown under a token; the offer that was shown is noted."""
    async with visit.house.database.for_merchant(visit.merchant_id) as tx:
        done = await act.commit(tx, visit.house.directory, visit.tenant, visit.asker, token, visit.now)
        if isinstance(done, Done) and done.case is not None and not done.again:
            case = done.case.case
            if offered := next((one for one in visit.policy.returning.offers if offer and one.name == offer), None):
                taken = case.offer_taken is True or (offered.gives == "exchange" and case.remedy is Remedy.EXCHANGE)
                await case_moves.touch(
                    tx,
                    visit.tenant,
                    case.case_id,
                    actor=visit.asker.actor,
                    why="an offer was shown",
                    now=visit.now,
                    offer=offered.name,
                    offer_taken=taken,
                )
        return done


def summary(
    visit: Visit, prepared: Prepared, title: str, fields: Iterable[Field], back: str, *, refusal: Refusal | None = None
) -> Response[Any]:
    """Show what would happen, and the one button. `back` names the step that "Back" leads to."""
    plan = prepared.plan
    case = next((one.case for one in plan.changes if isinstance(one, CaseOpened)), None)
    return visit.page(
        "summary",
        title=title,
        items=items_of(visit, case.lines if case else ()),
        facts=tuple(facts_of(visit, plan, case)),
        token=prepared.token,
        fields=tuple(fields),
        back=back,
        photos=case.photos if case else (),
        said_again=(visit.words("portal.expired" if refusal.code is RefusalCode.CONFIRMATION_OLD else "portal.again") if refusal else ""),
    )


def items_of(visit: Visit, lines: Iterable[CaseLine]) -> tuple[ItemShown, ...]:
    """Write lines of a case."""
    bought = {line.line_id: line for line in visit.order.lines}
    names = {one.variant_id: ", ".join(one.options.values()) or one.name for of in visit.known.products.values() for one in of}
    shown = []
    for one in lines:
        line = bought.get(one.line_id)
        wanted = visit.words("back.for_variant", item=names.get(one.wanted_id, one.wanted_id)) if one.wanted_id else ""
        why = reason_of(one.reason, visit.policy, visit.words) if one.reason and one.reason not in visit.words.texts["claim"] else ""
        shown.append(
            ItemShown(
                name=one.name or (line.name if line else one.line_id),
                options=options_text(line.options) if line else "",
                quantity=one.quantity,
                image_url=web_url(line.image_url) if line else None,
                detail=" · ".join(filter(None, (wanted, why))),
            )
        )
    return tuple(shown)


def facts_of(visit: Visit, plan: Plan, case: Case | None) -> Iterator[Fact]:
    """Say exactly what would happen."""
    t = visit.words
    if case is not None and case.claim is not None:
        yield t("claim.summary"), t(f"claim.{case.claim}")
    yield from _wish(visit, plan.action)
    yield from _gain(visit, plan, case)
    if case is not None and case.kind in {CaseKind.RETURN, CaseKind.EXCHANGE}:
        way = str(case.wanted.get("way", ""))
        if case.keeps:
            yield t("back.way_title"), t("portal.kept")
        else:
            yield t("back.way_title"), t(f"back.way_{way}") if way in visit.policy.returning.ways else way
            paid_by = "shipping_free" if case.shipping_paid_by == "merchant" else "shipping_yours"
            yield t("portal.shipping"), t(f"portal.{paid_by}")
        if case.kind is CaseKind.EXCHANGE:
            yield t("portal.new_one"), t(f"portal.{case.exchange_when}")
        if case.remedy is not Remedy.EXCHANGE or (plan.refund and not visit.gift):
            least, most = visit.policy.returning.refund_days
            yield t("portal.days"), t("portal.days_at_once") if case.keeps else t("portal.days_after", least=least, most=most)
    if case is not None and case.kind in {CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM}:
        yield t("portal.decided"), _decided(visit, case)
    if case is not None and case.kind is CaseKind.DELIVERY_CHANGE:
        yield t("portal.decided"), t("wish.passed_on", carrier=carrier_name(str(case.wanted.get("carrier", ""))))


def _decided(visit: Visit, case: Case) -> str:
    name = {CaseState.REQUESTED: "decided_human", CaseState.PASSED_ON: "decided_carrier"}.get(case.state, "decided_now")
    return visit.words(f"portal.{name}", brand=visit.tenant.brand.name)


def _gain(visit: Visit, plan: Plan, case: Case | None) -> Iterator[Fact]:
    """Say what the customer gets and pays; to whoever got it as a present, no amount."""
    t = visit.words
    remedy = case.remedy if case else None
    if visit.gift:
        if remedy is Remedy.STORE_CREDIT:
            yield t("portal.you_get"), t("back.credit_gift")
        return
    if remedy is Remedy.REPLACEMENT:
        yield t("cases.amount"), t("claim.you_get_replacement")
    elif plan.refund and plan.refund.amount_minor:
        yield t("portal.you_get"), money(plan.refund, t)
        yield (
            t("portal.to_method"),
            t("portal.as_credit") if remedy is Remedy.STORE_CREDIT else method_text(visit, case.method if case else ""),
        )
    if plan.charge and plan.charge.amount_minor:
        yield t("portal.you_pay"), money(plan.charge, t)
    elif case is not None and case.difference is not None and not case.difference.amount_minor:
        yield t("portal.difference"), t("portal.no_difference")
    if plan.fee and plan.fee.amount_minor:
        yield t("portal.fee"), money(plan.fee, t)


def method_text(visit: Visit, method_id: str) -> str:
    """Name a method of payment as the customer knows it."""
    methods = visit.known.customer.methods if visit.known.customer else ()
    label = next((one.label for one in methods if one.method_id == method_id), "")
    return label or visit.words("portal.to_original")


def _wish(visit: Visit, action: asking.BusinessAction) -> Iterator[Fact]:  # noqa: C901 - one line for each action
    """Say what was asked for of the delivery or the order."""
    t = visit.words
    section = "wish" if isinstance(action, asking.DeliveryAction) else "change"
    if action.kind in t.texts[section]:
        yield t(f"{section}.summary"), t(f"{section}.{action.kind}")
    match action:
        case asking.Reschedule():
            yield t("wish.on"), day(action.on, t) + (f", {_window(visit, action.window)}" if action.window else "")
        case asking.Hold():
            yield t("wish.until"), day(action.until, t)
        case asking.PickupPoint():
            yield t("wish.point"), action.point
        case asking.SafePlace():
            yield t("wish.place"), action.place
        case asking.ConfirmAvailability():
            yield t("wish.confirm_availability"), t("wish.there" if action.there else "wish.not_there")
        case asking.ConfirmCod():
            due = visit.order.cod_due or Money(0, visit.order.currency)
            yield t("wish.confirm_cod"), t("wish.ready", amount=money(due, t)) if action.ready else t("wish.not_wanted")
        case asking.Redirect() | asking.ChangeAddress():
            yield t("change.change_address"), address_text(t, action.address)
        case asking.AskInvoice() if action.made_out_to:
            yield t("change.made_out_to"), action.made_out_to
        case asking.CancelOrder() if action.reason:
            yield t("change.cancel_reason"), reason_said(visit, action.reason)
        case asking.ChangePayment():
            yield t("change.method"), method_text(visit, action.method)
    if note := getattr(action, "note", ""):
        yield t("wish.note"), note


def reason_said(visit: Visit, reason: str) -> str:
    """Say why an order is cancelled: one of the policy's reasons, in words where we have them, or what was typed."""
    known = reason.replace(" ", "_") in words_of(visit.words.tag).reasons
    return cause_text(reason, visit.words.tag) if known else reason


def _window(visit: Visit, window: str) -> str:
    name = next((name for name, span in WINDOWS.items() if span == window), "")
    return visit.words(f"wish.{name}") if name else window


def address_text(t: Words, address: Address) -> str:
    """Write an address in one line."""
    town = " ".join(part for part in (address.postcode, address.city) if part)
    country = locale_named(t.tag).territories.get(address.country, address.country) if address.country else None
    return ", ".join(part for part in (address.name, address.company, *address.lines, town, address.region, country) if part)


def case_path(done: Done) -> str:
    """Where what was done can be followed, below the order's address."""
    return f"/cases/{done.case.case_id}" if done.case else ""


#: What `summary` is asked for by, among the steps of a form.
CONFIRM = "confirm"
#: Actions that need no yes are done at once.
AT_ONCE = frozenset({ActionKind.ASK_INVOICE})
