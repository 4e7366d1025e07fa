"""Shipments whose next look is due → the moments that time alone makes, and what the ended ones teach of gaps and days."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from doorstep.domain.orders import Order
from doorstep.domain.shipments import Folded
from doorstep.journeys import reminders_of_shipment
from doorstep.steps.advance import LATE_SCANS, refold
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.experience import days_met
from doorstep.steps.happenings import Happening
from doorstep.steps.outlook import ENDED, learn
from doorstep.steps.train import past_of
from doorstep.store import days, estimators, gaps, orders, shipments
from doorstep.store.database import Database
from doorstep.store.days import Met
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment
from doorstep.timeline.estimating.counted import HALF_LIFE_DAYS
from doorstep.timeline.estimating.promising import Sending


async def watch(database: Database, directory: Directory, now: datetime, most: int) -> int:
    """Look at shipments that are due; return how many."""
    async with database.system() as tx:
        due = await shipments.due_for_a_look(tx, now, most)
        if not due:
            return 0
        keys = list({(s.merchant_id, s.order_id) for s in due if s.order_id is not None})
        known = await orders.read(tx, keys) if keys else {}
        teaching = [(one, one.folded) for one in due if one.folded and _teaches(one, one.folded, now)]
        counted = learn(teaching)
        past = [past_of(one, folded, _order_of(one, known)) for one, folded in teaching]
        met = [took for one, folded in teaching for took in _days_met(one, folded, known, directory)]
        happenings: list[Happening] = []
        for shipment in due:
            order = known.get((shipment.merchant_id, shipment.order_id or 0))
            new = refold(shipment, {}, now, directory.outlook)
            happenings += [msgspec.structs.replace(happening, order=order) for happening in new] + _reminders(shipment, order, now)
        await shipments.write(tx, due, now)
        if counted:
            await gaps.add(tx, [msgspec.structs.astuple(one) for one in counted])
        await days.add(tx, met, HALF_LIFE_DAYS)
        await estimators.add(tx, [one for one in past if one is not None])
        await decide(tx, happenings, directory, now)
    return len(due)


def _days_met(shipment: KeptShipment, folded: Folded, bought: Mapping[tuple[int, int], KeptOrder], directory: Directory) -> list[Met]:
    tenant = directory.tenant(shipment.merchant_id)
    return days_met(shipment, folded, _order_of(shipment, bought), tenant.sending if tenant else Sending())


def _order_of(shipment: KeptShipment, bought: Mapping[tuple[int, int], KeptOrder]) -> Order | None:
    order = bought.get((shipment.merchant_id, shipment.order_id or 0))
    return order.order if order else None


def _reminders(shipment: KeptShipment, order: KeptOrder | None, now: datetime) -> list[Happening]:
    if shipment.folded is None:
        return []
    zone = ZoneInfo(shipment.zone or "UTC")
    moments = reminders_of_shipment(shipment.folded, shipment.shipment_id, order.order if order else None, now, zone)
    return [Happening(merchant_id=shipment.merchant_id, moment=moment, order=order, shipment=shipment) for moment in moments]


def _teaches(shipment: KeptShipment, folded: Folded, now: datetime) -> bool:
    late = folded.last_scan_at is not None and now - folded.last_scan_at < LATE_SCANS
    return folded.status in ENDED and not shipment.around.learnt and not late and shipment.around.case_id is None
