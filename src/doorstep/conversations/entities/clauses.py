"""Text that wants several things → its parts by what they want: give back, exchange, cancel."""

import msgspec

from doorstep.conversations.entities.pointing import Word, phrases_in, references, words_of

#: What a part of a text may want.
WISHES = ("return", "exchange", "cancel", "ask")


class Clause(msgspec.Struct, frozen=True):
    """A part of a text, and what it wants."""

    text: str
    #: One of `WISHES`; "" nothing of the kind.
    wish: str


def clauses_of(text: str, language: str) -> tuple[Clause, ...]:
    """Split a text where what is wanted changes; a text with one wish or none is one part.

    A verb rules what follows it, or, where things are named before the first one (German, Hindi), what stands before it.
    """
    words = words_of(text)
    verbs = _verbs(words, language)
    if len({wish for _, _, wish in verbs}) <= 1:
        return (Clause(text, verbs[0][2] if verbs else ""),)
    behind = language in {"de", "hi"} and verbs[0][0] > 2  # noqa: PLR2004 - more than "ich möchte" stands before it
    parts: list[tuple[int, str]] = []
    for place, (start, end, wish) in enumerate(verbs):
        if behind:
            last = place == len(verbs) - 1
            parts.append((len(text) if last else words[end - 1].end, wish))
        else:
            following = verbs[place + 1][0] if place + 1 < len(verbs) else len(words)
            parts.append((_begin(words, following, start) if following < len(words) else len(text), wish))
    return tuple(_joined(text, parts))


def _verbs(words: tuple[Word, ...], language: str) -> list[tuple[int, int, str]]:
    """Find the verbs, the longest first where two begin at one place."""
    told = references(language)
    found = sorted((start, -end, wish) for wish in WISHES for start, end in phrases_in(words, wish, told))
    verbs: list[tuple[int, int, str]] = []
    for start, end, wish in found:
        if not verbs or start >= verbs[-1][1]:
            verbs.append((start, -end, wish))
    return verbs


def _begin(words: tuple[Word, ...], verb: int, floor: int) -> int:
    """Give where the part of a verb begins: behind the last sign before it, or at the verb."""
    for place in range(verb, max(floor, verb - 5), -1):
        if words[place].broken:
            return words[place].start
    return words[verb].start


def _joined(text: str, parts: list[tuple[int, str]]) -> list[Clause]:
    """Cut the text, and join neighbours that want the same."""
    clauses: list[Clause] = []
    start = 0
    for end, wish in parts:
        if clauses and clauses[-1].wish == wish:
            clauses[-1] = Clause(clauses[-1].text + text[start:end], wish)
        else:
            clauses.append(Clause(text[start:end], wish))
        start = end
    return clauses
