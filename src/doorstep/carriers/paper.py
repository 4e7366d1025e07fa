"""Texts, lines and boxes on one page → a PDF, in the fonts that every reader has.

Source: ISO 32000-1, 9.6.2.2 (the standard fonts) and annex D (their encoding); widths of Helvetica from Adobe's metrics, as known on 2026-11-29.
"""

import unicodedata
import zlib
from collections.abc import Iterable, Sequence

#: Width and height in points (1/72 inch): A6, and the 4 by 6 inches of North American printers.
A6 = (297.64, 419.53)
FOUR_BY_SIX = (288.0, 432.0)
#: Thousandths of the size, from the space to the tilde.
_WIDTHS = (
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, *[556] * 10, 278, 278, 584, 584, 584, 556, 1015),
    *(667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611),
    *(278, 278, 278, 469, 556, 333),
    *(556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500),
    *(334, 260, 334, 584),
)
#: The bold font is about so much wider.
_BOLD = 1.08
_WIDEST = 889
#: Signs without a base letter of their own → what is printed for them.
_SPELT = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "\u0131": "i", "ŋ": "n", "ŧ": "t", "ẞ": "ß", "ǝ": "e", "№": "No."}


def printable(text: str) -> str | None:
    """Write a text with the signs that the fonts have, without accents where those are lacking; None: it is of another script."""
    found = []
    for sign in unicodedata.normalize("NFC", text):
        for one in (sign, _SPELT.get(sign, ""), _bare(sign)):
            if one and _has(one):
                found.append(one)
                break
        else:
            return None
    return "".join(found)


def _bare(sign: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))


def _has(text: str) -> bool:
    try:
        return all(byte >= ord(" ") for byte in text.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in points."""
    total = 0
    for sign in text:
        base = _bare(sign)[:1] or sign
        total += _WIDTHS[ord(base) - 32] if " " <= base <= "~" else _WIDEST
    return total * size / 1000 * (_BOLD if bold else 1.0)


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines of at most this width; a word that is wider stands alone, cut."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
        else:
            while len(word) > 1 and width_of(word, size, bold=bold) > width:
                word = word[:-1]  # noqa: PLW2901 - it is cut until it fits
            lines.append(word)
    return lines


class Page:
    """One page; the origin is the top left corner, everything in points."""

    def __init__(self, size: tuple[float, float]) -> None:
        self.width, self.height = size
        self._drawn: list[bytes] = []

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
        """Put a text (of `printable` signs) with its base line at y."""
        escaped = text.encode("cp1252", "replace").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        font = b"F2" if bold else b"F1"
        self._drawn.append(b"BT /%b %.2f Tf %.2f %.2f Td (%b) Tj ET" % (font, size, x, self.height - y, escaped))

    def boxes(self, boxes: Iterable[tuple[float, float, float, float]]) -> None:
        """Fill boxes: x, y of the upper left corner, width, height."""
        self._drawn += [b"%.3f %.3f %.3f %.3f re" % (x, self.height - y - height, width, height) for x, y, width, height in boxes]
        self._drawn.append(b"f")

    def line(self, y: float, margin: float) -> None:
        """Draw a line across the page."""
        self.boxes([(margin, y, self.width - 2 * margin, 0.6)])

    def pdf(self, title: str) -> bytes:
        """Write the page as a PDF, the same bytes for the same page."""
        content = zlib.compress(b"\n".join(self._drawn), 9)
        font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%b /Encoding /WinAnsiEncoding >>"
        named = "".join(sign for sign in title if sign.isascii() and sign not in "()\\").encode()
        return _written(
            (
                b"<< /Type /Catalog /Pages 2 0 R >>",
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
                % (self.width, self.height),
                b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content),
                font % b"Helvetica",
                font % b"Helvetica-Bold",
                b"<< /Title (%b) /Producer (Doorstep) >>" % named,
            )
        )


def _written(objects: Sequence[bytes]) -> bytes:
    """Number the objects, the first being the catalogue and the last the document's title, and say where each begins."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    begins = []
    for number, one in enumerate(objects, 1):
        begins.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for begin in begins:
        out += b"%010d 00000 n \n" % begin
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(objects), table)
    return bytes(out)
