"""Amazon Shipping's tracking (JSON) → one tracking; its errors → notes."""

from typing import Any

import msgspec

from doorstep.carriers.amazon_shipping.codes import event_type_of
from doorstep.carriers.clock import at_place, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: What a summary may know before the history does.
_ENDS = frozenset({"delivered", "lost", "refused", "undeliverable"})


def read(answer: Any) -> Parsed:
    """Read an answer, bare or under `payload` (a list of either may come), a push (under `detail`), or errors.

    Raises:
        BadInputError: neither a tracking nor errors.
    """
    told = [body for each in listed(answer) for body in listed(_within(boxed(each))) if isinstance(body, dict)]
    trackings = tuple(_tracking(body) for body in told if worded(body.get("trackingId")))
    notes = tuple(
        CarrierNote(worded(dig(error, "code")), worded(dig(error, "message")) or worded(dig(error, "details")))
        for each in listed(answer)
        for error in listed(dig(each, "errors"))
        if isinstance(error, dict)
    )
    if not trackings and not notes:
        raise BadInputError("JSON without a trackingId and without errors of Amazon Shipping")
    return Parsed(trackings, notes)


def _within(each: dict[str, Any]) -> Any:
    return each.get("payload") or each.get("detail") or each


def _tracking(body: dict[str, Any]) -> Tracking:
    number, other = numbered(worded(body.get("trackingId"))), numbered(worded(body.get("alternateLegTrackingId")))
    summary = boxed(body.get("summary"))
    events = listed(body.get("eventHistory"))
    if not events and worded(body.get("eventCode")):  # one event alone is its own summary
        events, summary = [body], body | {"status": body["eventCode"]}
    checkpoints = tuple(_with_summary([_checkpoint(event, number) for event in events], summary, number))
    return Tracking(
        tracking_number=number,
        carrier="amazon_shipping",
        checkpoints=checkpoints,
        estimates=_estimates(worded(body.get("promisedDeliveryDate")), checkpoints),
        links=(Link(tracking_number=other, carrier="amazon_shipping", role="return"),) if other not in ("", number) else (),
        signed_by=worded(dig(body, "summary", "proofOfDelivery", "receivedBy")) or None,
        is_return=bool(checkpoints) and all(checkpoint.is_return for checkpoint in checkpoints),
    )


def _checkpoint(event: Any, number: str) -> Checkpoint:
    """Read an event; its time is UTC, as documented and as the courier's hours in live answers bear out."""
    code, when, back = worded(dig(event, "eventCode")), worded(dig(event, "eventTime")), _goes_back(event)
    return Checkpoint(
        event_type=event_type_of(code, is_return=back),
        occurred_at=iso_stamp(when) if when else None,
        place=_place(boxed(dig(event, "location"))),
        carrier="amazon_shipping",
        carrier_code=code,
        carrier_text="",
        tracking_number=number,
        is_return=back,
    )


def _goes_back(event: Any) -> bool:
    return worded(dig(event, "shipmentType")).upper() in {"RETURNS", "RETURN", "REVERSE"}


def _place(location: dict[str, Any]) -> Place | None:
    city, region, postcode, country = (worded(location.get(name)) for name in ("city", "stateOrRegion", "postalCode", "countryCode"))
    return place_of(city=city, region=region, postcode=postcode, country=country)


def _with_summary(scans: list[Checkpoint], summary: dict[str, Any], number: str) -> list[Checkpoint]:
    """Give the scan that the summary's status stands for the summary's detail code; add the status where no scan bears it.

    After 45 days Amazon tells the status alone, and now and then its summary knows of an end that the history does not list.
    Such a scan has no time.
    """
    status = worded(summary.get("status"))
    bearing = [scan for scan in scans if scan.carrier_code == status]
    newest = latest(scan.occurred_at for scan in bearing)
    bearer = next((scan for scan in bearing if scan.occurred_at == newest), None)
    if bearer is None:
        if not status or (scans and event_type_of(status) not in _ENDS):
            return scans
        bearer = _checkpoint({"eventCode": status}, number)
        scans = [*scans, bearer]
    legs = dig(summary, "trackingDetailCodes", "returns" if bearer.is_return else "forward")
    detail = next((worded(code) for code in listed(legs) if worded(code)), "")
    if not detail or detail == status:
        return scans
    # The code stays: a later summary speaks of a later scan, and this one must not then seem another.
    finer = msgspec.structs.replace(bearer, event_type=event_type_of(status, detail, is_return=bearer.is_return))
    return [finer if scan is bearer else scan for scan in scans]


def _estimates(promised: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the promised moment, sent in UTC, as the wall time of the newest place; where its zone is not known, only the day counts."""
    if not promised or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    place = next((scan.place for scan in checkpoints if scan.place and scan.occurred_at == stated_at), None)
    stamped = iso_stamp(promised)
    local = at_place(stamped.instant, place.country, place.region) if place and len(stamped.local) > len("2026-11-22") else None
    day = (local or stamped.instant).date()
    return (Estimate(from_on=day, to_on=day, to_time=local.strftime("%H:%M") if local else None, stated_at=stated_at),)
