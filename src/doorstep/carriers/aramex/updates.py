"""One waybill's updates, as named parts → a tracking."""

import re
from collections.abc import Mapping, Sequence

from doorstep.carriers.aramex.codes import event_type_of
from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.reading import grams, numbered
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Tracking
from doorstep.errors import BadInputError

#: How the comment on a return names its waybill. Source: as told of live answers in a public client, read 2026-11-22.
_WAY_BACK = re.compile(r"\bRtn HAWB (\d{8,20})\b")


def tracking_of(key: str, updates: Sequence[Mapping[str, str]]) -> Tracking:
    """Make a tracking of the parts of each update; `key` is the waybill as the answer groups them.

    Raises:
        BadInputError: no waybill number, or a time that is none.
    """
    number = numbered(key) or next((numbered(update.get("WaybillNumber", "")) for update in updates), "")
    if not number:
        raise BadInputError("updates of Aramex without a waybill number")
    weights = (grams(update.get("GrossWeight"), update.get("WeightUnit", "")) for update in updates)
    return Tracking(
        tracking_number=number,
        carrier="aramex",
        checkpoints=tuple(_checkpoint(update, number) for update in updates),
        links=tuple(
            Link(tracking_number=back, carrier="aramex", role="return") for back in dict.fromkeys(_backs(updates)) if back != number
        ),
        weight_g=next((weight for weight in weights if weight), None),
    )


def _backs(updates: Sequence[Mapping[str, str]]) -> list[str]:
    return [back[1] for update in updates for back in _WAY_BACK.finditer(update.get("Comments", ""))]


def missing(number: str) -> CarrierNote:
    """Note a waybill that Aramex does not know."""
    return CarrierNote("NonExistingWaybill", "Aramex does not know the waybill", numbered(number))


def _checkpoint(update: Mapping[str, str], number: str) -> Checkpoint:
    """Read an update; its wall time is that of its place, and the problem's code stands beside the update's."""
    code, problem, when = (update.get(name, "") for name in ("UpdateCode", "ProblemCode", "UpdateDateTime"))
    place = _place(update.get("UpdateLocation", ""))
    texts = (update.get("UpdateDescription", ""), update.get("Comments", ""))
    return Checkpoint(
        event_type=event_type_of(code, problem),
        occurred_at=iso_stamp(when, country=place.country if place else None) if when else None,
        place=place,
        carrier="aramex",
        carrier_code="/".join(part for part in (code, problem) if part),
        carrier_text=" - ".join(text for text in texts if text),
        tracking_number=number,
    )


def _place(text: str) -> Place | None:
    """Read "JOHANNESBURG, South Africa"; a text that does not end in a country is kept as it is."""
    city, _, last = text.rpartition(",")
    if country_of(last):
        return place_of(city=city.strip(), country=last)
    return place_of(country=text) if country_of(text) else place_of(text=text)
