"""Text, lines of an order → the lines that are meant; those that may be meant where it is not sure: then they are asked about."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from doorstep.conversations.entities.folding import word_set
from doorstep.conversations.entities.mentions import Mention, mentions_in, named, told_apart
from doorstep.conversations.entities.options import values_at
from doorstep.conversations.entities.pointing import References, Word, is_a, phrase_at, phrases_in, references, words_of
from doorstep.domain.actions.known import KnownLine

#: Words of a phrase before a name that describe it, and behind it.
_BEFORE, _BEHIND = 4, 6
#: What is bought, in general; stems.
_GOODS = word_set(
    "item thing product order article good stuff purchase articulo pedido producto artikel bestellung sachen commande "
    "produit articolo prodotto ordine iten"
)
#: What they deny ends at the next comma: "not the lamp, the headphones".
_SHORT_DENIALS = word_set("not nicht nao and keep keeping without garder garde behalte tengo quedarme ficar mas aber ma pero mais")
#: Hindi denies behind the thing, and a comma follows: "lamp nahi, tshirt".
_HINDI_NOT = word_set("nahi nahin nhi नहीं")
_ANOTHER = word_set("another second other otro otra autre deuxieme andere anderen zweite zweiten altro altra outro outra dusra dusri")
#: A text so short that it is an answer.
_ANSWER = 7


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """What is meant of several things."""

    #: `KnownLine.line_id`, in the order of the lines: these are meant.
    lines: tuple[str, ...] = ()
    #: Some of these are meant, it is not sure which (one: it is not sure whether).
    unsure: tuple[str, ...] = ()
    #: line_id → units, where a number was said.
    quantities: dict[str, int] = {}


class _Judged(NamedTuple):
    """What one mention says."""

    sure: frozenset[int]
    unsure: frozenset[int]
    excepted: bool
    quantity: int
    #: "another", "the second".
    another: bool = False


def lines_meant(text: str, lines: Sequence[KnownLine], language: str) -> Meant:
    """Say which lines a text means; with several wishes in one text give its parts (`clauses_of`) one by one.

    Never guesses: what fits several lines comes back as unsure, and so does a name that is only like a line's.
    """
    words = words_of(text)
    if not lines or not words:
        return Meant()
    told = references(language)
    lines = [told_apart(line) for line in lines]
    names = [named(line, told.language) for line in lines]
    excepts = _except_scopes(words, told)
    mentions = [one for one in mentions_in(words, names, told) if not _beside(words, one.start, told)]
    judged = [_judge(words, one, lines, told, excepts) for one in mentions]
    whole = _whole(words, mentions, told)
    if whole is not None:
        return _all_but(lines, judged, excepts, sure=whole)
    told_of = [*_parted([one for one in judged if not one.excepted], lines), *_by_number(words, lines)]
    if not told_of:
        return _pointed(words, lines, told, excepted=bool(judged))
    sure = frozenset[int]().union(*(one.sure for one in told_of))
    unsure = frozenset[int]().union(*(one.unsure for one in told_of if not one.unsure & sure)) - sure
    quantities = {lines[next(iter(one.sure))].line_id: one.quantity for one in told_of if one.quantity and len(one.sure) == 1}
    return _meant(lines, sure, unsure, {line: count for line, count in quantities.items() if _fits(lines, line, count)})


def _fits(lines: Sequence[KnownLine], line_id: str, count: int) -> bool:
    return any(one.line_id == line_id and 0 < count <= one.quantity for one in lines)


def _meant(lines: Sequence[KnownLine], sure: frozenset[int], unsure: frozenset[int], quantities: dict[str, int] | None = None) -> Meant:
    return Meant(
        lines=tuple(lines[one].line_id for one in sorted(sure)),
        unsure=tuple(lines[one].line_id for one in sorted(unsure)),
        quantities=quantities or {},
    )


def _except_scopes(words: tuple[Word, ...], told: References) -> list[tuple[int, int]]:
    """Give the words that "except" rules: to the end of the sentence, or the next "but", "and return"."""
    scopes = []
    for start, end in phrases_in(words, "except", told):
        if told.language == "hi":
            # It stands behind what it rules.
            scopes.append((max(0, start - _BEFORE), start))
            continue
        stop = end
        ends = (",", ".") if words[start].plain in _SHORT_DENIALS else (".",)
        while (
            stop < len(words)
            and (stop == end or words[stop].broken not in ends)
            and not any(phrase_at(words, stop, one, told) for one in ("return", "exchange", "cancel"))
        ):
            stop += 1
        scopes.append((start, stop))
    if told.language == "hi":
        denied = (at for at, word in enumerate(words[:-1]) if word.plain in _HINDI_NOT and words[at + 1].broken == ",")
        scopes += [(_sentence_start(words, at), at) for at in denied]
    return scopes


def _sentence_start(words: tuple[Word, ...], at: int) -> int:
    """Give where the part of a sentence begins in which a word stands."""
    return next((place for place in range(at, 0, -1) if words[place].broken), 0)


def _judge(
    words: tuple[Word, ...],
    mention: Mention,
    lines: Sequence[KnownLine],
    told: References,
    excepts: list[tuple[int, int]],
) -> _Judged:
    """Narrow down what a mention may mean by what describes it."""
    excepted = any(start <= mention.start < stop for start, stop in excepts)
    lot = mention.lines
    number = _number_before(words, mention, told)
    if len(lot) > 1:
        narrowed = _narrowed(words, mention, lines, told)
        if len(narrowed) > 1 and _several(words, mention, len(narrowed), number, told):
            return _Judged(narrowed, frozenset(), excepted, 0)
        lot = narrowed
    if len({(lines[one].variant_id, lines[one].name, tuple(sorted(lines[one].options.items()))) for one in lot}) == 1 and len(lot) > 1:
        lot = frozenset({min(lot)})
    if len(lot) == 1 and mention.sure:
        another = any(one.plain in _ANOTHER for one in words[max(0, mention.start - 2) : mention.start])
        return _Judged(lot, frozenset(), excepted, number, another)
    return _Judged(frozenset(), lot, excepted, 0)


def _number_before(words: tuple[Word, ...], mention: Mention, told: References) -> int:
    """Read "the 2 mugs", "one of the mugs"; 0: no number is said."""
    for place in range(mention.start - 1, max(-1, mention.start - 4), -1):
        word = words[place]
        if words[place + 1].broken:
            break
        if word.plain.isdigit() and not word.glued and len(word.plain) <= 2:  # noqa: PLR2004
            return int(word.plain)
        if word.plain in told.numbers and (told.numbers[word.plain] > 1 or word.plain == "one"):
            return told.numbers[word.plain]
    return 0


def _several(words: tuple[Word, ...], mention: Mention, count: int, number: int, told: References) -> bool:
    """Tell whether all that fit are meant: "both shirts", "all my shirts", "the two shirts", "the shirts"."""
    if number:
        return number == count
    for place in range(max(0, mention.start - _BEFORE), mention.start):
        if phrase_at(words, place, "all", told) or (count == 2 and phrase_at(words, place, "both", told)):  # noqa: PLR2004
            return True
    return mention.plural


def _narrowed(words: tuple[Word, ...], mention: Mention, lines: Sequence[KnownLine], told: References) -> frozenset[int]:
    """Keep those of a mention's lines that fit best what is said of it."""
    around = _phrase(words, mention, told)
    fits = {one: len(values_at(around, lines[one].options)) for one in mention.lines}
    most = max(fits.values())
    best = frozenset(one for one, count in fits.items() if count == most) if most else mention.lines
    return _by_price(words, mention.start, best, lines, told)


def _phrase(words: tuple[Word, ...], mention: Mention, told: References) -> tuple[Word, ...]:
    """Give the words that describe what is mentioned: before it, and behind "with", "in", "that is" unless it becomes something new."""
    first = mention.start
    while (
        first > max(0, mention.start - _BEFORE)
        and not words[first].broken
        and not is_a(words[first - 1], ("return", "exchange", "cancel"), told)
    ):
        first -= 1
    last = mention.end
    while last < min(len(words), mention.end + _BEHIND) and not words[last].broken and not _turns(words[last]):
        last += 1
    return (*words[first : mention.start], *words[mention.end : last])


def _turns(word: Word) -> bool:
    """Tell whether what follows is something else: "to", "for", "and"."""
    return word.plain in {
        "to",
        "for",
        "into",
        "and",
        "contra",
        "gegen",
        "contre",
        "por",
        "pour",
        "para",
        "con",
        "und",
        "et",
        "y",
        "e",
        "aur",
    }


def _by_price(words: tuple[Word, ...], at: int, lot: frozenset[int], lines: Sequence[KnownLine], told: References) -> frozenset[int]:
    """Keep the cheaper, or the dearer, where that is said near a place and the prices differ."""
    if len(lot) < 2 or any(lines[one].unit_price is None for one in lot):  # noqa: PLR2004
        return lot
    near = words[max(0, at - _BEFORE) : at + _ANSWER]
    prices = {one: price.amount_minor for one in lot if (price := lines[one].unit_price) is not None}
    low = phrases_in(near, "cheaper", told) or phrases_in(near, "cheapest", told)
    high = phrases_in(near, "dearer", told) or phrases_in(near, "dearest", told)
    if bool(low) == bool(high):
        return lot
    wanted = min(prices.values()) if low else max(prices.values())
    return frozenset(one for one, price in prices.items() if price == wanted)


def _beside(words: tuple[Word, ...], at: int, told: References) -> bool:
    """Tell whether a thing is named only to say with what another one came: "the backpack I received with the vacuum"."""
    return any(at - 2 <= end <= at for _, end in phrases_in(words[:at], "beside", told))


def _by_number(words: tuple[Word, ...], lines: Sequence[KnownLine]) -> list[_Judged]:
    """Find lines by the number of their variant or product in the text."""
    said = {one.plain for one in words if len(one.plain) >= 6}  # noqa: PLR2004 - shorter ones are counts and sizes
    found = [frozenset(index for index, one in enumerate(lines) if said & {one.variant_id.lower(), one.product_id.lower()})]
    return [
        _Judged(one, frozenset(), excepted=False, quantity=0) if len(one) == 1 else _Judged(frozenset(), one, excepted=False, quantity=0)
        for one in found
        if one
    ]


def _parted(judged: list[_Judged], lines: Sequence[KnownLine]) -> list[_Judged]:
    """Give each of several mentions of the same thing ("one kettle … and another kettle") a line of its own where there are as many."""
    used: set[int] = set()
    parted = []
    for one in judged:
        if len(one.sure) == 1 and one.another and one.sure & used:
            line = lines[next(iter(one.sure))]
            twin = next((index for index, other in enumerate(lines) if index not in used and _same_thing(other, line)), None)
            if twin is not None:
                parted.append(one._replace(sure=frozenset({twin})))
                used.add(twin)
                continue
        used |= one.sure
        parted.append(one)
    return parted


def _same_thing(one: KnownLine, other: KnownLine) -> bool:
    return (one.variant_id, one.name, one.options) == (other.variant_id, other.name, other.options)


def _whole(words: tuple[Word, ...], mentions: Sequence[Mention], told: References) -> bool | None:
    """Tell whether all lines are meant: "everything", "all of it"; None: they are not ("all my shirts"); False: some of all ("all that …")."""
    for start, end in phrases_in(words, "all", told):
        at = end
        while at < len(words) and not words[at].broken and is_a(words[at], ("determiner", "adjective"), told):
            at += 1
        if any(one.start <= at < one.end or start <= one.start < at for one in mentions) and not phrase_at(words, end, "except", told):
            continue
        if at >= len(words) or words[at].broken or words[at].stem in _GOODS or _goes_on(words, at, told):
            return True
        if end - start == 1 and at > end:
            continue
        return False
    return None


def _goes_on(words: tuple[Word, ...], at: int, told: References) -> bool:
    """Tell whether a sentence goes on without narrowing what "all" is."""
    return is_a(words[at], ("function",), told) or any(
        phrase_at(words, at, one, told) for one in ("except", "return", "exchange", "cancel")
    )


def _all_but(lines: Sequence[KnownLine], judged: Sequence[_Judged], excepts: list[tuple[int, int]], *, sure: bool) -> Meant:
    """Take all but what is excepted; where it is not sure what that is, all is unsure."""
    everything = frozenset(range(len(lines)))
    out = [one for one in judged if one.excepted]
    if not sure or (excepts and not out):
        return _meant(lines, frozenset(), everything)
    away = frozenset[int]().union(*(one.sure for one in out))
    maybe = frozenset[int]().union(*(one.unsure for one in out)) - away
    return _meant(lines, everything - away - maybe, maybe)


def _pointed(words: tuple[Word, ...], lines: Sequence[KnownLine], told: References, *, excepted: bool) -> Meant:
    """Find what is pointed at without its name: "the blue one", "the cheaper one", "the first", "both", "it"."""
    everything = frozenset(range(len(lines)))
    if excepted:
        return Meant()
    if phrases_in(words, "both", told):
        return _meant(lines, everything, frozenset()) if len(lines) == 2 else _meant(lines, frozenset(), everything)  # noqa: PLR2004
    answer = len(words) <= _ANSWER or bool(phrases_in(words, "one", told))
    fits = {one: len(values_at(words, lines[one].options)) for one in everything}
    most = max(fits.values())
    lot = frozenset(one for one, count in fits.items() if count == most) if most else everything
    priced = _by_price(words, 0, lot, lines, told)
    if most or priced != lot:
        return _meant(lines, priced, frozenset()) if len(priced) == 1 and answer else _meant(lines, frozenset(), priced)
    if answer and len(words) <= _ANSWER and len(lines) > 1 and (ordinal := _ordinal(words, len(lines), told)) is not None:
        return _meant(lines, frozenset({ordinal}), frozenset())
    if len(lines) == 1 and (phrases_in(words, "single", told) or phrases_in(words, "one", told)):
        return _meant(lines, everything, frozenset())
    return Meant()


def _ordinal(words: tuple[Word, ...], count: int, told: References) -> int | None:
    """Read "the first one", "the last"."""
    if phrases_in(words, "first", told):
        return 0
    if phrases_in(words, "last", told):
        return count - 1
    return None
