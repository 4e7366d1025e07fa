"""Text → delivery days and times, by the words of its language; of another where that one says nothing."""

import re
from collections.abc import Iterator
from datetime import date

from doorstep.conversations.entities.days import Calendar
from doorstep.conversations.entities.folding import Folded, free
from doorstep.conversations.entities.tokens import Run, Token, lexicon, tokens_of
from doorstep.conversations.entities.windows import windows, written
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.understood import Entity, EntityKind

#: Words of another language that are also others of the text's own: "mon" of Monday in French.
_SHORT = re.compile(r"[a-z]{1,4}")
#: Without one of these a text names no day and no time.
_TELLING = frozenset("DWMOdCPKEqQcNu")


def moments_in(folded: Folded, plain: str, *, language: str, today: date, region: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find days and times of a day.

    `plain` is the text as grammars read it, what is `taken` blanked out. Where `language` (ISO 639-1) is not served, or names nothing, English is
    tried, and then the one that finds something.
    """
    found: list[Token] = []
    for tried in _order(language, region):
        found = _read(plain, tried, today, region)
        if tried != language and language in LANGUAGES:
            found = [one for one in found if not _SHORT.fullmatch(plain, one.start, one.end)]
        if found:
            break
    told: set[str] = set()
    for token in found:
        if not free(token.start, token.end, taken):
            continue
        if token.kind == "V" and written(token) in told:
            continue
        if token.kind == "V":
            told.add(written(token))
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
    run = calendar.late(windows(calendar.early(Run.of(tokens))))
    return [one for one in run.tokens if one.kind in "VG" and (one.low is not None or one.high is not None)]
