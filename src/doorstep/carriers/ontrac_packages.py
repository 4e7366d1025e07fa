"""The packages of OnTrac's present tracking service (JSON), which LaserShip's numbers share → trackings; its problems → notes."""

from typing import Any

from doorstep.carriers.clock import at_place, in_place, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, keyed, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: OnTrac publishes the codes with its page and no long meanings; where the short one does not tell more, the type stays coarse.
#: Source: the stages a public connector gives the codes of OnTrac's status list (both regions), read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: XX OVRC AUTO EXRL INRL
picked_up: PKUP PU
accepted: RL ALPK
origin_scan: ORIG
facility_arrival: ARRD RCVD
in_transit: OS FCTF SFCT LOAD
handed_to_partner: NFRP
out_for_delivery: OFDL OD
attempt_failed: UTLV NDMI RFDM
attempt_failed_business_closed: BCLD
attempt_failed_not_home: NH
attempt_failed_no_access: ACSS
delivered: DN DLVD CL DM DW OK DD
return_started: RETN RS
returned_to_sender: RETD
lost: LOST
exception: MSPK
undeliverable: UD
held_by_carrier: ONHD
""")


def event_type_of(code: str) -> str:
    """Find the event type of a code ("OFDL")."""
    return _EVENT_TYPES.get(code, "unknown")


def is_packages(answer: Any) -> bool:
    """Tell whether decoded JSON is this service's answer, or its problem report."""
    return isinstance(dig(answer, "Packages"), list) or (isinstance(dig(answer, "Status"), int) and bool(worded(dig(answer, "Title"))))


def read_packages(answer: Any, slug: str) -> Parsed:
    """Read an answer under the slug it was asked for.

    Raises:
        BadInputError: a package without a number.
    """
    packages = dig(answer, "Packages")
    if not isinstance(packages, list):
        return Parsed((), (CarrierNote(worded(dig(answer, "Status")), worded(dig(answer, "Title"))),))
    return Parsed(tuple(_tracking(boxed(package), slug) for package in packages))


def _tracking(package: dict[str, Any], slug: str) -> Tracking:
    number = numbered(worded(package.get("Tracking")))
    if not number:
        raise BadInputError("a package without its Tracking number")
    checkpoints = tuple(_checkpoint(boxed(event), number, slug) for event in listed(package.get("Events")))
    return Tracking(
        tracking_number=number,
        carrier=slug,
        checkpoints=checkpoints,
        estimates=_estimates(package, checkpoints),
        service=worded(package.get("Service")) or None,
        weight_g=grams(package.get("Weight"), worded(package.get("WeightUnits"))),
    )


def _checkpoint(event: dict[str, Any], number: str, slug: str) -> Checkpoint:
    code, state = worded(event.get("EventCode")), worded(event.get("State"))
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=_occurred_at(event, state),
        place=place_of(city=worded(event.get("City")), region=state, postcode=worded(event.get("PostalCode")), country="US"),
        carrier=slug,
        carrier_code=code,
        carrier_text=worded(event.get("EventShortDescription")),
        tracking_number=number,
    )


def _occurred_at(event: dict[str, Any], state: str) -> OccurredAt | None:
    zoned, utc = worded(event.get("ZonedEventDateTime")), worded(event.get("UtcEventDateTime"))
    if zoned:
        return iso_stamp(zoned, country="US", region=state or None)
    return in_place(iso_stamp(utc if utc[-1:] == "Z" or "+" in utc else f"{utc}Z"), "US", state or None) if utc else None


def _estimates(package: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the expected moment, sent in UTC, as the destination's day; without its zone the day in UTC may be the next one, so none is told."""
    expected = worded(package.get("UtcExpectedDeliveryDateTime"))
    if not expected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    moment = iso_stamp(expected if expected[-1:] == "Z" or "+" in expected else f"{expected}Z").instant
    state = worded(dig(package, "Destination", "State")) or worded(package.get("State"))
    local = at_place(moment, "US", state or None)
    if local is None:
        return ()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    return (Estimate(from_on=local.date(), to_on=local.date(), to_time=local.strftime("%H:%M"), stated_at=stated_at),)
