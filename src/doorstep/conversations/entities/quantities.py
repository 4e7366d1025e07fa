"""Text → numbers of pieces: "2 of them", "both", "les deux", "x3", "zwei Stück"."""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from doorstep.conversations.entities.folding import Folded, fold, free
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.understood import Entity, EntityKind

_MOST = 999
#: What follows a number that counts no pieces: times and measures.
_UNITS = (
    r"days?|nights?|weeks?|months?|years?|hours?|minutes?|mins?|inch|cm|mm|kg|ml|gb|percent|o'clock|am|pm|of my|dias?|semanas?|meses|horas?|minutos?|anos?"
    r"|jours?|semaines?|mois|heures?|ans?\b|tage?n?|wochen?|monate?n?|stunden?|uhr|giorn[oi]|settiman[ae]|mes[ei]|or[ae]\b|din|hafte|baje|दिन|हफ्ते|बजे"
)


@lru_cache(maxsize=8)
def _grammar(language: str) -> tuple[re.Pattern[str], re.Pattern[str], dict[str, int]]:
    """Make the patterns of a language: "both"; a number with a word that counts beside it; and what each word is as a number."""
    table = tomllib.loads((files(__package__) / "tongues" / "quantities.toml").read_text("utf-8"))[language]
    numbers = {fold(word).plain: int(number) for number, words in table["numbers"].items() for word in words}
    words = "|".join(sorted(map(re.escape, numbers), key=len, reverse=True))
    before, behind, both = (
        "|".join(sorted((re.escape(fold(one).plain) for one in table[kind]), key=len, reverse=True))
        for kind in ("before", "behind", "both")
    )
    number = rf"(?P<{{}}>\d{{{{1,3}}}}|{words})"
    counted = (
        rf"(?<![\w#.,:/-])(?:{number.format('counted')}(?:\s?x)?\s(?:{before})"
        rf"|(?:{behind})(?:\s|:\s?|\s?=\s?){number.format('asked')}|(?P<times>\d{{1,3}})\s?x|x\s?(?P<by>\d{{1,3}}))(?![\w%]|[.,:/]\d|[ -]?(?:{_UNITS}))"
    )
    return re.compile(rf"(?<!\w)(?:{both})(?!\w)"), re.compile(counted), numbers


def quantities_in(folded: Folded, language: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Find numbers of pieces; "both" is two."""
    both, counted, numbers = _grammar(language if language in LANGUAGES else "en")
    for match in both.finditer(folded.plain):
        if free(*match.span(), taken):
            yield folded.entity(EntityKind.QUANTITY, *match.span(), quantity=2, confidence=0.9)
    for match in counted.finditer(folded.plain):
        name = match.lastgroup or ""
        start, end = match.span(name)
        said = match[name]
        count = int(said) if said.isdigit() else numbers[said]
        if 0 < count <= _MOST and free(start, end, taken):
            sure = 0.9 if name in {"counted", "times", "by"} else 0.6
            yield folded.entity(EntityKind.QUANTITY, start, end, quantity=count, confidence=sure)
