"""Pitney Bowes's tracking of a number, or a webhook's events (JSON) → trackings; its errors → notes."""

from collections.abc import Iterable
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.pitney_bowes.codes import event_type_of
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

_SLUG = "pitney_bowes"


def read(answer: Any) -> Parsed:
    """Read an answer, a webhook or an error.

    Raises:
        BadInputError: none of them.
    """
    if isinstance(answer, dict) and ("scanDetailsList" in answer or "currentStatus" in answer):
        return Parsed((_tracking(answer),))
    boxes = [boxed(box) for box in (answer if isinstance(answer, list) else listed(dig(answer, "events")))]
    if any(_told(box, "standardizedEventCode", "eventCode") for box in boxes):
        return Parsed(_posted(boxes))
    errors = [boxed(error) for error in listed(dig(answer, "errors")) or boxes]
    notes = [CarrierNote(worded(error.get("errorCode")), _told(error, "errorDescription", "message")) for error in errors]
    if not any(note.code for note in notes):
        raise BadInputError("JSON without scans, events and errors of Pitney Bowes")
    return Parsed((), tuple(note for note in notes if note.code))


def _told(box: dict[str, Any], *names: str) -> str:
    """Read the first field that is told; the webhook spells some names with a capital."""
    spelled = (spelling for name in names for spelling in (name, name[:1].upper() + name[1:]))
    return next((text for text in (worded(box.get(name)) for name in spelled) if text), "")


def _posted(boxes: Iterable[dict[str, Any]]) -> tuple[Tracking, ...]:
    parcels: dict[str, list[Checkpoint]] = {}
    for box in boxes:
        number = numbered(_told(box, "trackingNumber", "packageIdentifier", "parcelTrackingNumber"))
        if not number:
            raise BadInputError("an event of Pitney Bowes without a trackingNumber")
        parcels.setdefault(number, []).append(_checkpoint(box, number))
    return tuple(Tracking(tracking_number=number, carrier=_SLUG, checkpoints=tuple(scans)) for number, scans in parcels.items())


def _tracking(answer: dict[str, Any]) -> Tracking:
    number = numbered(worded(answer.get("trackingNumber")) or worded(answer.get("requestedIdentifier")))
    if not number:
        raise BadInputError("an answer of Pitney Bowes without a trackingNumber")
    scans = [boxed(scan) for scan in listed(answer.get("scanDetailsList")) or listed(answer.get("currentStatus"))]
    checkpoints = tuple(_checkpoint(scan, number) for scan in scans if scan)
    return Tracking(
        tracking_number=number,
        carrier=_SLUG,
        checkpoints=checkpoints,
        estimates=_estimates(answer, checkpoints),
        service=worded(answer.get("serviceName")) or None,
        weight_g=grams(answer.get("weight"), worded(answer.get("weightUOM"))),
        signed_by=worded(answer.get("signedBy")) or None,
        is_return=bool(checkpoints) and all(checkpoint.is_return for checkpoint in checkpoints),
    )


def _checkpoint(scan: dict[str, Any], number: str) -> Checkpoint:
    standardized = _told(scan, "standardizedEventCode", "l1Code")
    theirs = _told(scan, "scanType", "eventCode")
    sentence = _told(scan, "scanDescription", "eventDescription", "l1Description", "standardizedEventDescription")
    back = worded(scan.get("eventType")) == "RTN"
    state, country = _told(scan, "eventStateOrProvince", "eventState"), _told(scan, "country", "eventCountry")
    return Checkpoint(
        event_type=event_type_of(standardized, sentence, is_return=back),
        occurred_at=_occurred_at(scan, country, state),
        place=place_of(city=_told(scan, "eventCity"), region=state, postcode=_told(scan, "postalCode", "eventPostalCode"), country=country),
        carrier=_SLUG,
        carrier_code="/".join(dict.fromkeys(part for part in (standardized, theirs) if part)),
        carrier_text=sentence,
        tracking_number=number,
        is_return=back,
    )


def _occurred_at(scan: dict[str, Any], country: str, state: str) -> OccurredAt | None:
    day, clock = _told(scan, "eventDate"), _told(scan, "eventTime")
    if not day:
        return None
    offset = _told(scan, "eventTimeOffset") if clock else ""
    return iso_stamp(f"{day}T{clock}{offset}" if clock else day, country=country or None, region=state or None)


def _estimates(answer: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    day, clock = worded(answer.get("estimatedDeliveryDate")), worded(answer.get("estimatedDeliveryTime"))
    if not day or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    local = iso_stamp(f"{iso_day(day).isoformat()}T{clock}").local[11:16] if clock else None
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=iso_day(day), to_on=iso_day(day), to_time=local, stated_at=stated_at),)
