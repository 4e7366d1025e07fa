"""An Post's tracked item (JSON) → one tracking with its newest scan."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: An Post tells the kind of the newest event alone; the words are its own app's: in transit, customs, item received, sorting,
#: delivered, delivery attempted, return to sender, info received. Source: the categories as told in a public client, read 2026-11-22.
_CATEGORIES = {
    "0": "in_transit",
    "1": "customs_processing",
    "2": "accepted",
    "3": "sorted",
    "4": "delivered",
    "5": "attempt_failed",
    "6": "return_started",
    "7": "order_data_received",
}
_CATEGORY = "lastTrackingEventCategoryId"


def event_type_of(category: str) -> str:
    """Find the event type of a category ("4")."""
    return _CATEGORIES.get(category, "unknown")


def read(answer: Any) -> Parsed:
    """Read an item, a list of them (bare or under `trackingItems`), or an error.

    Raises:
        BadInputError: none of them.
    """
    items = [item for item in listed(boxed(answer).get("trackingItems", answer)) if isinstance(item, dict) and _CATEGORY in item]
    notes: tuple[CarrierNote, ...] = ()
    if not items and isinstance(answer, dict) and (text := worded(answer.get("message")) or worded(answer.get("title"))):
        notes = (CarrierNote(worded(answer.get("statusCode")) or worded(answer.get("status")), text),)
    if not items and not notes and answer != []:
        raise BadInputError(f"JSON without {_CATEGORY} of An Post")
    return Parsed(tuple(_tracking(item) for item in items), notes)


def _tracking(item: dict[str, Any]) -> Tracking:
    number = numbered(worded(item.get("trackingNumber")))
    if not number:
        raise BadInputError("an item of An Post without a trackingNumber")
    checkpoints = tuple(_checkpoints(item, number))
    return Tracking(
        tracking_number=number,
        carrier="an_post",
        checkpoints=checkpoints,
        estimates=_estimates(worded(item.get("estimatedDeliveryDateTime")), checkpoints),
        is_return=bool(worded(item.get("returnType"))),
        pickup=point_of(kind="locker", code=worded(item.get("parcelLockerPin"))),
    )


def _checkpoints(item: dict[str, Any], number: str) -> list[Checkpoint]:
    """Make a scan of the category, and one of a customs charge that waits. Only a delivery is dated, in Irish wall time."""
    category, delivered = worded(item.get(_CATEGORY)), worded(item.get("dateDelivered"))
    found = [(event_type_of(category), category)] if category else []
    if dig(item, "customsPaymentRequired") is True:
        found.append(("customs_duties_due", "customsPaymentRequired"))
    return [
        Checkpoint(
            event_type=event_type,
            occurred_at=iso_stamp(delivered, country="IE") if delivered and event_type == "delivered" else None,
            carrier="an_post",
            carrier_code=code,
            carrier_text="",
            tracking_number=number,
        )
        for event_type, code in found
    ]


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the estimated moment, in Irish wall time; a midnight stands for the whole day."""
    if not expected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    stamped = iso_stamp(expected, country="IE")
    day, time = iso_day(stamped.local), stamped.local[11:16]
    return (Estimate(from_on=day, to_on=day, to_time=time if time not in ("", "00:00") else None),)
