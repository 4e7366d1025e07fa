"""Words, options of a variant → which values of which options are said, in whatever form: "10 inch", "no backlight", "large"."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from doorstep.conversations.entities.folding import word_set
from doorstep.conversations.entities.pointing import Word, words_of

_YES = frozenset({"yes", "true", "si", "ja", "oui", "sim", "with"})
_NO = frozenset({"no", "false", "nein", "non", "nao", "not"})
_NONE = frozenset({"none", "without", "no", "keine", "aucun", "ninguno", "nessuno", "nenhum"})
#: What "without" is called before an option's name.
_WITHOUT = word_set("no without not non ohne kein keine sans pas sin senza sem nao bina un")
_SIZES = {"s": ("small",), "m": ("medium",), "l": ("large",), "xl": ("extra", "large"), "xs": ("extra", "small"), "liter": ("large",)}
_LETTERS = {("small",): "s", ("medium",): "m", ("large",): "l"}
#: Values that say nothing unless the name of their option stands beside them.
_VAGUE = word_set(
    "high low medium full half none no yes light dark standard basic fixed custom plain fresh road auto free other black_white"
)
#: Words that by themselves stand for no value: paying and speaking of things needs them, too.
_COMMON = word_set(
    "card set type size color high low full half light free one two new old case pack item model home version night mode "
    "smart control power no not with + and bar"
)


class Said(NamedTuple):
    """One value that is said."""

    key: str
    value: str
    #: Words [start, end).
    start: int
    end: int
    #: Only part of the value is said.
    part: bool = False


class Form(NamedTuple):
    """One way of saying a value."""

    stems: tuple[str, ...]
    #: Only beside a word of the option's name.
    beside: bool = False
    part: bool = False
    #: A single letter: only in capitals, or beside the option's name.
    letter: bool = False


@lru_cache(maxsize=4096)
def key_stems(key: str) -> frozenset[str]:
    """Give the words of an option's name."""
    return frozenset(one.stem for one in words_of(key)) - {"of", "the", "type"}


@lru_cache(maxsize=8192)
def forms(key: str, value: str) -> tuple[Form, ...]:
    """Give the ways in which a value is said, each as stems."""
    stems = tuple(one.stem for one in words_of(value))
    name = tuple(one.stem for one in words_of(key) if one.stem not in {"of", "the"})
    if not stems:
        return ()
    plain = value.strip().lower()
    if plain in _YES:
        return (Form(name), Form((*name[:-1], "proof")) if len(name) > 1 else Form(("with", *name)))
    if plain in _NO:
        return (*(Form((one, *name)) for one in _WITHOUT), Form((*name, "no")))
    if plain in _NONE:
        return tuple(Form((one, *name)) for one in _WITHOUT) + tuple(Form((one, name[-1])) for one in _WITHOUT if len(name) > 1)
    return tuple(_of_value(stems, plain))


def _of_value(stems: tuple[str, ...], plain: str) -> Iterator[Form]:
    number = len(stems) == 1 and stems[0].replace(".", "").isdigit()
    vague = len(stems) == 1 and stems[0] in _VAGUE
    if plain in _SIZES:
        yield Form((plain,), letter=len(plain) == 1)
        yield Form(_SIZES[plain])
        if plain.startswith("x"):
            yield Form(("x", *_SIZES[plain][1:]))
        return
    if stems in _LETTERS:
        yield Form(stems, beside=False)
        yield Form((_LETTERS[stems],), letter=True)
        return
    yield Form(stems, beside=number or vague)
    joined = "".join(stems)
    if len(stems) > 1 and joined.isalpha():
        yield Form((joined,))
    if len(stems) == 1:
        yield from _in_two(stems[0])
    if len(stems) > 1:
        yield from (Form((one,), part=True) for one in stems if one.isalpha() and len(one) > 1 and one not in _COMMON)
        if stems[0].replace(".", "").isdigit() and len(stems) > 2:  # noqa: PLR2004 - "512 gb ssd"
            yield Form(stems[:2])


def _in_two(word: str) -> Iterator[Form]:
    """Yield "hard shell" for "hardshell"."""
    for end in ("shell", "proof", "less", "neck"):
        if word.endswith(end) and len(word) > len(end) + 2:
            yield Form((word[: -len(end)], end))
            yield Form((word[: -len(end)],), part=True)


def said_values(words: Sequence[Word], values: Mapping[str, Sequence[str]]) -> list[Said]:
    """Find the values that are said.

    `values` are an option's name → all values it takes; a part of a value counts only where no other value of any option shares it.
    """
    shared = _shared(values)
    found: list[Said] = []
    for key, choices in values.items():
        for value in dict.fromkeys(choices):
            for form in forms(key, value):
                if form.part and shared.get(form.stems[0], 0) > 1:
                    continue
                found.extend(Said(key, value, at, at + len(form.stems), form.part) for at in _places(words, form, key))
    return _longest(found)


def _shared(values: Mapping[str, Sequence[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for choices in values.values():
        for value in dict.fromkeys(choices):
            for one in {one.stem for one in words_of(value)}:
                counts[one] = counts.get(one, 0) + 1
    return counts


def _places(words: Sequence[Word], form: Form, key: str) -> Iterator[int]:
    """Yield where a form stands."""
    size = len(form.stems)
    names = key_stems(key)
    for at in range(len(words) - size + 1):
        if any(_stem(words[at + place]) != one for place, one in enumerate(form.stems)) or any(
            one.broken for one in words[at + 1 : at + size]
        ):
            continue
        near = words[max(0, at - 3) : at + size + 3]
        beside = any(one.stem in names for one in near if one not in words[at : at + size])
        if form.letter and not (words[at].upper and not words[at].glued) and not beside:
            continue
        if form.beside and not beside:
            continue
        if form.beside and words[at].glued:
            continue
        yield at


def _stem(word: Word) -> str:
    """Give a word's stem; single letters as they are."""
    return word.plain if len(word.plain) == 1 and word.plain.isalpha() and not word.glued else word.stem


def _longest(found: list[Said]) -> list[Said]:
    """Keep of values that overlap the longest, and whole ones before parts."""
    kept: list[Said] = []
    for one in sorted(found, key=lambda said: (said.part, said.start - said.end, said.start)):
        clash = [other for other in kept if one.start < other.end and other.start < one.end]
        same_place = all((other.start, other.end) == (one.start, one.end) and other.part == one.part for other in clash)
        if not clash or (same_place and all((other.key, other.value) != (one.key, one.value) for other in clash)):
            kept.append(one)
    return sorted(kept, key=lambda said: (said.start, said.key))


def values_at(words: Sequence[Word], options: Mapping[str, str], *, last: bool = False) -> frozenset[str]:
    """Give the options of one thing whose value is said; `last`: by words that reach to the end."""
    said = said_values(words, {key: [value] for key, value in options.items()})
    return frozenset(one.key for one in said if not last or one.end == len(words))
