"""Text, region → telephone numbers, as E.164; what is an order or a parcel was taken before."""

import re
from collections.abc import Iterator

import phonenumbers

from doorstep.conversations.entities.folding import Folded, free
from doorstep.domain.talking.understood import Entity, EntityKind

#: Digits with signs between them that telephone numbers have.
_CANDIDATE = re.compile(r"(?<![\w#.,/-])\+?\(?\d(?:[\d().]|[ /-](?=[\d(])|-(?=\d)){5,22}\d(?!\w)", re.ASCII)
_FEWEST, _MOST = 7, 15
#: A text with more candidates than this is no talk.
_MOST_CANDIDATES = 10
_CALLED = re.compile(
    r"(?:phone|mobile|cell|tel|call|whats ?app|contact|sms|text|telefon|movil|celular|portable|handy|cellulare|mobil|numero|nummer|number|फोन|मोबाइल|नंबर)\W*(?:\w+\W+){0,3}$"
)


def phones_in(folded: Folded, region: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find telephone numbers that are valid in a region (ISO 3166-1 alpha-2), or anywhere with their country's code."""
    seen = 0
    for match in _CANDIDATE.finditer(folded.plain):
        start, end = match.span()
        digits = sum(one.isdigit() for one in match[0])
        if not _FEWEST <= digits <= _MOST or not free(start, end, taken) or seen >= _MOST_CANDIDATES:
            continue
        seen += 1
        number = _valid(match[0], region)
        if number is not None:
            called = match[0].startswith("+") or _CALLED.search(folded.plain, max(0, start - 40), start) is not None
            yield folded.entity(EntityKind.PHONE, start, end, value=number, confidence=0.95 if called else 0.7)


def _valid(text: str, region: str) -> str | None:
    """Give a number as E.164; None: it is none of the region's, nor of the country that it names."""
    try:
        number = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
