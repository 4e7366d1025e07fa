"""ShipX's tracking answer, shipment resource, list of shipments or webhook (JSON) → trackings; errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.countries import place_of
from doorstep.carriers.families.inpost_statuses import event_type_of
from doorstep.carriers.reading import boxed, dig, grams, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Link, Parsed, Tracking
from doorstep.errors import BadInputError

_SLUG = "inpost_pl"
_AT_TARGET = frozenset({"ready_for_pickup_locker", "pickup_reminder", "pickup_expired"})


def read(answer: Any) -> Parsed:
    """Read any of ShipX's answers, or its webhook.

    Raises:
        BadInputError: none of them.
    """
    if isinstance(dig(answer, "event"), str) and isinstance(dig(answer, "payload"), dict):
        return _posted(answer)
    boxes = listed(dig(answer, "items")) if dig(answer, "items") is not None else listed(answer)
    found = [box for box in boxes if isinstance(box, dict) and "tracking_number" in box]
    if found:
        told = [_shipment(box) for box in found]
        return Parsed(tuple(one for one in told if isinstance(one, Tracking)), tuple(one for one in told if isinstance(one, CarrierNote)))
    if worded(dig(answer, "error")):
        text = worded(dig(answer, "description")) or worded(dig(answer, "message"))
        return Parsed((), (CarrierNote(worded(dig(answer, "error")), text),))
    if boxes or not (answer == [] or isinstance(dig(answer, "items"), list)):
        raise BadInputError("JSON without a tracking_number, an event or an error of ShipX")
    return Parsed()


def _posted(answer: Any) -> Parsed:
    """Read the webhook: a status changed, a shipment was confirmed (then the event is the status), or offers came."""
    event, payload = worded(answer["event"]), answer["payload"]
    number = numbered(worded(payload.get("tracking_number")))
    status = worded(payload.get("status")) or event
    if not number or event == "offers_prepared":
        return Parsed((), (CarrierNote(event, status, number or None),))
    back = numbered(worded(payload.get("return_tracking_number")))
    scan = _checkpoint(status, worded(answer.get("event_ts")), number, None)
    links = (Link(tracking_number=back, carrier=_SLUG, role="return"),) if back and back != number else ()
    return Parsed((Tracking(tracking_number=number, carrier=_SLUG, checkpoints=(scan,), links=links),))


def _shipment(box: dict[str, Any]) -> Tracking | CarrierNote:
    number = numbered(worded(box.get("tracking_number")))
    status = worded(box.get("status"))
    if not number:
        return CarrierNote(status, "the shipment has no number yet")
    target = _target(boxed(box.get("custom_attributes")))
    if isinstance(box.get("tracking_details"), list):
        details = [boxed(detail) for detail in box["tracking_details"]]
        scans = [
            _checkpoint(worded(detail.get("status")), worded(detail.get("datetime")), number, target, worded(detail.get("agency")))
            for detail in details
        ]
    else:  # the shipment resource tells its present state alone
        when = worded(box.get("updated_at")) or worded(box.get("created_at"))
        scans = [_checkpoint(status, when, number, target)] if status else []
    pieces = dict.fromkeys(numbered(worded(dig(parcel, "tracking_number"))) for parcel in listed(box.get("parcels")))
    return Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=tuple(scans),
        links=tuple(Link(tracking_number=piece, carrier=_SLUG, role="parcel") for piece in pieces if piece not in ("", number)),
        service=worded(box.get("service")) or None,
        weight_g=_weight(box),
        is_return=box.get("is_return") is True,
        pickup=_pickup(boxed(box.get("custom_attributes"))),
    )


def _pickup(attributes: dict[str, Any]) -> PickupPoint | None:
    """Read the chosen point with its hours ("PN-PT 09:00-16:00" is Monday to Friday: kept as sent)."""
    machine = boxed(attributes.get("target_machine_detail"))
    kinds = [worded(kind) for kind in listed(machine.get("type"))]
    return point_of(
        kind="locker" if "parcel_locker" in kinds else "shop" if "pop" in kinds else "",
        name=worded(machine.get("name")) or worded(attributes.get("target_point_id")) or worded(attributes.get("target_machine_id")),
        lines=(
            worded(dig(machine, "address", "line1")),
            worded(dig(machine, "address", "line2")),
            worded(machine.get("location_description")),
        ),
        country="PL",
        hours_text=worded(machine.get("opening_hours")),
    )


def _weight(box: dict[str, Any]) -> int | None:
    each = [grams(dig(parcel, "weight", "amount"), worded(dig(parcel, "weight", "unit"))) for parcel in listed(box.get("parcels"))]
    known = [weight for weight in each if weight]
    return sum(known) if known and len(known) == len(each) else None


def _target(attributes: dict[str, Any]) -> Place | None:
    """Read the chosen locker: its name, and the town in the second line of its address ("50-001 Wrocław")."""
    machine = boxed(attributes.get("target_machine_detail"))
    postcode, _, city = worded(dig(machine, "address", "line2")).partition(" ")
    name = worded(machine.get("name")) or worded(attributes.get("target_point_id")) or worded(attributes.get("target_machine_id"))
    place = place_of(facility=name, text=worded(machine.get("location_description")), city=city, postcode=postcode)
    return place if name else None


def _checkpoint(status: str, when: str, number: str, target: Place | None, agency: str = "") -> Checkpoint:
    event_type = event_type_of(status)
    return Checkpoint(
        event_type=event_type,
        occurred_at=iso_stamp(when) if when else None,
        place=target if event_type in _AT_TARGET and target else place_of(facility=agency),
        carrier=_SLUG,
        carrier_code=status,
        carrier_text="",
        tracking_number=number,
    )
