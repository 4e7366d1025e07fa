"""An AfterShip tracking object, the same in webhooks and answers → Tracking, and a note where its state rests on no scan."""

from typing import Any

from doorstep.carriers.aftership.codes import TAGS, slug_of
from doorstep.carriers.clock import iso_day, iso_stamp, stated_at
from doorstep.carriers.collecting import point_of
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, grams, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read_tracking(item: Any) -> Parsed:
    """Read one tracking object.

    Raises:
        BadInputError: no tracking number, or a time that is none.
    """
    number = numbered(worded(dig(item, "tracking_number")))
    if not number:
        raise BadInputError("the tracking object has no tracking_number")
    told = item.get
    carrier = carrier_slug(worded(told("slug"))) or "aftership"
    scans = [scan for scan in listed(told("checkpoints")) if isinstance(scan, dict)]
    checkpoints = tuple([_checkpoint(scan, number, carrier) for scan in scans]) or _by_tag(item, number, carrier)
    weight = told("shipment_weight")
    tracking = Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=_estimates(item, checkpoints),
        links=_links(item, number),
        service=worded(told("shipment_type")) or None,
        weight_g=None
        if weight is None
        else grams(
            weight.get("value") if isinstance(weight, dict) else weight,
            worded(dig(weight, "unit")) or worded(told("shipment_weight_unit")) or "kg",
        ),
        signed_by=worded(told("signed_by")) or None,
        is_return=worded(told("shipment_direction")).lower() == "return",
        pickup=_pickup(item),
    )
    return Parsed((tracking,), _state(item, scans, number))


def read_last_checkpoint(item: Any) -> Parsed:
    """Read the answer that holds a number and only its newest checkpoint.

    Raises:
        BadInputError: no tracking number, or a time that is none.
    """
    return read_tracking({**item, "checkpoints": listed(dig(item, "checkpoint"))})


def _pickup(item: dict[str, Any]) -> PickupPoint | None:
    """Read where the customer collects: the shop's own store, or a point of the courier, named and explained in the shop's words."""
    kind, number = worded(item.get("delivery_type")), worded(item.get("pickup_contact_number"))
    name, note = worded(item.get("pickup_location")), worded(item.get("pickup_note"))
    return point_of(kind="shop" if kind == "pickup_at_store" else "", name=name, lines=(note, number)) if name else None


def _checkpoint(scan: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    told = scan.get
    tag, subtag, raw_tag = worded(told("tag")), worded(told("subtag")), worded(told("raw_tag"))
    events = told("events")
    event = worded(dig(events, 0, "code")) if events else ""
    time = worded(told("checkpoint_time"))
    region = worded(told("state"))
    country = worded(told("country_iso3") or told("country_region") or told("country_name"))
    return Checkpoint(
        event_type=slug_of(tag, subtag, event),
        occurred_at=iso_stamp(time, country=country_of(country), region=region) if time else None,
        place=place_of(
            text=worded(told("location")),
            city=worded(told("city")),
            region=region,
            postcode=worded(told("zip") or told("postal_code")),
            country=country,
        ),
        carrier=carrier_slug(worded(told("slug"))) or carrier,
        carrier_code="/".join([part for part in (subtag or tag, event, raw_tag) if part]),
        carrier_text=worded(told("message")),
        tracking_number=number,
    )


def _by_tag(item: dict[str, Any], number: str, carrier: str) -> tuple[Checkpoint, ...]:
    """Make an undated checkpoint of the tag where no scan came: of those alone that a carrier's word must stand behind.

    "Pending" and "Expired" are about the record, and "Delivered" without any scan is a tracking that somebody completed by hand.
    """
    tag, subtag = worded(item.get("tag")), worded(item.get("subtag"))
    if tag not in TAGS or tag in ("Pending", "Expired", "Delivered"):
        return ()
    return (
        Checkpoint(
            event_type=slug_of(tag, subtag, ""),
            occurred_at=None,
            carrier=carrier,
            carrier_code=subtag or tag,
            carrier_text=worded(item.get("subtag_message")),
            tracking_number=number,
        ),
    )


def _state(item: dict[str, Any], scans: list[dict[str, Any]], number: str) -> tuple[CarrierNote, ...]:
    """Keep what the tracking says of itself and no scan bears: nothing found yet, expired, or completed by hand."""
    tag, subtag = worded(item.get("tag")), worded(item.get("subtag"))
    if not tag:
        return ()
    for scan in reversed(scans):
        if subtag == worded(scan.get("subtag")) and tag == worded(scan.get("tag")):
            return ()
    return (CarrierNote(subtag or tag, worded(item.get("subtag_message")) or tag, number),)


def _window(box: Any, names: tuple[str, str, str], *, source: str, stated: OccurredAt | None, reason: str | None = None) -> Estimate | None:
    told = boxed(box).get
    single, least, most = worded(told(names[0])), worded(told(names[1])), worded(told(names[2]))
    first, last = least or single or most, most or single or least
    if not first:
        return None
    days = (iso_day(first), iso_day(last))
    score: Any = told("confidence_score")
    sure = isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1
    return Estimate(
        from_on=min(days),
        to_on=max(days),
        source=source,
        # The shop's promise comes along unchanged in every payload: when it was made nobody tells.
        stated_at=None if source == "shop" else stated,
        reason=None if source == "shop" else reason,
        confidence=float(score) if sure else None,
    )


_OWN = ("estimated_delivery_date", "estimated_delivery_date_min", "estimated_delivery_date_max")
#: Field of the tracking → who states it.
_BOXES = {
    "courier_estimated_delivery_date": "carrier",
    "aftership_estimated_delivery_date": "aggregator",
    "custom_estimated_delivery_date": "shop",
}
_DAYS = {"expected_delivery": "carrier", "order_promised_delivery_date": "shop", "promised_delivery_date": "shop"}


def _estimates(item: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    latest = item.get("latest_estimated_delivery")
    boxes = [(item[field], _OWN, source) for field, source in _BOXES.items() if item.get(field) is not None]
    boxes += [(item, (field, "", ""), source) for field, source in _DAYS.items() if item.get(field) is not None]
    stated = stated_at(worded(item.get("updated_at")), (checkpoint.occurred_at for checkpoint in checkpoints))
    reason = worded(dig(latest, "revise_reason")) or None
    told = [_window(box, names, source=source, stated=stated, reason=reason if names is _OWN else None) for box, names, source in boxes]
    if not any(told) and latest is not None:
        told = [_window(latest, ("datetime", "datetime_min", "datetime_max"), source="aggregator", stated=stated, reason=reason)]
    return tuple([estimate for estimate in told if estimate])


def _links(item: dict[str, Any], number: str) -> tuple[Link, ...]:
    if item.get("last_mile") is None:
        return ()
    last_mile = numbered(worded(dig(item, "last_mile", "tracking_number")))
    if not last_mile or last_mile == number:
        return ()
    return (Link(tracking_number=last_mile, carrier=carrier_slug(worded(dig(item, "last_mile", "slug"))), role="last_mile"),)
