"""UPS Mail Innovations's tracking page (HTML), one or several mail pieces → trackings."""

from collections.abc import Iterator

from lxml import html

from doorstep.carriers.clock import latest, read_time, stamp
from doorstep.carriers.reading import ends_journey, grams, numbered
from doorstep.carriers.ups_mail_innovations.sentences import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: The post office's scans, and those of Mail Innovations, which have no time of day.
_HEADINGS = (["date/time", "event name", "location"], ["date", "description", "location"])
#: Labels of the page, by the end of their ids, each piece having its own set.
_NUMBER, _WEIGHT, _PROJECTED, _POSTAL = "_lblTrackNum", "_lblWeight", "_lblProjDelDate", "_lblDelConf"
_FORMS = {"%d %b %Y %H:%M": Precision.MINUTE, "%b %d %Y": Precision.DATE}


def is_page(tree: html.HtmlElement) -> bool:
    """Tell whether a page is this one: it labels a mail piece's number."""
    return any((label.get("id") or "").endswith(_NUMBER) for label in tree.iter("span"))


def read(tree: html.HtmlElement) -> Parsed:
    """Read the pieces of the page, each with what follows its number.

    Raises:
        BadInputError: a number that is empty, or a date that is none.
    """
    pieces = [(labels, rows) for labels, rows in _pieces(tree) if _NUMBER in labels]
    trackings = tuple(_tracking(labels, rows) for labels, rows in pieces)
    notes = tuple(
        CarrierNote("no_events", "the page tells no events of the piece", tracking.tracking_number)
        for tracking in trackings
        if not tracking.checkpoints
    )
    return Parsed(trackings, notes)


def _plain(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _pieces(tree: html.HtmlElement) -> Iterator[tuple[dict[str, str], list[list[str]]]]:
    """Yield the labels and the rows of each piece, in the page's order."""
    labels: dict[str, str] = {}
    rows: list[list[str]] = []
    for element in tree.iter("span", "table"):
        name = "_" + (element.get("id") or "").rpartition("_")[2]
        if name == _NUMBER and labels:
            yield labels, rows
            labels, rows = {}, []
        if name in (_NUMBER, _WEIGHT, _PROJECTED, _POSTAL):
            labels[name] = _plain(element)
        elif element.tag == "table":
            rows += _rows(element)
    yield labels, rows


def _rows(table: html.HtmlElement) -> list[list[str]]:
    """Read the rows below one of the two headings; other tables hold the layout."""
    cells = [[_plain(cell) for cell in row.findall("td")] for row in table.xpath("./tr | ./tbody/tr")]
    return [row for row in cells[1:] if len(row) == len(_HEADINGS[0])] if cells and [c.lower() for c in cells[0]] in _HEADINGS else []


def _tracking(labels: dict[str, str], rows: list[list[str]]) -> Tracking:
    number = numbered(labels[_NUMBER])
    if not number:
        raise BadInputError("a mail piece of UPS Mail Innovations without its number")
    checkpoints = tuple(_checkpoint(row, number) for row in rows)
    postal = numbered(labels.get(_POSTAL, ""))
    return Tracking(
        tracking_number=number,
        carrier="ups_mail_innovations",
        checkpoints=checkpoints,
        estimates=_estimates(labels.get(_PROJECTED, ""), checkpoints),
        links=(Link(tracking_number=postal, carrier="usps", role="last_mile"),) if postal and postal != number else (),
        weight_g=grams(labels.get(_WEIGHT), "lb"),
    )


def _checkpoint(row: list[str], number: str) -> Checkpoint:
    when, sentence, where = row
    city, _, state = (part.strip() for part in where.rpartition(","))
    place = Place(city=city or None, region=state, country="US") if city else Place(text=where) if where else None
    return Checkpoint(
        event_type=event_type_of(sentence),
        occurred_at=_when(when, place) if when else None,
        place=place,
        carrier="ups_mail_innovations",
        carrier_code="",
        carrier_text=sentence,
        tracking_number=number,
    )


def _when(text: str, place: Place | None) -> OccurredAt:
    wall = read_time(text, *_FORMS)
    precision = _FORMS["%d %b %Y %H:%M"] if ":" in text else _FORMS["%b %d %Y"]
    return stamp(wall, precision, country=place.country if place else None, region=place.region if place else None)


def _estimates(projected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if not projected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = read_time(projected, "%b %d %Y", "%d %b %Y").date()
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
