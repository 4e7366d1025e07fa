"""An AfterShip tracking object, the same in webhooks and answers → Tracking, and a note where its state rests on no scan."""

from typing import Any

from doorstep.carriers.aftership.codes import slug_of
from doorstep.carriers.clock import iso_day, iso_stamp
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import dig, grams, listed, numbered, worded
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
    carrier = carrier_slug(worded(dig(item, "slug"))) or "aftership"
    scans = [scan for scan in listed(dig(item, "checkpoints")) if isinstance(scan, dict)]
    weight = dig(item, "shipment_weight")
    tracking = Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=tuple(_checkpoint(scan, number, carrier) for scan in scans),
        estimates=_estimates(item),
        links=_links(item, number),
        service=worded(dig(item, "shipment_type")) or None,
        weight_g=grams(
            dig(weight, "value") if isinstance(weight, dict) else weight,
            worded(dig(weight, "unit")) or worded(dig(item, "shipment_weight_unit")) or "kg",
        ),
        signed_by=worded(dig(item, "signed_by")) or None,
        is_return=worded(dig(item, "shipment_direction")).lower() == "return",
    )
    return Parsed((tracking,), _state(item, scans, number))


def read_last_checkpoint(item: Any) -> Parsed:
    """Read the answer that holds a number and only its newest checkpoint.

    Raises:
        BadInputError: no tracking number, or a time that is none.
    """
    return read_tracking({**item, "checkpoints": listed(dig(item, "checkpoint"))})


def _checkpoint(scan: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    tag, subtag, raw_tag = worded(scan.get("tag")), worded(scan.get("subtag")), worded(scan.get("raw_tag"))
    event = worded(dig(scan.get("events"), 0, "code"))
    time = worded(scan.get("checkpoint_time"))
    region = worded(scan.get("state"))
    country = worded(scan.get("country_iso3") or scan.get("country_region") or scan.get("country_name"))
    return Checkpoint(
        event_type=slug_of(tag, subtag, event),
        occurred_at=iso_stamp(time, country=country_of(country), region=region) if time else None,
        place=place_of(
            text=worded(scan.get("location")),
            city=worded(scan.get("city")),
            region=region,
            postcode=worded(scan.get("zip") or scan.get("postal_code")),
            country=country,
        ),
        carrier=carrier_slug(worded(scan.get("slug"))) or carrier,
        carrier_code="/".join(part for part in (subtag or tag, event, raw_tag) if part),
        carrier_text=worded(scan.get("message")),
        tracking_number=number,
    )


def _state(item: Any, scans: list[dict[str, Any]], number: str) -> tuple[CarrierNote, ...]:
    """Keep what the tracking says of itself and no scan bears: nothing found yet, expired, or completed by hand."""
    tag, subtag = worded(dig(item, "tag")), worded(dig(item, "subtag"))
    if not tag or any(subtag == worded(scan.get("subtag")) and tag == worded(scan.get("tag")) for scan in scans):
        return ()
    return (CarrierNote(subtag or tag, worded(dig(item, "subtag_message")) or tag, number),)


def _window(box: Any, *, source: str, item: Any, names: tuple[str, str, str], reason: str | None = None) -> Estimate | None:
    single, least, most = (worded(dig(box, name)) for name in names)
    first, last = least or single or most, most or single or least
    if not first:
        return None
    stated = worded(dig(item, "updated_at"))
    score = dig(box, "confidence_score")
    return Estimate(
        from_on=min(iso_day(first), iso_day(last)),
        to_on=max(iso_day(first), iso_day(last)),
        source=source,
        stated_at=iso_stamp(stated) if stated else None,
        reason=reason,
        confidence=float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None,
    )


_OWN = ("estimated_delivery_date", "estimated_delivery_date_min", "estimated_delivery_date_max")
#: Field of the tracking → who states it.
_BOXES = {
    "courier_estimated_delivery_date": "carrier",
    "aftership_estimated_delivery_date": "aggregator",
    "custom_estimated_delivery_date": "shop",
}
_DAYS = {"expected_delivery": "carrier", "order_promised_delivery_date": "shop", "promised_delivery_date": "shop"}


def _estimates(item: Any) -> tuple[Estimate, ...]:
    latest = dig(item, "latest_estimated_delivery")
    reason = worded(dig(latest, "revise_reason")) or None
    told = [
        _window(dig(item, field), source=source, item=item, names=_OWN, reason=reason if source != "shop" else None)
        for field, source in _BOXES.items()
    ]
    told += [_window(item, source=source, item=item, names=(field, "", "")) for field, source in _DAYS.items()]
    if not any(told) and latest:
        names = ("datetime", "datetime_min", "datetime_max")
        told.append(_window(latest, source="aggregator", item=item, names=names, reason=reason))
    return tuple(estimate for estimate in told if estimate)


def _links(item: Any, number: str) -> tuple[Link, ...]:
    last_mile = numbered(worded(dig(item, "last_mile", "tracking_number")))
    if not last_mile or last_mile == number:
        return ()
    return (Link(tracking_number=last_mile, carrier=carrier_slug(worded(dig(item, "last_mile", "slug"))), role="last_mile"),)
