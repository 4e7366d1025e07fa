"""USPS's public tracking page (both layouts of 2017) → one tracking."""

import re
from collections.abc import Iterator

from lxml import html

from doorstep.carriers.clock import latest, read_time, stamp
from doorstep.carriers.families.usps_codes import event_type_of_sentence
from doorstep.carriers.reading import ends_journey, numbered
from doorstep.carriers.usps.places import place_in
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_DAY = re.compile(r"Updated Delivery Day:\s*[A-Z][a-z]+, ([A-Z][a-z]+ \d{1,2}, \d{4})")
_DATED = re.compile(r"^[A-Z][a-z]+ \d{1,2}, \d{4}(?:, \d{1,2}:\d\d [ap]m)?$")


def read(tree: html.HtmlElement) -> Parsed:
    """Read a page of one number.

    Raises:
        BadInputError: no tracking page, or one of several numbers.
    """
    numbers = {numbered(_plain(element)) for element in tree.xpath("//span[@class='tracking-number']")} - {""}
    if len(numbers) != 1:
        raise BadInputError("this page is no tracking page of USPS for one number")
    number = numbers.pop()
    rows = list(_table(tree)) or list(_panel(tree))
    checkpoints = tuple(_checkpoint(when, text, where, number) for when, text, where in rows)
    over = any(ends_journey(point.event_type) for point in checkpoints)
    return Parsed(
        (
            Tracking(
                tracking_number=number,
                carrier="usps",
                checkpoints=checkpoints,
                estimates=() if over else _estimates(tree, latest(point.occurred_at for point in checkpoints)),
            ),
        )
    )


def _plain(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _table(tree: html.HtmlElement) -> Iterator[tuple[str, str, str]]:
    """Yield date and time, sentence, place from the table of the older layout; its notice rows have one cell."""
    for row in tree.xpath("//table[@class='tracking_history']/tbody/tr"):
        cells = [_plain(cell) for cell in row.findall("td")]
        if len(cells) == 3:  # noqa: PLR2004 - date, sentence, place
            yield cells[0], cells[1], cells[2]


def _panel(tree: html.HtmlElement) -> Iterator[tuple[str, str, str]]:
    """Yield the same from the newer layout: runs of text between rules, a bold date first, though it may be empty."""
    for panel in tree.xpath("//div[contains(@class, 'thPanalAction')]"):
        block: list[str] = []
        for element in panel.iter():
            if element.tag == "hr":
                if (row := _row(block)) is not None:
                    yield row
                block = []
            elif element.tag not in ("h3", "div"):
                block.append(" ".join((element.text or "").split()))
            block.append(" ".join((element.tail or "").split()))


def _row(block: list[str]) -> tuple[str, str, str] | None:
    words = [text for text in block if text]
    when = words.pop(0) if words and _DATED.match(words[0]) else ""
    return (when, words[0], words[1] if len(words) > 1 else "") if words else None


def _checkpoint(when: str, text: str, where: str, number: str) -> Checkpoint:
    place = place_in(where)
    return Checkpoint(
        event_type=event_type_of_sentence(text),
        occurred_at=_when(when, place),
        place=place,
        carrier="usps",
        carrier_code="",
        carrier_text=text,
        tracking_number=number,
    )


def _when(text: str, place: Place | None) -> OccurredAt | None:
    if not text:
        return None
    wall = read_time(text, "%B %d, %Y, %I:%M %p", "%B %d, %Y")
    precision = Precision.MINUTE if ":" in text else Precision.DATE
    return stamp(wall, precision, country=place.country if place else None, region=place.region if place else None)


def _estimates(tree: html.HtmlElement, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    for element in tree.xpath("//p[contains(@class, 'updated_day')]"):
        if found := _DAY.match(_plain(element)):
            day = read_time(found[1], "%B %d, %Y").date()
            return (Estimate(from_on=day, to_on=day, stated_at=stated),)
    return ()
