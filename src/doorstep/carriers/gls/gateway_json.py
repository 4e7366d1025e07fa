"""GLS's Track and Trace v1 and ShipIT's tracking (JSON, the one `parcels` with other names) → trackings and notes."""

from typing import Any

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.gls.codes import of_event, of_status
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

#: Track and Trace calls the parcel's number the first; ShipIT the last. Source: a public client of ShipIT, read 2026-11-29.
_NUMBERS = ("unitno", "requested", "trackid")


def read(answer: Any) -> Parsed:
    """Read the parcels of an answer; those with an error code become notes.

    Raises:
        BadInputError: a parcel without a number.
    """
    trackings, notes = [], []
    for parcel in listed(dig(answer, "parcels")):
        number = numbered(next((told for name in _NUMBERS if (told := worded(dig(parcel, name)))), ""))
        if worded(dig(parcel, "errorCode")):
            notes.append(CarrierNote(worded(dig(parcel, "errorCode")), worded(dig(parcel, "errorMessage")), number or None))
        elif number:
            trackings.append(_tracking(parcel, number))
        else:
            raise BadInputError("a parcel of GLS without a unitno")
    return Parsed(tuple(trackings), tuple(notes))


def _tracking(parcel: Any, number: str) -> Tracking:
    checkpoints = tuple(_checkpoint(event, number) for event in listed(dig(parcel, "events")))
    return Tracking(tracking_number=number, carrier="gls", checkpoints=checkpoints or _by_status(parcel, number))


def _checkpoint(event: Any, number: str) -> Checkpoint:
    code, sentence = worded(dig(event, "code")), worded(dig(event, "description"))
    when = worded(dig(event, "eventDateTime")) or worded(dig(event, "timestamp"))
    event_type, key = of_event(code, sentence)
    country = country_of(worded(dig(event, "country")))
    city, postcode = worded(dig(event, "city")) or worded(dig(event, "location")) or None, worded(dig(event, "postalCode")) or None
    return Checkpoint(
        event_type=event_type,
        occurred_at=iso_stamp(when, country=country) if when else None,
        place=Place(city=city, postcode=postcode, country=country) if city or postcode or country else None,
        carrier="gls",
        carrier_code=key,
        carrier_text=sentence,
        tracking_number=number,
    )


def _by_status(parcel: Any, number: str) -> tuple[Checkpoint, ...]:
    """Make a checkpoint of the parcel's status, where the answer was asked without events."""
    status, when = worded(dig(parcel, "status")), worded(dig(parcel, "statusDateTime")) or worded(dig(parcel, "timestamp"))
    if not status:
        return ()
    return (
        Checkpoint(
            event_type=of_status(status),
            occurred_at=iso_stamp(when) if when else None,
            carrier="gls",
            carrier_code=status,
            carrier_text="",
            tracking_number=number,
        ),
    )
