"""Hermes Germany's `shipmentinfo` answer (JSON) → trackings and notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest, read_time
from doorstep.carriers.countries import place_of
from doorstep.carriers.hermes.codes import event_type_of, retracted_by
from doorstep.carriers.reading import dig, ends_journey, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read the shipments asked for; one without any status and with a `result` is a note.

    Raises:
        BadInputError: neither.
    """
    trackings, notes = [], []
    for shipment in listed(dig(answer, "shipmentinfo")):
        number = numbered(worded(dig(shipment, "shipmentID")) or worded(dig(shipment, "internationalShipmentID")))
        if listed(dig(shipment, "status")) or (number and not worded(dig(shipment, "result", "code")).startswith("e")):
            trackings.append(_tracking(shipment, number))
        else:
            result = dig(shipment, "result")
            notes.append(CarrierNote(worded(dig(result, "code")), worded(dig(result, "message")), number or None))
    if not trackings and not notes and dig(answer, "shipmentinfo") == []:
        notes.append(CarrierNote("", "no shipment found"))
    if not trackings and not notes:
        raise BadInputError("a shipmentinfo of Hermes without shipments")
    return Parsed(tuple(trackings), tuple(notes))


def _tracking(shipment: Any, number: str) -> Tracking:
    if not number:
        raise BadInputError("a shipment of Hermes without a shipmentID")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(dig(shipment, "status")))
    other = numbered(worded(dig(shipment, "internationalShipmentID")))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="hermes",
        checkpoints=checkpoints,
        estimates=() if over else estimates(dig(shipment, "deliveryForecast"), checkpoints),
        links=(Link(tracking_number=other, carrier=None, role="last_mile"),) if other and other != number else (),
    )


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, when, unit = worded(dig(event, "code")), worded(dig(event, "timestamp")), dig(event, "scanningUnit")
    place = place_of(city=worded(dig(unit, "city")), country=worded(dig(unit, "countryCode")), facility=worded(dig(unit, "name")))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when, country=place.country if place else None) if when else None,
        place=place,
        carrier="hermes",
        carrier_code=code,
        carrier_text=worded(dig(event, "description")),
        tracking_number=number,
        retracts=retracted_by(code),
    )


def estimates(forecast: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the forecast: a local day and, where told, its hours.

    Raises:
        BadInputError: a day or an hour that is none.
    """
    day = worded(dig(forecast, "date"))
    if not day:
        return ()
    on = iso_day(day)
    start, end = (_hour(worded(dig(forecast, "timeSlot", side))) for side in ("from", "to"))
    stated = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=on, to_on=on, from_time=start, to_time=end, stated_at=stated),)


def _hour(text: str) -> str | None:
    return read_time(text, "%H:%M", "%H:%M:%S").strftime("%H:%M") if text else None
