"""Refusals, reasons, amounts and days → what customers read of them."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from doorstep.actions.policy import Policy, Reason
from doorstep.domain.actions.kinds import ActionKind, CaseKind
from doorstep.domain.actions.known import KnownOrder, KnownVariant
from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.actions.saying import cause_text
from doorstep.domain.actions.saying import reason_text as say_reason
from doorstep.domain.actions.saying import refusal_text as say_refusal
from doorstep.domain.money import Money
from doorstep.messages.wording import day_text, fact_text, money_text, short_day_text
from doorstep.web.track.words import Words, whole

#: Where an action is asked for, below an order's address.
PATHS = {
    ActionKind.OPEN_RETURN: "/return",
    ActionKind.OPEN_EXCHANGE: "/return",
    ActionKind.OPEN_CLAIM: "/claim",
    ActionKind.CANCEL_ORDER: "/change?do=cancel_order",
    ActionKind.CHANGE_ADDRESS: "/change?do=change_address",
    ActionKind.CHANGE_ITEMS: "/change?do=change_items",
    ActionKind.CHANGE_PAYMENT: "/change?do=change_payment",
    ActionKind.ASK_INVOICE: "/change?do=ask_invoice",
    ActionKind.READ_ORDER: "",
    **dict.fromkeys(
        (
            ActionKind.RESCHEDULE,
            ActionKind.REDIRECT,
            ActionKind.PICKUP_POINT,
            ActionKind.SAFE_PLACE,
            ActionKind.HOLD,
            ActionKind.CONFIRM_AVAILABILITY,
            ActionKind.CONFIRM_COD,
        ),
        "/delivery",
    ),
}
_CHANGES = frozenset(
    {ActionKind.CANCEL_ORDER, ActionKind.CHANGE_ADDRESS, ActionKind.CHANGE_ITEMS, ActionKind.CHANGE_PAYMENT, ActionKind.ASK_INVOICE}
)


def refusal_text(refusal: Refusal, words: Words) -> str:
    """Say why something is not possible."""
    return say_refusal(refusal, words.tag, lambda _, value: fact_text(value, words.tag))


def decision_text(decision: str, words: Words) -> str:
    """Say why a case was refused: a code's sentence, the words that somebody wrote for the customer, or both."""
    return say_reason(decision, words.tag, lambda _, value: fact_text(value, words.tag))


def instead_of(refusal: Refusal, words: Words, base: str, lang: str, human: str | None) -> Iterator[tuple[str, str]]:
    """List what is possible instead: its name and where it leads."""
    for kind in refusal.instead:
        if kind is ActionKind.TALK_TO_HUMAN:
            if human:
                yield words("portal.human"), human
        elif kind in PATHS:
            path = PATHS[kind]
            yield action_name(kind, words), f"{base}{path}{lang.replace('?', '&') if '?' in path else lang}"


def action_name(kind: ActionKind, words: Words) -> str:
    """Name an action as a link does."""
    if kind in {ActionKind.OPEN_RETURN, ActionKind.OPEN_EXCHANGE}:
        return words("portal.return")
    if kind is ActionKind.OPEN_CLAIM:
        return words("portal.claim")
    if kind is ActionKind.READ_ORDER:
        return words("portal.to_order")
    return words(f"{'change' if kind in _CHANGES else 'wish'}.{kind}")


def reason_text(reason: Reason, words: Words) -> str:
    """Say a reason: in the merchant's words where there are any, in ours, else its code."""
    return cause_text(reason.code, words.tag, reason.words)


def reason_of(code: str, policy: Policy, words: Words) -> str:
    """Say a reason by its code; "" where there is none."""
    return reason_text(_found(policy.returning.reasons, code) or Reason(code=code), words) if code else ""


def _found(tree: tuple[Reason, ...], code: str) -> Reason | None:
    for one in tree:
        if one.code == code:
            return one
        if below := _found(one.below, code):
            return below
    return None


def grouped(reasons: tuple[Reason, ...], policy: Policy, words: Words) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Put reasons under the branch of the tree they grow on: (name of the branch, "" at the root; codes and words)."""
    wanted = {one.code for one in reasons}
    groups: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    for one in policy.returning.reasons:
        found = tuple((leaf.code, reason_text(leaf, words)) for leaf in _leaves(one) if leaf.code in wanted)
        if found:
            groups.append((reason_text(one, words) if one.below else "", found))
    return tuple(groups)


def _leaves(one: Reason) -> Iterator[Reason]:
    if not one.below:
        yield one
    for below in one.below:
        yield from _leaves(below)


def money(amount: Money, words: Words) -> str:
    """Write an amount."""
    return money_text(amount, words.tag)


def day(on: date, words: Words) -> str:
    """Write a day with its weekday."""
    return whole(day_text(on, words.tag))


def short_day(moment: datetime, order: KnownOrder, words: Words) -> str:
    """Write the day of a moment briefly, by the recipient's calendar."""
    return whole(short_day_text(moment.astimezone(ZoneInfo(order.zone or "UTC")).date(), words.tag))


def options_text(options: dict[str, str]) -> str:
    """Write chosen options."""
    return ", ".join(f"{name}: {value}" for name, value in options.items())


def variant_text(one: KnownVariant, before: Money | None, words: Words, *, prices: bool) -> str:
    """Write a variant with what it costs more or less than what was paid, and how many are left of few."""
    parts = [", ".join(one.options.values()) or one.name or one.sku or one.variant_id]
    if prices and before is not None and before.currency == one.price.currency:
        minor = one.price.amount_minor - before.amount_minor
        name = "dearer" if minor > 0 else "cheaper" if minor < 0 else "same_price"
        parts.append(words(f"back.{name}", amount=money(Money(abs(minor), before.currency), words)))
    if one.stock is not None and one.stock <= 3:  # noqa: PLR2004 - few
        parts.append(words("back.left", count=one.stock))
    return " · ".join(parts)


def kind_name(kind: CaseKind, words: Words) -> str:
    """Name a kind of case."""
    return words(f"cases.{kind}")
