"""OnTrac's tracking page of one package (HTML, as of 2015) → one tracking."""

import re

from lxml import html

from doorstep.carriers.clock import latest, read_time, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.ontrac.sentences import event_type_of
from doorstep.carriers.reading import ends_journey, grams, numbered
from doorstep.domain.tracking import Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

_COLUMNS = ["Transaction", "Date / Time", "Facility", "Door Tag"]
_WEIGHT = re.compile(r"([\d.]+)\s*([A-Za-z]+)\.?")
_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")


def read(page: html.HtmlElement) -> Parsed:
    """Read a page: its labels ("Tracking Number:") and the table under "Detailed Tracking Info".

    Raises:
        BadInputError: a label or the table is missing; the text says which.
    """
    labels = {_plain(row[0]).rstrip(":"): _plain(row[1]) for row in page.iter("tr") if [cell.tag for cell in row] == ["td", "td"]}
    number = numbered(labels.get("Tracking Number", ""))
    if not number:
        raise BadInputError("the page has no row labelled Tracking Number")
    checkpoints = tuple(_checkpoint(cells, number) for cells in _rows(page))
    weight = _WEIGHT.match(labels.get("Weight", ""))
    signature = labels.get("Delivery Signature", "")
    return Parsed(
        (
            Tracking(
                tracking_number=number,
                carrier="ontrac",
                checkpoints=checkpoints,
                estimates=_estimates(labels.get("Service Commitment Time", ""), checkpoints),
                service=labels.get("Service Code") or None,
                weight_g=grams(weight[1], weight[2]) if weight else None,
                signed_by=signature if signature.lower() != "n/a" and signature else None,
            ),
        )
    )


def _plain(element: html.HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())


def _rows(page: html.HtmlElement) -> list[list[str]]:
    for head in page.iter("tr"):
        if [_plain(cell) for cell in head if cell.tag == "th"] == _COLUMNS:
            return [[_plain(cell) for cell in row if cell.tag == "td"] for row in head.itersiblings("tr")]
    raise BadInputError(f"the page has no table headed {', '.join(_COLUMNS)}")


def _checkpoint(cells: list[str], number: str) -> Checkpoint:
    """Read one row. The facility's name tells no state, so the wall time stays without a zone."""
    if len(cells) != len(_COLUMNS):
        raise BadInputError(f"a row of {len(cells)} cells instead of {len(_COLUMNS)}")
    sentence, when, facility, _ = cells
    return Checkpoint(
        event_type=event_type_of(sentence),
        occurred_at=stamp(read_time(when, "%b %d %Y %I:%M%p", "%b %d %Y %I:%M %p"), Precision.MINUTE) if when else None,
        place=place_of(facility=facility),
        carrier="ontrac",
        carrier_code="",
        carrier_text=sentence,
        tracking_number=number,
    )


def _estimates(committed: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read "10/7/2015 by End of Day"."""
    day = _DAY.match(committed)
    if day is None or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    on = read_time(day[0], "%m/%d/%Y").date()
    return (Estimate(from_on=on, to_on=on, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
