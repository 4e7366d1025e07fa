"""Dutch DHL's parcels, with their phases or with their last state alone (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import in_place, iso_day, iso_stamp, latest
from doorstep.carriers.families.dhl_parcel_nl_codes import event_type_of
from doorstep.carriers.reading import dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: The coarse word beside a status; it counts only where no status is sent.
#: Source: the categories that the parcel lists of 2026 send, read 2026-11-22. Left out: INTERVENTION, EXCEPTION and PROBLEM, which name no event.
_CATEGORIES = {
    "DATA_RECEIVED": "order_data_received",
    "LEG": "order_data_received",
    "CUSTOMS": "customs_processing",
    "UNDERWAY": "in_transit",
    "IN_DELIVERY": "in_transit",
    "DELIVERED": "delivered",
}


def read(answer: Any) -> Parsed:
    """Read one parcel, a list of them (bare or under `parcels`), or an error.

    Raises:
        BadInputError: none of them.
    """
    found = listed(dig(answer, "parcels")) or listed(answer)
    parcels = [parcel for parcel in found if isinstance(parcel, dict) and "barcode" in parcel]
    if parcels:
        return Parsed(tuple(_tracking(parcel) for parcel in parcels))
    text = worded(dig(answer, "message")) or worded(dig(answer, "error")) or worded(dig(answer, "title"))
    if not text and answer not in ([], {"parcels": []}):
        raise BadInputError("JSON without parcels and without an error of DHL Netherlands")
    return Parsed(notes=(CarrierNote(worded(dig(answer, "key")) or worded(dig(answer, "status")), text or "no parcel found"),))


def _tracking(parcel: Any) -> Tracking:
    number = numbered(worded(dig(parcel, "barcode")))
    if not number:
        raise BadInputError("a parcel of DHL Netherlands without a barcode")
    phases = [event for phase in listed(dig(parcel, "view", "phases")) for event in listed(dig(phase, "events"))]
    events = listed(dig(parcel, "events")) or phases
    back = dig(parcel, "isReturn") is True or dig(parcel, "returnShipment") is True
    checkpoints = tuple(_checkpoint(event, number, worded(dig(event, "timestamp"))) for event in events) or _state(parcel, number)
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    names = [name for event in [*events, parcel] if (name := worded(dig(event, "signedBy")))]
    return Tracking(
        tracking_number=number,
        carrier="dhl_nl",
        checkpoints=checkpoints,
        estimates=() if over else _estimates(parcel, latest(checkpoint.occurred_at for checkpoint in checkpoints)),
        service=worded(dig(parcel, "product")) or None,
        weight_g=grams(dig(parcel, "weight"), "kg"),
        signed_by=names[0] if over and names else None,
        is_return=back,
    )


def _state(parcel: Any, number: str) -> tuple[Checkpoint, ...]:
    """Make the one checkpoint of a parcel told by its state alone; the moment of receipt is its time once it is delivered."""
    if not worded(dig(parcel, "status")) and not worded(dig(parcel, "category")):
        return ()
    moment = worded(dig(parcel, "receivingTimeIndication", "moment")) if worded(dig(parcel, "category")) == "DELIVERED" else ""
    return (_checkpoint(parcel, number, worded(dig(parcel, "timestamp")) or worded(dig(parcel, "deliveredAt")) or moment),)


def _checkpoint(event: Any, number: str, when: str) -> Checkpoint:
    key, category = worded(dig(event, "key")) or worded(dig(event, "status")), worded(dig(event, "category"))
    city = worded(dig(event, "facility", "city")) or worded(dig(event, "location"))
    return Checkpoint(
        event_type=event_type_of(key) if key else _CATEGORIES.get(category, "unknown"),
        occurred_at=iso_stamp(when, country="NL") if when else None,
        place=Place(city=city) if city else None,
        carrier="dhl_nl",
        carrier_code=key or category,
        carrier_text=worded(dig(event, "remarks")),
        tracking_number=number,
    )


def _estimates(parcel: Any, stated: OccurredAt | None) -> tuple[Estimate, ...]:
    """Read when to receive: an interval, or one moment; "start/end" in one text is the older spelling. Sent in UTC, told in Dutch time."""
    told = dig(parcel, "receivingTimeIndication")
    start = worded(dig(told, "start")) or worded(dig(told, "moment"))
    end = worded(dig(told, "end")) or start
    if not start:
        start, _, end = worded(dig(parcel, "plannedDeliveryTimeframe")).partition("/")
        end = end or start
    if not start:
        return ()
    first, last = (in_place(iso_stamp(text, country="NL"), "NL").local for text in (start, end))
    if iso_day(last) < iso_day(first):
        return ()
    hours = (first[11:16] or None, last[11:16] or None)
    return (Estimate(from_on=iso_day(first), to_on=iso_day(last), from_time=hours[0], to_time=hours[1], stated_at=stated),)
