"""Cases whose next look is due → what their parcels say, reminders, expiry, what nobody has done told to the desk, money that need not wait."""

from datetime import datetime, timedelta

import msgspec
import structlog

from doorstep.actions.life import What, planned_look
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ENDED, CaseKind, CaseState, Remedy
from doorstep.errors import DoorstepError
from doorstep.steps.case_moves import move, tell
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.homeward import how_far
from doorstep.steps.inspecting import escalate, nudged, settle_case, settlement_of
from doorstep.steps.rules import policy_of
from doorstep.steps.sum_up import CASE_LOOKS
from doorstep.store import case_looks, cases, orders, shipments
from doorstep.store.cases import KeptCase
from doorstep.store.database import PASSING, Database, Tx

_LOG = structlog.get_logger()
#: A case that could not be looked at is looked at again after so long.
_LATER = timedelta(minutes=10)
_ON_ITS_WAY = frozenset({CaseState.APPROVED, CaseState.LABEL_READY, CaseState.IN_TRANSIT})
_NOT_SCANNED = frozenset({CaseState.APPROVED, CaseState.LABEL_READY})
#: What the desk is told of a case that has stood still.
_STOOD_STILL = {
    CaseState.REQUESTED: "nobody has decided",
    CaseState.APPROVED: "approved, and nothing has followed: no label is there",
    CaseState.LABEL_READY: "the new goods were sent first, and the old ones have not been handed over",
    CaseState.IN_TRANSIT: "the parcel on its way back has not arrived",
    CaseState.RECEIVED: "the goods are here, and nobody has looked at them",
    CaseState.INSPECTED: "looked at, and nothing has been given for it yet",
    CaseState.SETTLING: "promised, and nobody has confirmed that it was done",
    CaseState.PASSED_ON: "whoever was asked has not answered",
}


async def watch_cases(database: Database, directory: Directory, now: datetime, most: int) -> int:
    """Look at cases that are due, each in a transaction of its own; return how many."""
    async with database.system() as tx:
        due = await case_looks.due(tx, now, most)
    done = 0
    for merchant_id, case_id, order_id in due:
        try:
            async with database.system() as tx:
                looked = await _look(tx, directory, (merchant_id, case_id, order_id), now)
            CASE_LOOKS.labels("looked").inc(looked)
            done += looked
        except PASSING:
            continue  # it is due still
        except Exception as error:  # noqa: BLE001 - one case must not keep the others waiting
            expected = isinstance(error, DoorstepError)
            _LOG.error("case_put_off", merchant=merchant_id, case=case_id, why=str(error) if expected else "", exc_info=not expected)
            async with database.system() as tx:
                await case_looks.put_off(tx, merchant_id, case_id, now + _LATER)
            CASE_LOOKS.labels("failed").inc()
            done += 1
    return done


async def _look(tx: Tx, directory: Directory, of: tuple[int, int, int], now: datetime) -> int:
    merchant_id, case_id, order_id = of
    if not await case_looks.hold(tx, merchant_id, case_id, order_id, now):
        return 0
    kept = (await cases.lock(tx, [(merchant_id, case_id)]))[merchant_id, case_id]
    tenant = directory.tenant(merchant_id)
    if tenant is None:
        await case_looks.put_off(tx, merchant_id, case_id, now + _LATER)
        return 1
    if not await _follow_parcel(tx, directory, tenant, kept, now):
        await _by_clock(tx, directory, tenant, kept, now)
    return 1


async def _follow_parcel(tx: Tx, directory: Directory, tenant: Tenant, kept: KeptCase, now: datetime) -> bool:
    """Move a case by what its parcel on the way back says; tell whether it moved."""
    case = kept.case
    if case.return_shipment_id is None or case.state not in _ON_ITS_WAY:
        return False
    shipment = await shipments.one(tx, kept.merchant_id, case.return_shipment_id)
    far = how_far(shipment) if shipment else None
    if far is None:
        return False
    if far.there:
        await move(tx, directory, tenant, case.case_id, CaseState.RECEIVED, actor="carrier", why="its parcel has arrived", now=now)
        return True
    if far.handed_over_at is None or case.state not in _NOT_SCANNED:
        return False
    await move(tx, directory, tenant, case.case_id, CaseState.IN_TRANSIT, actor="carrier", why="its parcel was scanned", now=now)
    await _pay_at_scan(tx, directory, tenant, kept, now)
    return True


async def _pay_at_scan(tx: Tx, directory: Directory, tenant: Tenant, kept: KeptCase, now: datetime) -> None:
    """Give the money at once where the policy trusts the carrier's scan for so little."""
    case = kept.case
    most = (await policy_of(tx, kept.merchant_id, now)).returning.refund_at_scan_up_to_minor
    if case.kind is not CaseKind.RETURN or case.remedy not in {Remedy.REFUND, Remedy.STORE_CREDIT} or not most or case.concerns:
        return
    scanned = msgspec.structs.replace(kept, case=msgspec.structs.replace(case, state=CaseState.IN_TRANSIT))
    due = await settlement_of(tx, tenant, scanned, now)
    if due.amount is not None and 0 < due.amount.amount_minor <= most:
        await settle_case(tx, directory, tenant, case.case_id, actor="policy", now=now)


async def _by_clock(tx: Tx, directory: Directory, tenant: Tenant, kept: KeptCase, now: datetime) -> None:
    """Do what time does to a case."""
    case = kept.case
    look = planned_look(case, await policy_of(tx, kept.merchant_id, now), now)
    if look is None or look.at > now:  # it was woken, or its rules have changed
        at = look.at if look else None
        await cases.write(tx, msgspec.structs.replace(kept, case=msgspec.structs.replace(case, look_at=at)))
        return
    match look.what:
        case What.REMIND:
            await _tell(tx, directory, kept, f"{case.kind}.reminder", f"{case.since:%Y-%m-%d}-{case.reminded + 1}", now)
        case What.FOLLOW_UP:
            await _tell(tx, directory, kept, f"{case.kind}.follow_up", "", now)
        case What.EXPIRE:
            why = "nothing came in time" if case.state is CaseState.LABEL_READY else "nobody answered in time"
            await move(tx, directory, tenant, case.case_id, CaseState.EXPIRED, actor="time", why=why, now=now)
        case What.SETTLE:
            await settle_case(tx, directory, tenant, case.case_id, actor="policy", now=now)
        case What.UNANSWERED:
            await _unanswered(tx, directory, kept, now)
        case What.ESCALATE:
            await escalate(tx, directory, kept, _STOOD_STILL[case.state], now)


async def _tell(tx: Tx, directory: Directory, kept: KeptCase, trigger: str, occurrence: str, now: datetime) -> None:
    order = (await orders.read(tx, [(kept.merchant_id, kept.case.order_id)]))[kept.merchant_id, kept.case.order_id]
    counted = await nudged(tx, kept, now)
    await tell(tx, directory, counted, order, trigger, occurrence, now)


async def _unanswered(tx: Tx, directory: Directory, kept: KeptCase, now: datetime) -> None:
    """Tell the customer that nobody has answered yet, and the desk that somebody should."""
    if kept.case.kind is CaseKind.DELIVERY_CHANGE:
        order = (await orders.read(tx, [(kept.merchant_id, kept.case.order_id)]))[kept.merchant_id, kept.case.order_id]
        await tell(tx, directory, kept, order, "delivery_change.unanswered", f"{kept.case.since:%Y-%m-%dT%H:%M}", now)
    await escalate(tx, directory, kept, _STOOD_STILL[CaseState.PASSED_ON], now)


def is_waiting(case: Case) -> bool:
    """Whether the desk has been told that a case stands still: its clock ran out and nobody has moved it since."""
    return case.state not in ENDED and case.reminded > 0 and case.state is not CaseState.LABEL_READY
