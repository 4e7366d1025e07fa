"""The number under which a customer sent goods back by themselves → their case is followed by it."""

from datetime import datetime

import msgspec

from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import numbered
from doorstep.domain.actions.cases import Label
from doorstep.domain.actions.kinds import CaseState
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.case_moves import move, touch
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.homeward import expect
from doorstep.steps.whose import Sent, carriers_of
from doorstep.store import case_looks, cases, orders
from doorstep.store.cases import KeptCase
from doorstep.store.database import Tx

_SENDABLE = frozenset({CaseState.APPROVED, CaseState.LABEL_READY})
_SHORTEST, _LONGEST = 6, 40


async def sent_back(
    tx: Tx, directory: Directory, tenant: Tenant, case_id: int, number: str, *, carrier: str = "", actor: str, now: datetime
) -> KeptCase:
    """Follow a case by the number that its customer (or the desk) gives.

    Args:
        tx: an open transaction.
        directory: the merchants.
        tenant: whose case.
        case_id: which.
        number: as typed.
        carrier: in the customer's words; "": the number tells.
        actor: "customer", "user 12".
        now: aware.

    Raises:
        NotFoundError: there is no such case.
        BadInputError: it is no tracking number.
        ConflictError: the case waits for no parcel, or the number is another parcel's.
    """
    key = (tenant.merchant.merchant_id, case_id)
    number = numbered(number)
    if not (
        _SHORTEST <= len(number) <= _LONGEST and number.isascii() and number.replace("-", "").isalnum() and any(map(str.isdigit, number))
    ):
        raise BadInputError("this is no tracking number")
    there = (await cases.read(tx, [key])).get(key)
    if there is None:
        raise NotFoundError("there is no such case")
    await case_looks.hold_order(tx, key[0], there.case.order_id)
    kept = (await cases.lock(tx, [key]))[key]
    if kept.case.keeps or kept.case.state not in _SENDABLE:
        raise ConflictError(f"a case that is {kept.case.state} waits for no parcel")
    order = (await orders.read(tx, [(key[0], kept.case.order_id)])).get((key[0], kept.case.order_id))
    named = carrier_slug(carrier)
    [slug] = await carriers_of(tx, [Sent(key[0], number, carrier or None, order.order.ship_to if order else None)])
    shipment_id = await expect(tx, directory, kept, number, slug or named or "", now)
    way = str(kept.case.wanted.get("way") or "drop_off")
    label = msgspec.structs.replace(kept.case.label or Label(way=way), tracking_number=number, carrier=slug or named or "")
    why = "the parcel is sent under a number of the customer's own"
    if kept.case.state is CaseState.APPROVED:
        return await move(
            tx,
            directory,
            tenant,
            case_id,
            CaseState.LABEL_READY,
            actor=actor,
            why=why,
            now=now,
            label=label,
            return_shipment_id=shipment_id,
        )
    return await touch(tx, tenant, case_id, actor=actor, why=why, now=now, label=label, return_shipment_id=shipment_id)
