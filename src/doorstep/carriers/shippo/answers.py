"""Shippo's API answers → a tracking, or notes for errors (some of them HTML pages)."""

from typing import Any

from lxml import html

from doorstep.carriers.reading import html_of, listed, worded
from doorstep.carriers.shippo.tracks import read_track
from doorstep.domain.plugins import Raw
from doorstep.domain.tracking import CarrierNote, Parsed
from doorstep.errors import BadInputError


def read_answer(body: dict[str, Any]) -> Parsed:
    """Read a track, or an error: {"detail": text}, or a field's name with the list of what is wrong with it.

    Raises:
        BadInputError: neither.
    """
    if "tracking_number" in body and not isinstance(body["tracking_number"], list):
        return read_track(body)
    notes = tuple(
        CarrierNote(field, worded(text))
        for field, value in body.items()
        if field == "detail" or isinstance(value, list)
        for text in listed(value)
        if worded(text)
    )
    if not notes:
        raise BadInputError("neither a Shippo webhook, nor a track, nor an error")
    return Parsed(notes=notes)


def read_page(raw: Raw) -> Parsed:
    """Read the HTML page that stands for an error; its heading is the code.

    Raises:
        BadInputError: not such a page.
    """
    page = html_of(raw)
    headings = [_words(heading) for heading in page.iter("h1")]
    if not headings or not headings[0]:
        raise BadInputError("a page without a heading is no answer of Shippo")
    return Parsed(notes=(CarrierNote(headings[0][:80], _words(page)[:300]),))


def _words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(str(text) for text in element.itertext()).split())
