"""Ended shipments, once and again after late scans → what they count for, and the sums that delivery performance is read from."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from doorstep.domain.orders import Order
from doorstep.domain.vocabulary import Status
from doorstep.insights.finished import Finished, tally_of
from doorstep.insights.returned import product_key
from doorstep.steps.experience import arrived_at
from doorstep.steps.footprint import footprint, is_fetched
from doorstep.store import orders, shipments, tallies
from doorstep.store.database import Database
from doorstep.store.shipments import KeptShipment
from doorstep.store.tallies import KeptTally
from doorstep.timeline.doubts import SURELY_LATE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Key = tuple[int, int]


async def tally(database: Database, most: int) -> int:
    """Count shipments that ended or changed after their end; return how many. A crash leaves them to be counted."""
    async with database.system() as tx:
        keys = await tallies.take(tx, most)
        if not keys:
            return 0
        there = {(one.merchant_id, one.shipment_id): one for one in await shipments.read(tx, keys)}
        bought = await orders.read(tx, list({(one.merchant_id, one.order_id) for one in there.values() if one.order_id is not None}))
        unplaced = {key: one for key, one in there.items() if one.around.origin is None or one.around.destination is None}
        scanned_in = await tallies.countries(tx, list(unplaced), *_span(unplaced)) if unplaced else {}
        troubles = await tallies.pitfalls(tx, keys)
        counted: dict[_Key, KeptTally | None] = dict.fromkeys(keys)
        for key, shipment in there.items():
            order = bought.get((shipment.merchant_id, shipment.order_id or 0))
            counted[key] = _counted(shipment, order.order if order else None, scanned_in.get(key), troubles.get(key, {}))
        await tallies.replace(tx, counted)
    return len(keys)


def _counted(
    shipment: KeptShipment, order: Order | None, scanned_in: tuple[str, str] | None, troubles: Mapping[str, int]
) -> KeptTally | None:
    folded = shipment.folded
    if folded is None or shipment.around.case_id is not None:  # what comes back is nobody's delivery
        return None
    begins, ends = scanned_in or (None, None)
    ended_at = folded.delivered_at if folded.status is Status.DELIVERED else folded.status_since
    address = order.ship_to if order else None
    estimate = footprint(shipment, order, origin=begins, destination=ends)
    made = tally_of(
        Finished(
            carrier=shipment.carrier,
            service=shipment.service,
            origin=shipment.around.origin or begins,
            destination=(address.country if address else None) or ends,
            region=address.region if address else None,
            zone=shipment.zone,
            status=folded.status,
            ended_at=ended_at,
            arrived_at=arrived_at(shipment, folded),
            first_scan_at=folded.first_scan_at,
            attempts=folded.attempts,
            estimates=shipment.estimates,
            scanned_at=_on_the_way(shipment, folded.counted, folded.first_scan_at, ended_at),
            pickup=is_fetched(shipment),
            pitfalls=troubles,
            carbon_g=estimate.grams if estimate else None,
        ),
        surely_late=SURELY_LATE,
    )
    units = units_arrived(shipment, order) if order is not None and folded.status is Status.DELIVERED else {}
    return KeptTally(made.week, made.carrier, made.service, made.lane, made.counts, units) if made else None


def units_arrived(shipment: KeptShipment, order: Order) -> dict[tuple[str, str], int]:
    """Tell the units that came in a parcel: (product, variant) → how many.

    Where nobody says which of its fulfilment's parcels they were in, they came in the first.
    """
    sent = next((one for one in order.fulfilments if one.fulfilment_id == shipment.fulfilment_id), None)
    inside = shipment.lines
    if sent is not None and inside in ({}, sent.lines):  # nobody says more of it than of its fulfilment
        if sent.tracking_numbers[:1] not in {(), (shipment.tracking_number,)}:
            return {}
        inside = sent.lines
    found: dict[tuple[str, str], int] = {}
    for line in order.lines:
        units = inside.get(line.line_id, 0) if inside else line.quantity
        if units:
            key = (_kept_text(product_key(line.product_id, line.name)), _kept_text(line.variant_id or ""))
            found[key] = found.get(key, 0) + units
    return found


def _kept_text(text: str) -> str:
    """A text as part of a key: without NUL, which the database takes none of, and without what parts keys."""
    return text.replace("\0", "").replace(tallies.APART, "")


def _on_the_way(shipment: KeptShipment, counted: tuple[bytes, ...], first_at: datetime | None, ended_at: datetime | None) -> list[datetime]:
    """When a shipment was scanned between the first scan with the goods in hand and its end."""
    if first_at is None or ended_at is None:
        return []
    counts = set(counted)
    moments = (
        _EPOCH + timedelta(microseconds=scan.instant_us)
        for scan in shipment.scans
        if scan.instant_us is not None and scan.fingerprint in counts
    )
    return [at for at in moments if first_at <= at <= ended_at]


def _span(there: Mapping[_Key, KeptShipment]) -> tuple[date, date]:
    """The first and last day (UTC) of the shipments' dated scans."""
    dated = [scan.instant_us for one in there.values() for scan in one.scans if scan.instant_us is not None] or [0]
    return (_EPOCH + timedelta(microseconds=min(dated))).date(), (_EPOCH + timedelta(microseconds=max(dated))).date()
