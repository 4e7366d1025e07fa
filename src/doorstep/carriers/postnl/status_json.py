"""PostNL's ShippingStatus API (complete, current and updated status) → trackings and notes."""

from typing import Any

import msgspec

from doorstep.carriers.clock import iso_stamp, latest, read_time, stamp
from doorstep.carriers.postnl.codes import of_observation, of_status
from doorstep.carriers.reading import dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: "Not applicable": stands beside the real status of the same second.
_NOT_APPLICABLE = "99"
#: Observations of the network abroad; their clock is not known. Source: their texts, see `codes`.
_ABROAD = ("X", "Y", "Z")


def read(answer: Any) -> Parsed:
    """Read a status answer, a list of updated shipments, or an error.

    Raises:
        BadInputError: none of them.
    """
    shipments, notes = [], _notes(answer)
    for wrapper in ("CompleteStatus", "CurrentStatus"):
        part = dig(answer, wrapper)
        shipments += listed(dig(part, "Shipment")) + listed(dig(part, "Shipments"))
        notes += _notes(part)
    if isinstance(answer, list) or dig(answer, "Barcode") is not None:
        shipments += listed(answer)
    if not shipments and not notes and answer != []:
        raise BadInputError("JSON without shipments and without an error of PostNL")
    return Parsed(tuple(_tracking(shipment) for shipment in shipments), tuple(notes))


def _notes(part: Any) -> list[CarrierNote]:
    """Read the places where PostNL's gateway, its API and its warnings put their words."""
    notes = [CarrierNote(worded(dig(part, "fault", "detail", "errorcode")), worded(dig(part, "fault", "faultstring")))]
    for name, single in (("Errors", "Error"), ("Warnings", "Warning")):
        group = dig(part, name)
        for problem in listed(dig(group, single)) or listed(group):
            code = worded(dig(problem, "Code")) or worded(dig(problem, "ErrorNumber"))
            text = worded(dig(problem, "Description")) or worded(dig(problem, "ErrorMsg"))
            notes.append(CarrierNote(code, text, numbered(worded(dig(problem, "Barcode"))) or None))
    return [note for note in notes if note.code or note.text]


def _tracking(shipment: Any) -> Tracking:
    number = numbered(worded(dig(shipment, "Barcode")))
    if not number:
        raise BadInputError("a shipment without a Barcode")
    main = numbered(worded(dig(shipment, "MainBarcode")))
    several = worded(dig(shipment, "ShipmentAmount")) not in ("", "0", "1")
    checkpoints = _checkpoints(shipment, number)
    return Tracking(
        tracking_number=number,
        carrier="postnl",
        checkpoints=checkpoints,
        estimates=_estimates(dig(shipment, "Expectation"), checkpoints),
        links=(Link(tracking_number=main, carrier="postnl", role="parcel"),) if several and main not in ("", number) else (),
        service=worded(dig(shipment, "ProductDescription")) or None,
        weight_g=grams(dig(shipment, "Dimension", "Weight"), "g"),
    )


def _checkpoints(shipment: Any, number: str) -> tuple[Checkpoint, ...]:
    """Read the observations; the current status only where no observation of its second has told it."""
    current = [_status(status, number) for status in listed(dig(shipment, "Status"))]
    earlier = [_status(status, number) for status in listed(dig(shipment, "OldStatus"))]
    by_second = {status.occurred_at: status for status in earlier + current if status.carrier_code != _NOT_APPLICABLE}
    events = [_event(event, number, by_second) for event in listed(dig(shipment, "Event"))]
    told = {event.occurred_at for event in events}
    return tuple(events + [status for status in current if status.occurred_at not in told])


def _status(status: Any, number: str) -> Checkpoint:
    code = worded(dig(status, "StatusCode"))
    return Checkpoint(
        event_type=of_status(code),
        occurred_at=_occurred_at(worded(dig(status, "TimeStamp")) or worded(dig(status, "Timestamp")), "NL"),
        carrier="postnl",
        carrier_code=code,
        carrier_text=worded(dig(status, "StatusDescription")),
        tracking_number=number,
    )


def _event(event: Any, number: str, by_second: dict[OccurredAt | None, Checkpoint]) -> Checkpoint:
    code, location = worded(dig(event, "Code")), worded(dig(event, "LocationCode"))
    country = None if code.startswith(_ABROAD) else "NL"
    read = Checkpoint(
        event_type=of_observation(code),
        occurred_at=_occurred_at(worded(dig(event, "TimeStamp")), country),
        place=Place(country=country, facility=location) if location else None,
        carrier="postnl",
        carrier_code=code,
        carrier_text=worded(dig(event, "Description")),
        tracking_number=number,
    )
    status = by_second.get(read.occurred_at) if read.event_type == "unknown" and read.occurred_at else None
    if status is None:
        return read
    return msgspec.structs.replace(read, event_type=status.event_type, carrier_code=f"{code}/{status.carrier_code}")


def _occurred_at(when: str, country: str | None) -> OccurredAt | None:
    """Read "07-03-2018 23:20:05" (with or without a fraction) or ISO 8601."""
    if not when:
        return None
    if when[2:3] == "-":
        return stamp(read_time(when.partition(".")[0], "%d-%m-%Y %H:%M:%S"), Precision.SECOND, country=country)
    return iso_stamp(when, country=country)


def _estimates(expectation: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    start, end = worded(dig(expectation, "ETAFrom")), worded(dig(expectation, "ETATo"))
    if not (start or end) or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    return (window(start or end, end or start, latest(checkpoint.occurred_at for checkpoint in checkpoints)),)


def window(start: str, end: str, stated_at: OccurredAt | None) -> Estimate:
    """Make an estimate of two ISO 8601 texts in local time.

    Raises:
        BadInputError: not such texts.
    """
    first, last = sorted((iso_stamp(start).local, iso_stamp(end).local))
    return Estimate(
        from_on=read_time(first[:10], "%Y-%m-%d").date(),
        to_on=read_time(last[:10], "%Y-%m-%d").date(),
        from_time=first[11:16] or None,
        to_time=last[11:16] or None,
        stated_at=stated_at,
    )
