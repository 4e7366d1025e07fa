"""A return → a slip of our own: an address page with the return's number as Code 128 and QR, or the QR code alone for a phone.

For shops without a provider of labels, and for the demo. It is no postage and has no tracking number: the customer tells it once it is posted.
"""

import io
from datetime import datetime

import segno

from doorstep.carriers.code128 import bars
from doorstep.carriers.generic.slip_words import WORDS, Words
from doorstep.carriers.paper import A6, FOUR_BY_SIX, Page, printable, wrapped
from doorstep.domain.labels import LabelWish, MadeLabel, Quote
from doorstep.domain.languages import language_of
from doorstep.domain.places import Address
from doorstep.domain.plugins import LabelFlow, Labelling, QuoteFlow, Settings
from doorstep.errors import BadInputError

_MARGIN = 14.0
#: Countries whose printers hold 4 by 6 inch labels.
_INCHES = frozenset({"US", "CA", "MX"})
#: Modules of free space that a QR code and a Code 128 need beside them (ISO/IEC 18004, 15417).
_QUIET_QR, _QUIET_BARS = 4, 10
_MOST_LINES = 5


def quote(wish: LabelWish, settings: Settings, now: datetime) -> QuoteFlow:
    """It costs nothing.

    Raises:
        BadInputError: the return address cannot be printed, and nothing else.
    """
    del settings, now
    yield from ()
    _address(wish.receiver, needed=True)
    return Quote()


def buy(quoted: Quote, wish: LabelWish, settings: Settings, now: datetime) -> LabelFlow:
    """Draw it.

    Raises:
        BadInputError: the return address cannot be printed, and nothing else.
    """
    del quoted, settings, now
    yield from ()
    if wish.way == "qr":
        return MadeLabel(content_type="image/png", body=qr_png(wish.rma))
    return MadeLabel(content_type="application/pdf", body=slip(wish))


def qr_png(text: str) -> bytes:
    """Draw a QR code that a scanner reads off a phone."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=12, border=_QUIET_QR)
    return out.getvalue()


def slip(wish: LabelWish) -> bytes:
    """Draw the address page.

    Raises:
        BadInputError: the return address cannot be printed.
    """
    words = WORDS.get(language_of(wish.language), WORDS["en"])
    page = Page(FOUR_BY_SIX if wish.receiver.country in _INCHES else A6)
    page.text(_MARGIN, 28, f"{words.title} {wish.rma}", 16, bold=True)
    if number := printable(wish.order_number):
        page.text(_MARGIN, 42, f"{words.order} {number}", 9)
    _draw_qr(page, wish.rma, 78.0)
    y = _draw_address(page, 62, words.sent_by, _address(wish.sender, needed=False), 8)
    page.line(max(y + 4, 104), _MARGIN)
    y = _draw_address(page, max(y + 4, 104) + 18, words.sent_to, _address(wish.receiver, needed=True), 13)
    _draw_bars(page, wish.rma, y + 4)
    y += 78
    page.line(y, _MARGIN)
    y = _draw_contents(page, y + 14, words, wish)
    _draw_steps(page, y, words, wish)
    return page.pdf(f"{wish.rma} return")


def _address(address: Address, *, needed: bool) -> list[str]:
    """Write an address as lines.

    Raises:
        BadInputError: it is `needed` and a line is in another script than the fonts', or there is no street or town.
    """
    town = " ".join(part for part in (address.postcode, address.city, address.region) if part)
    told = [address.name, address.company, *address.lines, town, address.country]
    lines = [printable(line.strip()) for line in told if line and line.strip()]
    if needed and (None in lines or not address.lines or not town):
        raise BadInputError("the return address needs a street and a town, in Latin letters, as carriers print them")
    return [line for line in lines if line]


def _draw_address(page: Page, y: float, head: str, lines: list[str], size: float) -> float:
    page.text(_MARGIN, y, head, 7)
    for line in lines[:7]:
        for part in wrapped(line, size, page.width - 2 * _MARGIN - (80 if size < 10 else 0))[:2]:  # noqa: PLR2004 - the small one stands beside the QR code
            y += size * 1.15
            page.text(_MARGIN, y, part, size, bold=size >= 10)  # noqa: PLR2004 - the large one is the receiver's
    return y


def _draw_qr(page: Page, text: str, width: float) -> None:
    rows = [bytes(row) for row in segno.make_qr(text, error="m").matrix_iter(border=_QUIET_QR)]
    module = width / len(rows)
    left = page.width - 8 - width
    page.boxes((left + x * module, 8 + y * module, module, module) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)


def _draw_bars(page: Page, text: str, y: float) -> None:
    widths = bars(text)
    module = min(1.4, (page.width - 2 * _MARGIN) / (sum(widths) + 2 * _QUIET_BARS))
    x = (page.width - sum(widths) * module) / 2
    drawn = []
    for at, width in enumerate(widths):
        if at % 2 == 0:
            drawn.append((x, y + 8, width * module, 46.0))
        x += width * module
    page.boxes(drawn)
    page.text((page.width - sum(widths) * module) / 2, y + 64, text, 9)


def _draw_contents(page: Page, y: float, words: Words, wish: LabelWish) -> float:
    told = [f"{units} x {name}" for line, units in wish.lines if (name := printable(line))]
    if not told:
        return y
    page.text(_MARGIN, y, words.holds, 8, bold=True)
    for line in told[:_MOST_LINES]:
        y += 10
        page.text(_MARGIN, y, wrapped(line, 8, page.width - 2 * _MARGIN)[0], 8)
    return y + 14


def _draw_steps(page: Page, y: float, words: Words, wish: LabelWish) -> None:
    steps = (words.steps[0], words.fetched) if wish.way == "pickup" else words.steps
    for number, step in enumerate(steps, 1):
        for line in wrapped(f"{number}. {step}", 8, page.width - 2 * _MARGIN):
            if y < page.height - 8:
                page.text(_MARGIN, y, line, 8)
            y += 10


LABELLING = Labelling(quote=quote, buy=buy)
