"""One number's record in the 17TRACK API → Tracking, with the events of every carrier that had it."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, stated_at
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import dig, grams, listed, numbered, worded
from doorstep.carriers.seventeentrack.codes import STATES, slug_of
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError


def read_record(item: Any) -> Parsed:
    """Read {"number", "carrier", "track_info"}; a record without events says its state in a note.

    Raises:
        BadInputError: no number, or a time that is none.
    """
    number = numbered(worded(dig(item, "number")))
    if not number:
        raise BadInputError("the record has no number")
    facts = dig(item, "track_info")
    providers = [one for one in listed(dig(facts, "tracking", "providers")) if isinstance(one, dict)]
    carrier = _named(item, providers)
    checkpoints = tuple(
        _checkpoint(event, number, carrier_slug(worded(dig(one, "provider", "name"))) or carrier)
        for one in providers
        for event in listed(one.get("events"))
        if isinstance(event, dict)
    ) or _newest_only(facts, number, carrier)
    tracking = Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=_estimates(facts, providers, checkpoints),
        links=_links(facts, number),
        service=worded(dig(facts, "misc_info", "service_type")) or None,
        weight_g=grams(dig(facts, "misc_info", "weight_kg"), "kg"),
    )
    return Parsed((tracking,), () if checkpoints else (_state(item, number),))


def _named(item: Any, providers: list[dict[str, Any]]) -> str:
    """Name the carrier the number was registered with, else the first one that had it."""
    key = dig(item, "carrier")
    ordered = sorted(providers, key=lambda one: dig(one, "provider", "key") != key)
    names = (carrier_slug(worded(dig(one, "provider", "name"))) for one in ordered)
    return next((name for name in names if name), None) or "17track"


def _checkpoint(event: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    sub_status, stage = worded(event.get("sub_status")), worded(event.get("stage"))
    where = event.get("address")
    region, country = worded(dig(where, "state")), worded(dig(where, "country"))
    return Checkpoint(
        event_type=slug_of(sub_status, stage),
        occurred_at=_stamp(event, country_of(country), region),
        place=place_of(
            text=worded(event.get("location")),
            city=worded(dig(where, "city")),
            region=region,
            postcode=worded(dig(where, "postal_code")),
            country=country,
        ),
        carrier=carrier,
        carrier_code="/".join(part for part in (sub_status, stage) if part),
        carrier_text=worded(event.get("description")),
        tracking_number=number,
    )


def _newest_only(facts: Any, number: str, carrier: str) -> tuple[Checkpoint, ...]:
    """Read the newest event where no carrier's list came; without it, the state that it brought, undated.

    "NotFound" and "Expired" are about the record: they stay a note.
    """
    state = dig(facts, "latest_status")
    main, finer = worded(dig(state, "status")), worded(dig(state, "sub_status"))
    newest = dig(facts, "latest_event")
    if isinstance(newest, dict) and newest:
        return (_checkpoint({**newest, "sub_status": newest.get("sub_status") or finer or main}, number, carrier),)
    if main not in STATES or main in ("NotFound", "Expired"):
        return ()
    return (_checkpoint({"sub_status": finer or main}, number, carrier),)


def _stamp(event: dict[str, Any], country: str | None, region: str) -> OccurredAt | None:
    """Read the raw time for what the carrier said; `time_iso` only adds an offset, and a midnight where there was no time."""
    day, time, zone = (worded(dig(event, "time_raw", part)) for part in ("date", "time", "timezone"))
    with_zone, in_utc = worded(event.get("time_iso")), worded(event.get("time_utc"))
    if day and not time:
        return iso_stamp(day, country=country, region=region)
    if day and (zone or not with_zone):
        offset = zone if re.fullmatch(r"Z|[+-]\d\d:?\d\d", zone) else ""
        return iso_stamp(f"{day}T{time}{offset}", country=country, region=region)
    text = with_zone or in_utc
    return iso_stamp(text, country=country, region=region) if text else None


def _estimates(facts: Any, providers: list[dict[str, Any]], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    box = dig(facts, "time_metrics", "estimated_delivery_date")
    first, last = worded(dig(box, "from")), worded(dig(box, "to"))
    if not (first or last):
        return ()
    days = (iso_day(first or last), iso_day(last or first))
    synced = max((worded(one.get("latest_sync_time")) for one in providers), default="")
    return (
        Estimate(
            from_on=min(days),
            to_on=max(days),
            source="aggregator" if worded(dig(box, "source")).upper() == "17TRACK" else "carrier",
            stated_at=stated_at(synced, (checkpoint.occurred_at for checkpoint in checkpoints)),
        ),
    )


def _links(facts: Any, number: str) -> tuple[Link, ...]:
    """Name the number that the destination's carrier gave the goods."""
    local = numbered(worded(dig(facts, "misc_info", "local_number")))
    if not local or local == number:
        return ()
    return (Link(tracking_number=local, carrier=carrier_slug(worded(dig(facts, "misc_info", "local_provider"))), role="last_mile"),)


def _state(item: Any, number: str) -> CarrierNote:
    latest = dig(item, "track_info", "latest_status")
    code = worded(dig(latest, "sub_status")) or worded(dig(latest, "status")) or "no_events"
    return CarrierNote(code, worded(dig(latest, "sub_status_descr")) or "no events", number)
