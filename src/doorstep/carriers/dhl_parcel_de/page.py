"""DHL Paket's public tracking page, either generation → one tracking for each number on it."""

import re
from typing import Any

import msgspec
from lxml import html

from doorstep.carriers.clock import iso_day, iso_stamp, latest, read_time, stamp
from doorstep.carriers.collecting import told_last
from doorstep.carriers.families.dhl_paket_points import point_in
from doorstep.carriers.families.dhl_paket_sentences import event_type_of_sentence
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_STATE = re.compile(r'initialState:\s*JSON\.parse\(("(?:[^"\\]|\\.)*")\)', re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>")
#: "Fri, 08.07.16 15:43", with "Uhr" or "h" behind it on some pages.
_WHEN = re.compile(r"(\d{1,2}\.\d{1,2}\.(?:\d{4}|\d\d)) (\d{1,2}:\d\d)\b", re.ASCII)
#: The page's word for who took a delivered piece → the finer event type.
_TAKEN_BY = {"neighbor": "delivered_neighbour", "neighbour": "delivered_neighbour", "nachbar": "delivered_neighbour"}


def read(tree: html.HtmlElement) -> Parsed:
    """Read a page: the state that newer ones carry in a script (2018 on), or the table of older ones (2016).

    Raises:
        BadInputError: a page without either.
    """
    for script in tree.iter("script"):
        if found := _STATE.search(script.text or ""):
            try:
                state = msgspec.json.decode(msgspec.json.decode(found[1], type=str))
            except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
                raise BadInputError("the page's state is not JSON") from error
            return read_state(state)
    panels = tree.xpath("//div[contains(concat(' ', @class, ' '), ' service-offer ')][@data-piececode]")
    rows = tree.xpath("//tr[td[@data-label]]")
    if len(panels) != 1 or not rows or not numbered(panels[0].get("data-piececode")):
        raise BadInputError("this page is no tracking page of DHL Paket for one number")
    return Parsed((_from_table(tree, numbered(panels[0].get("data-piececode")), rows),))


def read_state(state: Any) -> Parsed:
    """Read the decoded state (`sendungen`), which DHL's page also fetches alone.

    Raises:
        BadInputError: not that state.
    """
    parcels = dig(state, "sendungen")
    if not isinstance(parcels, list) or not parcels:
        raise BadInputError("the page names no parcel")
    trackings = []
    notes = []
    for parcel in parcels:
        number = numbered(worded(dig(parcel, "sendungsdetails", "sendungsnummern", "sendungsnummer")) or worded(dig(parcel, "id")))
        if isinstance(dig(parcel, "sendungsdetails", "sendungsverlauf", "events"), list):
            if not number:
                raise BadInputError("a parcel without its number")
            trackings.append(_from_state(dig(parcel, "sendungsdetails"), number))
        else:
            notes.append(
                CarrierNote("keine_daten", worded(dig(parcel, "sendungsdetails", "sendungsverlauf", "aktuellerStatus")), number or None)
            )
    return Parsed(tuple(trackings), tuple(notes))


def _from_state(details: Any, number: str) -> Tracking:
    checkpoints = tuple(_from_event(event, number) for event in listed(dig(details, "sendungsverlauf", "events")))
    stated = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    start, end = (worded(dig(details, "zustellung", f"zustellzeitfenster{side}")) for side in ("Von", "Bis"))
    estimates = []
    if start and end and dig(details, "istZugestellt") is not True and iso_day(start) <= iso_day(end):
        from_at, to_at = iso_stamp(start).local, iso_stamp(end).local
        estimates.append(
            Estimate(
                from_on=iso_day(from_at),
                to_on=iso_day(to_at),
                from_time=from_at[11:16] or None,
                to_time=to_at[11:16] or None,
                stated_at=stated,
            )
        )
    return Tracking(
        tracking_number=number,
        carrier="dhl_parcel_de",
        checkpoints=checkpoints,
        estimates=tuple(estimates),
        is_return=dig(details, "ruecksendung") is True,
        pickup=_point(checkpoints),
    )


def _point(checkpoints: tuple[Checkpoint, ...]) -> PickupPoint | None:
    return told_last((scan, point_in(scan.carrier_text)) for scan in checkpoints)


def _from_event(event: Any, number: str) -> Checkpoint:
    text = " ".join(_MARKUP.sub(" ", worded(dig(event, "status"))).split())
    when, city = worded(dig(event, "datum")), worded(dig(event, "ort"))
    return Checkpoint(
        event_type=event_type_of_sentence(text),
        occurred_at=iso_stamp(when, country="DE") if when else None,
        place=Place(city=city) if city else None,
        carrier="dhl_parcel_de",
        carrier_code="",
        carrier_text=text,
        tracking_number=number,
        is_return=dig(event, "ruecksendung") is True,
    )


def _from_table(tree: html.HtmlElement, number: str, rows: list[html.HtmlElement]) -> Tracking:
    details = {_plain(term): _plain(term.getnext()) for term in tree.iter("dt") if term.getnext() is not None}
    taken_by = (details.get("Delivered to") or details.get("Zugestellt an") or "").casefold()
    checkpoints = tuple(_from_row([_plain(cell) for cell in row.iter("td")], number, _TAKEN_BY.get(taken_by)) for row in rows)
    return Tracking(
        tracking_number=number,
        carrier="dhl_parcel_de",
        checkpoints=checkpoints,
        service=details.get("Product/service") or details.get("Produkt/Service"),
        pickup=_point(checkpoints),
    )


def _plain(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _from_row(cells: list[str], number: str, delivered: str | None) -> Checkpoint:
    """Read one row: "Fri, 08.07.16 15:43" (wall time in Germany), place or "--", sentence."""
    if len(cells) != 3:  # noqa: PLR2004 - date, place, sentence
        raise BadInputError(f"a row of {len(cells)} cells instead of 3")
    when, city, text = cells
    event_type = event_type_of_sentence(text)
    found = _WHEN.search(when)
    wall = read_time(f"{found[1]} {found[2]}" if found else when, "%d.%m.%y %H:%M", "%d.%m.%Y %H:%M")
    return Checkpoint(
        event_type=delivered if delivered and event_type == "delivered" else event_type,
        occurred_at=stamp(wall, Precision.MINUTE, country="DE"),
        place=Place(city=city) if city.strip("-") else None,
        carrier="dhl_parcel_de",
        carrier_code="",
        carrier_text=text,
        tracking_number=number,
    )
