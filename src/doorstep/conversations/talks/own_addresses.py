"""Words that point at an address the customer has already → that address: another order's, the account's, the only one in a town."""

import re
from collections.abc import Iterable, Sequence

from doorstep.conversations.entities import closest_orders
from doorstep.conversations.talks.meaning import plain
from doorstep.domain.places import Address
from doorstep.domain.talking.told import OrderTold

#: What towns are called for short.
_SHORT = {"nyc": "new york", "la": "los angeles", "sf": "san francisco", "cdmx": "ciudad de mexico", "bcn": "barcelona"}
_OF_ACCOUNT = re.compile(
    r"\b(default|profile|account|home) address\b|direccion (habitual|de mi cuenta)|mi casa\b|adresse (par defaut|du compte)|"
    r"standardadresse|heimatadresse|indirizzo (predefinito|di casa)|endereco (padrao|da conta)|ghar (ka|ke) (pata|address)"
)


def pointed_at(
    text: str, current: OrderTold, orders: Sequence[OrderTold], account: Address | None, numbers: Iterable[str]
) -> Address | None:
    """Find the one address of their own that is meant; None: none, or several fit. It is shown before anything is done.

    Args:
        text: what was said.
        current: the order whose address is to change.
        orders: all orders of whoever asks.
        account: the address of their account.
        numbers: order numbers that the text names.
    """
    here = current.known.ship_to
    for number in numbers:
        found = closest_orders(number, [one.known.number for one in orders])
        other = next((one for one in orders if found == (one.known.number,) and one.known.external_id != current.known.external_id), None)
        if other is not None and other.known.ship_to is not None:
            return other.known.ship_to
    said = f" {' '.join(_SHORT.get(word, word) for word in plain(text).split())} "
    if account is not None and account != here and _OF_ACCOUNT.search(said):
        return account
    own = [one.known.ship_to for one in orders if one.known.ship_to is not None] + ([account] if account is not None else [])
    named = [one for one in own if not _same(one, here) and one.city and f" {plain(one.city)} " in said]
    return named[0] if named and all(_same(one, named[0]) for one in named) else None


def _same(one: Address, other: Address | None) -> bool:
    return other is not None and (one.lines, one.postcode, one.city) == (other.lines, other.postcode, other.city)
