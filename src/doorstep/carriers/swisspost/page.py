"""Swiss Post's Track & Trace page (HTML) → trackings, one without scans and a note for each number it does not know."""

import re

from lxml import html

from doorstep.carriers.clock import read_time, stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import numbered
from doorstep.carriers.swisspost.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.plugins import Raw
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: "CH-8010 Zürich 1" and "4950 Huttwil".
_OFFICE = re.compile(r"(?:CH-)?(\d{4}) (\D.*)")
#: A centre of international mail, its country first ("DEFRAA"). Source: UPU list 108, read 2026-11-22.
_CENTRE = re.compile(r"([A-Z]{2})[A-Z]{3}[A-Z]")
_DAY = re.compile(r"\d{2}\.\d{2}\.\d{4}")
_BOM = b"\xef\xbb\xbf"


def retold(raw: Raw) -> Raw:
    """Mark a page that is in UTF-8 as such: saved pages still claim the ISO 8859-1 they were once sent in."""
    try:
        raw.body.decode()
    except UnicodeDecodeError:
        return raw
    return raw if raw.body.startswith(_BOM) else Raw(body=_BOM + raw.body)


def read(tree: html.HtmlElement) -> Parsed:
    """Read a page of one or several numbers.

    Raises:
        BadInputError: neither a parcel nor a number that was not found on it.
    """
    found = [item for item in tree.iter("li") if _first(item, "span", "shipmentNumber") is not None]
    missing = [numbered(_plain(title)) for title in tree.xpath("//li[@class='notFoundTitle']")]
    if not found and not any(missing):
        raise BadInputError("this page of Swiss Post has neither a shipmentNumber nor a notFoundTitle")
    nothing = tuple(Tracking(tracking_number=number, carrier="swisspost") for number in missing if number)
    notes = tuple(CarrierNote("not_found", "Swiss Post does not know the number", number) for number in missing if number)
    return Parsed((*(_tracking(item) for item in found), *nothing), notes)


def _first(element: html.HtmlElement, tag: str, name: str) -> html.HtmlElement | None:
    return next((one for one in element.iter(tag) if name in (one.get("class") or "").split()), None)


def _plain(element: html.HtmlElement | None) -> str:
    return " ".join(str(element.text_content()).split()) if element is not None else ""


def _tracking(item: html.HtmlElement) -> Tracking:
    number = numbered(_plain(_first(item, "span", "shipmentNumber")))
    table = _first(item, "table", "events_view")
    if not number or table is None:
        raise BadInputError("a parcel on Swiss Post's page without its number or without its table events_view")
    rows = [row for row in table.iter("tr") if _first(row, "td", "event_date") is not None]
    return Tracking(
        tracking_number=number,
        carrier="swisspost",
        checkpoints=tuple(_checkpoint(row, number) for row in rows),
        links=_links(item, number),
        service=_plain(_first(item, "span", "shipmentDescription")) or None,
    )


def _links(item: html.HtmlElement, number: str) -> tuple[Link, ...]:
    """Take the number under which a parcel from abroad travels in Switzerland; its label ends in "CH:" in all four languages."""
    terms = [term for term in item.iter("dt") if _plain(term).endswith("CH:") and term.getnext() is not None]
    inland = [numbered(_plain(term.getnext())) for term in terms]
    return tuple(Link(tracking_number=other, carrier="swisspost", role="last_mile") for other in inland if other not in ("", number))


def _checkpoint(row: html.HtmlElement, number: str) -> Checkpoint:
    event = _first(row, "td", "event_event")
    code = _plain(_first(event, "span", "fvEventCode")) if event is not None else ""
    place = _place(_plain(_first(row, "td", "event_city")))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=_when(_plain(_first(row, "td", "event_date")), _plain(_first(row, "td", "event_time")), place),
        place=place,
        carrier="swisspost",
        carrier_code=code,
        carrier_text=_plain(event).removeprefix(code).strip(),
        tracking_number=number,
    )


def _place(text: str) -> Place | None:
    """Read an office in Switzerland, a centre of international mail, or the words of another operator."""
    if office := _OFFICE.fullmatch(text):
        return Place(city=office[2], postcode=office[1], country="CH")
    if centre := _CENTRE.fullmatch(text):
        return Place(country=country_of(centre[1]), facility=text)
    return Place(facility=text) if text else None


def _when(day: str, clock: str, place: Place | None) -> OccurredAt | None:
    """Read "Mon 04.01.2016" and "17:39", the weekday in the page's language."""
    found = _DAY.search(day)
    if found is None:
        return None
    country = place.country if place else None
    if not clock:
        return stamp(read_time(found[0], "%d.%m.%Y"), Precision.DATE, country=country)
    return stamp(read_time(f"{found[0]} {clock}", "%d.%m.%Y %H:%M"), Precision.MINUTE, country=country)
