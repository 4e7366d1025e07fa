"""Bytes of an ANSI X12 interchange → its transaction sets, with the separators its ISA gives; cut or muddled envelopes are refused."""

import re
from collections.abc import Iterator

import msgspec

from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

#: More segments than any status interchange has; past it the bytes are an attack or a mistake.
MOST_SEGMENTS = 100_000
_ISA_ELEMENTS = 16
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")
#: How many envelopes are open before each of these may come.
_OPENS = {"ISA": 0, "GS": 1, "ST": 2}
_CLOSES = {"IEA": 1, "GE": 2, "SE": 3}
_ENVELOPE = frozenset({*_OPENS, *_CLOSES, "TA1"})


class Segment(msgspec.Struct, frozen=True, gc=False):
    """One segment."""

    tag: str
    #: Its number in the file, from 1: what an error names.
    at: int
    elements: tuple[str, ...]

    def part(self, element: int) -> str:
        """Return the element counted from 1, trimmed; "" where it was left out."""
        return self.elements[element - 1].strip() if element <= len(self.elements) else ""


class TransactionSet(msgspec.Struct, frozen=True):
    """The segments between ST and SE, without them."""

    #: As ST names it: "214".
    kind: str
    #: ISA06 where ISA05 says that it is an alpha code (02), else GS02.
    sender: str
    #: GS04 and GS05, as sent.
    made: tuple[str, str]
    at: int
    segments: tuple[Segment, ...]


def transaction_sets(raw: Raw) -> Iterator[TransactionSet]:
    """Read one interchange, or several in a row.

    Raises:
        BadInputError: no X12, or an envelope that does not close; the text names the segment.
    """
    opened: list[Segment] = []
    kept: list[Segment] = []
    last, seen = 0, False
    for segment in _segments(raw):
        last, depth = segment.at, len(opened)
        if segment.tag in _OPENS and _OPENS[segment.tag] == depth:
            opened.append(segment)
            kept = []
        elif segment.tag in _CLOSES and _CLOSES[segment.tag] == depth:
            closed = opened.pop()
            if segment.tag == "SE":
                yield _set(opened[0], opened[1], closed, kept)
                seen = True
        elif segment.tag in _ENVELOPE and not (segment.tag == "TA1" and depth == _OPENS["GS"]):
            raise BadInputError(f"segment {last}: {segment.tag} does not belong here")
        elif depth == _CLOSES["SE"]:
            kept.append(segment)
        elif segment.tag != "TA1":
            raise BadInputError(f"segment {last}: {segment.tag} stands outside of any transaction set")
    if opened:
        missing = next(tag for tag, depth in _CLOSES.items() if depth == len(opened))
        raise BadInputError(f"segment {last}: the interchange is cut off; {missing} is missing")
    if not seen:
        raise BadInputError("the interchange holds no transaction set (ST)")


def _set(isa: Segment, group: Segment, header: Segment, kept: list[Segment]) -> TransactionSet:
    sender = isa.part(6) if isa.part(5) == "02" else group.part(2)
    return TransactionSet(header.part(1), sender, (group.part(4), group.part(5)), header.at, tuple(kept))


def _segments(raw: Raw) -> Iterator[Segment]:
    text = raw.body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("ISA") or len(text) < 4:  # noqa: PLR2004 - the tag and the separator
        raise BadInputError("the body is no X12 interchange: it does not begin with ISA")
    element = text[3]
    head = text[:200].split(element, _ISA_ELEMENTS)
    if len(head) <= _ISA_ELEMENTS or len(head[-1]) < 2:  # noqa: PLR2004 - component separator and terminator
        raise BadInputError("segment 1: ISA has fewer than 16 elements")
    component, terminator = head[-1][0], head[-1][1]
    if len({element, component, terminator}) < 3 or any(mark.isalnum() for mark in (element, component, terminator)):  # noqa: PLR2004
        raise BadInputError("segment 1: ISA does not give three separators")
    number = 0
    for line in text.split(terminator):
        if not (trimmed := line.strip("\r\n\t ")):
            continue
        number += 1
        tag, *elements = trimmed.split(element)
        if number > MOST_SEGMENTS:
            raise BadInputError(f"segment {number}: more than {MOST_SEGMENTS} segments in one interchange")
        if not _TAG.fullmatch(tag):
            raise BadInputError(f"segment {number}: {tag[:12]!r} is no segment tag")
        yield Segment(tag, number, tuple(elements))
