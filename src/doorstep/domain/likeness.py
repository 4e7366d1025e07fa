"""What somebody says of themselves and what stands on an order → whether it is the same, however it is spelt."""

import hmac
import unicodedata
from collections.abc import Iterable

from doorstep.domain.places import Address

#: Words of a name that somebody has to say where not the whole of it is said: "Noor Rivera" for "Noor Maria Rivera".
_LEAST_WORDS = 2
#: Letters that are no accented ones by Unicode, but are written so by those who have no key for them.
_SPELT = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "þ": "th", "ð": "d"}
)
#: Signs that stand within a word (O'Neill); any other stands between two.
_WITHIN = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{ACUTE ACCENT}"


def plain(text: str) -> str:
    """Reduce a text to its letters and digits: without case, accents, spaces and signs."""
    return "".join(words_of(text))


def words_of(text: str) -> tuple[str, ...]:
    """Split a name into words, each without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_SPELT)
    told = "".join(one if one.isalnum() else "" if unicodedata.combining(one) or one in _WITHIN else " " for one in apart)
    return tuple(told.split())


def postcode_key(postcode: str | None) -> str | None:
    """Reduce a post code to its letters and digits, upper case ("sw1a 1aa" and "SW1A1AA" are one); None where nothing is left."""
    return "".join(one for one in (postcode or "").upper() if one.isascii() and one.isalnum()) or None


def same(told: str, kept: str) -> bool:
    """Compare two texts in a time that says nothing of where they differ."""
    return hmac.compare_digest(told.encode(), kept.encode())


def same_postcode(told: str, kept: str | None) -> bool:
    """Tell whether somebody named a post code that there is."""
    return same(postcode_key(told) or "", postcode_key(kept) or "\x00")


def same_name(told: str, kept: Iterable[str | None]) -> bool:
    """Tell whether somebody named one of the names that there are: the whole of it in any order of words, or two words of it and more."""
    said = words_of(told)
    found = False
    for name in kept:
        words = words_of(name or "")
        whole = bool(words) and same("".join(sorted(said)), "".join(sorted(words)))
        run_together = bool(words) and same("".join(said), "".join(words))
        part = len(set(said)) >= _LEAST_WORDS and set(said) <= set(words)
        found |= whole or run_together or part
    return found


def names_of(first: str | None, last: str | None, address: Address | None) -> tuple[str, ...]:
    """Name whoever bought and whoever is on the label: both know the order."""
    bought = " ".join(part for part in (first, last) if part)
    return tuple(name for name in (bought, (address.name if address else None) or "") if name)
