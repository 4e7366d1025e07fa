"""Sections → passages: some sentences each, at most about 120 words, never cut inside a sentence."""

import re
from collections.abc import Iterable, Iterator

from doorstep.conversations.knowledge.articles import Passage, Section

#: Words of a passage, unless one sentence alone has more.
MOST_WORDS = 120
#: Abbreviations, without their last dot, behind which a sentence goes on, in the seven languages.
_SHORT = """
    mr mrs ms dr prof st no nr approx incl excl max min e.g i.e vs etc tel fig vol
    sr sra srta d dña p.ej ej ud uds núm n.º art pág aprox av avda c
    m mme mlle mm p.ex env ex réf bd
    z.b bzw ca ggf inkl exkl zzgl u.a d.h usw str hr fr evtl mind
    sig sig.ra dott es n pag
    exmo exma lda ltda prof.ª dra
"""
#: Signs that end a sentence in any script, and those that may close behind them; \uff01 and \uff1f are wide ! and ?.
_STOPS, _CLOSING = ".!?…।。\uff01\uff1f", "\"'”\u2019»)\\]"
_END = re.compile(rf"[{_STOPS}]+[{_CLOSING}]*\s+(?=\S)|(?<=[。\uff01\uff1f])(?=\S)")
_LAST_WORD = re.compile(rf"([^\s(\[\"'“„«]+)\.+[{_CLOSING}]*\s*$")


def sentences(block: str) -> list[str]:
    """Cut a line into sentences; none is lost and none is changed."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(block):
        if _goes_on(block[start : end.end()], block[end.end()]):
            continue
        found.append(block[start : end.end()].strip())
        start = end.end()
    if rest := block[start:].strip():
        found.append(rest)
    return found


def _goes_on(before: str, after: str) -> bool:
    """Tell whether a dot ends no sentence: an abbreviation, an initial, a number of a list, or a small letter behind it."""
    if after.islower():
        return True
    last = _LAST_WORD.search(before)
    if last is None:
        return False
    word = last[1].lower().rstrip(".")
    numbered = word.isdigit() and word == before.strip(". ")  # "1. Open the link."
    return f" {word} " in f" {' '.join(_SHORT.split())} " or (len(word) == 1 and word.isalpha()) or numbered


def cut(parts: Iterable[Section]) -> Iterator[Passage]:
    """Cut sections into passages."""
    for part in parts:
        lines: list[str] = []
        words = 0
        for block in part.blocks:
            pieces: list[str] = []
            for sentence in sentences(block):
                size = len(sentence.split())
                if words and words + size > MOST_WORDS:
                    yield Passage(part.path, "\n".join([*lines, " ".join(pieces)] if pieces else lines))
                    lines, pieces, words = [], [], 0
                pieces.append(sentence)
                words += size
            if pieces:
                lines.append(" ".join(pieces))
        if lines:
            yield Passage(part.path, "\n".join(lines))


def lines_of(text: str) -> list[str]:
    """Give a passage's sentences in order, over all of its lines."""
    return [sentence for line in text.split("\n") for sentence in sentences(line)]
