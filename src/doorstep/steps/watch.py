"""Shipments whose next look is due → the moments that time alone makes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from doorstep.journeys import next_reminder_at, reminders_of_shipment
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.happenings import Happening
from doorstep.store import orders, shipments
from doorstep.store.database import Database


async def watch(database: Database, directory: Directory, now: datetime, most: int) -> int:
    """Look at shipments that are due; return how many."""
    async with database.system() as tx:
        due = await shipments.due_for_a_look(tx, now, most)
        if not due:
            return 0
        keys = list({(s.merchant_id, s.order_id) for s in due if s.order_id is not None})
        known = await orders.read(tx, keys) if keys else {}
        happenings: list[Happening] = []
        for shipment in due:
            zone = ZoneInfo(shipment.zone or "UTC")
            order = known.get((shipment.merchant_id, shipment.order_id or 0))
            if shipment.folded:
                happenings += [
                    Happening(merchant_id=shipment.merchant_id, moment=moment, order=order, shipment=shipment)
                    for moment in reminders_of_shipment(shipment.folded, shipment.shipment_id, order.order if order else None, now, zone)
                ]
            shipment.look_at = next_reminder_at(shipment.folded, now, zone) if shipment.folded else None
        await shipments.write(tx, due, now.astimezone(UTC))
        await decide(tx, happenings, directory, now)
    return len(due)
