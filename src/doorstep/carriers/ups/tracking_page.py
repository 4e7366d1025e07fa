"""A saved page of UPS's older tracking site (HTML) → trackings, notes."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import html

from doorstep.carriers.clock import offset_text, read_time, stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import numbered
from doorstep.carriers.ups.codes import Meaning
from doorstep.carriers.ups.scans import SLUG, checkpoint_of
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: The page has no codes: UPS's whole sentence, lower case, without spaces and hyphens → event type; any other sentence stays "unknown".
#: Source: the English and the German page of 2013 to 2018, and public clients of it, read 2026-11-22 and 2026-11-29.
_SENTENCES = {
    re.sub(r"[\s-]", "", sentence): event_type
    for sentence, event_type in {
        "adverse weather conditions caused this delay": "delayed_weather",
        "adverse weather conditions caused this delay.": "delayed_weather",
        "arrival scan": "facility_arrival",
        "auftrag verarbeitet: für ups bereit": "order_data_received",
        "ankunfts scan": "facility_arrival",
        "abfahrts scan": "facility_departure",
        "herkunfts scan": "origin_scan",
        "wird zugestellt": "out_for_delivery",
        "zugestellt": "delivered",
        "billing information received": "order_data_received",
        "customer was not available when ups attempted delivery. will deliver to a nearby ups access point™ for customer coll.": "attempt_failed_not_home",
        "delivered": "delivered",
        "delivered by local post office": "delivered",
        "delivered to ups access point™": "ready_for_pickup",
        "delivered to ups access point™ awaiting customer collection": "ready_for_pickup",
        "delivered to ups access point™ and awaiting customer pickup": "ready_for_pickup",
        "departure scan": "facility_departure",
        "destination scan": "delivery_facility_arrival",
        "drop off": "dropped_off",
        "export scan": "border_crossed",
        "hub scan": "facility_processing",
        "import scan": "border_crossed",
        "loaded on delivery vehicle": "loaded_for_delivery",
        "location scan": "in_transit",
        "order processed: in transit to ups": "order_data_received",
        "order processed: ready for ups": "order_data_received",
        "origin scan": "origin_scan",
        "out for delivery": "out_for_delivery",
        "out for delivery today": "out_for_delivery",
        "package picked up by the customer at ups access point™": "collected_by_recipient",
        "pickup scan": "picked_up",
        "returned to shipper": "returned_to_sender",
        "returned to sender": "returned_to_sender",
        "the package was returned to the sender.": "returned_to_sender",
        "unload scan": "unloaded",
        "ups access point™ possession": "ready_for_pickup",
        "warehouse scan": "in_facility_waiting",
    }.items()
}
_NUMBER = re.compile(r"\b1Z[0-9A-Z]{16}\b")
_NOT_FOUND = "could not locate the shipment details"
#: The announcement is stamped at UPS's own seat, and says so.
_EASTERN = ZoneInfo("America/New_York")
#: Place, date, local time, activity: their headings are in the page's language, the dates and times are not.
_COLUMNS = 4
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}", re.ASCII)


def parse_page(page: html.HtmlElement) -> Parsed:
    """Read the table of scans.

    Raises:
        BadInputError: the page has no such table, or names no number.
    """
    words = " ".join(" ".join(str(part) for part in page.itertext()).split())
    number = _NUMBER.search(words)
    first = next((row for row in page.iter("tr") if _is_scan([_own_text(cell) for cell in row.iterchildren("td")])), None)
    table = next(first.iterancestors("table"), None) if first is not None else None
    if table is None and _NOT_FOUND in words:
        return Parsed(notes=(CarrierNote("not_found", _NOT_FOUND, number[0] if number else None),))
    if table is None or number is None:
        raise BadInputError("the page is no UPS tracking page: no table of scans, or no 1Z number")
    tracking = numbered(number[0])
    return Parsed((Tracking(tracking_number=tracking, carrier=SLUG, checkpoints=tuple(_rows(table, tracking)), pickup=_pickup(page)),))


def _pickup(page: html.HtmlElement) -> PickupPoint | None:
    """Read the Access Point (name, street, then "WIEN, 1180 AT") and until when the parcel waits there ("Monday, 24.04.2017")."""
    told = {_plain(term).lower(): term.getnext() for term in page.iter("dt") if term.getnext() is not None}
    point = next((cell for label, cell in told.items() if label.startswith("ups access point") and label.endswith("location:")), None)
    if point is None:
        return None
    name, *lines = [" ".join(str(text).split()) for text in point.itertext() if str(text).strip()] or [""]
    country = country_of(lines[-1][-2:]) if lines else None
    city, _, postcode = (lines.pop()[:-2] if country else "").partition(",")
    until = told.get("package must be collected by:")
    return point_of(
        kind="shop",
        name=name,
        lines=lines,
        city=city.strip(),
        postcode=postcode.strip(),
        country=country or "",
        collect_by=_day(_plain(until).rpartition(" ")[2], country) if until is not None else None,
    )


def _plain(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _day(text: str, country: str | None) -> OccurredAt | None:
    """Read a day as the page of this site's own languages writes it; None for the American order, in which day and month are unsure."""
    try:
        return stamp(read_time(text, "%d.%m.%Y", "%Y-%m-%d"), Precision.DATE, country=country)
    except BadInputError:
        return None


def _is_scan(cells: list[str]) -> bool:
    """Tell whether a row is one of the scans: place, a date, a time, what happened."""
    return len(cells) == _COLUMNS and bool(_DATE.fullmatch(cells[1])) and ":" in cells[2]


def _rows(table: html.HtmlElement, number: str) -> list[Checkpoint]:
    found = []
    place: Place | None = None
    place_day = ""
    for row in table.iter("tr"):
        cells = [_own_text(cell) for cell in row.iterchildren("td")]
        if len(cells) != _COLUMNS:
            continue
        where, day, clock, text = cells
        if where:
            place, place_day = _place(where), day
        here = place if where or day == place_day else None  # the page leaves a place out where it repeats the row above of the same day
        meaning = Meaning(_SENTENCES.get(re.sub(r"[\s-]", "", text.lower()), "unknown"), "")
        found.append(checkpoint_of(meaning, number, text, _stamp(day, clock, here), here))
    return found


def _own_text(cell: html.HtmlElement) -> str:
    links = [str(link.text_content()) for link in cell.iter("a")]
    text = str(cell.text_content())
    for link in links:  # "Proof of Delivery" stands as a link in the cell of the activity
        text = text.replace(link, " ")
    return " ".join(text.split())


def _place(text: str) -> Place:
    *city, last = (part.strip() for part in text.split(","))
    country = country_of(last)
    return Place(None if country else text, ", ".join(city) or None, None, None, country) if country else Place(text)


def _stamp(day: str, clock: str, place: Place | None) -> OccurredAt | None:
    wall_text, eastern, _ = clock.partition("(ET)")
    wall_text = wall_text.replace(".M.", "M").strip()
    # "01/12/2016" is month first on the American page only, which alone writes A.M. and P.M.
    forms = ("%m/%d/%Y %I:%M %p", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M")
    try:
        wall = read_time(f"{day} {wall_text}", *forms)
    except BadInputError:
        return None
    if eastern:
        return stamp(wall, Precision.MINUTE, offset=_eastern_offset(wall))
    return stamp(wall, Precision.MINUTE, country=place.country if place else None)


def _eastern_offset(wall: datetime) -> str | None:
    offset = _EASTERN.utcoffset(wall)
    return offset_text(offset) if offset is not None else None
