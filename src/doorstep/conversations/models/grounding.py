"""A model's text + the facts of the turn → what in it no fact says; nothing found: it may be said.

Amounts, shares, spans, days, hours, numbers, links, placeholders, and words that promise or say that something was done. What the
customer wrote proves nothing, a product's name but its own bare numbers, and a passage that the shop wrote for everybody ("you can cancel
within a day") not that anything was done for this customer.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import msgspec

from doorstep.conversations.models.assertions import Assertions, Day, assertions_of, numbers_in, plain
from doorstep.conversations.models.claims import DEED, claims_in
from doorstep.conversations.models.context import VERBATIM, Fact, FactKind
from doorstep.conversations.models.redacting import PLACEHOLDER, placeholders_in

_DOLLARS = frozenset({"$", "USD", "CAD", "AUD"})
#: So many words in a row of its instructions, and a text repeats them.
_RUN = 7


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said in a turn."""

    said: Assertions
    #: Labels of `claims_in`.
    claims: frozenset[str]
    numbers: frozenset[Decimal]
    days: frozenset[Day]
    weekdays: frozenset[int]
    #: Days from today.
    relative: frozenset[int]
    placeholders: frozenset[str]
    #: Names of goods, as `plain` writes them, with what numbers and spans stand in them.
    names: tuple[tuple[str, Assertions], ...]


def ground_of(facts: Iterable[Fact], today: date, *, draft: str = "", mentioned: Iterable[str] = ()) -> Ground:
    """Gather what facts and the draft prove, personal things hidden; placeholders may be `mentioned` by the customer too."""
    facts = tuple(facts)
    own = [fact for fact in facts if fact.kind not in VERBATIM]
    text = "\n".join([draft, *(fact.value for fact in own)])
    said = assertions_of(PLACEHOLDER.sub(" ", text))
    passages = [fact.value for fact in own if fact.kind is FactKind.KNOWLEDGE]
    ours = [draft, *(fact.value for fact in own if fact.kind is not FactKind.KNOWLEDGE)]
    told = {(on.year, on.month, on.day) for fact in own if (on := fact.on) is not None}
    days = frozenset(told | {day for ways in said.days for day in ways})
    dates = [one for day in days if (one := _date(day)) is not None]
    return Ground(
        said=said,
        claims=_claims(ours) | {one for one in _claims(passages) if DEED not in one},
        numbers=numbers_in(PLACEHOLDER.sub(" ", text)),
        days=days,
        weekdays=said.weekdays | {one.weekday() for one in dates},
        relative=said.relative | {(one - today).days for one in dates},
        placeholders=placeholders_in([text, *(fact.value for fact in facts), *mentioned]),
        names=tuple((plain(fact.value), assertions_of(fact.value)) for fact in facts if fact.kind in VERBATIM),
    )


def unfounded(text: str, ground: Ground) -> tuple[str, ...]:
    """Name the sorts of things a text says that nothing proves, e.g. "amount", "claim guarantee"; (): it may be said."""
    found = assertions_of(PLACEHOLDER.sub(" ", text))
    flat = plain(text)
    named = [said for name, said in ground.names if name and name in flat]
    numbers = ground.numbers.union(*(one.numbers for one in named))
    spans = ground.said.spans.union(*(one.spans for one in named))
    checks = (
        ("placeholder", placeholders_in([text]) <= ground.placeholders),
        ("link", found.links <= ground.said.links),
        ("amount", all(_is_amount(one, ground.said.amounts) for one in found.amounts)),
        ("percent", found.percents <= ground.said.percents),
        ("span", found.spans <= spans),
        ("day", all(any(_is_day(day, ground.days) for day in ways) for ways in found.days)),
        ("weekday", found.weekdays <= ground.weekdays),
        ("day", found.relative <= ground.relative),
        ("hour", found.times <= ground.said.times),
        ("number", found.numbers <= numbers),
    )
    claims = tuple(f"claim {one}" for one in sorted(found.claims - ground.claims))
    return tuple(dict.fromkeys(name for name, holds in checks if not holds)) + claims


def lost(text: str, draft: str) -> tuple[str, ...]:
    """Name what a draft says that its other wording leaves out: amounts, shares, days, hours, links, placeholders."""
    before, after = assertions_of(PLACEHOLDER.sub(" ", draft)), assertions_of(PLACEHOLDER.sub(" ", text))
    days = frozenset(day for ways in after.days for day in ways)
    checks = (
        ("placeholder", placeholders_in([draft]) <= placeholders_in([text])),
        ("link", before.links <= after.links),
        ("amount", all(_is_amount(one, after.amounts) for one in before.amounts)),
        ("percent", before.percents <= after.percents),
        ("span", before.spans <= after.spans),
        ("day", all(any(_is_day(day, days) for day in ways) for ways in before.days)),
        ("hour", before.times <= after.times),
    )
    return tuple(name for name, holds in checks if not holds)


def repeats(text: str, instructions: str) -> bool:
    """Whether a text has so many words in a row of the model's instructions that it passes them on."""
    words, said = plain(instructions).split(), f" {' '.join(plain(text).split())} "
    return any(f" {' '.join(words[at : at + _RUN])} " in said for at in range(len(words) - _RUN + 1))


def _claims(texts: Iterable[str]) -> frozenset[str]:
    return claims_in(plain(PLACEHOLDER.sub(" ", "\n".join(texts))))


def _is_amount(one: tuple[Decimal, str], ground: Iterable[tuple[Decimal, str]]) -> bool:
    number, unit = one
    units = {had for amount, had in ground if amount == number}
    return unit in units or ("$" in units and unit in _DOLLARS) or (unit == "$" and bool(units & _DOLLARS))


def _is_day(day: Day, ground: Iterable[Day]) -> bool:
    return any(day[1:] == had[1:] and (not day[0] or not had[0] or day[0] == had[0]) for had in ground)


def _date(day: Day) -> date | None:
    try:
        return date(*day)
    except ValueError:  # no year, or the 31st of a short month
        return None
