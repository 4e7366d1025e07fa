"""The packages of OnTrac's present tracking service (JSON), which LaserShip's numbers share → trackings; its problems → notes."""

import re
from datetime import datetime
from typing import Any

from doorstep.carriers.clock import at_place, in_place, iso_day, iso_stamp, latest
from doorstep.carriers.countries import place_of
from doorstep.carriers.reading import boxed, dig, ends_journey, grams, keyed, listed, numbered, worded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError

#: OnTrac publishes the codes with its page and no long meanings; where the short one does not tell more, the type stays coarse.
#: Source: the stages a public connector gives the codes of OnTrac's status list (both regions), and the sentences beside them in answers
#: that another one has seen; read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: XX OVRC AUTO EXRL INRL
picked_up: PKUP PU
accepted: RL ALPK
origin_scan: ORIG
facility_arrival: ARRD RCVD
facility_departure: FCTF
in_transit: OS
delivery_facility_arrival: SFCT
loaded_for_delivery: LOAD
handed_to_partner: NFRP
out_for_delivery: OFDL OD
attempt_failed: UTLV RFDM
address_problem: NDMI
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

_ZONED = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")


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
        service=worded(package.get("ServiceDescription")) or worded(package.get("ServiceCode")) or worded(package.get("Service")) or None,
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
    return in_place(_utc(utc), "US", state or None) if utc else None


def _utc(text: str) -> OccurredAt:
    """Read a time of a field called UTC: with no zone it is that; some fields so called have the offset of the place."""
    return iso_stamp(text if _ZONED.search(text) else f"{text}Z")


def _estimates(package: dict[str, Any], checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    """Read the expected moment, at the destination; where its zone is not known the day alone, if that is sent too."""
    if any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    stated_at = latest(checkpoint.occurred_at for checkpoint in checkpoints)
    expected, day = worded(package.get("UtcExpectedDeliveryDateTime")), worded(package.get("ExpectedDeliveryDate"))
    local = _at_destination(_utc(expected), package) if expected else None
    if local:
        return (Estimate(from_on=local.date(), to_on=local.date(), to_time=local.strftime("%H:%M"), stated_at=stated_at),)
    return (Estimate(from_on=iso_day(day), to_on=iso_day(day), stated_at=stated_at),) if day else ()


def _at_destination(expected: OccurredAt, package: dict[str, Any]) -> datetime | None:
    if expected.offset not in (None, "+00:00"):
        return datetime.fromisoformat(expected.local)
    state = worded(dig(package, "Consignee", "State")) or worded(dig(package, "Destination", "State")) or worded(package.get("State"))
    return at_place(expected.instant, "US", state or None)
