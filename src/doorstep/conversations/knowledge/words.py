"""Text → what it is found by: stems of its words, and what of a shop's life it names in any of seven languages."""

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec
from babel import Locale

#: Signs of a word that tell what it is about; the rest bends it.
_STEM = 6
#: A word as long as this may be put together of others; signs that each of those has at least.
_COMPOUND, _LEAST_PART = 9, 5
_LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "hi")
#: Members of the European Union, ISO 3166-1; european-union.europa.eu, read 2026-11-30.
_UNION_CODES = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
_UNION_NAMES = "european union|union europea|union europeenne|europaische union|europaischen union|unione europea|uniao europeia|eu|ue"
_NICKNAMES = {"uk": "GB", "england": "GB", "inglaterra": "GB", "inghilterra": "GB", "angleterre": "GB", "usa": "US"}
#: What babel names beside countries.
_NO_COUNTRIES = frozenset(("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"))
_CODE = 2
#: Words that tell nothing of what is asked, in the languages of the house.
_EMPTY = """
a an the of to in on for and or is are be was am do does did can could will would may i you we they he she it my your our their her its me us
this that these those with from at by as not no yes if so any some have has had get got what which who how there here please hi hello want need
know tell about just im i'm it's whats what's u ur than then up out into also there's them much many thing something anything one
el la los las un una unos unas de del al y o u en es son se lo le les mi mis tu tus su sus que qué por para con como cómo sí me te nos hay tengo
tiene tienen tenéis puedo puede pueden podéis quiero ser está están estan yo vosotros ustedes usted cuanto cuánto cuál cual cuáles cuales hacéis
un une des du d' et ou où en est sont ce cet cette ces je elle nous vous ils mon ma mes votre vos notre qui quoi quel quelle quels quelles comment
pour avec dans sur par pas ne si ai avez faites est-ce puis-je peut-on avez-vous faut-il
der die das den dem des ein eine einen einem einer und oder im ist sind sein ich du er sie es wir ihr mein meine meinen dein euer eure was wie wer
für mit von vom zu zum zur auf am bei aus nicht kein keine ja nein wenn man kann könnt habe habt haben hat gibt bitte um darf welche welcher welches
il gli uno di della dei delle dai alla ai nel nella e è sono mi ti ci vi mio mia vostro che chi cosa come con su non posso puo può avete ho ha fate
quale quali quanto quanta
os as um uma uns umas do da dos das no na nos nas é são meu minha seu sua vocês voces você quem não nao sim pode tem têm tenho qual quais
है हैं का की के में से को पर और या क्या कैसे कैसा कैसी कर करें करना करने सकते सकता सकती हो मैं मेरा मेरी हम आप आपके आपका पास यह वह तो ही भी लगते लगता कितने कितना
कितनी
"""


class Named(msgspec.Struct, frozen=True):
    """What a text is found by."""

    #: What it names of a shop's life: "delivery", "country", "country ES".
    concepts: frozenset[str]
    #: Stems of words that name nothing of that, each once.
    stems: frozenset[str]
    #: Stems of words that do.
    beside: frozenset[str]


def folded(text: str) -> str:
    """Write text in small letters without accents; Hindi keeps its signs."""
    apart = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f"))


def words(text: str) -> list[str]:
    """Cut text into folded words; what a sign joins is one."""
    found: list[str] = []
    run: list[str] = []
    for sign in f"{folded(text)} ":
        if sign.isalnum() or (run and sign in "-'") or unicodedata.category(sign) in {"Mc", "Mn"}:
            run.append(sign)
        elif run:
            found.append("".join(run).strip("-'"))
            run = []
    return [word for word in found if word]


def named(text: str) -> Named:
    """Tell what a text is found by."""
    held = words(text)
    starts, phrases = _table()
    said, spoken = _in_phrases(held, phrases)
    for place, size, code in _countries(held):
        said |= {"country", f"country {code}"} | ({"country EU"} if code in _UNION_CODES.split() else set())
        spoken.update(range(place, place + size))
    beside: set[str] = set()
    stems: set[str] = set()
    for place, word in enumerate(held):
        those = set() if place in spoken else _concepts_of(word, starts)
        said |= those
        (beside if those or place in spoken else stems).update(_stems(word))
    return Named(frozenset(said), frozenset(stems - beside), frozenset(beside))


def _in_phrases(held: Sequence[str], phrases: Mapping[str, Sequence[tuple[tuple[str, ...], str]]]) -> tuple[set[str], set[int]]:
    """Find the concepts that phrases name, the longest first, and the places of the words in them."""
    said: set[str] = set()
    spoken: set[int] = set()
    for place, word in enumerate(held):
        for phrase, name in phrases.get(word, ()):
            behind = held[place : place + len(phrase)]
            if len(behind) == len(phrase) and tuple(behind[:-1]) == phrase[:-1] and behind[-1].startswith(phrase[-1]):
                said.add(name)
                spoken.update(range(place, place + len(phrase)))
    return said, spoken


def _stems(word: str) -> Iterator[str]:
    if word in _nothing():
        return
    parts: Sequence[str] = word.replace("'", "-").split("-") if len(word) > _STEM else (word,)
    yield from (part[:_STEM] for part in parts if part and part not in _nothing())


def _concepts_of(word: str, starts: dict[str, tuple[str, ...]]) -> set[str]:
    found = set(starts.get(f"{word}$", ()))
    for start in range(len(word) - _LEAST_PART if len(word) >= _COMPOUND else 1):
        for size in range(_LEAST_PART if start else 2, len(word) - start + 1):
            found.update(starts.get(word[start : start + size], ()))
    return found


@cache
def _nothing() -> frozenset[str]:
    return frozenset(folded(word) for word in _EMPTY.split())


@cache
def _said() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(resources.files(__package__).joinpath("concepts.toml").read_text(encoding="utf-8"))


@cache
def turns() -> frozenset[str]:
    """Name the concepts that make another question of one: a passage without them does not answer it."""
    return frozenset(_said()["turns"])


#: What is asked of a thing, whichever thing it is.
QUALITIES = frozenset(("cost", "time", "size", "weight", "material", "valid", "place", "country"))


@cache
def _table() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[tuple[tuple[str, ...], str], ...]]]:
    """Read the words of concepts: by their beginnings, or whole with "$"; and phrases by their first words."""
    starts: dict[str, tuple[str, ...]] = {}
    phrases: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
    for name, languages in (_said()["subjects"] | _said()["turns"]).items():
        for one in {folded(one) for alternatives in languages.values() for one in alternatives.split("|")}:
            first, *others = one.split()
            if others:
                phrases[first] = (*phrases.get(first, ()), ((first, *others), name))
            elif name not in starts.get(one, ()):
                starts[one] = (*starts.get(one, ()), name)
    return starts, phrases


@cache
def _country_names() -> dict[str, str]:
    """Map countries' folded names in the languages of the house to their codes."""
    found = dict.fromkeys(_UNION_NAMES.split("|"), "EU") | _NICKNAMES
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == _CODE and code.isalpha() and code not in _NO_COUNTRIES:
                found.setdefault(" ".join(words(name)), code)
    return found


def _countries(held: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    names = _country_names()
    for size in (1, 2, 3):
        for place in range(len(held) - size + 1):
            if code := names.get(" ".join(held[place : place + size])):
                yield place, size, code
