"""Another day, place or way of delivery for a parcel under way → a plan."""

import re
from datetime import date, timedelta

from doorstep.actions.asked import Asked, no
from doorstep.domain.actions.arguments import (
    ConfirmAvailability,
    ConfirmCod,
    DeliveryAction,
    Hold,
    PickupPoint,
    Redirect,
    Reschedule,
    SafePlace,
)
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, Outside
from doorstep.domain.actions.known import KnownOrder, KnownShipment
from doorstep.domain.actions.plans import CaseOpened, Errand, ErrandKind, Plan
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.domain.vocabulary import Status

_UNDER_WAY = frozenset(
    {
        Status.PENDING,
        Status.INFO_RECEIVED,
        Status.IN_TRANSIT,
        Status.OUT_FOR_DELIVERY,
        Status.READY_FOR_PICKUP,
        Status.FAILED_ATTEMPT,
        Status.EXCEPTION,
        Status.UNKNOWN,
    }
)
_WINDOW = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")
_LONGEST_NOTE, _LONGEST_PLACE = 300, 300


def change_delivery(asked: Asked, action: DeliveryAction) -> Plan:
    """Pass a wish on to the carrier, or to the shop where the carrier takes none."""
    rules = asked.policy.delivering
    if action.kind not in rules.offered:
        raise no(RefusalCode.NOT_OFFERED, ActionKind.TALK_TO_HUMAN)
    order = asked.order
    shipment = _shipment(order, action.shipment)
    if shipment.status not in _UNDER_WAY or shipment.returning:
        instead = (ActionKind.OPEN_CLAIM,) if shipment.status is Status.DELIVERED else (ActionKind.TALK_TO_HUMAN,)
        raise no(RefusalCode.SHIPMENT_STATE, *instead, facts={"status": shipment.status})
    if shipment.status is Status.READY_FOR_PICKUP and isinstance(action, ConfirmAvailability | SafePlace):
        raise no(RefusalCode.SHIPMENT_STATE, facts={"status": shipment.status})
    earlier = [case for case in order.cases if case.kind is CaseKind.DELIVERY_CHANGE]
    if sum(case.wanted.get("shipment") == shipment.tracking_number for case in earlier) >= rules.most_changes:
        raise no(RefusalCode.TOO_MANY, ActionKind.TALK_TO_HUMAN, facts={"most": rules.most_changes})
    wanted = _wanted(asked, action)
    if any(not case.ended and case.action is action.kind and _of(case, shipment) for case in earlier):
        raise no(RefusalCode.CASE_STATE, ActionKind.TALK_TO_HUMAN)
    body: dict[str, object] = {
        "order": order.external_id,
        "shipment": shipment.tracking_number,
        "carrier": shipment.carrier,
        "change": action.kind,
        "note": action.note.strip()[:_LONGEST_NOTE],
        **wanted,
    }
    to = Outside.SHOP if isinstance(action, ConfirmCod) and not action.ready else Outside.CARRIER
    case = Case(
        kind=CaseKind.DELIVERY_CHANGE,
        action=action.kind,
        state=CaseState.PASSED_ON,
        order_id=order.order_id,
        customer=order.customer,
        wanted=body,
        policy_version=asked.policy.version,
        decided_by="policy",
    )
    return Plan(
        action=action,
        changes=(CaseOpened(case=case),),
        errands=(Errand(to=to, kind=ErrandKind.DELIVERY_CHANGE, body=body),),
        facts={"number": order.number, "tracking_number": shipment.tracking_number},
        policy_version=asked.policy.version,
    )


def _of(case: Case, shipment: KnownShipment) -> bool:
    return case.wanted.get("shipment") == shipment.tracking_number


def _shipment(order: KnownOrder, number: str) -> KnownShipment:
    outbound = [one for one in order.shipments if not one.returning]
    if number:
        for one in order.shipments:
            if one.tracking_number.casefold() == number.casefold():
                return one
        raise no(RefusalCode.NOT_FOUND)
    under_way = [one for one in outbound if one.status in _UNDER_WAY]
    if len(under_way) == 1:
        return under_way[0]
    if under_way:
        raise no(RefusalCode.BAD_ARGUMENTS, facts={"field": "shipment"})
    raise no(RefusalCode.SHIPMENT_STATE, ActionKind.READ_ORDER)


def _wanted(asked: Asked, action: DeliveryAction) -> dict[str, object]:
    """Check what is asked for, and say it in JSON's types."""
    match action:
        case Reschedule():
            if action.window and (not _WINDOW.fullmatch(action.window) or action.window[:5] >= action.window[6:]):
                raise no(RefusalCode.DATE, facts={"field": "window"})
            return {"on": _ahead(asked, action.on), "window": action.window}
        case Hold():
            return {"until": _ahead(asked, action.until)}
        case Redirect():
            before, address = asked.order.ship_to, action.address
            if not address.lines or not address.city:
                raise no(RefusalCode.ADDRESS, facts={"missing": "street" if not address.lines else "city"})
            abroad = before is not None and address.country and before.country and address.country != before.country
            if abroad and asked.policy.delivering.same_country:
                raise no(RefusalCode.ADDRESS, ActionKind.TALK_TO_HUMAN)
            return {"address": address}
        case PickupPoint():
            return {"point": _said(action.point)}
        case SafePlace():
            return {"place": _said(action.place)}
        case ConfirmAvailability():
            return {"there": action.there}
        case ConfirmCod():
            if asked.order.cod_due is None:
                raise no(RefusalCode.NOT_OFFERED)
            return {"ready": action.ready}


def _ahead(asked: Asked, day: date) -> str:
    """Check that a day lies ahead, and not too far."""
    last = asked.today + timedelta(days=asked.policy.delivering.most_days)
    if not asked.today < day <= last:
        raise no(RefusalCode.DATE, facts={"first_on": (asked.today + timedelta(days=1)).isoformat(), "last_on": last.isoformat()})
    return day.isoformat()


def _said(text: str) -> str:
    if not text.strip():
        raise no(RefusalCode.BAD_ARGUMENTS, facts={"field": "place"})
    return " ".join(text.split())[:_LONGEST_PLACE]
