"""A Shippo track object, the same in webhooks and answers → Tracking."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, stated_at
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.carriers.shippo.codes import slug_of
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError


def read_track(item: Any) -> Parsed:
    """Read one track; one that knows no status yet says so in a note.

    Raises:
        BadInputError: no tracking number, or a time that is none.
    """
    number = numbered(worded(dig(item, "tracking_number")))
    if not number:
        raise BadInputError("the track has no tracking_number")
    carrier = carrier_slug(worded(dig(item, "carrier"))) or "shippo"
    scans = [scan for scan in listed(dig(item, "tracking_history")) if isinstance(scan, dict)]
    newest = dig(item, "tracking_status")
    if isinstance(newest, dict) and not any(_same(newest, scan) for scan in scans):
        scans.append(newest)
    checkpoints = tuple(_checkpoint(scan, number, carrier) for scan in scans)
    tracking = Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=_estimates(item, checkpoints),
        service=worded(dig(item, "servicelevel", "name")) or worded(dig(item, "servicelevel", "token")) or None,
    )
    return Parsed((tracking,), () if scans else (CarrierNote("UNKNOWN", "no status yet", number),))


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(key) == other.get(key) for key in ("status", "status_date", "status_details"))


def _checkpoint(scan: dict[str, Any], number: str, carrier: str) -> Checkpoint:
    status, finer = worded(scan.get("status")), worded(dig(scan.get("substatus"), "code"))
    where = scan.get("location")
    region, country = worded(dig(where, "state")), worded(dig(where, "country"))
    time = worded(scan.get("status_date"))
    return Checkpoint(
        event_type=slug_of(status, finer),
        occurred_at=_stamp(time, country_of(country), region) if time else None,
        place=place_of(city=worded(dig(where, "city")), region=region, postcode=worded(dig(where, "zip")), country=country),
        carrier=carrier,
        carrier_code=f"{status}/{finer}" if finer else status,
        carrier_text=worded(scan.get("status_details")),
        tracking_number=number,
    )


def _stamp(text: str, country: str | None, region: str) -> OccurredAt:
    """Read the wall time and drop the Z: Shippo writes it on local times.

    A recorded answer of a parcel in California shows it: the scan of "10:29Z" was not there yet at 13:41 UTC, but at 19:40
    UTC, an hour after 10:29 local; all its scans agree. An exact midnight is a day without a time.
    """
    if re.search(r"T00:00:00(\.0+)?Z$", text):
        text = text[:10]
    return iso_stamp(text, country=country, region=region, trust_zone=not text.endswith("Z"))


def _estimates(item: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read `original_eta`, undated so that it ranks below, and `eta`. Both are days written as a midnight UTC.

    Source: goshippo/shippo-php-client issue 29, read 2026-11-22.
    """
    now, first = worded(dig(item, "eta")), worded(dig(item, "original_eta"))
    stated = worded(dig(item, "tracking_status", "object_updated")) or worded(dig(item, "tracking_status", "object_created"))
    told = []
    if first and first != now:
        told.append(Estimate(from_on=iso_day(first), to_on=iso_day(first)))
    if now:
        told.append(
            Estimate(
                from_on=iso_day(now),
                to_on=iso_day(now),
                stated_at=stated_at(stated, (checkpoint.occurred_at for checkpoint in checkpoints)),
            )
        )
    return tuple(told)
