"""Österreichische Post's tracking page of one parcel (HTML, as of 2018) → one tracking."""

import re
from itertools import pairwise

from lxml import html

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.postat.codes import event_type_of_sentence
from doorstep.carriers.reading import numbered
from doorstep.domain.places import Place
from doorstep.domain.tracking import Checkpoint, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_WHEN = re.compile(r"Datum:\s*(\d\d\.\d\d\.\d{4})(?:\s+(\d\d:\d\d(?::\d\d)?))?")


def read(page: html.HtmlElement) -> Parsed:
    """Read a page: its "Sendungsnummer" and the list of its "Sendungsverlauf".

    Raises:
        BadInputError: one of them is missing; the text says which.
    """
    texts = [text for text in (" ".join(text.split()) for text in page.itertext()) if text]
    number = numbered(next((after for before, after in pairwise(texts) if before.endswith("Sendungsnummer:")), ""))
    if not number:
        raise BadInputError("the page has no Sendungsnummer")
    lists = [one for one in page.iter("ul") if "media-list-shipment" in (one.get("class") or "").split()]
    if not lists:
        raise BadInputError("the page has no list of the class media-list-shipment")
    service = next((text.removeprefix("Sendungsart:").strip() for text in texts if text.startswith("Sendungsart:")), "")
    checkpoints = tuple(_checkpoint(item, number) for item in lists[0].iter("li"))
    return Parsed((Tracking(tracking_number=number, carrier="postat", checkpoints=checkpoints, service=service or None),))


def _checkpoint(item: html.HtmlElement, number: str) -> Checkpoint:
    """Read one row: "Datum: 19.12.2018 10:51:59", then "Zugestellt; PLZ 5700"."""
    lines = [" ".join(str(line.text_content()).split()) for line in item.iter("b")]
    when = _WHEN.fullmatch(lines[0]) if len(lines) > 1 else None
    if when is None:
        raise BadInputError("a row of the Sendungsverlauf without its Datum and its sentence")
    sentence, _, code = lines[1].rpartition("; PLZ ")
    place = _place(code) if sentence else None
    wall = read_time(f"{when[1]} {when[2] or '00:00'}", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")
    precision = Precision.DATE if not when[2] else Precision.SECOND if when[2].count(":") > 1 else Precision.MINUTE
    return Checkpoint(
        event_type=event_type_of_sentence(sentence or lines[1]),
        occurred_at=stamp(wall, precision, country=place.country if place else None),
        place=place,
        carrier="postat",
        carrier_code="",
        carrier_text=sentence or lines[1],
        tracking_number=number,
    )


def _place(code: str) -> Place | None:
    """Read what stands for a post code: one of Austria, or the country in which the scan happened."""
    return (
        place_of(postcode=code, country="AT")
        if code.isdigit()
        else place_of(country=country_of(code) or "", text="" if country_of(code) else code)
    )
