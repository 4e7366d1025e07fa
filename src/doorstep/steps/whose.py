"""Numbers of fulfilments, and what the shop calls their carrier → the carrier; from the number itself where the shop's word says nothing."""

from collections.abc import Sequence
from functools import cache

import msgspec

from doorstep.carriers import carriers
from doorstep.carriers.identifying import identify
from doorstep.carriers.identifying.number_formats import FORMATS
from doorstep.carriers.names import SPELLED, carrier_slug
from doorstep.carriers.posts import POSTS
from doorstep.domain.places import Address
from doorstep.store import connections
from doorstep.store.database import Tx

#: Says which kind of company it is, not which one: no name for a customer.
_SOME_POST = "upu"


class Sent(msgspec.Struct, frozen=True):
    """A number and what the shop says of it."""

    merchant_id: int
    number: str
    #: The carrier as the shop names it; None untold.
    named: str | None
    ship_to: Address | None


@cache
def _known() -> frozenset[str]:
    return frozenset(carriers()) | SPELLED | frozenset(POSTS.values()) | {one.carrier for one in FORMATS}


async def carriers_of(tx: Tx, sent: Sequence[Sent]) -> list[str | None]:
    """Name each number's carrier: the one the shop names if we know it, else the one the number settles on, else the shop's word; None for none."""
    named = [carrier_slug(one.named) for one in sent]
    asked = {one.merchant_id for one, slug in zip(sent, named, strict=True) if slug not in _known()}
    if not asked:
        return named
    used = await own_carriers(tx, sorted(asked))
    return [
        slug if slug in _known() else _settled(one, used.get(one.merchant_id, frozenset())) or slug
        for one, slug in zip(sent, named, strict=True)
    ]


async def own_carriers(tx: Tx, merchant_ids: list[int]) -> dict[int, frozenset[str]]:
    """Name the carriers each merchant has connected, by slug; a merchant without any is left out."""
    used = await connections.carriers_used(tx, merchant_ids)
    return {merchant_id: frozenset(filter(None, map(carrier_slug, names))) for merchant_id, names in used.items()}


def _settled(sent: Sent, own: frozenset[str]) -> str | None:
    address = sent.ship_to or Address()
    settled = identify(sent.number, country=address.country, postcode=address.postcode, own=own).settled
    return settled if settled != _SOME_POST else None
