"""A merchant's tallies → how often, lately, its parcels were late when we had said so; which warnings are our own."""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from doorstep.steps.report import weeks_of
from doorstep.store import shipments, tallies
from doorstep.store.database import Row, Tx
from doorstep.store.shipments import KeptShipment
from doorstep.timeline.doubts import SURELY_LATE

#: Weeks that are looked back on, the current one among them.
WEEKS = 26
#: Warnings below which nothing is said of how reliable they are.
LEAST_WARNINGS = 20
#: The kind of problem that warns.
WARNING = "will_be_late"


class TrackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How often parcels were late when our own estimate had said so."""

    #: So many weeks back, the current one among them.
    weeks: int
    #: Ended shipments that we had called late before the promised day was over.
    warnings: int
    #: Those that missed the promise.
    right: int


def is_our_warning(shipment: KeptShipment) -> bool:
    """Tell whether a shipment is called late on the word of our own estimate; a carrier's may say so, too."""
    folded = shipment.folded
    believed = folded.estimate if folded else None
    ours = believed is not None and believed.source == "model" and (believed.late_chance or 0.0) >= SURELY_LATE
    return ours and folded is not None and any(one.kind == WARNING for one in folded.open_pitfalls)


async def track_record(tx: Tx, merchant_id: int, shown: Iterable[KeptShipment], today: date) -> TrackRecord | None:
    """Read how reliable such warnings are, once for all shipments shown; None where none warns, or too few were put to the test."""
    return await _measured(tx, merchant_id, today) if any(is_our_warning(shipment) for shipment in shown) else None


async def records_beside(tx: Tx, merchant_id: int, problems: Iterable[Row], today: date) -> dict[int, TrackRecord | None]:
    """Tell of listed problems whose warning is our own: its `shipment_id`, with how reliable such warnings are (None: too few were tested).

    `problems` have `shipment_id`, `kind`, `closed_at`. Nothing is read where none of them warns, else the shipments that do and the sums.
    """
    warned = {row["shipment_id"] for row in problems if row["kind"] == WARNING and row["closed_at"] is None}
    kept = await shipments.read(tx, [(merchant_id, shipment_id) for shipment_id in sorted(warned)]) if warned else []
    ours = [shipment.shipment_id for shipment in kept if is_our_warning(shipment)]
    return dict.fromkeys(ours, await _measured(tx, merchant_id, today)) if ours else {}


async def _measured(tx: Tx, merchant_id: int, today: date) -> TrackRecord | None:
    weeks = weeks_of(today - timedelta(weeks=WEEKS - 1), today, today)
    found = await tallies.measured(tx, merchant_id, *weeks, ("warned", "warned_late"))
    warnings = found.get("warned", 0)
    return TrackRecord(weeks=WEEKS, warnings=warnings, right=found.get("warned_late", 0)) if warnings >= LEAST_WARNINGS else None
