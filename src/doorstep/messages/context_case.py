"""A case as a message tells it → the plain names `case.…` of a template; whoever returns a gift is shown no price."""

from functools import partial
from typing import Any

from doorstep.domain.actions.cases import Case, CaseLine
from doorstep.domain.actions.kinds import CaseKind, CaseState, ClaimKind, Disposition, Remedy
from doorstep.domain.actions.saying import Write, reason_text, wish_text
from doorstep.domain.money import Money
from doorstep.domain.orders import OrderLine
from doorstep.messages.facts import Facts, ToldCase
from doorstep.messages.wording import day_text, fact_text, money_text, web

#: Lines shown; the rest is counted in `case.more`.
_SHOWN = 12
_NAMED = 3
_PART = 100
#: Characters of what somebody at the shop wrote.
_LONGEST = 240
#: It is not agreed that anything is given, or agreed that nothing is.
_NOTHING_GIVEN = frozenset({CaseState.REQUESTED, CaseState.PASSED_ON, CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED})
#: Kinds that are told by what was asked for, not by goods.
_WISHES = frozenset({CaseKind.ORDER_CHANGE, CaseKind.DELIVERY_CHANGE})


def case_names(facts: Facts) -> dict[str, Any] | None:
    """Lay a case out as texts, truths and lists in the facts' language; None where the message is about none."""
    told = facts.case
    if told is None:
        return None
    case, locale = told.case, facts.locale
    write: Write = partial(_write, locale=locale)
    sold = {line.line_id: line for line in facts.order.lines}
    lines = [_line(one, sold.get(one.line_id), told, locale) for one in case.lines]
    return {
        "rma": case.rma,
        "kind": case.kind.value,
        "exchange": case.kind is CaseKind.EXCHANGE,
        "gift": case.gift,
        "goods": _goods(lines),
        "lines": lines[:_SHOWN] or None,
        "more": max(0, len(lines) - _SHOWN) or None,
        "wish": wish_text(case.action, case.wanted, locale, write) if case.kind in _WISHES else None,
        "alternatives": "; ".join([text for one in told.alternatives[:_NAMED] if (text := _options(one))]) or None,
        "reason": _cut(reason_text(case.decision, locale, write)) if case.state is CaseState.REFUSED else None,
        "words": _cut(case.decision) if case.state is not CaseState.REFUSED and case.decided_by.startswith(("user ", "key ")) else None,
        **_goods_back(told, locale),
        **_money(told, locale),
    }


def _goods_back(told: ToldCase, locale: str) -> dict[str, Any]:
    """How goods come back, and what follows."""
    case, label = told.case, told.case.label
    days = told.refund_days if case.remedy is not Remedy.REPLACEMENT else None  # they are the money's
    pickup = label.pickup_on if label else None
    hours = label.pickup_window if label else ""
    return {
        "keeps": case.keeps,
        "way": None if label is None else label.way,
        "carrier": told.carrier_name or None,
        "number": (label.tracking_number if label and not case.ended else "") or None,
        "pickup": ", ".join([fact_text(one, locale) for one in (pickup, hours) if one]) or None if pickup else None,
        "last_day": day_text(told.last_on, locale) if told.last_on else None,
        "days": None if days is None else f"{days[0]}" if days[0] == days[1] else f"{days[0]}–{days[1]}",  # noqa: RUF001 - a span
        "sent": case.new_shipment_id is not None,
        "ships_first": case.kind is CaseKind.EXCHANGE and case.exchange_when == "ship_first" and not case.ended,
        "swaps": case.kind is CaseKind.CLAIM and case.remedy is Remedy.REPLACEMENT,
        "goods_back": case.kind is CaseKind.CLAIM and not case.keeps,
        "replaced": case.remedy in {Remedy.REPLACEMENT, Remedy.EXCHANGE},
        "lost": case.claim in {ClaimKind.LOST, ClaimKind.NOT_RECEIVED},
        "in_part": any(_is_cut(one) for one in case.lines),
    }


def _money(told: ToldCase, locale: str) -> dict[str, Any]:
    """What goes back and forth; nothing of it where a gift comes back, whose price its recipient is not to learn."""
    case = told.case
    shown: dict[str, Money | None] = {"refund": case.refund, "fee": case.fee, "pays": None, "gets": None}
    if case.difference is not None and case.difference.amount_minor > 0:
        shown["pays"] = case.difference
    elif case.difference is not None and case.difference.amount_minor < 0:
        shown["gets"] = Money(-case.difference.amount_minor, case.difference.currency)
    return {
        "credit": case.remedy is Remedy.STORE_CREDIT,
        "method": told.method or None,
        **{name: _amount(money, case, locale) for name, money in shown.items()},
    }


def _amount(money: Money | None, case: Case, locale: str) -> str | None:
    told = money is not None and money.amount_minor > 0 and not case.gift and case.state not in _NOTHING_GIVEN
    return money_text(money, locale) if told and money is not None else None


def _line(one: CaseLine, sold: OrderLine | None, told: ToldCase, locale: str) -> dict[str, Any]:
    price = one.unit_price if not told.case.gift else None
    return {
        "name": one.name or (sold.name if sold else "") or one.line_id,
        "options": _options(sold.options) if sold else None,
        "wanted": (_options(told.wanted.get(one.wanted_id, {})) or None) if one.wanted_id else None,
        "quantity": one.quantity,
        "price": money_text(price, locale) if price is not None else None,
        "image_url": web(sold.image_url) if sold else None,
    }


def _options(options: dict[str, str]) -> str | None:
    return ", ".join([f"{name}: {value}" if name else value for name, value in options.items()]) or None


def _goods(lines: list[dict[str, Any]]) -> str | None:
    """Name what it is about in one line: "2 x Wool blanket", written with the sign for times; None: nothing is named."""
    named = ", ".join(f"{one['quantity']} \N{MULTIPLICATION SIGN} {one['name']}" for one in lines[:_NAMED])
    return f"{named} …" if len(lines) > _NAMED else named or None


def _is_cut(one: CaseLine) -> bool:
    """Whether less is given back for a line than was asked for, by what the inspection found."""
    missing = one.received is not None and one.received < one.quantity
    return missing or one.granted_percent < _PART or one.disposition is Disposition.NOT_THERE


def _cut(text: str) -> str | None:
    """Shorten what somebody wrote, so that the rest of a message keeps its room; the page has all of it."""
    if len(text) > _LONGEST:
        return f"{text[: _LONGEST - 1].rstrip()}…"
    return text or None


def _write(_name: str, value: Any, *, locale: str) -> str:
    return fact_text(value, locale)
