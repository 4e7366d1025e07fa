"""Words, values of options → "bigger", "one size smaller", "the most pieces", "500 less" as the values that fit."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from doorstep.conversations.entities.folding import word_set
from doorstep.conversations.entities.options import key_stems
from doorstep.conversations.entities.pointing import References, Word, canonical, phrases_in, words_of

#: Options that "bigger" and "smaller" may mean, the likeliest first.
_SIZE_LIKE = ("size", "capacity", "frame", "diameter", "length", "height", "width", "screen")
#: Adjectives → options whose name they mean.
_ADJECTIVES = {
    "bright": ("bright",),
    "longer": ("length", "height", "life"),
    "longest": ("length", "height", "life"),
    "shorter": ("length", "height"),
    "shortest": ("length", "height"),
    "taller": ("height",),
    "tallest": ("height",),
    "thicker": ("thickness",),
    "thinner": ("thickness",),
    "thickest": ("thickness",),
    "thinnest": ("thickness",),
    "difficulty": ("difficulty",),
    "heavier": ("weight",),
    "lighter": ("weight",),
}
_UP = ("bigger", "longer")
_DOWN = ("smaller", "shorter")
_TOP = ("biggest", "longest")
_BOTTOM = ("smallest", "shortest")
_SCALED = {"tb": 1000.0, "l": 1000.0}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEAR = 4
#: Words of "slightly", "a bit", "one size" and the like, in all languages.
_SMALL = word_set(
    "half halbe media demi mezza meia aadha slightly a bit little one size next tad ligeramente poco un una talla "
    "legerement peu etwas bisschen ein nummer leggermente taglia ligeiramente pouco um numero thoda ek"
)
_HALF = frozenset({"half", "halbe", "media", "demi", "mezza", "meia", "aadha"})
#: Steps of a scale that lie nearer are one.
_SAME = 1e-9


class Change(NamedTuple):
    """A comparison that is said, and the values that fit it."""

    key: str
    values: frozenset[str]
    #: Words [start, end) that said it.
    start: int
    end: int


def rank(value: str) -> tuple[int, float] | None:
    """Give a value's place on its scale: (which scale, where on it); None: it stands on none."""
    stems = tuple(one.stem for one in words_of(value))
    plain = value.strip().lower()
    for index, scale in enumerate(canonical().scales):
        for place, step in enumerate(scale):
            if stems == step or (len(step) == 1 and plain == step[0]) or "".join(step) == plain:
                return index, float(place)
    number = _NUMBER.search(plain)
    if number is None:
        return None
    unit = plain[number.end() :].strip().split(" ")[0]
    return -1, float(number[0]) * _SCALED.get(unit, 1.0)


def ordered(values: Sequence[str]) -> dict[str, float] | None:
    """Give where each of an option's values stands; None where they are not of one scale."""
    ranks = {value: rank(value) for value in values}
    scales = {one[0] for one in ranks.values() if one is not None}
    if len(ranks) < 2 or any(one is None for one in ranks.values()):  # noqa: PLR2004
        return None
    if len(scales) != 1:
        return _common_scale(tuple(ranks))
    return {value: one[1] for value, one in ranks.items() if one is not None}


def _common_scale(values: Sequence[str]) -> dict[str, float] | None:
    """Find one scale that all values stand on, where each alone stands on several."""
    for scale in canonical().scales:
        names = {"".join(step): float(place) for place, step in enumerate(scale)}
        found = {value: names[key] for value in values if (key := "".join(one.stem for one in words_of(value))) in names}
        if len(found) == len(values):
            return found
    return None


def changes_in(
    words: tuple[Word, ...], options: Mapping[str, str], values: Mapping[str, Sequence[str]], told: References
) -> tuple[list[Change], bool]:
    """Find comparisons and the values that fit; and whether one was said that fits no option."""
    found: list[Change] = []
    vague = False
    scales = {
        key: scale for key, choices in values.items() if (scale := ordered([*choices, options[key]] if key in options else list(choices)))
    }
    for up, kinds in ((True, _UP), (False, _DOWN)):
        for kind in kinds:
            for start, end in phrases_in(words, kind, told):
                key = _key(words, start, end, kind, scales)
                if key is None:
                    vague = vague or kind in {"bigger", "smaller"}
                elif key in options:
                    first, last = _reach(words, start, end, key)
                    found.append(Change(key, _beyond(words[first:last], scales[key], options[key], told, up=up), first, last))
    for top, kinds in ((True, _TOP), (False, _BOTTOM)):
        for kind in kinds:
            for start, end in phrases_in(words, kind, told):
                key = _key(words, start, end, kind, scales)
                if key is not None:
                    # Of what is left when all else that was said is heeded: the order is kept, the choice is made later.
                    found.append(Change(key, frozenset(_best(scales[key], top=top)), start, end))
    return found, vague


def _key(words: tuple[Word, ...], start: int, end: int, kind: str, scales: Mapping[str, Mapping[str, float]]) -> str | None:
    """Find the option that a comparison is about: by its name beside it, by the adjective, or the one that "bigger" means."""
    behind = {one.stem for one in words[end : end + _NEAR]}
    before = {one.stem for one in words[max(0, start - 3) : start]}
    adjectives = {name for one in words[start:end] for name in _ADJECTIVES.get(one.stem, _ADJECTIVES.get(one.plain, ()))}
    by_adjective = [key for key in scales if key_stems(key) & adjectives]
    if len(by_adjective) == 1:
        return by_adjective[0]
    for near in (behind, before):
        by_name = [key for key in scales if key_stems(key) & near]
        if by_name:
            return by_name[0] if len(by_name) == 1 else None
    if kind.startswith(("big", "small")):
        like = [key for name in _SIZE_LIKE for key in scales if name in key_stems(key)]
        like = list(dict.fromkeys(like))
        return like[0] if len(like) == 1 else None
    return None


def _reach(words: tuple[Word, ...], start: int, end: int, key: str) -> tuple[int, int]:
    """Give the words of a comparison: with the number before it, and the option's name and number around it ("500 pieces less")."""
    names = key_stems(key)
    first, last = start, end
    while (
        first > max(0, start - 3)
        and not words[first].broken
        and (words[first - 1].stem in names or words[first - 1].plain.isdigit() or _small(words[first - 1]))
    ):
        first -= 1
    while last < min(len(words), end + 3) and not words[last].broken and (words[last].stem in names or words[last].plain.isdigit()):
        last += 1
    return first, last


def _small(word: Word) -> bool:
    """Tell whether a word makes a comparison a small one, or is between such a one and it."""
    return word.plain in _SMALL


def _beyond(said: tuple[Word, ...], scale: Mapping[str, float], own: str, told: References, *, up: bool) -> frozenset[str]:
    """Give the values on one side of the line's own: the next where "slightly" or "one size" is said, that far where a number is."""
    here = scale[own]
    side = {value: place for value, place in scale.items() if (place > here if up else place < here)}
    distance = next((float(one.plain) for one in said if one.plain.isdigit() and int(one.plain) > 0), None)
    if distance is not None:
        return frozenset(value for value, place in side.items() if abs(abs(place - here) - distance) < _SAME)
    if any(one.plain in _HALF for one in said):
        # Half a size is no step of this scale: all on that side, to be asked about.
        return frozenset(side)
    if side and phrases_in(said, "step", told):
        return frozenset({min(side, key=lambda value: abs(side[value] - here))})
    return frozenset(side)


def _best(scale: Mapping[str, float], *, top: bool) -> list[str]:
    wanted = max(scale.values()) if top else min(scale.values())
    return [value for value, place in scale.items() if place == wanted]
