"""The GLS group's tracking page (its JSON: tuStatus with a history) → trackings and notes."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from doorstep.carriers.clock import iso_stamp, latest, read_time
from doorstep.carriers.collecting import is_clock, point_of
from doorstep.carriers.countries import country_of
from doorstep.carriers.gls.codes import of_event, of_status
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.pickup import OpenHours, PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

_DAYS = {"mo": 0, "di": 1, "tu": 1, "mi": 2, "we": 2, "do": 3, "th": 3, "fr": 4, "sa": 5, "so": 6, "su": 6}
_WINDOW = re.compile(r"(?:(\d\d\.\d\d\.\d{4})\D+)?(\d\d:\d\d)\s*-\s*(\d\d:\d\d)")


def read(answer: Any) -> Parsed:
    """Read the parcels of an answer, the one parcel of an answer for number and post code, or its error.

    Raises:
        BadInputError: neither.
    """
    parcels = listed(dig(answer, "tuStatus")) or ([answer] if dig(answer, "tuNo") is not None else [])
    problem = worded(dig(answer, "exceptionText"))
    code = worded(dig(answer, "lastError"))
    notes = (CarrierNote(code, problem),) if code or problem else ()
    if not parcels and not notes and dig(answer, "tuStatus") == []:
        notes = (CarrierNote("", "no parcel found"),)
    if not parcels and not notes:
        raise BadInputError("a page of GLS without parcels and without an error")
    return Parsed(tuple(_tracking(parcel) for parcel in parcels), notes)


def _tracking(parcel: Any) -> Tracking:
    number = numbered(worded(dig(parcel, "tuNo")))
    if not number:
        raise BadInputError("a parcel of GLS without a tuNo")
    back = dig(parcel, "progressBar", "retourFlag") is True
    checkpoints = _checkpoints(parcel, number, is_return=back)
    told = {worded(dig(item, "type")): worded(dig(item, "value")) for item in listed(dig(parcel, "infos"))}
    weight, _, unit = told.get("WEIGHT", "").partition(" ")
    return Tracking(
        tracking_number=number,
        carrier="gls",
        checkpoints=checkpoints,
        estimates=_estimates(worded(dig(parcel, "arrivalTime", "value")), checkpoints),
        service=told.get("PRODUCT") or None,
        weight_g=grams(weight, unit),
        is_return=back,
        pickup=_pickup(dig(parcel, "parcelShop")),
    )


def _pickup(shop: Any) -> PickupPoint | None:
    address = boxed(dig(shop, "address"))
    names = (worded(address.get("name1")), worded(address.get("name2")))
    area = boxed(address.get("postalArea"))
    return point_of(
        kind="shop",
        name=", ".join(name for name in names if name),
        lines=(
            " ".join(part for part in (worded(address.get("street1")), worded(address.get("blockNo1"))) if part),
            " ".join(part for part in (worded(address.get("street2")), worded(address.get("blockNo2"))) if part),
        ),
        postcode=worded(area.get("postalCode")),
        city=worded(area.get("city")),
        country=worded(area.get("countryCode")),
        hours=tuple(_hours(listed(dig(shop, "openingHours")))),
    )


def _hours(days: list[Any]) -> Iterator[OpenHours]:
    """Read "060000,,,210000" (from, break from, break to, until); days are told by their German or English two letters."""
    for day in days:
        name, parts = worded(dig(day, "days")).casefold()[:2], worded(dig(day, "hours")).split(",")
        times = [f"{part[:2]}:{part[2:4]}" if part else "" for part in parts]
        if name not in _DAYS or len(times) != 4:  # noqa: PLR2004 - as above
            continue
        for opens, closes in ((times[0], times[1]), (times[2], times[3])) if times[1] and times[2] else ((times[0], times[3]),):
            if is_clock(opens) and is_clock(closes):
                yield OpenHours(_DAYS[name], opens, closes)


def _checkpoints(parcel: Any, number: str, *, is_return: bool) -> tuple[Checkpoint, ...]:
    """Read the history; the events' numbers stand in a list of their own, in the same order, with each event, or not at all."""
    history = listed(dig(parcel, "history"))
    numbers = [worded(event) for event in listed(dig(parcel, "progressBar", "evtNos"))]
    codes = numbers if len(numbers) == len(history) else [""] * len(history)
    read = tuple(_checkpoint(event, code, number, is_return=is_return) for event, code in zip(history, codes, strict=True))
    status = worded(dig(parcel, "progressBar", "statusInfo"))
    if read or not status:
        return read
    text = worded(dig(parcel, "progressBar", "statusText"))
    return (
        Checkpoint(
            event_type=of_status(status),
            occurred_at=None,
            carrier="gls",
            carrier_code=status,
            carrier_text=text,
            tracking_number=number,
            is_return=is_return,
        ),
    )


def _checkpoint(event: Any, code: str, number: str, *, is_return: bool) -> Checkpoint:
    sentence, day, time = (worded(dig(event, name)) for name in ("evtDscr", "date", "time"))
    event_type, key = of_event(worded(dig(event, "evtNo")) or code, sentence)
    country = country_of(worded(dig(event, "address", "countryCode")))
    city, facility = worded(dig(event, "address", "city")) or None, worded(dig(event, "address", "name")) or None
    return Checkpoint(
        event_type=event_type,
        occurred_at=iso_stamp(f"{day}T{time}" if time else day, country=country) if day else None,
        place=Place(city=city, country=country, facility=facility) if city or country or facility else None,
        carrier="gls",
        carrier_code=key,
        carrier_text=unescape(sentence),
        tracking_number=number,
        is_return=is_return,
    )


def _estimates(window: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read "14:00 - 15:30", with or without its day; without one it is the day of the tour that the newest event announces."""
    match = _WINDOW.search(window)
    newest = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    if not match or not newest or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    on_tour = any(checkpoint.occurred_at == newest and checkpoint.event_type == "out_for_delivery" for checkpoint in checkpoints)
    if not match[1] and not on_tour:
        return ()
    day = read_time(match[1], "%d.%m.%Y").date() if match[1] else read_time(newest.local[:10], "%Y-%m-%d").date()
    return (Estimate(from_on=day, to_on=day, from_time=match[2], to_time=match[3], stated_at=newest),)
