"""La Poste's Suivi v2 (JSON), which laposte and colissimo share → trackings; its refusals → notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import boxed, dig, ends_journey, keyed, listed, numbered, worded
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.errors import BadInputError

#: La Poste's list of event codes. Left out: DR2 (a problem while the sender prepares), ID0 (customs data of an unsaid kind).
#: Source: the table of "Suivi v2" on developer.laposte.fr as reprinted in public clients, read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: DR1
accepted: PC1 PC2
in_transit: ET1 ET2
destination_country_arrival: ET3
transit_country_arrival: ET4
in_facility_waiting: EP1
customs_processing: DO1
customs_released: DO2
customs_held: DO3
exception: PB1
exception_resolved: PB2
out_for_delivery: MD1 MD2
undeliverable: ND1
ready_for_pickup: AG1
return_started: RE1
delivered: DI0 DI1
returned_to_sender: DI2
delayed: DI3
""")
#: "Put on delivery" (MD2) comes with this sentence while the parcel is still being readied: it is part of the key then.
#: Source: the vendor's own example answer, read 2026-11-22.
_STILL_READIED = "nous le préparons pour le mettre en livraison."


def event_type_of(code: str, label: str) -> str:
    """Find the event type of a code ("MD2") under its sentence."""
    if code == "MD2" and " ".join(label.split()).casefold().endswith(_STILL_READIED):
        return "preparing_for_delivery"
    return _EVENT_TYPES.get(code, "unknown")


def read(answer: Any, carrier: str) -> Parsed:
    """Read one answer, the list asked for by several numbers, or such a list under `responses`.

    Raises:
        BadInputError: neither shipments nor refusals in it.
    """
    entries = listed(dig(answer, "responses")) or listed(answer)
    trackings: list[Tracking] = []
    notes: list[CarrierNote] = []
    for entry in entries:
        if isinstance(dig(entry, "shipment"), dict):
            trackings.append(_tracking(dig(entry, "shipment"), carrier))
        elif code := worded(dig(entry, "returnCode")) or worded(dig(entry, "code")):  # the gateway before it spells its refusals shorter
            text = worded(dig(entry, "returnMessage")) or worded(dig(entry, "message"))
            notes.append(CarrierNote(code, text, numbered(worded(dig(entry, "idShip"))) or None))
    if not trackings and not notes and answer != []:
        raise BadInputError("JSON without a shipment and without a return code of La Poste")
    return Parsed(tuple(trackings), tuple(notes))


def _tracking(shipment: Any, carrier: str) -> Tracking:
    number = numbered(worded(dig(shipment, "idShip")))
    if not number:
        raise BadInputError("a shipment of La Poste without idShip")
    checkpoints = tuple(_checkpoint(event, number, carrier) for event in listed(dig(shipment, "event")))
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=checkpoints,
        estimates=_estimates(shipment, checkpoints),
        links=_links(shipment, number),
        service=worded(dig(shipment, "product")) or None,
    )


def _checkpoint(event: Any, number: str, carrier: str) -> Checkpoint:
    code, label, when = (worded(dig(event, name)) for name in ("code", "label", "date"))
    return Checkpoint(
        event_type=event_type_of(code, label),
        occurred_at=iso_stamp(when, country="FR") if when else None,
        carrier=carrier,
        carrier_code=code,
        carrier_text=label,
        tracking_number=number,
    )


def _estimates(shipment: Any, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the estimated day; on a finished shipment the same field repeats the day of delivery and means nothing."""
    day = worded(dig(shipment, "estimDate"))
    if not day or dig(shipment, "isFinal") is True or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=iso_day(day), to_on=iso_day(day), stated_at=stated_at),)


def _links(shipment: Any, number: str) -> tuple[Link, ...]:
    partner = boxed(dig(shipment, "contextData", "partner"))
    reference = numbered(worded(partner.get("reference")))
    name = carrier_slug(worded(partner.get("name")) or worded(partner.get("network")))
    return (Link(tracking_number=reference, carrier=name, role="last_mile"),) if reference not in ("", number) else ()
