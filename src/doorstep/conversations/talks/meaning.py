"""A few words of an answer → a way of paying, a reason, what the customer would like, how goods go back.

The words stand in `meanings/<language>.toml`; a customer's own language is looked in, and English, which shops mix in.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

import msgspec

from doorstep.conversations.romanised import romanised
from doorstep.domain.actions.kinds import MethodKind, Remedy
from doorstep.domain.actions.known import Method
from doorstep.domain.languages import LANGUAGES

_DIGITS = re.compile(r"\b(\d{4})\b")
_PUNCTUATION = re.compile(r"[^\w\s]+")
#: The nearer name first: a gift card is a card, too.
_METHODS = (MethodKind.GIFT_CARD, MethodKind.STORE_CREDIT, MethodKind.PAYPAL, MethodKind.COD, MethodKind.CARD)
_REMEDIES = (Remedy.STORE_CREDIT, Remedy.REPLACEMENT, Remedy.REFUND)
_WAYS = ("pickup", "qr", "label", "drop_off")
#: Who needs a thing no longer has changed their mind, and the other way round, where the policy knows only one of them.
_ALIKE = {"no_longer_needed": "changed_mind", "changed_mind": "no_longer_needed"}
#: The reason that any other words fall under.
_OTHER = "other"


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one language."""

    methods: dict[MethodKind, list[str]]
    remedies: dict[Remedy, list[str]]
    ways: dict[str, list[str]]
    #: Parts of reasons' codes, with spaces between → what speaks for them.
    reasons: dict[str, list[str]]


class _Meanings(msgspec.Struct, frozen=True):
    """What is looked for in an answer: a pattern over plain text for each meaning."""

    methods: Mapping[MethodKind, re.Pattern[str]]
    remedies: Mapping[Remedy, re.Pattern[str]]
    ways: Mapping[str, re.Pattern[str]]
    reasons: Mapping[str, re.Pattern[str]]


def plain(text: str) -> str:
    """Fold case, accents, punctuation and Devanagari, so that words compare."""
    folded = unicodedata.normalize("NFKD", romanised(text).casefold())
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return " ".join(_PUNCTUATION.sub(" ", bare).split())


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Make one pattern of words: each begins a word, unless "*" stands before it; it is a whole one where "." stands behind it."""
    found = []
    for word in words:
        begins, ends = "" if word.startswith("*") else "(?:^| )", "(?= |$)" if word.endswith(".") else ""
        found.append(f"{begins}{re.escape(plain(word))}{ends}")
    return re.compile("|".join(found)) if found else re.compile(r"(?!)")


@lru_cache(maxsize=16)
def _meanings(language: str) -> _Meanings:
    """Put the words of a language and English together; of all languages where none is known. Read once per process."""
    spoken = [one for one in LANGUAGES if language in {one, ""} or one == "en"]
    folder = resources.files("doorstep.conversations.talks") / "meanings"
    read = [msgspec.toml.decode((folder / f"{one}.toml").read_text("utf-8"), type=_Words) for one in spoken]
    methods = {kind: [word for one in read for word in one.methods.get(kind, ())] for kind in _METHODS}
    remedies = {kind: [word for one in read for word in one.remedies.get(kind, ())] for kind in _REMEDIES}
    remedies[Remedy.STORE_CREDIT] += methods[MethodKind.STORE_CREDIT]
    ways = {way: [word for one in read for word in one.ways.get(way, ())] for way in _WAYS}
    reasons: dict[str, list[str]] = {}
    for words in read:
        for parts, told in words.reasons.items():
            for part in parts.split():
                reasons.setdefault(part, []).extend(told)
    return _Meanings(
        methods={kind: _pattern(words) for kind, words in methods.items()},
        remedies={kind: _pattern(words) for kind, words in remedies.items()},
        ways={way: _pattern(words) for way, words in ways.items()},
        reasons={part: _pattern(words) for part, words in reasons.items()},
    )


def method_meant(text: str, methods: Sequence[Method], language: str = "") -> Method | None:
    """The one of a customer's ways of paying that is named; None: none, or several fit."""
    said = plain(text)
    if not said:
        return None
    by_digits = [one for one in methods if any(digits in one.label or one.method_id.endswith(digits) for digits in _DIGITS.findall(text))]
    if len(by_digits) == 1:
        return by_digits[0]
    kinds = [kind for kind, words in _meanings(language).methods.items() if words.search(said)]
    if MethodKind.GIFT_CARD in kinds:
        kinds = [kind for kind in kinds if kind is not MethodKind.CARD]
    for kind in kinds:
        fitting = [one for one in methods if one.kind is kind]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def remedy_meant(text: str, language: str = "") -> Remedy | None:
    """What the customer would like; None untold."""
    said = plain(text)
    return next((remedy for remedy, words in _meanings(language).remedies.items() if words.search(said)), None)


def way_meant(text: str, ways: Sequence[str], language: str = "") -> str:
    """How it is to go back, of the ways that the policy has; "" untold."""
    said = plain(text)
    return next((way for way, words in _meanings(language).ways.items() if way in ways and words.search(said)), "")


def reason_meant(text: str, reasons: Sequence[tuple[str, str]], language: str = "") -> str:
    """The reason that is told, by its own words or what people say for it; "" none, or several fit."""
    said = plain(text)
    if not said:
        return ""
    named = [code for code, words in reasons if plain(words) and plain(words) in said]
    nearer = [code for code in named if code != _OTHER]
    if len(nearer) == 1:
        return nearer[0]
    told = [part for part, words in _meanings(language).reasons.items() if words.search(said)]
    fitting = _with_parts(told, reasons) or _with_parts([_ALIKE[part] for part in told if part in _ALIKE], reasons)
    if len(fitting) == 1:
        return fitting[0]
    return named[0] if len(named) == 1 and not fitting else ""


def _with_parts(parts: Sequence[str], reasons: Sequence[tuple[str, str]]) -> list[str]:
    """Give the reasons whose code or words hold one of the parts."""
    return [code for code, words in reasons if any(_speaks_for(part, code, words) for part in parts)]


def _speaks_for(part: str, code: str, words: str) -> bool:
    return part in code.replace("-", "_").replace(" ", "_") or part.replace("_", " ") in plain(words)
