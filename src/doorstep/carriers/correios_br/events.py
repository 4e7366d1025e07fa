"""One event of Correios, of XML or JSON, in plain fields → a checkpoint; a history → its way back marked."""

from datetime import datetime

import msgspec

from doorstep.carriers.clock import stamp
from doorstep.carriers.correios_br.codes import event_type_of, sends_back
from doorstep.carriers.countries import country_of
from doorstep.domain.places import Place
from doorstep.domain.tracking import Checkpoint
from doorstep.domain.vocabulary import Precision

#: The states; only there does the two-letter word mean a region of Brazil. Source: ISO 3166-2:BR, read 2026-11-22.
_STATES = frozenset(
    (
        *("AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA"),
        *("PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO"),
    )
)
_POSTCODE_DIGITS = 8
_TO_RECIPIENT = frozenset({"out_for_delivery", "delivered", "delivered_neighbour", "collected_by_recipient"})


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What Correios says of one event; texts as sent, "" where untold."""

    kind: str
    status: str
    #: Local wall time; None untold.
    wall: datetime | None
    precision: Precision
    description: str
    detail: str
    #: Name of the unit; abroad the country's.
    unit: str
    postcode: str
    city: str
    state: str


def checkpoint_of(event: Event, number: str) -> Checkpoint:
    """Make the checkpoint of one event.

    Raises:
        BadInputError: its time lies at an end of the calendar.
    """
    country = "BR" if event.state.upper() in _STATES else country_of(event.unit)
    stamped = stamp(event.wall, event.precision, country=country, region=event.state) if event.wall else None
    event_type = event_type_of(event.kind, event.status)
    return Checkpoint(
        event_type=event_type,
        occurred_at=stamped,
        place=_place(event, country),
        carrier="correios_br",
        carrier_code="/".join(part for part in (event.kind, event.status) if part),
        carrier_text="; ".join(part for part in (event.description, event.detail) if part),
        tracking_number=number,
        retracts="" if event_type == "event_retracted" else None,
    )


def _place(event: Event, country: str | None) -> Place | None:
    postcode = event.postcode if len(event.postcode) == _POSTCODE_DIGITS and event.postcode.isdigit() else None
    if not (event.unit or event.city or event.state or postcode):
        return None
    return Place(city=event.city or None, region=event.state or None, postcode=postcode, country=country, facility=event.unit or None)


def with_way_back(checkpoints: tuple[Checkpoint, ...]) -> tuple[Checkpoint, ...]:
    """Mark what was scanned after Correios said that the object goes back: such scans look like any other.

    An announcement followed by a tour or a delivery to the recipient has been overtaken and marks nothing.
    """
    timed = [(checkpoint, checkpoint.occurred_at.instant) for checkpoint in checkpoints if checkpoint.occurred_at]
    overtaken = max((instant for checkpoint, instant in timed if checkpoint.event_type in _TO_RECIPIENT), default=None)
    turned = min(
        (instant for checkpoint, instant in timed if _turns(checkpoint) and (overtaken is None or instant > overtaken)), default=None
    )
    if turned is None:
        return checkpoints
    return tuple(
        msgspec.structs.replace(checkpoint, is_return=True)
        if checkpoint.occurred_at and checkpoint.occurred_at.instant > turned
        else checkpoint
        for checkpoint in checkpoints
    )


def _turns(checkpoint: Checkpoint) -> bool:
    kind, _, status = checkpoint.carrier_code.partition("/")
    return sends_back(kind, status)
