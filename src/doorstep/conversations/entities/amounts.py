"""Text → amounts of money: "$20", "20 euros", "₹1,299", "1.299,00 €"."""

import re
from collections.abc import Iterator

from doorstep.conversations.entities.folding import Folded, free
from doorstep.domain.money import Money, exponent_of
from doorstep.domain.talking.understood import Entity, EntityKind

#: Sign or word (plain letters) → ISO 4217; "" where the region or the merchant says which dollar or pound it is.
_SIGNS = {
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "bucks": "USD",
    "dolares": "USD",
    "dollari": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "quid": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "₹": "INR",
    "rs": "INR",
    "rs.": "INR",
    "inr": "INR",
    "rupee": "INR",
    "rupees": "INR",
    "rupaye": "INR",
    "rupay": "INR",
    "रुपये": "INR",
    "रुपए": "INR",
    "रु": "INR",
    "r$": "BRL",
    "brl": "BRL",
    "reais": "BRL",
    "real": "BRL",
    "c$": "CAD",
    "cad": "CAD",
    "a$": "AUD",
    "aud": "AUD",
    "mx$": "MXN",
    "mxn": "MXN",
    "pesos": "MXN",
    "chf": "CHF",
    "franken": "CHF",
    "¥": "JPY",
    "jpy": "JPY",
    "yen": "JPY",
}
#: Signs that several currencies share: the merchant's own goes before.
_SHARED = {
    "$": {"USD", "CAD", "AUD", "MXN", "NZD", "SGD", "HKD", "COP", "CLP", "ARS"},
    "pesos": {"MXN", "COP", "CLP", "ARS", "PHP"},
    "dollars": {"USD", "CAD", "AUD", "NZD"},
}
_SHARED |= {
    "dollar": _SHARED["dollars"],
    "bucks": _SHARED["dollars"],
    "dolares": _SHARED["dollars"],
    "rs": {"INR", "PKR", "LKR", "NPR"},
    "£": {"GBP", "EGP"},
}
_NUMBER = r"\d{1,3}(?:[ .,']\d{2,3}){1,4}(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?![.,]?\d)"
_SIGN = "|".join(sorted((re.escape(one) for one in _SIGNS), key=len, reverse=True))
_BEFORE = re.compile(rf"(?<!\w)(?P<sign>{_SIGN})\s?(?P<number>{_NUMBER})(?!\w|%)")
_BEHIND = re.compile(rf"(?<![\w.,#-])(?P<number>{_NUMBER})\s?(?P<sign>{_SIGN})(?![\w$])")
_MAYBE = re.compile(
    "[€£₹¥$]|(?:usd|eur|gbp|inr|brl|cad|aud|mxn|chf|jpy)|dollar|dolar|buck|quid|pound|rupe|rupa|reais|real|peso|frank|yen|rs|रु"
)


def amounts_in(folded: Folded, currency: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find amounts; a sign that several currencies share is the merchant's own where that is one of them."""
    if not _MAYBE.search(folded.plain):
        return
    last = 0
    matches = sorted((*_BEFORE.finditer(folded.plain), *_BEHIND.finditer(folded.plain)), key=lambda one: (one.start(), -one.end()))
    for match in matches:
        if match.start() < last or not free(match.start(), match.end(), taken):
            continue
        sign = match["sign"]
        said = currency if currency in _SHARED.get(sign, ()) else _SIGNS[sign]
        number = _decimal(match["number"], said)
        if number is not None:
            last = match.end()
            yield folded.entity(EntityKind.AMOUNT, match.start(), match.end(), value=f"{number} {said}", amount=Money.of(number, said))


def _decimal(text: str, currency: str) -> str | None:
    """Read "1.299,00", "1,299.00", "1 299", "1299.5" as a decimal text; None: it is none, or finer than the currency."""
    text = text.replace(" ", "").replace("'", "")
    sign = max(text.rfind("."), text.rfind(","))
    places = len(text) - sign - 1 if sign >= 0 else 0
    whole, fraction = (text[:sign], text[sign + 1 :]) if sign >= 0 and places <= 2 else (text, "")  # noqa: PLR2004
    digits = whole.replace(".", "").replace(",", "")
    exponent = exponent_of(currency)
    if not digits.isdigit() or len(digits) > 12 or (fraction and exponent == 0):  # noqa: PLR2004
        return None
    return f"{digits}.{fraction}" if fraction else digits
