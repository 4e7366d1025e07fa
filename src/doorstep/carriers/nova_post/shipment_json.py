"""Nova Post's shipment with its tracking (JSON) → trackings; its errors → notes."""

import re
from typing import Any

from doorstep.carriers.clock import at_place, iso_stamp, latest
from doorstep.carriers.collecting import point_of, told_last
from doorstep.carriers.countries import country_of
from doorstep.carriers.nova_post.codes import event_type_of
from doorstep.carriers.reading import dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: "MD-2069": Nova Post writes the country before a post code abroad, where `country_code` may still say UA.
_KINDS = {"ready_for_pickup": "post_office", "ready_for_pickup_locker": "locker"}
_POSTCODE = re.compile(r"([A-Z]{2})-(.+)")


def read(answer: Any) -> Parsed:
    """Read one shipment, a list of them, or an error.

    Raises:
        BadInputError: none of them.
    """
    shipments = [item for item in listed(answer) if isinstance(item, dict) and "tracking" in item]
    notes = () if shipments else _notes(answer)
    if not shipments and not notes and answer != []:
        raise BadInputError("JSON without a tracking and without an error of Nova Post")
    return Parsed(tuple(_tracking(shipment) for shipment in shipments), notes)


def _notes(answer: Any) -> tuple[CarrierNote, ...]:
    codes = [worded(code) for code in listed(dig(answer, "errorCodes"))]
    errors = dig(answer, "errors")
    texts = [worded(item) for group in (errors.values() if isinstance(errors, dict) else [errors]) for item in listed(group)]
    texts = [text for text in texts if text] or [text for text in (worded(dig(answer, "message")), worded(dig(answer, "error"))) if text][
        :1
    ]
    codes = codes or [worded(dig(answer, "code")) or worded(dig(answer, "status"))]
    return tuple(CarrierNote(codes[place] if place < len(codes) else "", text) for place, text in enumerate(texts))


def _tracking(shipment: Any) -> Tracking:
    number = numbered(worded(dig(shipment, "number")))
    if not number:
        raise BadInputError("a shipment of Nova Post without a number")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(dig(shipment, "tracking")))
    pieces = dict.fromkeys(numbered(worded(dig(parcel, "number"))) for parcel in listed(dig(shipment, "parcels")))
    return Tracking(
        tracking_number=number,
        carrier="nova_post",
        checkpoints=checkpoints,
        estimates=_estimates(shipment, checkpoints),
        links=tuple(Link(tracking_number=piece, carrier="nova_post", role="parcel") for piece in pieces if piece not in ("", number)),
        weight_g=grams(dig(shipment, "total_weight"), "kg"),
        pickup=told_last((scan, _pickup(scan)) for scan in checkpoints),
    )


def _pickup(scan: Checkpoint) -> PickupPoint | None:
    """Take the branch or locker of the scan that says it waits there."""
    kind, place = _KINDS.get(scan.event_type), scan.place
    if kind is None or place is None or not place.facility:
        return None
    return point_of(kind=kind, name=place.facility, postcode=place.postcode or "", city=place.city or "", country=place.country or "")


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, when = worded(dig(event, "code")), worded(dig(event, "date"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=iso_stamp(when) if when else None,
        place=_place(event),
        carrier="nova_post",
        carrier_code=code,
        carrier_text=worded(dig(event, "event_name")),
        tracking_number=number,
    )


def _place(event: Any) -> Place | None:
    city, facility = worded(dig(event, "settlement_name")) or None, worded(dig(event, "division_name")) or None
    postcode = worded(dig(event, "post_code")) or None
    country = country_of(worded(dig(event, "country_code")))
    abroad = _POSTCODE.fullmatch(postcode or "")
    if abroad and (named := country_of(abroad[1])):
        country, postcode = named, abroad[2]
    return Place(city=city, postcode=postcode, country=country, facility=facility) if city or postcode or country or facility else None


def _estimates(shipment: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the planned moment, sent in UTC, as the recipient's wall time; without their country only its day counts."""
    planned = worded(dig(shipment, "scheduled_delivery_date"))
    if not planned or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    stamped = iso_stamp(planned)
    local = at_place(stamped.instant, country_of(worded(dig(shipment, "recipient", "country_code")))) if stamped.offset else None
    day = (local or stamped.instant).date()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=day, to_on=day, to_time=local.strftime("%H:%M") if local else None, stated_at=stated_at),)
