"""Words, names of things → where the things are named, and how surely."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from doorstep.conversations.entities.folding import word_set
from doorstep.conversations.entities.options import values_at
from doorstep.conversations.entities.pointing import References, Word, canonical, is_a, phrase_at, words_of
from doorstep.conversations.entities.spelling import one_slip
from doorstep.domain.actions.known import KnownLine

#: Words of a name that mean nothing by themselves.
_SMALL = word_set("of the a and for with de la le du des von mit fur und di con da do das e y et in")
_SHORTEST_SLIP, _SHORTEST_END = 6, 4
#: What stands behind one of these in a name is its variant: "T-Shirt - Blue / M".
_VARIANT = re.compile(r"\s[-\u2013|/]\s|[(,]")
#: Languages in which what a thing is stands first in its name.
_ROMANCE = frozenset({"es", "fr", "it", "pt"})
#: Endings by which numbers and cases of one word differ, outside of English.
_ENDINGS = frozenset({"", "e", "n", "en", "er", "a", "i", "o", "es", "s", "as", "os", "ern", "he", "hi"})
_SHORTEST_STEM = 4
#: Words that join two things rather than describe one.
_JOINING = (
    "function",
    "determiner",
    "adjective",
    "all",
    "both",
    "return",
    "exchange",
    "cancel",
    "single",
    "one",
    "first",
    "last",
    "same",
    "any",
    "except",
    "new",
    "old",
)

_COMPARED = ("cheaper", "dearer", "cheapest", "dearest", "bigger", "smaller", "biggest", "smallest")


class Named(NamedTuple):
    """The name of a thing as stems, and what is said of it."""

    stems: tuple[str, ...]
    #: The words that by themselves say what it is: "lamp" of "Desk Lamp", "lampe" of "Lampe de bureau".
    heads: frozenset[str]
    options: dict[str, str]
    #: Its own name says several: "boots".
    plural: bool


class Mention(NamedTuple):
    """A place at which something is named."""

    #: Words [start, end).
    start: int
    end: int
    #: Indexes of what it may be.
    lines: frozenset[int]
    #: The name itself, and not something that is like it.
    sure: bool
    #: Several are named.
    plural: bool


def named(line: KnownLine, language: str) -> Named:
    """Read a line's name; words of its options that its name repeats are no part of it."""
    all_words = words_of(line.name)
    first_small = next((place for place, one in enumerate(all_words) if one.stem in _SMALL and place), len(all_words))
    values = {one.stem for value in line.options.values() for one in words_of(value)}
    words = [one for one in all_words if one.stem not in _SMALL]
    own = [one for one in words if one.stem not in values] or words
    before = [one.stem for one in all_words[:first_small] if one in own] or [one.stem for one in own]
    heads = before if language in _ROMANCE else before[-1:]
    return Named(
        tuple(one.stem for one in own),
        frozenset(heads),
        line.options,
        bool(own) and own[-1].plain != own[-1].stem and own[-1].plain.endswith("s"),
    )


def told_apart(line: KnownLine) -> KnownLine:
    """Take a variant out of a line's name where the shop tells no options: "T-Shirt - Blue / M"."""
    parts = [one.strip(" )]") for one in _VARIANT.split(line.name) if one.strip(" )]")]
    if line.options or len(parts) < 2:  # noqa: PLR2004 - a name by itself
        return line
    return msgspec.structs.replace(line, name=parts[0], options={f"option {place}": part for place, part in enumerate(parts[1:], 1)})


def mentions_in(words: tuple[Word, ...], names: Sequence[Named], told: References) -> list[Mention]:
    """Find where things are named, from left to right, each word once."""
    vocabulary = _vocabulary(names)
    hits = [_hits(word, vocabulary, told) for word in words]
    found: list[Mention] = []
    at = 0
    while at < len(words):
        mention = _mention(words, hits, at, names, told) or _synonym(words, at, names, told)
        if mention is not None:
            found.append(mention)
        at = mention.end if mention else at + 1
    return found


def _vocabulary(names: Sequence[Named]) -> dict[str, frozenset[int]]:
    """Map each stem, and two that are written as one ("tshirt"), to the things whose names hold it."""
    found: dict[str, set[int]] = {}
    for index, name in enumerate(names):
        joined = (f"{one}{other}" for one, other in zip(name.stems, name.stems[1:], strict=False))
        for one in (*name.stems, *joined):
            found.setdefault(one, set()).add(index)
    return {one: frozenset(lot) for one, lot in found.items()}


def _hits(word: Word, vocabulary: dict[str, frozenset[int]], told: References) -> frozenset[int]:
    """Give the things whose names hold a word, or one that is a slip away."""
    found = vocabulary.get(word.stem)
    if found is not None:
        return found
    if len(word.stem) < _SHORTEST_STEM or not word.stem.isalpha() or is_a(word, _JOINING, told):
        return frozenset()
    bent = [one for one in vocabulary if told.language != "en" and _bent(one, word.stem)]
    if len(bent) == 1:
        return vocabulary[bent[0]]
    near = [
        one
        for one in vocabulary
        if len(one) >= _SHORTEST_SLIP and len(word.stem) >= _SHORTEST_SLIP and one[0] == word.stem[0] and one_slip(one, word.stem)
    ]
    return vocabulary[near[0]] if len(near) == 1 else frozenset()


def _bent(one: str, other: str) -> bool:
    """Tell whether two words differ by an ending only: "tasse" and "tassen"."""
    same = next((place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), min(len(one), len(other)))
    return same >= _SHORTEST_STEM and one[same:] in _ENDINGS and other[same:] in _ENDINGS


def _mention(words: tuple[Word, ...], hits: list[frozenset[int]], at: int, names: Sequence[Named], told: References) -> Mention | None:
    """Read the longest name, or part of one, that begins at a place."""
    if not hits[at]:
        return None
    end = at + 1
    lot = hits[at]
    while end < len(words) and hits[end] & lot and not words[end].broken and words[end].stem not in {one.stem for one in words[at:end]}:
        lot &= hits[end]
        end += 1
    if end - at == 1 and len(words[at].plain) == 1 and not words[at].plain.isdigit():
        # The "t" of "doesn't" is no T-shirt.
        return None
    said = {one.stem for one in words[at:end]}
    counts = {index: len(names[index].stems) for index in lot}
    whole = frozenset(index for index in lot if counts[index] <= end - at or said >= set(names[index].stems))
    plural = words[end - 1].plain != words[end - 1].stem and words[end - 1].plain.endswith("s")
    if whole:
        lot = whole if len(whole) < len(lot) and end - at > 1 else lot
    several = plural and not any(names[index].plural for index in lot)
    if not _named_by(words, at, end, lot, names, told, whole=bool(whole)):
        if all(one in canonical().modifiers for one in said):
            return None
        return Mention(at, end, lot, sure=False, plural=several)
    return Mention(at, end, lot, sure=True, plural=several)


def _named_by(
    words: tuple[Word, ...], at: int, end: int, lot: frozenset[int], names: Sequence[Named], told: References, *, whole: bool
) -> bool:
    """Tell whether words name a thing, and not another that shares a word with it."""
    described = _describes(words, at, lot, names, told)
    if whole and (end - at > 1 or described):
        return True
    last = words[end - 1].stem
    heads = frozenset[str]().union(*(names[index].heads for index in lot))
    joined = {f"{one}{other}" for index in lot for one, other in zip(names[index].stems, names[index].stems[1:], strict=False)}
    if last in heads or last in joined or any(_bent(last, one) for one in heads):
        return described
    closed = end == len(words) or bool(words[end].broken) or is_a(words[end], _JOINING, told)
    return described and closed and last not in canonical().modifiers


def _describes(words: tuple[Word, ...], at: int, lot: frozenset[int], names: Sequence[Named], told: References) -> bool:
    """Tell whether the word before a name lets it be that name: an article, a colour of it; not "floor" before "lamp"."""
    if at == 0 or words[at].broken:
        return True
    before = words[at - 1]
    if is_a(before, _JOINING, told) or before.plain in told.numbers or before.plain.isdigit() or before.plain in told.sizes:
        return True
    if any(at - start <= phrase_at(words, start, kind, told) for kind in _COMPARED for start in range(max(0, at - 3), at)):
        return True
    return any(values_at(words[max(0, at - 3) : at], names[index].options, last=True) for index in lot)


def _synonym(words: tuple[Word, ...], at: int, names: Sequence[Named], told: References) -> Mention | None:
    """Read another name of one thing: "bike" for "Bicycle", and what a German compound is: "Lampe" for "Schreibtischlampe"."""
    for phrase, group in canonical().synonyms.get(words[at].stem, ()):
        end = at + len(phrase)
        if tuple(one.stem for one in words[at:end]) != phrase or any(one.broken for one in words[at + 1 : end]):
            continue
        lot = frozenset(index for index, name in enumerate(names) if any(name.stems[-len(other) :] == other for other in group))
        if lot:
            plural = words[end - 1].plain.endswith("s")
            return Mention(at, end, lot, sure=len(lot) == 1, plural=plural and not any(names[one].plural for one in lot))
    end_of = frozenset(
        index
        for index, name in enumerate(names)
        if name.stems and len(words[at].stem) > _SHORTEST_END and name.stems[-1].endswith(words[at].stem)
    )
    sure = told.language == "de" and len(end_of) == 1 and _describes(words, at, end_of, names, told)
    return Mention(at, at + 1, end_of, sure=sure, plural=False) if end_of else None
