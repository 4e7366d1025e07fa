"""Budbee's tracking (JSON), home delivery or locker → one tracking; its errors → notes."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from doorstep.carriers.budbee.codes import event_type_of
from doorstep.carriers.clock import iso_stamp, latest
from doorstep.carriers.collecting import hours_by_day, point_of
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: States that `deliveredAt` dates.
_DATED = ("Delivered", "PickedUp")
#: Not a state of Budbee's: it tells a cancellation in a field of its own.
_CANCELLED = "cancellation"


def read(answer: Any) -> Parsed:
    """Read an answer, a list of them, or an error.

    Raises:
        BadInputError: none of them.
    """
    parcels = [parcel for parcel in listed(answer) if isinstance(parcel, dict) and worded(parcel.get("token"))]
    notes: tuple[CarrierNote, ...] = ()
    text = worded(dig(answer, "message")) or worded(dig(answer, "error"))
    if not parcels and text:
        notes = (CarrierNote(worded(dig(answer, "status")) or worded(dig(answer, "code")), text),)
    if not parcels and not notes and answer != []:
        raise BadInputError("JSON without a token and without an error of Budbee")
    return Parsed(tuple(_tracking(parcel) for parcel in parcels), notes)


def _tracking(parcel: dict[str, Any]) -> Tracking:
    number = numbered(worded(parcel.get("token")))
    checkpoints = tuple(_checkpoint(parcel, state, when, number) for state, when in _states(parcel))
    return Tracking(
        tracking_number=number,
        carrier="budbee",
        checkpoints=checkpoints,
        estimates=_estimates(parcel, checkpoints),
        is_return=worded(dig(parcel, "consignment", "type")).upper().startswith("RETURN"),
        pickup=_pickup(parcel) if _manner(parcel) == "BOX" else None,
    )


def _pickup(parcel: dict[str, Any]) -> PickupPoint | None:
    address, until = boxed(parcel.get("lockerAddress")), _at(parcel.get("latestPickupDate"))
    return point_of(
        kind="locker",
        name=worded(address.get("name")) or worded(parcel.get("lockerIdentifier")),
        lines=(worded(address.get("street")), worded(address.get("directions"))),
        postcode=worded(address.get("postalCode")),
        city=worded(address.get("city")),
        country=worded(address.get("countryCode")),
        hours=hours_by_day(parcel.get("openHours")) or hours_by_day(dig(parcel, "lockerAttributes", "openHours")),
        collect_by=until,
        code=worded(dig(parcel, "lockerAttributes", "entryAccessCode")),
    )


def _manner(parcel: dict[str, Any]) -> str:
    """Tell "BOX" from "DELIVERY" by what the answer says of itself, else by its shape: only home deliveries date their state.

    The consignment's own type says "DELIVERY" of either.
    """
    return worded(dig(parcel, "meta", "type")).upper() or ("DELIVERY" if isinstance(parcel.get("status"), dict) else "BOX")


def _states(parcel: dict[str, Any]) -> list[tuple[str, OccurredAt | None]]:
    """List the present state with its time, before a collection the arrival in the locker, and a cancellation, which is undated.

    A home delivery dates its state. A locker's answer dates the delivery alone, so a collection bears that time too: it was then
    or after, and must not fall behind the arrival for want of any.
    """
    status = parcel.get("status")
    state, delivered = worded(dig(status, "state")) or worded(status), _at(dig(status, "date")) or _at(parcel.get("deliveredAt"))
    found: list[tuple[str, OccurredAt | None]] = []
    if _manner(parcel) == "BOX" and state == "PickedUp" and delivered:
        found.append(("Delivered", delivered))
    if state:
        found.append((state, delivered if isinstance(status, dict) or state in _DATED else None))
    if parcel.get("cancellation") or dig(parcel, "consignment", "cancellation"):
        found.append((_CANCELLED, None))
    return found


def _at(value: Any) -> OccurredAt | None:
    text = worded(value)
    return iso_stamp(text) if text else None


def _checkpoint(parcel: dict[str, Any], state: str, when: OccurredAt | None, number: str) -> Checkpoint:
    manner = _manner(parcel)
    event_type = event_type_of(manner, state)
    return Checkpoint(
        event_type=event_type,
        occurred_at=when,
        place=_locker(parcel) if event_type in {"ready_for_pickup_locker", "collected_by_recipient"} else None,
        carrier="budbee",
        carrier_code=f"{manner}/{state}",
        carrier_text="",
        tracking_number=number,
    )


def _locker(parcel: dict[str, Any]) -> Place | None:
    address = boxed(parcel.get("lockerAddress"))
    name, city, postcode, country = (worded(address.get(part)) for part in ("name", "city", "postalCode", "countryCode"))
    return place_of(facility=name, city=city, postcode=postcode, country=country)


def _estimates(parcel: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the courier's own reckoning of the arrival, or else the booked window; both are UTC, told in the answer's time zone."""
    if any(scan.event_type == "ready_for_pickup_locker" or ends_journey(scan.event_type) for scan in checkpoints):
        return ()
    zone = _zone(worded(parcel.get("timeZone")))
    eta = _local(dig(parcel, "eta", "date"), zone) or _local(dig(parcel, "routedEta", "date"), zone)
    start = eta or _local(dig(parcel, "consignment", "start"), zone)
    end = eta or _local(dig(parcel, "consignment", "stop"), zone)
    if not (start and end) or start > end:
        return ()
    from_time, to_time = (moment.strftime("%H:%M") if zone else None for moment in (start, end))
    stated_at = latest(scan.occurred_at for scan in checkpoints)
    return (Estimate(from_on=start.date(), to_on=end.date(), from_time=from_time, to_time=to_time, stated_at=stated_at),)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _local(value: Any, zone: ZoneInfo | None) -> datetime | None:
    stamped = _at(value)
    return stamped.instant.astimezone(zone) if stamped else None
