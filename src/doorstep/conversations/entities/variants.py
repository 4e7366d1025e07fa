"""Text, a line, what else is sold of its product → the variants that are meant instead; those that may be, where it is not sure."""

from collections.abc import Sequence

import msgspec

from doorstep.conversations.entities.mentions import mentions_in, named
from doorstep.conversations.entities.pointing import References, Word, references, words_of
from doorstep.conversations.entities.wishes import Wish, wish_of
from doorstep.domain.actions.known import KnownLine, KnownVariant

#: As many as a customer is asked to choose from.
_MOST = 8


class MeantVariants(msgspec.Struct, frozen=True, kw_only=True):
    """What is meant of the variants of one product."""

    #: `KnownVariant.variant_id`: this one is meant; "" it is not sure which, or none is named.
    variant: str = ""
    #: One of these is meant, or comes nearest to what cannot be had; the nearest first.
    unsure: tuple[str, ...] = ()
    #: Fits all that was said, and cannot be had now.
    gone: tuple[str, ...] = ()
    #: Option's name → values that were asked for, for saying it back.
    wanted: dict[str, tuple[str, ...]] = {}


def variants_meant(
    text: str, line: KnownLine, variants: Sequence[KnownVariant], *, language: str = "en", others: Sequence[KnownLine] = ()
) -> MeantVariants:
    """Say which variant a text asks for instead of a line's own.

    Options that are not spoken of stay as they are. A variant is meant if it is the only one that can be had and fits; where several do, or
    what was said can be read in two ways, all of them come back as unsure.

    What is said of `others`, further lines that the text may speak of, is left out.
    """
    words = words_of(text)
    by_number = _by_number(words, line, variants)
    if by_number:
        return MeantVariants(variant=by_number)
    told = references(language)
    own = _about(words, line, others, told)
    values = {key: [one.options[key] for one in variants if key in one.options] for key in _keys(line, variants)}
    wish = wish_of(own, line.options, values, told)
    if wish.nothing:
        return MeantVariants()
    return _choose(wish, line, variants)


def _by_number(words: Sequence[Word], line: KnownLine, variants: Sequence[KnownVariant]) -> str:
    """Find a variant by its id or stock number in the text; "" where there is none, or two are."""
    said = {one.plain for one in words if len(one.plain) >= 6}  # noqa: PLR2004
    found = {one.variant_id for one in variants if one.variant_id != line.variant_id and said & {one.variant_id.lower(), one.sku.lower()}}
    return found.pop() if len(found) == 1 else ""


def _keys(line: KnownLine, variants: Sequence[KnownVariant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*line.options, *(key for one in variants for key in one.options)]))


def _about(words: tuple[Word, ...], line: KnownLine, others: Sequence[KnownLine], told: References) -> tuple[Word, ...]:
    """Leave out what is said of other lines: from where one of them is named to where this one is, or the sentence of it ends."""
    if not others:
        return words
    lines = [line, *others]
    mentions = mentions_in(words, [named(one, told.language) for one in lines], told)
    if not any(one.lines != frozenset({0}) for one in mentions):
        return words
    kept: list[Word] = []
    named_itself = any(0 in one.lines for one in mentions)
    ours = not named_itself or 0 in mentions[0].lines
    borders = {_phrase_start(words, one.start): 0 in one.lines for one in mentions}
    for place, word in enumerate(words):
        ours = borders.get(place, ours)
        if ours:
            kept.append(word)
    return tuple(kept)


def _phrase_start(words: tuple[Word, ...], at: int) -> int:
    """Give where what describes a name begins: behind a sign, "and", or a word like "the"."""
    for place in range(at, max(0, at - 6), -1):
        if words[place].broken or words[place - 1].plain in {"and", "und", "et", "y", "e", "aur", "for", "to", "the"}:
            return place
    return at


def _choose(wish: Wish, line: KnownLine, variants: Sequence[KnownVariant]) -> MeantVariants:
    """Pick the variants that fit a wish."""
    others = [one for one in variants if one.variant_id != line.variant_id or not line.variant_id]
    if wish.replacement:
        again = next((one for one in variants if one.variant_id == line.variant_id), None)
        if again is None:
            return MeantVariants()
        if wish.fallback:
            second = [one for one in others if one.available and wish.nearly(one, line)]
            return MeantVariants(unsure=(*((again.variant_id,) if again.available else ()), *_nearest(second, wish, line)))
        return MeantVariants(variant=again.variant_id) if again.available else MeantVariants(gone=(again.variant_id,))
    wanted = {key: tuple(sorted(choice)) for key, choice in wish.hard.items()}
    fits = [one for one in others if wish.allows(one, line)]
    can = [one for one in fits if one.available]
    gone = tuple(one.variant_id for one in fits if not one.available)
    if not can:
        near = [one for one in others if one.available and wish.nearly(one, line)] or [
            one for one in others if one.available and wish.asked(one)
        ]
        return MeantVariants(unsure=_nearest(wish.preferred(near), wish, line), gone=gone, wanted=wanted)
    can = wish.preferred(can)
    can = wish.priced(can, line)
    if len(can) == 1 and not wish.vague:
        return MeantVariants(variant=can[0].variant_id, gone=() if wish.by_price else gone, wanted=wanted)
    return MeantVariants(unsure=_nearest(can, wish, line), gone=gone, wanted=wanted)


def _nearest(lot: Sequence[KnownVariant], wish: Wish, line: KnownLine) -> tuple[str, ...]:
    """Order variants by how much of the line's own they keep, then by price."""

    def far(one: KnownVariant) -> tuple[int, int, str]:
        kept = sum(one.options.get(key) == value for key, value in line.options.items())
        asked = sum(one.options.get(key) in choice for key, choice in wish.hard.items())
        return -asked * 10 - kept, one.price.amount_minor, one.variant_id

    return tuple(one.variant_id for one in sorted(lot, key=far)[:_MOST])
