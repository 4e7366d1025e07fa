"""Words about one thing → what is wished of its options: what must be, what had better be, what may be as it likes, at what price."""

from collections.abc import Mapping, Sequence

import msgspec

from doorstep.conversations.entities.folding import word_set
from doorstep.conversations.entities.options import Said, key_stems, said_values
from doorstep.conversations.entities.pointing import References, Word, phrase_at, phrases_in
from doorstep.conversations.entities.scales import changes_in
from doorstep.domain.actions.known import KnownLine, KnownVariant

#: Words between "instead of" and what it takes away; between "same" or "any" and what they are about.
_OLD_REACH, _KEY_REACH = 4, 4
#: What "the same" is of where the very same thing is meant; stems.
_THING = word_set(
    "one item product thing again pair model spec specification please articulo producto article produit artikel stuck "
    "modell articolo prodotto produto wala"
)
_LIKE = frozenset({"as", "like", "but", "in", "with", "only"})


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is wished of a variant."""

    #: Option's name → values one of which it must have.
    hard: dict[str, frozenset[str]] = {}
    #: Option's name → values in the order in which they are liked.
    soft: dict[str, tuple[str, ...]] = {}
    #: Option's name → values it must not have.
    never: dict[str, frozenset[str]] = {}
    #: Options that may be as they like.
    free: frozenset[str] = frozenset()
    #: Options that must stay.
    same: frozenset[str] = frozenset()
    #: All that is not spoken of may be as it likes.
    all_free: bool = False
    #: "cheaper", "dearer", "cheapest", "dearest"; "" the price was not spoken of.
    price: str = ""
    #: The very same thing again.
    replacement: bool = False
    #: What was said can be read in two ways.
    vague: bool = False
    #: Of a fall-back ("if there is none, then …"): option's name → values.
    fallback: dict[str, frozenset[str]] = {}

    @property
    def nothing(self) -> bool:
        """Whether nothing was wished."""
        return not (self.hard or self.soft or self.never or self.price or self.replacement or self.free or self.all_free)

    @property
    def by_price(self) -> bool:
        """Whether the price alone decides between those that fit."""
        return self.price in {"cheapest", "dearest"}

    def allows(self, variant: KnownVariant, line: KnownLine) -> bool:
        """Tell whether a variant has all that must be."""
        return all(self._allows(key, value, line) for key, value in variant.options.items())

    def _allows(self, key: str, value: str, line: KnownLine) -> bool:
        if key in self.hard:
            return value in self.hard[key]
        if value in self.never.get(key, ()):
            return False
        if key in self.same:
            return value == line.options.get(key, value)
        if key in self.free or key in self.soft or self.all_free or self.by_price or key in self.never:
            return True
        return value == line.options.get(key, value)

    def nearly(self, variant: KnownVariant, line: KnownLine) -> bool:
        """Tell whether a variant is what was named as second best."""
        kept = {key: frozenset({value}) for key, value in line.options.items() if key not in self.soft}
        wanted = {**kept, **self.hard}
        second = {key: choice | self.fallback.get(key, frozenset()) for key, choice in wanted.items()}
        return bool(self.fallback) and all(variant.options.get(key) in choice for key, choice in second.items() if key in variant.options)

    def asked(self, variant: KnownVariant) -> bool:
        """Tell whether a variant has all that was asked for outright."""
        return all(variant.options.get(key) in choice for key, choice in self.hard.items())

    def preferred(self, lot: list[KnownVariant]) -> list[KnownVariant]:
        """Keep of those that fit the ones that are liked best; those like the line's own where nothing liked can be had."""
        for key, likes in self.soft.items():
            best = next((found for value in likes if (found := [one for one in lot if one.options.get(key) == value])), None)
            lot = best or lot
        return lot

    def priced(self, lot: list[KnownVariant], line: KnownLine) -> list[KnownVariant]:
        """Keep of those that fit the ones at the price that is wished."""
        paid = line.unit_price
        if not self.price or not lot:
            return lot
        if self.by_price:
            prices = [one.price.amount_minor for one in lot]
            wanted = min(prices) if self.price == "cheapest" else max(prices)
            return [one for one in lot if one.price.amount_minor == wanted]
        if paid is None:
            return lot
        sign = -1 if self.price == "cheaper" else 1
        return [one for one in lot if (one.price.amount_minor - paid.amount_minor) * sign > 0]


def wish_of(words: tuple[Word, ...], options: Mapping[str, str], values: Mapping[str, Sequence[str]], told: References) -> Wish:
    """Read what is wished of a thing that has these options, of which there are these values."""
    every = {key: [*choices, options[key]] if key in options else list(choices) for key, choices in values.items()}
    main, conditional = _conditions(words, told)
    said = said_values(main, every)
    changes, vague = changes_in(main, options, values, told)
    said = [one for one in said if not any(change.start <= one.start < change.end for change in changes)]
    hard, soft, never, doubtful = _sorted_out(main, said, options, told)
    outright = frozenset(hard)
    for change in changes:
        # What was said outright stands before what is said by comparison.
        if change.key not in outright:
            hard[change.key] = (hard.get(change.key, change.values) & change.values) or change.values
    fallback, likes = _fallbacks(conditional, every, told)
    soft.update(likes)
    free, all_free = _free(main, every, told)
    same = _keyed(main, "same", every, told) - frozenset(hard) - frozenset(soft)
    price = _price(main, told)
    again = not (hard or soft or never or price or free or all_free) and _again(main, same, told)
    return Wish(
        hard=hard,
        soft={key: likes for key, likes in soft.items() if key not in hard},
        never={key: choice for key, choice in never.items() if key not in hard},
        free=free - frozenset(hard),
        same=same,
        all_free=all_free,
        price=price,
        replacement=again,
        vague=vague or doubtful,
        fallback=fallback,
    )


def _conditions(words: tuple[Word, ...], told: References) -> tuple[tuple[Word, ...], list[tuple[Word, ...]]]:
    """Set apart what stands behind "if", to the end of its sentence; "if possible" and the like at an end set nothing apart."""
    main: list[Word] = []
    apart: list[tuple[Word, ...]] = []
    at = 0
    while at < len(words):
        if phrase_at(words, at, "if", told) and not phrase_at(words, at, "soft", told):
            end = at + 1
            while end < len(words) and words[end].broken != ".":
                end += 1
            apart.append(words[at:end])
            at = end
        else:
            main.append(words[at])
            at += 1
    return tuple(main), apart


def _sorted_out(
    words: tuple[Word, ...], said: Sequence[Said], options: Mapping[str, str], told: References
) -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, ...]], dict[str, frozenset[str]], bool]:
    """Sort what is said into what must be, had better be, must not be; and tell whether a word could be of two options."""
    soft_from = _soft_places(words, told)
    new: dict[str, list[str]] = {}
    soft: dict[str, list[str]] = {}
    never: dict[str, set[str]] = {}
    doubtful = False
    for one in said:
        rivals = [other for other in said if (other.start, other.end) == (one.start, one.end) and other.key != one.key]
        if rivals and not _named_beside(words, one):
            if any(_named_beside(words, other) for other in rivals):
                continue
            if options.get(one.key) == one.value:
                continue
            doubtful = True
        if _is_old(words, one.start, told):
            never.setdefault(one.key, set()).add(one.value)
        elif soft_from[one.start]:
            soft.setdefault(one.key, []).append(one.value)
        else:
            new.setdefault(one.key, []).append(one.value)
    hard = {}
    for key, found in new.items():
        others = frozenset(value for value in found if value != options.get(key))
        hard[key] = others or (frozenset(found) if key not in soft else frozenset())
    return (
        {key: choice - frozenset(never.get(key, ())) or choice for key, choice in hard.items() if choice},
        {key: tuple(dict.fromkeys(found)) for key, found in soft.items()},
        {key: frozenset(found) for key, found in never.items()},
        doubtful,
    )


def _named_beside(words: tuple[Word, ...], said: Said) -> bool:
    near = (*words[max(0, said.start - 2) : said.start], *words[said.end : said.end + 3])
    return any(one.stem in key_stems(said.key) for one in near)


def _is_old(words: tuple[Word, ...], at: int, told: References) -> bool:
    """Tell whether a value is what shall be no more: "instead of", "not", "from" stands right before it."""
    for start in range(max(0, at - _OLD_REACH), at):
        count = phrase_at(words, start, "old", told)
        if count and not any(words[place].broken for place in range(start + 1, at + 1)):
            between = words[start + count : at]
            if not any((one.plain,) in told.phrases["new"] for one in between if one.plain != "of"):
                return True
    return False


def _soft_places(words: tuple[Word, ...], told: References) -> list[bool]:
    """Mark the words that a word like "prefer" rules: to the end of the sentence, or "but", "and will only"."""
    marks = [False] * (len(words) + 1)
    for _, end in phrases_in(words, "soft", told):
        at = end
        while at < len(words) and words[at].broken != "." and words[at].plain not in {"only", "must"}:
            marks[at] = True
            at += 1
    return marks


def _fallbacks(
    conditional: Sequence[tuple[Word, ...]], every: Mapping[str, Sequence[str]], told: References
) -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, ...]]]:
    """Read second bests, and likes that are said as conditions ("if several colours are available, grey")."""
    fallback: dict[str, set[str]] = {}
    likes: dict[str, list[str]] = {}
    for part in conditional:
        liked = bool(phrases_in(part, "soft", told))
        for one in said_values(part, every):
            if liked:
                likes.setdefault(one.key, []).append(one.value)
            else:
                fallback.setdefault(one.key, set()).add(one.value)
    return {key: frozenset(found) for key, found in fallback.items()}, {key: tuple(found) for key, found in likes.items()}


def _keyed(words: tuple[Word, ...], kind: str, every: Mapping[str, Sequence[str]], told: References) -> frozenset[str]:
    """Give the options that words like "same" or "any" are about: named right behind them."""
    found: set[str] = set()
    for _, end in phrases_in(words, kind, told):
        near = words[end : end + _KEY_REACH]
        found.update(key for key in every if key_stems(key) & {one.stem for one in near})
    return frozenset(found)


def _free(words: tuple[Word, ...], every: Mapping[str, Sequence[str]], told: References) -> tuple[frozenset[str], bool]:
    """Give the options that may be as they like, and whether all may."""
    free = _keyed(words, "any", every, told)
    general = {"spec", "feature", "specification", "detail", "variant", "else", "anything", "everything"}
    all_free = any(
        {one.stem for one in words[max(0, start - 5) : end + _KEY_REACH]} & general for start, end in phrases_in(words, "any", told)
    )
    return free, all_free


def _price(words: tuple[Word, ...], told: References) -> str:
    """Read what is said of the price; superlatives first, as they hold the comparatives' words."""
    return next((kind for kind in ("cheapest", "dearest", "cheaper", "dearer") if phrases_in(words, kind, told)), "")


def _again(words: tuple[Word, ...], same: frozenset[str], told: References) -> bool:
    """Tell whether the very same thing is wished: "the same one", "the same item again"; not "the same type as the other"."""
    if same:
        return False
    for _, end in phrases_in(words, "same", told):
        behind = words[end : end + 3]
        if not behind or behind[0].broken or (behind[0].stem in _THING and not any(one.plain in _LIKE for one in behind)):
            return True
    return False
