"""Ended shipments and their orders → how many working days each part of their way took, once for each shipment."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from doorstep.domain.orders import Order
from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Scan
from doorstep.domain.vocabulary import Status
from doorstep.errors import BadInputError
from doorstep.messages import zone_of
from doorstep.steps.outlook import facts_of
from doorstep.store.database import Row
from doorstep.store.days import Met
from doorstep.store.shipments import KeptShipment
from doorstep.timeline.estimating.counted import MOST, Counted, Experience, Lane, Part
from doorstep.timeline.estimating.opening import days_between
from doorstep.timeline.estimating.promising import Sending
from doorstep.timeline.expecting import lane_of_facts
from doorstep.timeline.stages import STAGE_OF, Stage

_PARTS = {Stage.DEPOT: Part.DEPOT, Stage.TOUR: Part.TOUR, Stage.ATTEMPT: Part.ATTEMPT}


def sending_of(settings: Mapping[str, object]) -> Sending:
    """Read how a merchant sends from its settings; the warehouse's zone follows from its country where it has one only.

    Raises:
        msgspec.ValidationError: they were saved in another shape.
        BadInputError: there is no such time zone.
    """
    sending = msgspec.convert(settings.get("sending", {}), Sending)
    if sending.zone and sending.zone not in available_timezones():
        raise BadInputError(f"there is no time zone {sending.zone}")
    return sending if sending.zone else msgspec.structs.replace(sending, zone=zone_of(sending.country or None, None, None) or "")


def experience_of(rows: Iterable[Row]) -> Experience:
    """Make what was counted ready to ask."""
    return Experience(Counted(Lane(*row[:6]), *row[6:]) for row in map(tuple, rows))


def days_met(shipment: KeptShipment, folded: Folded, order: Order | None, sending: Sending) -> list[Met]:
    """Measure an ended shipment; one that was not delivered, or never scanned on its way, teaches nothing."""
    ends_at = arrived_at(shipment, folded)
    if ends_at is None or folded.first_scan_at is None or folded.first_scan_at > ends_at:
        return []
    zone, lane = ZoneInfo(shipment.zone or "UTC"), lane_of_facts(facts_of(shipment))
    ends_on, sent_on = ends_at.astimezone(zone).date(), folded.first_scan_at.astimezone(zone).date()
    took = {Part.TRANSIT: days_between(lane.destination, sent_on, ends_on)}
    for part, begins_at in _begun(shipment, folded, ends_at).items():
        took[part] = days_between(lane.destination, begins_at.astimezone(zone).date(), ends_on)
    if order is not None and order.placed_at is not None and order.placed_at <= folded.first_scan_at:
        handed_on = folded.first_scan_at.astimezone(ZoneInfo(sending.zone or "UTC")).date()
        country = sending.country or lane.origin
        took[Part.HANDLING] = days_between(country, sending.counts_from(order.placed_at, country), handed_on, sending.week)
    where = msgspec.structs.astuple(lane)
    return [((*where, str(part), min(days, MOST)), ends_on) for part, days in took.items()]


def arrived_at(shipment: KeptShipment, folded: Folded) -> datetime | None:
    """Tell when it was delivered, or lay ready to be fetched: how long it lay there is the customer's doing. None: never."""
    if folded.status is not Status.DELIVERED or folded.delivered_at is None:
        return None
    ready = (s.instant_us for s in _counted(shipment, folded) if STAGE_OF.get(s.event_type) is Stage.POINT)
    first_us = min((instant for instant in ready if instant is not None), default=None)
    return folded.delivered_at if first_us is None else min(folded.delivered_at, _at(first_us))


def _begun(shipment: KeptShipment, folded: Folded, ends_at: datetime) -> dict[Part, datetime]:
    """When the parts of its way that scans tell of began."""
    begun: dict[Part, datetime] = {}
    for scan in _counted(shipment, folded):
        part = _PARTS.get(STAGE_OF.get(scan.event_type) or Stage.TRANSIT)
        if part is None or scan.instant_us is None:
            continue
        at = _at(scan.instant_us)
        if at <= ends_at and at < begun.get(part, ends_at):
            begun[part] = at
    return begun


def _counted(shipment: KeptShipment, folded: Folded) -> list[Scan]:
    counts = set(folded.counted)
    return [scan for scan in shipment.scans if scan.fingerprint in counts]


def _at(instant_us: int) -> datetime:
    return datetime.fromtimestamp(instant_us / 1e6, UTC)
