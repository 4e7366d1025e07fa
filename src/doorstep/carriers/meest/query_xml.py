"""Meest's `return` of a tracking query (XML, a row for each action) → trackings; its errors → notes."""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale
from lxml import etree

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.meest.codes import event_type_of
from doorstep.carriers.reading import numbered
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

#: Source: Meest's table of error codes, read 2026-11-22.
_ALL_WELL = "000"


def read(root: etree._Element) -> Parsed:
    """Read an answer.

    Raises:
        BadInputError: neither rows nor errors in it.
    """
    if root.tag != "return" or (root.find("result_table") is None and root.find("errors") is None):
        raise BadInputError("XML without a result_table and without errors of Meest")
    notes = tuple(
        CarrierNote(_text(error, "code"), _text(error, "name"))
        for error in root.findall("errors")
        if _text(error, "code") not in ("", _ALL_WELL)
    )
    shipments: dict[str, list[etree._Element]] = {}
    for row in root.findall("result_table/items"):
        number = numbered(_text(row, "ShipmentNumberSender"))
        if not number:
            raise BadInputError("a row of Meest without a ShipmentNumberSender")
        shipments.setdefault(number, []).append(row)
    return Parsed(tuple(_tracking(number, rows) for number, rows in shipments.items()), notes)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(number: str, rows: list[etree._Element]) -> Tracking:
    return Tracking(tracking_number=number, carrier="meest", checkpoints=tuple(_checkpoint(row, number) for row in rows))


def _checkpoint(row: etree._Element, number: str) -> Checkpoint:
    when = re.sub(r":\s+", ":", _text(row, "DateTimeAction"))  # "2016-06-26 12: 06: 19"
    country = _country(_text(row, "Country"))
    sentences = (_text(row, f"ActionMessages_{language}") for language in ("EN", "UA", "RU"))
    return Checkpoint(
        event_type=event_type_of(_text(row, "StatusCode")),
        occurred_at=iso_stamp(when, country=country) if when else None,
        place=place_of(city=_text(row, "City"), country=country or ""),
        carrier="meest",
        carrier_code=_text(row, "StatusCode"),
        carrier_text=next((sentence for sentence in sentences if sentence), _text(row, "ActionMessages")),
        tracking_number=number,
    )


def _country(word: str) -> str | None:
    return country_of(word) or _ukrainian().get(word.casefold())


@cache
def _ukrainian() -> dict[str, str]:
    """The countries' names as Meest writes them."""
    names: Mapping[str, str] = Locale("uk").territories
    return {name.casefold(): code for code, name in names.items() if len(code) == 2 and code.isalpha() and code != "ZZ"}  # noqa: PLR2004
