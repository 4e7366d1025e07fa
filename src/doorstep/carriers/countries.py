"""A carrier's word for a country ("Germany", "DEU", "de") → ISO 3166-1 alpha-2."""

from collections.abc import Mapping
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from doorstep.domain.places import Place


@cache
def _known() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("pt", "es", "fr", "de", "nl", "en"):  # English last: it wins
        territories: Mapping[str, str] = Locale(language).territories
        for code, name in territories.items():
            if len(code) == 2 and code.isalpha():  # noqa: PLR2004 - alpha-2
                names[name.casefold()] = code
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    for alias, codes in aliases.items():
        if len(codes) == 1 and len(alias) == 3 and alias.isalpha():  # noqa: PLR2004 - alpha-3
            names[alias.casefold()] = codes[0]
    names |= {"uk": "GB", "usa": "US", "united states of america": "US", "the netherlands": "NL", "great britain": "GB"}
    names |= {"hong kong": "HK", "macau": "MO", "macao": "MO", "czech republic": "CZ", "turkey": "TR", "korea, republic of": "KR"}
    return names


@cache
def _codes() -> frozenset[str]:
    territories: Mapping[str, str] = Locale("en").territories
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha() and code != "ZZ")  # noqa: PLR2004


@lru_cache(maxsize=4096)
def country_of(word: str | None) -> str | None:
    """Find the alpha-2 code; None where the word is no country we know (a state, a typo)."""
    if not word or not (trimmed := word.strip()):
        return None
    upper = trimmed.upper()
    if len(upper) == 2:  # noqa: PLR2004 - alpha-2
        return "GB" if upper == "UK" else upper if upper in _codes() else None
    return _known().get(trimmed.casefold())


@lru_cache(maxsize=8192)
def place_of(
    *,
    text: str = "",
    city: str = "",
    region: str = "",
    postcode: str = "",
    country: str = "",
    facility: str = "",
) -> Place | None:
    """Make a place of the parts a carrier sent, "" for those it did not; None where it sent none.

    A country word we cannot read is kept as the place's text when there is no other text.
    """
    code = country_of(country)
    told = text or ("" if code else country)
    if not (told or city or region or postcode or code or facility):
        return None
    return Place(told or None, city or None, region or None, postcode or None, code, facility or None)
