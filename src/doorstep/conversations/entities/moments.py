"""Text → delivery days and times, by the words of its language; of another where that one says nothing."""

from collections.abc import Iterator
from datetime import date

from doorstep.conversations.entities.days import Calendar
from doorstep.conversations.entities.folding import Folded, free
from doorstep.conversations.entities.tokens import Token, lexicon, tokens_of
from doorstep.conversations.entities.windows import windows, written
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.understood import Entity, EntityKind

#: Without one of these a text names no day and no time.
_TELLING = frozenset("DWMOdCPKEqQcNu")


def moments_in(folded: Folded, plain: str, *, language: str, today: date, region: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find days and times of a day.

    Args:
        plain: the text as grammars read it, what is taken blanked out.
        language: ISO 639-1; where it is not served or names nothing, English is tried, and then the one that finds most.
    """
    found: list[Token] = []
    for tried in _order(language, region):
        found = _read(plain, tried, today, region)
        if found:
            break
    for token in found:
        if not free(token.start, token.end, taken):
            continue
        if token.kind == "V":
            yield folded.entity(EntityKind.WINDOW, token.start, token.end, value=written(token), confidence=token.sure)
        else:
            first, last = (
                date.fromordinal(one) if one is not None and 1 <= one <= date.max.toordinal() else None for one in (token.low, token.high)
            )
            yield folded.entity(EntityKind.DAY, token.start, token.end, first_on=first, last_on=last, confidence=token.sure)


def _order(language: str, region: str) -> tuple[str, ...]:
    """Name the languages to try: the text's own, English; all where it is unknown; Hindi where people mix it in."""
    if language not in LANGUAGES:
        return LANGUAGES
    if language == "en":
        return ("en", "hi") if region in {"IN", ""} else ("en",)
    return (language, "en")


def _read(plain: str, language: str, today: date, region: str) -> list[Token]:
    tokens = tokens_of(plain, language)
    if not any(one.kind in _TELLING for one in tokens):
        return []
    calendar = Calendar(today, region, next_is_week=lexicon(language).next_is_week)
    tokens = calendar.late(windows(calendar.early(tokens)))
    return [one for one in tokens if one.kind in "VG" and (one.low is not None or one.high is not None)]
