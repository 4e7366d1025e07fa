"""ShipEngine's tracking answer, the same within webhooks (JSON) → trackings; its errors → notes."""

import re
from datetime import timedelta
from typing import Any

from doorstep.carriers.clock import in_place, iso_day, iso_stamp, latest, offset_text, stamp
from doorstep.carriers.countries import place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.shipengine.codes import ACCOUNTS, event_type_of, own_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: No clock on Earth is further from UTC, and all differ by quarters of an hour.
_FURTHEST_S, _QUARTER_S = 14 * 3600, 900
#: The account in the address that a webhook names: its data may leave it out.
_ACCOUNT = re.compile(r"[?&]carrier_code=([a-z0-9_]+)")


def read(answer: Any) -> Parsed:
    """Read one tracking or several, bare or as `data` of a webhook, or errors.

    Raises:
        BadInputError: none of them.
    """
    found = [item for item in listed(dig(answer, "data") or answer) if numbered(worded(dig(item, "tracking_number")))]
    notes = [CarrierNote(worded(dig(error, "error_code")), worded(dig(error, "message"))) for error in listed(dig(answer, "errors"))]
    if not found and not notes and worded(dig(answer, "resource_type")):
        notes.append(CarrierNote(worded(dig(answer, "resource_type")), "a webhook without a tracking number"))
    if not found and not notes:
        raise BadInputError("JSON without a tracking_number and without errors of ShipEngine")
    asked = _ACCOUNT.search(worded(dig(answer, "resource_url")))
    return Parsed(tuple(_tracking(boxed(item), asked[1] if asked else "") for item in found), tuple(notes))


def _tracking(item: dict[str, Any], asked: str) -> Tracking:
    number = numbered(worded(item.get("tracking_number")))
    account = worded(item.get("carrier_code")) or asked
    carrier = ACCOUNTS.get(account.lower()) or carrier_slug(account) or "shipengine"
    events = [event for event in listed(item.get("events")) if isinstance(event, dict)]
    newest = latest(_when(event, _place(event)) for event in events)
    checkpoints = tuple(_checkpoint(event, item, newest, number, carrier) for event in events)
    if not checkpoints and worded(item.get("status_code")):
        checkpoints = (_status(item, number, carrier),)
    signers = [worded(event.get("signer")) for event in events]
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=_estimates(item, checkpoints),
        signed_by=next((signer for signer in signers if signer), None),
    )


def _checkpoint(event: dict[str, Any], item: dict[str, Any], newest: OccurredAt | None, number: str, carrier: str) -> Checkpoint:
    place = _place(event)
    at = _when(event, place)
    own = worded(event.get("event_code")) or worded(event.get("carrier_detail_code")) or worded(event.get("carrier_status_code"))
    # Older answers tell the status once, for the newest event; that of the others is only the carrier's own code.
    bears = event if worded(event.get("status_code")) or worded(event.get("status_detail_code")) else item if at and at == newest else {}
    status, detail = worded(bears.get("status_code")), worded(bears.get("status_detail_code"))
    return Checkpoint(
        event_type=event_type_of(status, detail) if status or detail else own_type_of(carrier, own),
        occurred_at=at,
        place=place,
        carrier=carrier,
        carrier_code="/".join(part for part in (status, detail, own) if part),
        carrier_text=worded(event.get("description")) or worded(event.get("carrier_status_description")),
        tracking_number=number,
    )


def _status(item: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    status, detail = worded(item.get("status_code")), worded(item.get("status_detail_code"))
    delivered = worded(item.get("actual_delivery_date"))
    own = worded(item.get("carrier_status_code"))
    return Checkpoint(
        event_type=event_type_of(status, detail),
        occurred_at=iso_stamp(delivered) if delivered and status == "DE" else None,
        carrier=carrier,
        carrier_code="/".join(part for part in (status, detail, own) if part),
        carrier_text=worded(item.get("carrier_status_description")) or worded(item.get("status_description")),
        tracking_number=number,
    )


def _place(event: dict[str, Any]) -> Place | None:
    return place_of(
        city=worded(event.get("city_locality")),
        region=worded(event.get("state_province")),
        postcode=worded(event.get("postal_code")),
        country=worded(event.get("country_code")),
    )


def _when(event: dict[str, Any], place: Place | None) -> OccurredAt | None:
    """Read the carrier's local time, its offset told by the moment in UTC beside it.

    "Without zone or place it is hard to deduce" the latter, so where both are one, the Z may stand on a local time and is not believed.
    Source: connect-carrier-api 4.16, TrackEvent, read 2026-11-22.
    """
    utc, local = worded(event.get("occurred_at")), worded(event.get("carrier_occurred_at"))
    country, region = (place.country, place.region) if place else (None, None)
    if not local:
        return in_place(iso_stamp(utc), country, region) if utc else None
    told = iso_stamp(local, country=country, region=region, trust_zone=False)
    if utc and len(told.local) == len("2026-11-22T09:30:00"):
        wall = iso_stamp(local, trust_zone=False).instant
        ahead = round((wall - iso_stamp(utc).instant).total_seconds())
        if ahead and abs(ahead) <= _FURTHEST_S and ahead % _QUARTER_S == 0:
            return stamp(wall.replace(tzinfo=None), told.precision, offset=offset_text(timedelta(seconds=ahead)))
    return told


def _estimates(item: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the day; the time behind it is a midnight with a Z, or the carrier's closing hour."""
    told = worded(item.get("estimated_delivery_date"))
    over = worded(item.get("actual_delivery_date")) or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    if not told or over:
        return ()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    reason = worded(item.get("exception_description")) or None
    return (Estimate(from_on=iso_day(told), to_on=iso_day(told), stated_at=stated_at, reason=reason),)
