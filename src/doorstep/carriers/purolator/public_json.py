"""The public tracker's data (JSON) → one tracking for each package; searches without a package → notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.purolator.codes import event_type_of
from doorstep.carriers.purolator.places import located
from doorstep.carriers.purolator.scans_xml import links_of
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read an answer with its `searchResult` and `shipment`.

    Raises:
        BadInputError: neither in it, or a package without its PIN.
    """
    if not isinstance(dig(answer, "searchResult"), list) and not isinstance(dig(answer, "shipment"), list):
        raise BadInputError("JSON without searchResult and shipment of Purolator")
    shipments = [boxed(shipment) for shipment in listed(dig(answer, "shipment"))]
    trackings = [_tracking(boxed(package), shipment) for shipment in shipments for package in listed(shipment.get("package"))]
    notes = [note for result in listed(dig(answer, "searchResult")) for note in _notes(boxed(result))]
    return Parsed(tuple(trackings), tuple(notes))


def _notes(result: dict[str, Any]) -> list[CarrierNote]:
    asked, status = numbered(worded(result.get("trackingId"))) or None, worded(result.get("status"))
    errors = [boxed(error) for error in listed(result.get("errors"))]
    told = [CarrierNote(worded(error.get("code")), worded(error.get("description")), asked) for error in errors if error]
    return told or ([CarrierNote(status, "", asked)] if status not in ("", "FOUND") else [])


def _tracking(package: dict[str, Any], shipment: dict[str, Any]) -> Tracking:
    number = numbered(worded(package.get("pin")))
    if not number:
        raise BadInputError("a package without its pin")
    events = listed(package.get("events")) or listed(package.get("lastEvent"))
    checkpoints = tuple(_checkpoint(boxed(event), number) for event in events)
    others = dict.fromkeys(numbered(worded(dig(other, "pin"))) for other in listed(shipment.get("package")))
    others.pop(number, None)
    weight = boxed(dig(shipment, "details", "weight"))
    return Tracking(
        tracking_number=number,
        carrier="purolator",
        checkpoints=checkpoints,
        estimates=_estimates(worded(package.get("estimatedDeliveryDate")), checkpoints),
        links=(
            *(Link(tracking_number=other, carrier="purolator", role="parcel") for other in others if other),
            *links_of(checkpoints, number),
        ),
        # the weight is the whole shipment's
        weight_g=None if others else grams(weight.get("value"), worded(weight.get("unit"))),
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    told = boxed(event.get("location"))
    place = located(*(worded(told.get(name)) for name in ("city", "provinceState", "countryCode", "postalCode")))
    country, region = (place.country, place.region) if place else (None, None)
    when = worded(event.get("dateTime"))
    return Checkpoint(
        event_type=event_type_of(worded(event.get("code")), worded(event.get("description"))),
        occurred_at=iso_stamp(when, country=country, region=region) if when else None,
        place=place,
        carrier="purolator",
        carrier_code=worded(event.get("code")),
        carrier_text=worded(event.get("description")),
        tracking_number=number,
    )


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    waits = any(checkpoint.event_type.startswith("ready_for_pickup") or ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    if not expected or waits:
        return ()
    day = iso_day(expected)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
