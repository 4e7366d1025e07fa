"""An EasyPost tracker object, the same in webhooks and answers → Tracking, and notes for errors among its details."""

import re
from typing import Any

from doorstep.carriers.clock import in_place, iso_day, iso_stamp, stated_at
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.easypost.codes import STATUSES, slug_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError


def read_tracker(item: Any) -> Parsed:
    """Read one tracker.

    Raises:
        BadInputError: no tracking_code, or a time that is none.
    """
    number = numbered(worded(dig(item, "tracking_code")))
    if not number:
        raise BadInputError("the tracker has no tracking_code")
    told = item.get
    carrier = carrier_slug(worded(told("carrier"))) or "easypost"
    is_return = told("is_return") is True
    details = [detail for detail in listed(told("tracking_details")) if isinstance(detail, dict)]
    # EasyPost reports its own trouble ("number not valid") as a detail: that is no scan.
    errors = [detail for detail in details if worded(detail.get("status")) == "error"]
    scans = [detail for detail in details if worded(detail.get("status")) != "error"] if errors else details
    checkpoints = tuple([_checkpoint(detail, number, carrier, is_return=is_return) for detail in scans])
    if not details:
        checkpoints = _by_status(item, number, carrier, is_return=is_return)
    tracking = Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=_estimates(item, checkpoints),
        service=worded(dig(told("carrier_detail"), "service")) or None,
        weight_g=grams(told("weight"), "oz"),
        signed_by=worded(told("signed_by")) or None,
        is_return=is_return,
    )
    return Parsed((tracking,), tuple([CarrierNote("error", worded(error.get("message")), number) for error in errors]))


def _checkpoint(detail: dict[str, Any], number: str, carrier: str, *, is_return: bool) -> Checkpoint:
    told, where = detail.get, boxed(detail.get("tracking_location")).get
    status, finer = worded(told("status")), worded(told("status_detail"))
    place = place_of(
        city=worded(where("city")), region=worded(where("state")), postcode=worded(where("zip")), country=worded(where("country"))
    )
    own_code = worded(told("carrier_code"))
    return Checkpoint(
        event_type=slug_of(status, finer),
        occurred_at=_stamp(worded(told("datetime")), place),
        place=place,
        carrier=carrier_slug(worded(told("source"))) or carrier,
        carrier_code="/".join([part for part in (status, finer or "status_update", own_code) if part]),
        carrier_text=worded(told("message")) or worded(told("description")),
        tracking_number=number,
        is_return=is_return,
    )


def _by_status(item: dict[str, Any], number: str, carrier: str, *, is_return: bool) -> tuple[Checkpoint, ...]:
    """Make an undated checkpoint of the tracker's own status where it came without details; "unknown" and "error" are none."""
    status = worded(item.get("status"))
    if status not in STATUSES or status == "unknown":
        return ()
    told = {"status": status, "status_detail": item.get("status_detail")}
    return (_checkpoint(told, number, carrier, is_return=is_return),)


def _stamp(text: str, place: Place | None) -> OccurredAt | None:
    """Believe the Z only where the place was known well enough for EasyPost to find the zone.

    "Timestamps default to UTC" for all others: a local time with a Z on it. Source: EasyPost trackers guide, read 2026-11-22.
    """
    if not text:
        return None
    found = place is not None and bool(place.postcode or (place.city and (place.region or place.country)))
    country = country_of(place.country) if place else None
    stamped = iso_stamp(text, trust_zone=found or not text.endswith("Z"), country=country, region=place.region if place else None)
    return in_place(stamped, country, place.region if place else None) if found and text.endswith("Z") else stamped


def _estimates(item: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Take the local day where sent; `est_delivery_date` is a day written as a midnight, or a bare guess at a time."""
    finer = boxed(item.get("carrier_detail")).get
    local = worded(finer("est_delivery_date_local"))
    told = local or worded(item.get("est_delivery_date")) or worded(finer("guaranteed_delivery_date"))
    if not told:
        return ()
    day = iso_day(told)
    until = worded(finer("est_delivery_time_local"))
    return (
        Estimate(
            from_on=day,
            to_on=day,
            to_time=until[:5] if local and re.match(r"([01]\d|2[0-3]):[0-5]\d", until) else None,
            stated_at=stated_at(worded(item.get("updated_at")), (checkpoint.occurred_at for checkpoint in checkpoints)),
        ),
    )
