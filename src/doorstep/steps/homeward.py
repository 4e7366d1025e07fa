"""A return's tracking number → a shipment of its own on the way back; its scans → the case is looked at.

It belongs to the case and to no order: nobody is told that it was delivered, it counts in no delivery performance and teaches no estimate.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from doorstep.carriers.reading import numbered
from doorstep.domain.vocabulary import Status
from doorstep.errors import ConflictError
from doorstep.steps.advance import refold
from doorstep.steps.askers import Written, plan_asks
from doorstep.steps.directory import Directory
from doorstep.steps.happenings import page_token
from doorstep.store import case_looks, cases, legs, shipments
from doorstep.store.cases import KeptCase
from doorstep.store.database import Tx
from doorstep.store.shipments import KeptShipment, NewShipment

#: With the shop: a carrier that knows the parcel as a return says so in its own way.
_THERE = frozenset({Status.DELIVERED, Status.RETURNED})


class Homeward(msgspec.Struct, frozen=True):
    """How far a parcel on its way back is."""

    #: First physical scan, aware; None: the carrier has not had it yet.
    handed_over_at: datetime | None
    #: When the shop got it; None: not yet, or nobody says when.
    there_at: datetime | None
    there: bool


def how_far(shipment: KeptShipment) -> Homeward:
    """Tell how far a shipment on its way back is."""
    folded = shipment.folded
    if folded is None:
        return Homeward(None, None, there=False)
    there = folded.status in _THERE
    return Homeward(folded.first_scan_at, folded.delivered_at or folded.status_since if there else None, there=there)


async def expect(tx: Tx, directory: Directory, kept: KeptCase, number: str, carrier: str, now: datetime) -> int:
    """Give a return's tracking number its shipment, and have its carrier asked about it; return our id of the shipment.

    Raises:
        ConflictError: the number is that of a parcel to a customer, or of another return.
    """
    key = (kept.merchant_id, numbered(number))
    await legs.claim_numbers(tx, [key])
    lives = (await shipments.lives(tx, [key])).get(key)
    shipment = lives.current[0] if lives and lives.current else None
    if shipment is not None and (shipment.order_id is not None or shipment.around.case_id not in {None, kept.case_id}):
        raise ConflictError("this tracking number belongs to another parcel")
    if shipment is None:
        new = NewShipment(merchant_id=key[0], tracking_number=key[1], carrier=carrier or "unknown", token=page_token(), role="return")
        shipment = (await shipments.make(tx, [new]))[key]
    elif carrier and shipment.carrier == "unknown":
        shipment.carrier = carrier
    shipment.around = msgspec.structs.replace(shipment.around, case_id=kept.case_id)
    refold(shipment, {}, now, directory.outlook)
    if not shipment.scans:
        shipment.folded = None
    await shipments.write(tx, [shipment], now)
    tenant = directory.tenant(kept.merchant_id)
    if tenant is not None and tenant.askers.all():
        await plan_asks(tx, {kept.merchant_id: tenant.askers}, Written(shipments=[shipment]), frozenset(), frozenset(), now)
    return shipment.shipment_id


async def take_note(tx: Tx, written: Iterable[KeptShipment], now: datetime) -> None:
    """Have the cases looked at whose parcels were just heard of, and tie new parcels of orders to the cases they were sent for."""
    those = list(written)
    await wake(tx, those, now)
    new = [
        (one.merchant_id, one.order_id, one.shipment_id, one.around.sent_at)
        for one in those
        if one.order_id is not None and one.folded is None and one.around.sent_at is not None
    ]
    for shipment_id, merchant_id, case_id in await case_looks.awaiting_new_goods(tx, new) if new else ():
        kept = (await cases.lock(tx, [(merchant_id, case_id)]))[merchant_id, case_id]
        if kept.case.new_shipment_id is None:
            tied = msgspec.structs.replace(kept.case, new_shipment_id=shipment_id)
            await cases.write(tx, msgspec.structs.replace(kept, case=tied))


async def wake(tx: Tx, written: Iterable[KeptShipment], now: datetime) -> None:
    """Have the cases looked at whose parcels were just heard of."""
    heard = [(one.merchant_id, one.around.case_id) for one in written if one.around.case_id is not None]
    if heard:
        await case_looks.wake(tx, heard, now)
