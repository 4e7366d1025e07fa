"""SMS text → alphabet, units and parts it is sent in."""

import msgspec

#: The default alphabet and what costs two. Source: 3GPP TS 23.038, clauses 6.2.1 and 6.2.1.1, read 2026-11-22.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
_GSM = _BASIC | _DOUBLE
#: Typographic characters that cost a whole message its alphabet, and their plain neighbours.
_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2026": "...",
        "\u2022": "*",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u200b": "",
        "\t": " ",
    }
)
_MARKS = frozenset(map(chr, _PLAIN))


class Segments(msgspec.Struct, frozen=True):
    """What a text costs."""

    #: "GSM-7" or "UCS-2".
    encoding: str
    #: Septets, or UTF-16 units.
    units: int
    #: Messages billed; 0 for no text.
    parts: int


def segments_of(text: str) -> Segments:
    """Count a text as a handset's network does; a character never straddles two parts."""
    if _GSM.issuperset(text):
        costs = [2 if character in _DOUBLE else 1 for character in text]
        return Segments("GSM-7", sum(costs), _parts(costs, 160, 153))
    costs = [2 if ord(character) > 0xFFFF else 1 for character in text]  # noqa: PLR2004 - beyond the basic plane
    return Segments("UCS-2", sum(costs), _parts(costs, 70, 67))


def plain(text: str) -> str:
    """Write typographic marks plainly, so that they do not switch the whole text to UCS-2."""
    return text if _MARKS.isdisjoint(text) else text.translate(_PLAIN)


def _parts(costs: list[int], single: int, each: int) -> int:
    if sum(costs) <= single:
        return 1 if costs else 0
    parts, used = 1, 0
    for cost in costs:
        if used + cost > each:
            parts, used = parts + 1, 0
        used += cost
    return parts
