"""Österreichische Post's `einzelsendung` (JSON) → one tracking; nothing found and errors → notes."""

import re
from datetime import date
from typing import Any

from doorstep.carriers.clock import at_place, iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.postat.codes import event_type_of, event_type_of_state
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import ZoneSource
from doorstep.errors import BadInputError

#: While the page shows an estimate. Source: as `codes`, read 2026-11-22.
_UNDER_WAY = frozenset({"AN", "IV", "IZ"})
#: Some answers have a sentence there instead ("Out for delivery").
_STATUS = re.compile("[A-Z]{2,3}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def read(answer: Any) -> Parsed:
    """Read the answer to the page's query.

    Raises:
        BadInputError: neither `data.einzelsendung` nor errors.
    """
    errors = tuple(
        CarrierNote(worded(dig(error, "extensions", "code")), worded(dig(error, "message"))) for error in listed(dig(answer, "errors"))
    )
    data = dig(answer, "data")
    if not errors and not (isinstance(data, dict) and "einzelsendung" in data):
        raise BadInputError("JSON without einzelsendung and without errors of Österreichische Post")
    parcel = dig(data, "einzelsendung")
    if isinstance(parcel, dict):
        return Parsed((_tracking(parcel),), errors)
    return Parsed((), errors or (CarrierNote("not_found", "the number is not known"),))


def _tracking(parcel: dict[str, Any]) -> Tracking:
    numbers = (numbered(worded(parcel.get(name))) for name in ("sendungsnummer", "activeIdentityCode", "originalIdentityCode"))
    number = next((one for one in numbers if one), "")
    if not number:
        raise BadInputError("an einzelsendung without a sendungsnummer or an identity code")
    checkpoints = tuple(_checkpoint(boxed(event), number) for event in listed(parcel.get("sendungsEvents")))
    return Tracking(
        tracking_number=number,
        carrier="postat",
        checkpoints=checkpoints,
        estimates=_estimates(parcel, checkpoints),
        weight_g=grams(parcel.get("weight"), "kg"),
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    """Read one scan: by its code, or by its state where it has no code that we know."""
    names = ("status", "reasontypecode", "timestamp", "trackingStateKey")
    status, reason, when, state = (worded(event.get(name)) for name in names)
    event_type = event_type_of(status, reason)
    if event_type == "unknown" and state:
        event_type = event_type_of_state(state)
    else:
        state = ""
    texts = (worded(event.get(name)) for name in ("trackingDesc", "text", "textEn"))
    return Checkpoint(
        event_type=event_type,
        occurred_at=iso_stamp(when, country="AT") if when else None,
        place=_place(event),
        carrier="postat",
        carrier_code="/".join(part for part in (status, reason, state) if part),
        carrier_text=next((text for text in texts if text), ""),
        tracking_number=number,
    )


def _place(event: dict[str, Any]) -> Place | None:
    """Read the facility, or the post code of the area ("PLZ 8762")."""
    name, _, code = worded(event.get("eventPlaceName")).rpartition("PLZ ")
    facility = name.rstrip(", ") if name or code.strip().isdigit() else code
    return place_of(
        facility=facility,
        postcode=code.strip() if code.strip().isdigit() else worded(event.get("eventpostalcode")),
        country=worded(event.get("eventcountry")),
    )


def _estimates(parcel: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the days, and the hours where they fall on those days."""
    told = boxed(parcel.get("estimatedDelivery"))
    first, last = worded(told.get("startDate")), worded(told.get("endDate"))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    status = worded(parcel.get("status"))
    if not first or over or (_STATUS.fullmatch(status) and status not in _UNDER_WAY):
        return ()
    from_on, to_on = _day(first), _day(last or first)
    if to_on < from_on:
        return ()
    return (
        Estimate(
            from_on=from_on,
            to_on=to_on,
            from_time=_clock(told.get("startTime")),
            to_time=_clock(told.get("endTime")),
            stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints),
        ),
    )


def _day(text: str) -> date:
    """Read a day, or the moment at which it begins in Vienna."""
    stamped = iso_stamp(text, country="AT")
    local = at_place(stamped.instant, "AT") if stamped.zone_source is ZoneSource.SENT else None
    return local.date() if local else iso_day(stamped.local)


def _clock(value: Any) -> str | None:
    """Read an hour in Vienna; None for none and for the unset one of the year 1."""
    text = worded(value)
    if plain := _CLOCK.match(text):
        return plain[0]
    local = at_place(iso_stamp(text, country="AT").instant, "AT") if text and not text.startswith("0001") else None
    return local.strftime("%H:%M") if local else None
