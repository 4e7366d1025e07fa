"""Roadie's shipments and webhook events (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import at_place, iso_stamp, latest
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, listed, numbered, worded
from doorstep.carriers.roadie.codes import event_type_of, state_type_of
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: What may name the shipment, the number customers know first.
_NUMBERS = ("tracking_number", "shipment_id", "id", "reference_id")


def read(answer: Any) -> Parsed:
    """Read shipments (a list, bare or under `shipments`), one shipment, one webhook event, or errors.

    Raises:
        BadInputError: none of them.
    """
    found = dig(answer, "shipments") if "shipments" in boxed(answer) else dig(answer, "shipment") or answer
    shipments = [item for item in listed(found) if isinstance(item, dict) and _is_shipment(item)]
    notes = tuple(
        CarrierNote(worded(dig(error, "code")), worded(dig(error, "message")) or worded(error)) for error in listed(dig(answer, "errors"))
    )
    if not shipments and not notes and found != []:
        raise BadInputError("JSON without a shipment and without an error of Roadie")
    return Parsed(tuple(_tracking(shipment) for shipment in shipments), notes)


def _is_shipment(item: dict[str, Any]) -> bool:
    return bool({"state", "events", "event", "occurred_at"} & item.keys())


def _tracking(shipment: dict[str, Any]) -> Tracking:
    number = next((numbered(told) for name in _NUMBERS if (told := worded(shipment.get(name)))), "")
    if not number:
        raise BadInputError("a shipment of Roadie without a number")
    pushed = [shipment] if "occurred_at" in shipment else listed(shipment.get("event"))
    checkpoints = tuple(_checkpoint(event, number) for event in (*listed(shipment.get("events")), *pushed) if isinstance(event, dict))
    if not checkpoints and (state := worded(shipment.get("state"))):
        told_at = worded(shipment.get("updated_at")) or worded(shipment.get("created_at"))
        checkpoints = (_scan(state_type_of(state), state, told_at, number),)
    return Tracking(
        tracking_number=number,
        carrier="roadie",
        checkpoints=checkpoints,
        estimates=_estimates(shipment, checkpoints),
        weight_g=_weight(listed(shipment.get("items"))),
        signed_by=worded(shipment.get("signatory_name")) or None,
    )


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    name = worded(event.get("name")) or worded(event.get("event"))
    return _scan(event_type_of(name), name, worded(event.get("occurred_at")), number)


def _scan(event_type: str, code: str, when: str, number: str) -> Checkpoint:
    return Checkpoint(
        event_type=event_type,
        occurred_at=iso_stamp(when) if when else None,
        carrier="roadie",
        carrier_code=code,
        carrier_text="",
        tracking_number=number,
    )


def _weight(items: list[Any]) -> int | None:
    """Add up what the items weigh, sent in pounds each; None where one is not told."""
    total = 0
    for item in items:
        each, count = grams(dig(item, "weight"), "lb"), dig(item, "quantity")
        if each is None or not isinstance(count, int) or not 0 < count < 1000:  # noqa: PLR2004 - more pieces than any car takes
            return None
        total += each * count
    return total or None


def _estimates(shipment: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the window agreed on, sent in UTC, as wall times at the address; where its zone is not known, its UTC days."""
    start, end = (worded(dig(shipment, "deliver_between", side)) for side in ("start", "end"))
    if not (start and end) or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    state = worded(dig(shipment, "delivery_location", "address", "state"))
    first, last = iso_stamp(start), iso_stamp(end)
    begin, until = at_place(first.instant, "US", state), at_place(last.instant, "US", state)
    if last.instant < first.instant:
        return ()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    if begin is None or until is None:
        return (Estimate(from_on=first.instant.date(), to_on=last.instant.date(), stated_at=stated_at),)
    return (
        Estimate(
            from_on=begin.date(),
            to_on=until.date(),
            from_time=begin.strftime("%H:%M"),
            to_time=until.strftime("%H:%M"),
            stated_at=stated_at,
        ),
    )
