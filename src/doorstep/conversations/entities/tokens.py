"""Text, language → its words as tokens, each with a class of one letter, so that a grammar is a regular expression over classes.

Classes (of `tongues/*.toml`, the same for all languages):
D day by its distance from today; W weekday; M month; N number; O ordinal number; d date in digits; y year; C time of day (c in the tables);
P part of a day; H hour's unit; q fraction before an hour, Q behind it; u unit of days; K week; E weekend; m month as a unit;
X next, x this, Y last; S start of, e end of; A after, f from, w the same word where it may also mean "of", B before, t until, I between, a and/or, T to; behind what they belong to
(Hindi): Z after, z before, y until, s from; > onwards, < or earlier, o not; J at; R article of a date, r the same behind it; F filling word; n not; h what an ordinal counts ("floor"); i in (so many days),
g from now; . a full stop; | end of a sentence; ? any other word. Made by grammars: V window, G days.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from doorstep.conversations.entities.folding import fold
from doorstep.conversations.entities.spelling import slips_of


class Token(NamedTuple):
    """A word or what a grammar made of several."""

    kind: str
    start: int
    end: int
    #: Of D, W, M, N, O, u, y, q, Q their number; of C its minutes since midnight.
    number: int = 0
    #: Of P its name; of d its digits as written.
    name: str = ""
    #: C: it may be meant twelve hours later.
    loose: bool = False
    #: V: minutes since midnight; G: ordinals of days. None: open.
    low: int | None = None
    high: int | None = None
    sure: float = 1.0


class Lexicon(NamedTuple):
    """The words of one language."""

    #: First word → phrases that begin with it, the longest first: the other words, the tokens.
    phrases: dict[str, tuple[tuple[tuple[str, ...], tuple[tuple[str, int, str], ...]], ...]]
    #: Where "next Tuesday" is the one of the coming calendar week, not the next that comes.
    next_is_week: bool


_DEVANAGARI = "\u0900-\u0963\u0971-\u097f"
_WORD = rf"(?:[^\W\d_]|[{_DEVANAGARI}])+"
_LEX = re.compile(
    rf"""
    (?P<nights>\d+[\s-]nights?\b)
  | (?P<iso>(?<!\d)\d{{4}}-\d{{1,2}}-\d{{1,2}}(?!\d))
  | (?P<date>(?<![\d.,/])\d{{1,2}}(?:[./]\d{{1,2}}(?:[./](?:\d{{4}}|\d{{2}}))?|-\d{{1,2}}-(?:\d{{4}}|\d{{2}}))(?![\d])(?!\s?[ap]\.?m\b))
  | (?P<meridiem>(?<![\d.,:])\d{{1,2}}(?:[:.]\d{{2}})?\s?[ap](?:\.\s?m\.|\.?m)(?![^\W\d_]))
  | (?P<clock>(?<![\d.,:])(?:\d{{1,2}}[:h]\d{{2}}(?!\d)(?::\d{{2}})?|\d{{1,2}}h(?!\w)))
  | (?P<ordinal>(?<![\d.,])\d{{1,2}}(?:st|nd|rd|th|er|eme|e|º|ª|°)(?!\w))
  | (?P<ish>(?<![\d.,])\d{{1,2}}(?:ish)(?!\w))
  | (?P<year>(?<![\d.,#-])20[2-4]\d(?![\d.,-]\d|\w))
  | (?P<number>(?<![\d.,#\w])\d{{1,2}}(?![\d\w]|[.,]\d))
  | (?P<shorthand>2(?:moro|morrow|mrw|mro|day|nite|night|main))(?!\w)
  | (?P<other>\#?[\d][\w.,:/-]*)
  | (?P<word>{_WORD})
  | (?P<dash>-)
  | (?P<stop>[.](?=\s|$|-|,))
  | (?P<end>[!?;\n।]|\s\|)
  | (?P<sign>[<>&~/@])
    """,
    re.VERBOSE,
)
_WORDS = re.compile(rf"{_WORD}|\d\w*|[<>&~/@-]")
#: Shorter words are one slip from too many others.
_SHORTEST_SLIP = 5
#: The words of a phrase stand at most this far apart.
_GAP = re.compile(r"[\s'.-]{0,3}")
#: The part of a day at the end of "tonight", "stasera", "Freitagabend".
_PART_OF_WORD = re.compile(r"(?:night|nite|sera|mattina|attina|vormittag|nachmittag|mittag|morgen|abend|fruh|.)$")
#: What stands behind a "not" that denies what is before it.
_CLOSED = re.compile(r"\s*(?:[,;.!]|$)")
#: Where a phrase stands in two classes, the later named here is the one; classes that are not named come before all.
_PRECEDENCE = "FRTJiIgAwfBtZzysaNOHumKEMWqQcPD"
_VALUED = frozenset("DWMNOuqQcP")


@lru_cache(maxsize=8)
def lexicon(language: str) -> Lexicon:
    """Read the words of a served language."""
    table = tomllib.loads((files(__package__) / "tongues" / f"{language}.toml").read_text("utf-8"))
    found: dict[tuple[str, ...], tuple[tuple[str, int, str], ...]] = {}
    for kind in sorted((one for one in table if len(one) == 1), key=_PRECEDENCE.find):
        rows = table[kind].items() if kind in _VALUED and isinstance(table[kind], dict) else [("", table[kind])]
        for value, phrases in rows:
            found.update((_split(phrase), (_meaning(kind, value),)) for phrase in phrases)
    weekdays = {int(value): phrases for value, phrases in table["W"].items()}
    for suffix, part in table.get("with_weekday", {}).items():
        for number, phrases in weekdays.items():
            for phrase in phrases[:1]:
                found[_split(f"{phrase} {suffix}")] = found[_split(f"{phrase}{suffix}")] = (("W", number, ""), ("P", 0, part))
    found.update((_split(phrase), tuple(_meaning(one[0], one[1:]) for one in kinds)) for phrase, kinds in table.get("both", {}).items())
    phrases_of: dict[str, list[tuple[tuple[str, ...], tuple[tuple[str, int, str], ...]]]] = {}
    for words, meaning in found.items():
        if words:
            phrases_of.setdefault(words[0], []).append((words[1:], meaning))
    ordered = {first: tuple(sorted(rest, key=lambda one: -len(one[0]))) for first, rest in phrases_of.items()}
    return Lexicon(ordered, table.get("weekday_next") == "week")


def _split(phrase: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(fold(phrase).plain))


def _meaning(kind: str, value: str) -> tuple[str, int, str]:
    """Read "D1", "Pmorning" and the like: class, number, name."""
    if kind == "P":
        return kind, 0, value
    return "C" if kind == "c" else kind, int(value or 0), ""


def tokens_of(plain: str, language: str) -> list[Token]:
    """Read a text in plain letters as the tokens of a language."""
    words = lexicon(language).phrases
    matches = [one for one in _LEX.finditer(plain) if one.lastgroup != "dash" or _ranges(plain, one)]
    tokens: list[Token] = []
    at = 0
    while at < len(matches):
        match = matches[at]
        kind = match.lastgroup or ""
        if kind in {"word", "shorthand", "sign"} or match[0] in words:
            count, meaning = _phrase(words.get(match[0]) or _misspelt(match[0], words), matches, at, plain)
            if count:
                tokens.extend(_told(matches[at : at + count], meaning, plain))
                at += count
                continue
        token = _written(kind, match)
        if token is not None:
            tokens.append(token)
        at += 1
    return _ranged(tokens, plain)


_Phrases = tuple[tuple[tuple[str, ...], tuple[tuple[str, int, str], ...]], ...]


def _misspelt(word: str, words: dict[str, _Phrases]) -> _Phrases:
    """Give what a word means that is one slip from one of the language's: "wednsday"."""
    if len(word) < _SHORTEST_SLIP:
        return ()
    meant = [one for one in slips_of(word) if one in words]
    return tuple(one for one in words[meant[0]] if not one[0]) if len(meant) == 1 else ()


def _ranged(tokens: list[Token], plain: str) -> list[Token]:
    """Put a "to" between days that a dash joins: "Mon-Wed"."""
    tokens = [_one(tokens, at) for at in range(len(tokens))]
    if "-" not in plain:
        return tokens
    made = tokens[:1]
    for one in tokens[1:]:
        last = made[-1]
        if last.kind in "WDMP" and one.kind == last.kind and plain[last.end : one.start].strip() == "-":
            made.append(Token("T", last.end, one.start))
        made.append(one)
    return made


def _one(tokens: list[Token], at: int) -> Token:
    """Read "one" as an article unless an hour or a unit is beside it: "from a shop" is no time."""
    token = tokens[at]
    if token.kind != "N" or token.number != 1 or token.name:
        return token
    behind = tokens[at + 1].kind if at + 1 < len(tokens) else ""
    before = tokens[at - 1].kind if at else ""
    return token if behind in set("HQuKp") or before in set("Jq") else token._replace(kind="?")


def _told(matches: Sequence[re.Match[str]], meaning: Sequence[tuple[str, int, str]], plain: str) -> list[Token]:
    """Make the tokens of a phrase; where it says two things ("tonight"), each has a part of it."""
    start, end = matches[0].start(), matches[-1].end()
    if len(meaning) == 1:
        kind, number, name = meaning[0]
        # "today not, rather Friday": a "not" at the end of what it denies.
        behind = kind == "n" and _CLOSED.match(plain, end) is not None
        return [Token("o" if behind else kind, start, end, number, name)]
    cut = matches[-1].start() if len(matches) > 1 else end - len(_PART_OF_WORD.search(plain, start, end)[0])  # type: ignore[index]
    places = [(start, cut), *[(cut, end)] * (len(meaning) - 1)]
    return [Token(kind, *place, number, name) for place, (kind, number, name) in zip(places, meaning, strict=True)]


def _ranges(plain: str, match: re.Match[str]) -> bool:
    """Tell a dash between two things from a hyphen within a word."""
    left, right = plain[match.start() - 1 : match.start()], plain[match.end() : match.end() + 1]
    return not (left.isalpha() and right.isalpha())


def _phrase(
    phrases: Iterable[tuple[tuple[str, ...], tuple[tuple[str, int, str], ...]]], matches: Sequence[re.Match[str]], at: int, plain: str
) -> tuple[int, tuple[tuple[str, int, str], ...]]:
    """Find the longest phrase that begins here: how many words it takes (0: none does), what it means."""
    for rest, meaning in phrases:
        if at + len(rest) < len(matches) and all(
            matches[at + place][0] == word and _GAP.fullmatch(plain, matches[at + place - 1].end(), matches[at + place].start())
            for place, word in enumerate(rest, 1)
        ):
            return len(rest) + 1, meaning
    return 0, ()


_SIMPLE = {"word": "?", "nights": "?", "other": "?", "shorthand": "?", "dash": "T", "stop": ".", "end": "|"}


def _written(kind: str, match: re.Match[str]) -> Token | None:
    """Read what stands in digits, and words that the language does not know."""
    start, end = match.span()
    text = match[0]
    if kind in _SIMPLE:
        return Token(_SIMPLE[kind], start, end)
    if kind in {"iso", "date"}:
        return Token("d", start, end, name=text)
    digits = [int(one) for one in re.findall(r"\d+", text)]
    if kind in {"number", "ordinal", "year", "ish"}:
        return Token({"ordinal": "O", "year": "y"}.get(kind, "N"), start, end, digits[0], name="ish" if kind == "ish" else text)
    if kind == "sign":
        return Token("J" if text == "@" else "a", start, end) if text in "&/@" else None
    minutes = digits[0] * 60 + (digits[1] if len(digits) > 1 else 0)
    if digits[0] > 24 or minutes > 24 * 60 or (len(digits) > 1 and digits[1] > 59):  # noqa: PLR2004 - hours and minutes
        return Token("?", start, end)
    if kind == "meridiem":
        if not 1 <= digits[0] <= 12:  # noqa: PLR2004 - hours of half a day
            return Token("C", start, end, minutes)
        half = 720 if "p" in text else 0
        return Token("C", start, end, minutes % 720 + half)
    return Token("C", start, end, minutes, loose=1 <= digits[0] <= 12 and not text.startswith("0"))  # noqa: PLR2004


class Run(NamedTuple):
    """Tokens, and their classes as one text."""

    tokens: list[Token]
    kinds: str

    @classmethod
    def of(cls, tokens: list[Token]) -> "Run":
        """Make a run of tokens."""
        return cls(tokens, "".join([one.kind for one in tokens]))


#: What makes one token (or several) of those that a pattern fits; None: it means nothing here.
Build = Callable[[list[Token]], list[Token] | None]


def reduced(run: Run, pattern: re.Pattern[str], build: Build) -> Run:
    """Replace each stretch of tokens that fits a pattern by what is made of it, from the left."""
    tokens, kinds = run
    match = pattern.search(kinds)
    if match is None:
        return run
    made: list[Token] = []
    at = 0
    while match is not None:
        made.extend(tokens[at : match.start()])
        replaced = build(tokens[match.start() : match.end()])
        if replaced is None:
            made.append(tokens[match.start()])
            at = match.start() + 1
        else:
            made.extend(replaced)
            at = match.end()
        match = pattern.search(kinds, at)
    made.extend(tokens[at:])
    return Run.of(made)


def over(tokens: Sequence[Token]) -> tuple[int, int]:
    """Give where the first of several begins and the last ends."""
    return tokens[0].start, max(one.end for one in tokens)
