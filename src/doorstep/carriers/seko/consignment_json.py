"""SEKO's consignments with events (JSON) → trackings; its errors → notes."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.reading import boxed, dig, listed, numbered, worded
from doorstep.carriers.seko.codes import event_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError


def read(answer: Any) -> Parsed:
    """Read consignments (a list, or a single one as SEKO pushes it) or errors.

    Raises:
        BadInputError: none of them.
    """
    found = [item for item in listed(answer) if isinstance(item, dict) and "ConsignmentNo" in item]
    errors = [*listed(dig(answer, "Errors")), *(error for item in found for error in listed(item.get("Errors")))]
    notes = tuple(_note(error) for error in errors)
    if not found and not notes and worded(dig(answer, "Message")):
        notes = (CarrierNote("", worded(dig(answer, "Message"))),)
    if not found and not notes and answer != []:
        raise BadInputError("JSON without a ConsignmentNo and without Errors of SEKO")
    return Parsed(tuple(_tracking(item) for item in found), notes)


def _note(error: Any) -> CarrierNote:
    said = boxed(error)
    return CarrierNote(worded(said.get("Property")) or worded(said.get("Key")), worded(said.get("Message")) or worded(error))


def _tracking(item: dict[str, Any]) -> Tracking:
    number = numbered(worded(item.get("ConsignmentNo")))
    if not number:
        raise BadInputError("a consignment of SEKO without its number")
    checkpoints = tuple(_checkpoint(event, number) for event in listed(item.get("Events")) if isinstance(event, dict))
    return Tracking(tracking_number=number, carrier="seko", checkpoints=checkpoints)


def _checkpoint(event: dict[str, Any], number: str) -> Checkpoint:
    omni, own, when = worded(event.get("OmniCode")), worded(event.get("Code")), worded(event.get("EventDT"))
    place = _place(worded(event.get("Location")))
    # SEKO's own scans, those without a carrier's code, are stamped by its server: an hour before the carrier's echo two seconds
    # later, in British summer; by the place's clock in America. No zone can be told for them.
    scanned_at = place if own else None
    return Checkpoint(
        event_type=event_type_of(omni, own),
        occurred_at=_when(when, scanned_at) if when else None,
        place=place,
        carrier="seko",
        carrier_code="/".join(part for part in (omni, own) if part),
        carrier_text=worded(event.get("Description")),
        tracking_number=number,
    )


def _when(when: str, place: Place | None) -> OccurredAt:
    return iso_stamp(when, country=place.country, region=place.region) if place else iso_stamp(when)


def _place(location: str) -> Place | None:
    """Read "Carson, CA,US": the country is last, a state of two letters before it, the city first."""
    parts = [part.strip() for part in location.split(",") if part.strip()]
    country = country_of(parts[-1]) if parts and len(parts[-1]) == 2 else None  # noqa: PLR2004 - alpha-2
    if country is None:
        return Place(text=location.strip()) if parts else None
    rest = parts[:-1]
    region = rest.pop() if len(rest) > 1 and len(rest[-1]) in (2, 3) and rest[-1].isupper() else None
    return Place(city=", ".join(rest) or None, region=region, country=country)
