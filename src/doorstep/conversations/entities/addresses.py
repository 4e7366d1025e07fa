"""Text, region → postal addresses: street lines, city, state, post code, country; where that is not sure, lines only."""

import re
from collections.abc import Iterator

from doorstep.conversations.entities.folding import Folded, fold
from doorstep.conversations.entities.postcodes import FORMS, TELLING, postcode_in
from doorstep.conversations.entities.streets import COUNTRIES, REGIONS, STREETS, UNIT
from doorstep.domain.places import Address
from doorstep.domain.talking.understood import Entity, EntityKind

#: Behind a street at most this many characters belong to its address.
_REACH = 110
#: Countries whose post code stands before the city.
_CODE_FIRST = frozenset({"DE", "AT", "CH", "FR", "BE", "LU", "ES", "IT", "PT", "MX", "NL"})
_ENGLISH_LIKE = frozenset({"US", "GB", "CA", "IN", "AU", "IE"})
_PART_END = re.compile(r"\s*(?:,|\n|;)\s*")
_STOP = re.compile(
    r"[!?;]|\.(?:\s|$)|\n\s*\n|\b(?:please|instead|thanks|thank|because|and (?:my|please|i|the)|bitte|danke|por favor|gracias|merci|svp|grazie|obrigad[oa]|is my|not the|asap)\b"
)
#: Characters of an answer that is an address, and words between two of its commas.
_LONGEST_TOLD = 600
_MOST_PART_WORDS = 7
_DIGIT = re.compile(r"\d")
#: A place's name: up to four words.
_CITY = re.compile(r"[^\W\d_][^\d,;\n.!?]{1,40}")
_MOST_CITY_WORDS = 4
_PHRASES = re.compile(r"\b(?:or|and|but|if|when|my|is|are|was|i|to|for|please|with|order|und|oder|aber|et|ou|mais|y|o|pero|e|ma|mas)\b")


def addresses_in(folded: Folded, region: str) -> Iterator[Entity]:
    """Find addresses: each begins at a street with its number."""
    plain = folded.plain
    if not _DIGIT.search(plain):
        return
    last = 0
    for country in _countries(region):
        for match in STREETS[country].finditer(plain):
            if match.start("street") < last:
                continue
            entity = _entity(folded, match, country, region)
            if entity is not None:
                yield entity[0]
                last = entity[1]
        if last:
            return


def _countries(region: str) -> tuple[str, ...]:
    """Name countries by whose streets to look: the region's own kind first, then one of each."""
    kinds = ("US", "DE", "FR", "ES", "IT", "BR")
    own = region if region in STREETS else "US"
    return (own, *(one for one in kinds if STREETS[one] is not STREETS[own]))


def _entity(folded: Folded, match: re.Match[str], country: str, region: str) -> tuple[Entity, int] | None:
    """Read what follows a street; None: it is none (a street of another country's kind needs a post code behind it)."""
    plain = folded.plain
    start = match.start("street")
    street_end = start + len(match["street"].rstrip(" ,"))
    stop = _STOP.search(plain, street_end, min(len(plain), street_end + _REACH))
    limit = stop.start() if stop else min(len(plain), street_end + _REACH)
    code = _postcode(plain, street_end, limit, country, region)
    home = country if code is None else code[2]
    if code is None:
        if country != region and not _own_kind(country, region):
            return None
        return _lines_only(folded, start, street_end, limit, home)
    end, address = _structured(folded, start, street_end, code, limit, home)
    return folded.entity(EntityKind.ADDRESS, start, end, address=address, confidence=0.9), end


def _own_kind(country: str, region: str) -> bool:
    return region in STREETS and STREETS[region] is STREETS[country]


def _postcode(plain: str, start: int, limit: int, country: str, region: str) -> tuple[int, int, str] | None:
    """Find the post code behind a street: where it stands, and of which country its form is."""
    own = region if _own_kind(country, region) else country
    same_kind = [one for one in STREETS if STREETS[one] is STREETS[country] and one in FORMS]
    for one in dict.fromkeys([own, *(kind for kind in same_kind if kind in TELLING), *same_kind]):
        match = re.compile(rf"(?<![\w-])(?:{FORMS[one]})(?![\w-])").search(plain, start, limit)
        if match is not None:
            return match.start(), match.end(), one
    return None


def _lines_only(folded: Folded, start: int, street_end: int, limit: int, country: str) -> tuple[Entity, int]:
    """Give a street by itself, and the unit right behind it."""
    end = street_end
    lines = [folded.original(start, street_end).strip()]
    gap = _PART_END.match(folded.plain, street_end)
    unit = UNIT.match(folded.plain, gap.end(), limit) if gap else None
    if gap and unit and country:
        part_end = _PART_END.search(folded.plain, gap.end(), limit)
        end = part_end.start() if part_end else min(limit, unit.end())
        lines.append(folded.original(gap.end(), end).strip())
    return folded.entity(EntityKind.ADDRESS, start, end, address=Address(lines=tuple(lines)), confidence=0.7), end


def _structured(folded: Folded, start: int, street_end: int, code: tuple[int, int, str], limit: int, country: str) -> tuple[int, Address]:
    """Split what lies between a street and its post code, and behind it, into lines, city, state and country."""
    parts = [one for one in _spans(folded.plain, street_end, code[0]) if one[0] < one[1]]
    lines = [folded.original(start, street_end).strip()]
    city = region = land = None
    end = code[1]
    if country in _CODE_FIRST:
        lines += [folded.original(*one).strip() for one in parts]
        behind = _CITY.match(folded.plain, _skip(folded.plain, code[1]), limit)
        if behind is not None:
            city_end = behind.start() + _few_words(behind[0])
            city = folded.original(behind.start(), city_end).strip() or None
            end = city_end if city else end
    else:
        parts, region = _region(folded, parts, country)
        while parts and UNIT.match(folded.plain, parts[0][0]):
            lines.append(folded.original(*parts.pop(0)).strip())
        if parts:
            city = folded.original(*parts.pop()).strip()
        lines += [folded.original(*one).strip() for one in parts]
    land_at = _skip(folded.plain, end)
    name = next(
        (
            one
            for one in sorted(COUNTRIES, key=len, reverse=True)
            if folded.plain.startswith(one, land_at) and not folded.plain[land_at + len(one) : land_at + len(one) + 1].isalnum()
        ),
        None,
    )
    if name is not None and land_at - end <= 3:  # noqa: PLR2004 - a comma and spaces
        end, land = land_at + len(name), COUNTRIES[name]
    return end, Address(
        lines=tuple(one for one in lines if one),
        city=city,
        region=region,
        postcode=folded.original(code[0], code[1]).upper(),
        country=land or country,
    )


def _spans(plain: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts between commas and line ends, without what surrounds them."""
    at = start
    for gap in _PART_END.finditer(plain, start, end):
        yield at, gap.start()
        at = gap.end()
    last = end
    while at < last and plain[last - 1] in " ,-":
        last -= 1
    while at < last and plain[at] == " ":
        at += 1
    yield at, last


def _region(folded: Folded, parts: list[tuple[int, int]], country: str) -> tuple[list[tuple[int, int]], str | None]:
    """Take a state from the end of the parts: by itself, or behind the city ("Denver CO")."""
    names = REGIONS.get(country, frozenset())
    if not parts or not names:
        return parts, None
    start, end = parts[-1]
    text = folded.plain[start:end].strip(" .")
    if text in names and (len(parts) > 1 or len(text) == 2):  # noqa: PLR2004 - "New York, 10001" is a city
        if len([one for one in parts if not UNIT.match(folded.plain, one[0])]) == 1 and len(text) > 2:  # noqa: PLR2004
            return parts, None
        return parts[:-1], folded.original(start, end).strip()
    for count in (1, 2):
        words = text.split(" ")
        tail = " ".join(words[-count:])
        if len(words) > count and tail in names and (len(tail) == 2 or country == "IN"):  # noqa: PLR2004
            cut = end - len(tail)
            return [*parts[:-1], (start, start + len(folded.plain[start:cut].rstrip(" -/")))], folded.original(cut, end).strip()
    return parts, None


def _skip(plain: str, at: int) -> int:
    """Go over spaces and a comma."""
    while at < len(plain) and plain[at] in " ,\n-":
        at += 1
    return at


def _few_words(text: str) -> int:
    """Give how much of a text is a city's name: at most four words, none of a sentence."""
    cut = _PHRASES.search(text)
    text = text[: cut.start()] if cut else text
    words = list(re.finditer(r"\S+", text))[:_MOST_CITY_WORDS]
    return words[-1].end() if words else 0


def _told_in_a_sentence(parts: list[str], code: str) -> bool:
    """Tell whether nothing but the post code holds a digit: "cancel order 1003, it is mine" is a sentence, and no street with its number."""
    return not any(_DIGIT.search(part.replace(code, " ", 1)) for part in parts)


def address_told(text: str, region: str) -> Address | None:
    """Read an answer to our asking for an address: by its form, else by its commas; None: nothing in it can be one."""
    text = text[:_LONGEST_TOLD]
    folded = fold(text)
    found = next((one.address for one in addresses_in(folded, region) if one.address is not None), None)
    if found is not None:
        return found
    typed = postcode_in(text, region)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if typed is None or len(parts) < 2 or not _DIGIT.search(parts[0]):  # noqa: PLR2004 - a street, and what follows it
        return None
    if any(len(part.split()) > _MOST_PART_WORDS for part in parts) or _told_in_a_sentence(parts, typed.text):
        return None
    town = next((part for part in parts[1:] if typed.text in part), "")
    city = " ".join(town.replace(typed.text, " ").split()) or (parts[1] if typed.text not in parts[1] else "")
    lines = tuple(part for part in parts if part not in {town, city})
    return Address(lines=lines, city=city or None, postcode=typed.text.strip(), country=region or None)
