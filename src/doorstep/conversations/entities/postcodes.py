"""Text, region → post codes; and the forms that they have.

Source: Universal Postal Union, postal addressing systems of member countries; as known on 2026-11-22.
"""

import re
from collections.abc import Iterator

from doorstep.conversations.entities.folding import Folded, fold, free
from doorstep.domain.talking.understood import Entity, EntityKind

#: Country → form of its post codes in plain letters.
FORMS = {
    "US": r"\d{5}(?:-\d{4})?",
    "GB": r"[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}",
    "CA": r"[abceghj-nprstvxy]\d[a-z] ?-?\d[a-z]\d",
    "DE": r"\d{5}",
    "FR": r"\d{5}",
    "ES": r"\d{5}",
    "IT": r"\d{5}",
    "PT": r"\d{4}-\d{3}",
    "BR": r"\d{5}-?\d{3}",
    "IN": r"[1-9]\d{2} ?\d{3}",
    "MX": r"\d{5}",
    "AT": r"\d{4}",
    "CH": r"\d{4}",
    "BE": r"\d{4}",
    "NL": r"\d{4} ?[a-z]{2}",
    "AU": r"\d{4}",
    "IE": r"[ac-fhknprtv-y]\d[\dw] ?[\dac-fhknprtv-y]{4}",
}
#: Forms that no other number has: found without a word for it, and they tell the country.
TELLING = ("GB", "CA", "PT", "IE")
_CALLED = (
    r"(?:zip ?codes?|zip|post ?codes?|postal codes?|pin ?codes?|plz|postleitzahl|code postal|codigo postal|codigo postale|cod\.? postal|c\.?p\.?|cap|cep|area pin)"
    r"(?:\s+(?:is|number|no\.?|es|est|ist|lautet|e|of))?\s*[:#=]?\s*"
)
_ANY = "|".join(
    (FORMS["PT"], FORMS["BR"], FORMS["GB"], FORMS["CA"], FORMS["IE"], r"\d{5}-\d{4}", FORMS["IN"], r"\d{5}", FORMS["NL"], r"\d{4}")
)
_WITH_WORD = re.compile(rf"(?<!\w){_CALLED}(?P<code>{_ANY})(?![\w-])")
_BY_FORM = re.compile(rf"(?<![\w#-])(?P<code>{'|'.join(FORMS[one] for one in TELLING[:3])})(?![\w-])")
_CITY_BEFORE = re.compile(r"(?<!\w)(?:live|living|in|from|to)(?: in)? (?P<city>[a-z][a-z .'-]{2,30}?),? (?P<code>\d{5})(?![\w-])")


def postcodes_in(folded: Folded, region: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find post codes: behind a word for one, or of a form that nothing else has; in the United States also behind a city."""
    found = [(one.start("code"), one.end("code"), 0.95) for one in _WITH_WORD.finditer(folded.plain)]
    found += [(one.start("code"), one.end("code"), 0.85) for one in _BY_FORM.finditer(folded.plain)]
    if region == "US":
        found += [
            (one.start("code"), one.end("code"), 0.8)
            for one in _CITY_BEFORE.finditer(folded.plain)
            if folded.original(one.start("city"), one.end("city"))[:1].isupper()
        ]
    last = 0
    for start, end, sure in sorted(found):
        if start >= last and free(start, end, taken):
            last = end
            yield folded.entity(EntityKind.POSTCODE, start, end, value=key_of_postcode(folded.plain[start:end]), confidence=sure)


def postcode_in(text: str, region: str) -> Entity | None:
    """Find the post code in an answer to our asking for one; None: there is none, or several."""
    folded = fold(text)
    form = FORMS.get(region.upper(), _ANY)
    found = list(re.finditer(rf"(?<![\w-])(?:{form})(?![\w-])", folded.plain)) or list(
        re.finditer(rf"(?<![\w-])(?:{_ANY})(?![\w-])", folded.plain)
    )
    if len(found) != 1:
        return None
    start, end = found[0].span()
    return folded.entity(EntityKind.POSTCODE, start, end, value=key_of_postcode(found[0][0]))


def key_of_postcode(code: str) -> str:
    """Reduce a post code to its letters and digits, upper case."""
    return "".join(one for one in code.upper() if one.isalnum())
