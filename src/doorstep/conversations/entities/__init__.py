"""Text → what it names: numbers, addresses of mail and people, days and times, amounts; each at its place, none over another."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from datetime import date
from itertools import islice

from doorstep.conversations.entities.addresses import address_told, addresses_in
from doorstep.conversations.entities.amounts import amounts_in
from doorstep.conversations.entities.clauses import Clause, clauses_of
from doorstep.conversations.entities.codes import code_in
from doorstep.conversations.entities.emails import emails_in
from doorstep.conversations.entities.folding import MOST_GRAMMAR, Folded, fold
from doorstep.conversations.entities.fuzzy import closest_orders
from doorstep.conversations.entities.items import Meant, lines_meant
from doorstep.conversations.entities.moments import moments_in
from doorstep.conversations.entities.names import names_in
from doorstep.conversations.entities.numbers import number_in, numbers_in
from doorstep.conversations.entities.phones import phones_in
from doorstep.conversations.entities.postcodes import postcode_in, postcodes_in
from doorstep.conversations.entities.quantities import quantities_in
from doorstep.conversations.entities.spelling import mend
from doorstep.conversations.entities.variants import MeantVariants, variants_meant
from doorstep.domain.talking.understood import Entity

__all__ = [
    "Clause",
    "Meant",
    "MeantVariants",
    "address_told",
    "clauses_of",
    "closest_orders",
    "code_in",
    "entities_in",
    "lines_meant",
    "mend",
    "number_in",
    "postcode_in",
    "variants_meant",
]

#: A text that names more of one kind is no talk, but a list or an attack.
_MOST_OF_A_KIND = 50

#: Finds entities of one kind in a text; what earlier ones took is told.
Finder = Callable[[list[tuple[int, int]]], Iterator[Entity]]


def entities_in(
    text: str, *, language: str, today: date, region: str, order_numbers: Collection[str] = (), currency: str = ""
) -> tuple[Entity, ...]:
    """Find what a customer's text names, in the order in which it stands there.

    Args:
        text: as it came.
        language: ISO 639-1, as detected; "" unknown: every language is tried.
        today: by the customer's calendar.
        region: ISO 3166-1 alpha-2 of the customer or the shop: how its telephone numbers, dates and addresses are written.
        order_numbers: of this customer, as far as known and only if it is sure who writes.
        currency: ISO 4217, of amounts whose sign several currencies share.
    """
    folded = fold(text)
    short = folded if len(folded.plain) <= MOST_GRAMMAR else Folded(folded.text, folded.plain[:MOST_GRAMMAR], folded.at)
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []
    for finder in _finders(folded, short, language, today, region, order_numbers, currency):
        for entity in islice(finder(taken), _MOST_OF_A_KIND):
            found.append(entity)
            taken.append(_place(folded, entity))
    return tuple(sorted(found, key=lambda one: one.start))


def _finders(
    folded: Folded, short: Folded, language: str, today: date, region: str, order_numbers: Collection[str], currency: str
) -> Iterator[Finder]:
    """Yield who looks for what, the surest form first: what is taken is not looked at again."""
    yield lambda _: emails_in(folded)
    yield lambda _: addresses_in(short, region)
    yield lambda taken: postcodes_in(short, region, taken)
    yield lambda taken: amounts_in(short, currency, taken)
    yield lambda taken: numbers_in(folded, order_numbers, taken)
    yield lambda taken: phones_in(folded, region, taken)
    yield lambda taken: moments_in(short, _blanked(short, taken), language=language, today=today, region=region, taken=taken)
    yield lambda taken: names_in(short, taken)
    yield lambda taken: quantities_in(short, language, taken)


def _place(folded: Folded, entity: Entity) -> tuple[int, int]:
    """Give where an entity stands in the plain text."""
    if folded.at is None:
        return entity.start, entity.end
    return bisect_left(folded.at, entity.start), bisect_left(folded.at, entity.end)


def _blanked(folded: Folded, taken: list[tuple[int, int]]) -> str:
    """Put signs that mean nothing where something was taken."""
    plain = folded.plain
    for start, end in taken:
        plain = f"{plain[:start]}{'_' * (end - start)}{plain[end:]}"[: len(folded.plain)]
    return plain
