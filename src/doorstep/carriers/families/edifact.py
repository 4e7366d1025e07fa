"""Bytes of a UN/EDIFACT interchange → messages of segments, each segment with its number; cut or muddled envelopes are refused."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from doorstep.carriers.clock import read_time, stamp
from doorstep.domain.plugins import Raw
from doorstep.domain.times import OccurredAt
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: More segments than any status interchange has; past it the bytes are an attack or a mistake.
MOST_SEGMENTS = 100_000
#: Source: ISO 9735-1, service string advice and its defaults; syntax identifiers of UN/EDIFACT 0001, as known on 2026-11-22.
_DEFAULTS = ":+.? '"
_CHARSETS = {
    "UNOA": "latin-1", "UNOB": "latin-1", "UNOC": "iso8859-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5", "UNOF": "iso8859-7",
    "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8", "UNOK": "iso8859-9",
    "UNOW": "utf-8", "UNOY": "utf-8",
}  # fmt: skip
#: Released characters wait here, out of the separators' way, until a part is read.
_ASIDE = 0xE000
_BACK = {_ASIDE + code: code for code in range(256)}
_TAG = re.compile(r"[A-Z]{3}")


class Segment(msgspec.Struct, frozen=True, gc=False):
    """One segment."""

    tag: str
    #: Its number in the interchange, from 1, the service string advice not counted: what an error names.
    at: int
    #: Data elements after the tag, each with its components.
    elements: tuple[tuple[str, ...], ...]

    def part(self, element: int, component: int = 0) -> str:
        """Return a component, trimmed, of the element counted from 1; "" where it was left out."""
        if element > len(self.elements) or component >= len(self.elements[element - 1]):
            return ""
        return self.elements[element - 1][component].strip()


class Message(msgspec.Struct, frozen=True):
    """The segments between UNH and UNT, without them."""

    #: As UNH names it: "IFTSTA".
    kind: str
    #: The sender as UNB names it; "" where there was no envelope.
    sender: str
    #: Number of the UNH segment.
    at: int
    segments: tuple[Segment, ...]


def messages_of(raw: Raw) -> Iterator[Message]:
    """Read an interchange, or bare messages without an envelope, message by message.

    Raises:
        BadInputError: no EDIFACT, or an envelope that does not close; the text names the segment.
    """
    sender, opened, header, kept = "", False, None, list[Segment]()
    last, seen = 0, False
    for segment in _segments(raw):
        last = segment.at
        match segment.tag:
            case "UNB" if header is None and not opened:
                sender, opened = segment.part(2), True
            case "UNH" if header is None:
                header, kept, seen = segment, [], True
            case "UNT" if header is not None:
                if segment.part(2) and segment.part(2) != header.part(1):
                    raise BadInputError(f"segment {last}: UNT closes message {segment.part(2)[:20]!r}, open is {header.part(1)[:20]!r}")
                yield Message(header.part(2), sender, header.at, tuple(kept))
                header = None
            case "UNZ" if header is None and opened:
                opened = False
            case "UNG" | "UNE" if header is None:
                pass
            case "UNB" | "UNH" | "UNT" | "UNZ" | "UNG" | "UNE":
                raise BadInputError(f"segment {last}: {segment.tag} does not belong here")
            case _ if header is None:
                raise BadInputError(f"segment {last}: {segment.tag} stands outside of any message")
            case _:
                kept.append(segment)
    if header is not None or opened:
        raise BadInputError(f"segment {last}: the interchange is cut off; {'UNT' if header is not None else 'UNZ'} is missing")
    if not seen:
        raise BadInputError("the interchange holds no message (UNH)")


def _segments(raw: Raw) -> Iterator[Segment]:
    head = raw.body.removeprefix(b"\xef\xbb\xbf")[:200]
    found = re.search(rb"UNO[A-Y]", head)
    text = raw.body.decode(_CHARSETS.get(found[0].decode(), "utf-8") if found else "utf-8", "replace").lstrip("\ufeff \t\r\n")
    marks = _DEFAULTS
    if text.startswith("UNA"):
        marks, text = text[3:9], text[9:]
    elif not text.startswith(("UNB", "UNH")):
        raise BadInputError("the body is no EDIFACT interchange: it begins with none of UNA, UNB, UNH")
    if len(marks) < len(_DEFAULTS) or len({*marks[:2], marks[3], marks[5]}) < 4 or not marks.isascii() or marks[5].isalnum():  # noqa: PLR2004
        raise BadInputError("the service string advice (UNA) does not name four separators")
    component, element, release, terminator = marks[0], marks[1], marks[3], marks[5]
    released = not release.isspace() and release in text
    if released:
        text = _set_aside(text, release, (component, element, terminator))
    number = 0
    for line in text.split(terminator):
        if not (trimmed := line.strip("\r\n\t ")):
            continue
        number += 1
        tag, *elements = trimmed.split(element)
        if number > MOST_SEGMENTS:
            raise BadInputError(f"segment {number}: more than {MOST_SEGMENTS} segments in one interchange")
        if not _TAG.fullmatch(tag[:3]) or tag[3:4] not in ("", component):
            raise BadInputError(f"segment {number}: {tag[:12]!r} is no segment tag")
        parts = tuple(tuple(one.split(component)) for one in elements)
        yield Segment(tag[:3], number, _put_back(parts) if released else parts)


def _set_aside(text: str, release: str, separators: tuple[str, ...]) -> str:
    """Hide released characters: first the release character itself, whose pairs count from the left; before others it means nothing."""
    for character in (release, *separators):
        text = text.replace(release + character, chr(_ASIDE + ord(character)))
    return text.replace(release, "")


def _put_back(parts: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part.translate(_BACK) for part in element) for element in parts)


#: DE 2379 → how the value is written. Source: UN/EDIFACT D.20B code list 2379, as known on 2026-11-22.
_WRITTEN = {
    "2": ("%d%m%y", Precision.DATE), "3": ("%m%d%y", Precision.DATE),
    "101": ("%y%m%d", Precision.DATE), "102": ("%Y%m%d", Precision.DATE),
    "201": ("%y%m%d%H%M", Precision.MINUTE), "202": ("%y%m%d%H%M%S", Precision.SECOND),
    "203": ("%Y%m%d%H%M", Precision.MINUTE), "204": ("%Y%m%d%H%M%S", Precision.SECOND),
    "205": ("%Y%m%d%H%M", Precision.MINUTE), "208": ("%Y%m%d%H%M%S", Precision.SECOND),
    "301": ("%y%m%d%H%M", Precision.MINUTE), "302": ("%y%m%d%H%M%S", Precision.SECOND),
    "303": ("%Y%m%d%H%M", Precision.MINUTE), "304": ("%Y%m%d%H%M%S", Precision.SECOND),
}  # fmt: skip
#: Zone words whose offset no season changes; any other word leaves the zone to the place.
_ZONES = {"UTC": "Z", "GMT": "Z", "Z": "Z", "CET": "+01:00", "CEST": "+02:00", "EET": "+02:00", "EEST": "+03:00", "WEST": "+01:00"}
_LENGTHS = {8: "102", 12: "203", 14: "204", 6: "101", 10: "201"}


class Moment(msgspec.Struct, frozen=True):
    """A DTM segment's value."""

    wall: datetime
    precision: Precision
    #: As sent; None where only the place can tell.
    offset: str | None

    def at(self, country: str | None) -> OccurredAt:
        """Stamp it where it happened."""
        return stamp(self.wall, self.precision, offset=self.offset, country=country)


def moment_of(segment: Segment, value: str = "", form: str = "") -> Moment:
    """Read a DTM: qualifier:value:format; a missing format is told by the value's length.

    Raises:
        BadInputError: not a time of its format; the text names the segment.
    """
    value = value or segment.part(1, 1)
    form = form or segment.part(1, 2) or _LENGTHS.get(len(value), "")
    if form not in _WRITTEN:
        raise BadInputError(f"segment {segment.at}: {segment.tag} has a time of the unread format {form[:5]!r}")
    pattern, precision = _WRITTEN[form]
    found = re.fullmatch(r"(\d+)\s*([+-]\d{2}:?\d{2}|[A-Za-z]{0,4})", value, re.ASCII)
    if not found:
        raise BadInputError(f"segment {segment.at}: {value[:30]!r} is not a time of format {form}")
    digits, zone = found[1], found[2]
    if len(digits) != 2 * pattern.count("%") + 2 * pattern.count("%Y"):
        raise BadInputError(f"segment {segment.at}: {value[:30]!r} is not a time of format {form}")
    if digits.endswith("2400") and precision is Precision.MINUTE:
        digits = digits[:-4] + "2359"
    try:
        wall = read_time(digits, pattern)
    except BadInputError:
        raise BadInputError(f"segment {segment.at}: {value[:30]!r} is not a time of format {form}") from None
    return Moment(wall, precision, zone if zone[:1] in ("+", "-") else _ZONES.get(zone.upper()))
