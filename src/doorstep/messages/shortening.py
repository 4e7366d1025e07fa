"""A text message's facts → the same with every link short; in a text each character counts."""

from collections.abc import Callable

import msgspec

from doorstep.domain.vocabulary import Lead
from doorstep.messages.context import handed_hop
from doorstep.messages.facts import Facts, Parcel
from doorstep.messages.wording import web

#: What a short link is written with: one septet each, plain in any address, and none is taken for another (no 0 O, 1 l I).
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: 64 bits; docs/decisions/0016-short-links-in-texts.md has the sum.
LENGTH = 11
#: How many different codes there are.
CODES = len(ALPHABET) ** LENGTH
#: Shown where no message is sent.
SAMPLE = "xYz2345AbCd"
#: Where it leads, the token of the page of ours that it concerns ("" none), its long address → a short one.
Short = Callable[[Lead, str, str], str]


def code_of(number: int) -> str:
    """Write a number below `CODES` as it stands in a short link."""
    signs = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "".join(signs)


def is_code(text: str) -> bool:
    """Tell whether a text can be a short link's code at all."""
    return len(text) == LENGTH and all(sign in ALPHABET for sign in text)


def shortened(facts: Facts, short: Short) -> Facts:
    """Put short links in place of all that a text message's template may write."""
    links = facts.links
    order, case, preferences, unsubscribe = links.order, links.case, links.preferences, links.unsubscribe
    return msgspec.structs.replace(
        facts,
        parcels=tuple(_parcel(one, short) for one in facts.parcels),
        links=msgspec.structs.replace(
            links,
            order=short(Lead.ORDER, _token(order), order) if order else None,
            case=short(Lead.CASE, case_token(case), case) if case else None,
            preferences=short(Lead.PREFERENCES, "", preferences) if preferences else None,
            unsubscribe=short(Lead.UNSUBSCRIBE, "", unsubscribe) if unsubscribe else None,
        ),
    )


def sample_shortened(facts: Facts, base_url: str) -> Facts:
    """Show how a text message's links will look, where none is sent."""
    sample = f"{base_url}/s/{SAMPLE}"
    return shortened(facts, lambda lead, _, url: url if lead.is_carriers and len(url) <= len(sample) else sample)


def _parcel(parcel: Parcel, short: Short) -> Parcel:
    page = parcel.page_url
    if not page:  # without a page of ours nothing tells whose carrier's page it is
        return parcel
    token, carrier = _token(page), web(parcel.carrier_url)
    last = handed_hop(parcel.hops, parcel.tracking_number) if parcel.hops else None
    handed = web(last.url) if last else None
    hops = parcel.hops
    if last and handed:
        hops = tuple(msgspec.structs.replace(one, url=short(Lead.HANDED_TO, token, handed)) if one is last else one for one in hops)
    return msgspec.structs.replace(
        parcel,
        page_url=short(Lead.PARCEL, token, page),
        carrier_url=short(Lead.CARRIER, token, carrier) if carrier else None,
        hops=hops,
    )


def _token(page_url: str) -> str:
    return page_url.rpartition("/")[2]


def case_token(page_url: str) -> str:
    """Name a case's page within its order's: "TOKEN/cases/17"."""
    return page_url.rpartition("/o/")[2]
