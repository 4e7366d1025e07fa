"""What a customer chooses among, as words, numbers or buttons: things of an order, versions, ways of paying, reasons, days."""

from collections.abc import Sequence
from datetime import date, timedelta

from doorstep.domain.actions.arguments import Swap, Units
from doorstep.domain.actions.known import KnownLine, KnownVariant, Method
from doorstep.domain.talking.memory import Offer, Slots
from doorstep.domain.talking.told import OrderTold

#: Things that are offered to choose from; more would not fit a list.
MOST_OFFERED = 9
_DAYS_OFFERED = 5
_TITLE, _ABOUT = 24, 72


def line_named(order: OrderTold, line_id: str) -> KnownLine | None:
    """The line of an order."""
    return next((one for one in order.known.lines if one.line_id == line_id), None)


def line_offers(lines: Sequence[KnownLine]) -> list[Offer]:
    """Offer lines, and all of them where there are several."""
    offers = [
        Offer(value=f"line.{one.line_id}", title=short(one.name), about=options_text(one.options)) for one in lines[: MOST_OFFERED - 1]
    ]
    return [*offers, Offer(value="all", key="title.all")] if len(offers) > 1 else offers


def variant_offers(line: KnownLine, variants: Sequence[KnownVariant]) -> list[Offer]:
    """Offer versions of a thing by what differs from the one that was bought."""
    offers = []
    for one in variants[:MOST_OFFERED]:
        other = {name: value for name, value in one.options.items() if line.options.get(name) != value} or one.options
        whole = ", ".join(other.values())
        offers.append(
            Offer(value=f"variant.{line.line_id}.{one.variant_id}", title=short(whole or one.name), about=options_text(one.options))
        )
    return offers


def method_offers(methods: Sequence[Method]) -> list[Offer]:
    """Offer a customer's own ways of paying."""
    return [Offer(value=f"method.{one.method_id}", title=short(one.label or one.kind.value), about="") for one in methods[:MOST_OFFERED]]


def reason_offers(reasons: Sequence[tuple[str, str]]) -> list[Offer]:
    """Offer reasons in the customer's words."""
    return [
        Offer(value=f"reason.{code}", title=short(words), about=words[:_ABOUT] if len(words) > _TITLE else "")
        for code, words in reasons[:MOST_OFFERED]
    ]


def day_offers(today: date) -> list[Offer]:
    """Offer the next days, by name where the words for it are known."""
    days = [today + timedelta(days=ahead) for ahead in range(1, _DAYS_OFFERED + 1)]
    return [
        Offer(value=f"day.{day.isoformat()}", key="title.tomorrow" if ahead == 0 else "", title=day.isoformat())
        for ahead, day in enumerate(days)
    ]


def options_text(options: dict[str, str]) -> str:
    """Write options in one line."""
    return ", ".join(f"{name}: {value}" for name, value in options.items())[:_ABOUT]


def short(text: str) -> str:
    """Cut a title to what fits a line of a list."""
    return text if len(text) <= _TITLE else f"{text[: _TITLE - 1].rstrip()}…"


def units_of(lines: Sequence[KnownLine], quantity: int = 0) -> tuple[Units, ...]:
    """Take whole lines, or so many of each."""
    return tuple(Units(line_id=one.line_id, quantity=min(quantity, one.quantity) if quantity else one.quantity) for one in lines)


def with_reason(slots: Slots) -> tuple[Units, ...]:
    """Put the reason told for all of them to each."""
    return tuple(
        Units(line_id=one.line_id, quantity=one.quantity, reason=one.reason or slots.reason, comment=one.comment) for one in slots.units
    )


def swaps_with_reason(slots: Slots) -> tuple[Swap, ...]:
    """The same for what is exchanged."""
    return tuple(
        Swap(line_id=one.line_id, quantity=one.quantity, variant_id=one.variant_id, reason=one.reason or slots.reason, comment=one.comment)
        for one in slots.swaps
    )
