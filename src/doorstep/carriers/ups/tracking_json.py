"""The answer of UPS's Tracking API (JSON) → trackings, notes."""

import math
from datetime import datetime, time
from typing import Any

from doorstep.carriers.clock import stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.carriers.ups.codes import Meaning, Service, meaning_of, service_of
from doorstep.carriers.ups.left_at import refined
from doorstep.carriers.ups.scans import (
    SLUG,
    checkpoint_of,
    clock_of,
    day_of,
    estimate_on,
    is_over,
    newest_stamp,
    place_of,
    stamp_of,
)
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: UPS's sandbox answers with its schema's placeholder where a number belongs.
_PLACEHOLDER = "STRING"
#: UPS's unit → grams.
GRAMS = {"LBS": 453.59237, "KGS": 1000.0, "LB": 453.59237, "KG": 1000.0, "OZS": 28.349523125}
_WINDOWS = ("EDW", "CDW", "IDW")


def parse_answer(tree: Any) -> Parsed:
    """Read an answer, of whatever outcome.

    Raises:
        BadInputError: it has neither shipments nor errors.
    """
    if not isinstance(tree, dict) or not ("trackResponse" in tree or "response" in tree):
        raise BadInputError("the JSON is no answer of UPS tracking: it has neither trackResponse nor response")
    notes = [_note(error, None) for error in listed(dig(tree, "response", "errors"))]
    trackings: list[Tracking] = []
    for shipment in listed(dig(tree, "trackResponse", "shipment")):
        inquiry = numbered(worded(dig(shipment, "inquiryNumber")))
        notes += [_note(warning, inquiry or None) for warning in listed(dig(shipment, "warnings"))]
        for package in listed(dig(shipment, "package")):
            if found := _package(package, inquiry):
                trackings.append(found)
    return Parsed(tuple(trackings), tuple(notes))


def _note(error: Any, number: str | None) -> CarrierNote:
    return CarrierNote(worded(dig(error, "code")), worded(dig(error, "message")), number)


def _package(package: Any, inquiry: str) -> Tracking | None:
    number = numbered(worded(dig(package, "trackingNumber")))
    number = inquiry if number in ("", _PLACEHOLDER) else number
    if not number:
        return None
    service = worded(dig(package, "service", "description"))
    kind = service_of(service)
    activities = listed(dig(package, "activity")) or _current_only(package)
    checkpoints = tuple(_activity(activity, package, number, kind) for activity in activities)
    received_by = worded(dig(package, "deliveryInformation", "receivedBy"))
    return Tracking(
        tracking_number=number,
        carrier=SLUG,
        checkpoints=checkpoints,
        estimates=_estimates(package, checkpoints),
        links=_links(package, renumbered=any(scan.event_type == "tracking_number_changed" for scan in checkpoints)),
        service=service or None,
        weight_g=grams(worded(dig(package, "weight", "weight")), worded(dig(package, "weight", "unitOfMeasurement"))),
        signed_by=received_by if received_by and not received_by.isdigit() else None,
        pickup=_pickup(package),
    )


def _current_only(package: Any) -> list[Any]:
    """Make an activity of the current status where the answer was asked without activities; it is undated unless it is the delivery.

    `currentStatus.code` is UPS's three-digit status code, which an activity calls `statusCode`.
    """
    current = dig(package, "currentStatus")
    status = {
        "type": dig(current, "type"),
        "statusCode": worded(dig(current, "statusCode")) or worded(dig(current, "code")),
        "description": dig(current, "description"),
    }
    if not (worded(status["type"]) or worded(status["statusCode"])):
        return []
    delivered = [entry for entry in listed(dig(package, "deliveryDate")) if worded(dig(entry, "type")) == "DEL"]
    return [{"status": status, "date": worded(dig(delivered, 0, "date"))}]


def _pickup(package: Any) -> PickupPoint | None:
    """Read until when it waits at the access point; which one that is UPS tells in the scans alone."""
    day = day_of(worded(dig(package, "accessPointInformation", "pickupByDate")))
    return point_of(collect_by=stamp(datetime.combine(day, time()), Precision.DATE)) if day else None


def _activity(activity: Any, package: Any, number: str, service: Service) -> Checkpoint:
    place = _place(activity)
    status = dig(activity, "status")
    meaning = meaning_of(
        worded(dig(status, "type")).upper(), worded(dig(status, "code")).upper(), worded(dig(status, "statusCode")), service
    )
    if meaning.event_type == "delivered":
        left_at = worded(dig(package, "deliveryInformation", "location"))
        meaning = Meaning(refined(meaning.event_type, left_at), meaning.carrier_code)
    at = stamp_of(
        worded(dig(activity, "date")),
        worded(dig(activity, "time")),
        offset=worded(dig(activity, "gmtOffset")),
        gmt=(worded(dig(activity, "gmtDate")), worded(dig(activity, "gmtTime"))),
        place=place,
    )
    return checkpoint_of(meaning, number, worded(dig(status, "description")), at, place)


def _place(activity: Any) -> Place | None:
    address = dig(activity, "location", "address")
    country = country_of(worded(dig(address, "countryCode"))) or country_of(worded(dig(address, "country")))
    return place_of(
        city=worded(dig(address, "city")),
        region=worded(dig(address, "stateProvince")),
        postcode=worded(dig(address, "postalCode")),
        country=country,
        facility=worded(dig(activity, "location", "slic")),
    )


def _estimates(package: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    dates = {worded(dig(entry, "type")): day_of(worded(dig(entry, "date"))) for entry in listed(dig(package, "deliveryDate"))}
    if is_over(checkpoints) or dates.get("DEL") or worded(dig(package, "currentStatus", "type")) == "D":
        return ()
    kind = worded(dig(package, "deliveryTime", "type"))
    start = clock_of(worded(dig(package, "deliveryTime", "startTime"))) if kind in _WINDOWS else None
    end = clock_of(worded(dig(package, "deliveryTime", "endTime"))) if kind in (*_WINDOWS, "CMT") else None
    stated_at = newest_stamp(checkpoints)
    scheduled, rescheduled = dates.get("SDD"), dates.get("RDD")
    if rescheduled:  # the first date no longer holds; when it was stated UPS does not say
        return (*estimate_on(scheduled, None), *estimate_on(rescheduled, stated_at, (start, end), "rescheduled"))
    return tuple(estimate_on(scheduled, stated_at, (start, end)))


def _links(package: Any, *, renumbered: bool) -> tuple[Link, ...]:
    links = []
    for entry in listed(dig(package, "alternateTrackingNumber")):
        number = numbered(worded(dig(entry, "number")))
        kind = worded(dig(entry, "type")).upper()
        if number and "USPS" in kind:
            links.append(Link(tracking_number=number, carrier="usps", role="last_mile"))
        elif renumbered and not kind and number.startswith("1Z"):  # UPS: "non-typed numbers are typically UPS tracking numbers"
            links.append(Link(tracking_number=number, carrier=SLUG, role="replaced_by"))
    return tuple(links)


def grams(weight: str, unit: str) -> int | None:
    """Turn UPS's weight into grams; None for placeholders, unknown units and zero (UPS's word for "not weighed")."""
    factor = GRAMS.get(unit.upper())
    try:
        value = float(weight) * (factor or 0)
    except ValueError:
        return None
    return round(value) if math.isfinite(value) and 0 < value < 1e9 else None  # noqa: PLR2004 - a thousand tonnes
