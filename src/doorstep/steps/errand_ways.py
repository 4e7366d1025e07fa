"""An errand + its case and order → by which way it goes, and the messages in the outbox that carry it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from doorstep.domain.actions.kinds import Outside
from doorstep.domain.errands import ErrandLine, ErrandOrder
from doorstep.domain.messages import Change, Message, Rendered
from doorstep.domain.money import Money
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.messages.notices.requests import carrier_request
from doorstep.steps.announcing import announced
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.outlets import does
from doorstep.store.cases import KeptCase
from doorstep.store.connections import Connection
from doorstep.store.decisions import why_key
from doorstep.store.errands import KeptErrand, Way
from doorstep.store.messages import NewMessage
from doorstep.store.orders import KeptOrder

#: What a merchant's own systems are told: something is to be done; it is still to be done.
REQUESTED, REMINDER = "errand.requested", "errand.reminder"
_ENCODE = msgspec.json.Encoder()


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """An errand with all that whoever has to do it may know."""

    kept: KeptErrand
    case: KeptCase
    order: KeptOrder
    #: For plug-ins and letters.
    told: ErrandOrder


def whole(kept: KeptErrand, case: KeptCase, order: KeptOrder, made_earlier: str = "") -> Errand:
    """Put an errand together; `made_earlier`: the other's id of what an earlier errand of the case made there."""
    body, about = kept.body, case.case
    difference = _money(body.get("difference"))
    told = ErrandOrder(
        errand_id=kept.errand_id,
        kind=kept.kind,
        key=kept.key,
        rma=about.rma,
        order=order.order.external_id,
        order_number=order.order.number,
        lines=_lines(body.get("lines"))
        or tuple(
            ErrandLine(
                line_id=one.line_id,
                quantity=one.quantity,
                variant_id=one.variant_id,
                wanted_id=one.wanted_id,
                reason=one.reason,
                comment=one.comment,
            )
            for one in about.lines
        ),
        amount=_money(body.get("amount")),
        to_pay=difference if difference is not None and difference.amount_minor > 0 else None,
        customer=order.order.customer.external_id or "",
        made_earlier=made_earlier,
        body=body,
    )
    return Errand(kept=kept, case=case, order=order, told=told)


def _lines(told: Any) -> tuple[ErrandLine, ...]:
    try:
        return msgspec.convert(told, tuple[ErrandLine, ...])
    except msgspec.ValidationError:
        return ()


def _money(told: Any) -> Money | None:
    try:
        return msgspec.convert(told, Money)
    except msgspec.ValidationError:
        return None


def way_of(tenant: Tenant, errand: Errand) -> tuple[Way, Connection | None]:
    """Choose the way: the other's own interface, else its desk by mail (carriers), else the merchant's systems, else its people."""
    kept = errand.kept
    if kept.target is Outside.CARRIER:
        carrier = str(kept.body.get("carrier") or "")
        for one in tenant.connections.values():
            if one.kind == "carrier" and one.provider == carrier and does(one, errand.told):
                return Way.CARRIER, one
        if carrier in tenant.carrier_desks and (mailer := tenant.channels.get(ChannelKind.EMAIL)):
            return Way.MAIL, mailer
    else:
        shop = tenant.connections.get(errand.order.connection_id)
        if shop is not None and does(shop, errand.told):
            return Way.SHOP, shop
    return (Way.WEBHOOK, tenant.webhooks[0]) if tenant.webhooks else (Way.DESK, None)


def messages_of(
    directory: Directory, tenant: Tenant, errand: Errand, way: Way, connection: Connection | None, now: datetime, *, again: bool = False
) -> list[NewMessage]:
    """Write what goes into the outbox, the one that stands for the errand first; `again`: as a reminder."""
    match way:
        case Way.SHOP | Way.CARRIER if connection is not None:
            return [_call(errand, connection, now)]
        case Way.MAIL if connection is not None:
            return [_letter(tenant, errand, connection, now, again=again)]
        case Way.WEBHOOK:
            document = _document(directory, errand, now)
            event = REMINDER if again else REQUESTED
            why = "webhook: the merchant's own systems have to do it and answer by the API"
            return [
                announced(one, event, document, now, why_key=_why(errand, event, now), order_id=errand.order.order_id, why=why)
                for one in tenant.webhooks
            ]
        case _:
            return []


def _why(errand: Errand, event: str, now: datetime) -> bytes:
    change = Change(trigger=event, subject_kind="errand", subject_id=errand.kept.errand_id, occurrence=now.isoformat())
    return why_key(change)


def _call(errand: Errand, connection: Connection, now: datetime) -> NewMessage:
    return _new(
        errand,
        connection,
        Message(
            message_id=new_message_id(now),
            merchant_id=connection.merchant_id,
            channel=ChannelKind.ERRAND,
            to=connection.provider,
            content=Rendered(subject=f"{errand.kept.kind} for {errand.told.rma}"),
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic=errand.kept.kind,
            created_at=now,
            body=_ENCODE.encode(errand.told),
        ),
        now,
        "errand: it is done by the other's own interface",
    )


def _letter(tenant: Tenant, errand: Errand, connection: Connection, now: datetime, *, again: bool) -> NewMessage:
    content = carrier_request(errand.told, errand.order.order.ship_to, tenant.merchant.name, again=again)
    return _new(
        errand,
        connection,
        Message(
            message_id=new_message_id(now),
            merchant_id=connection.merchant_id,
            channel=ChannelKind.EMAIL,
            to=tenant.carrier_desks[str(errand.kept.body["carrier"])],
            content=content,
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic="errand",
            created_at=now,
        ),
        now,
        "errand: the carrier's desk is asked, as it takes no such word by an interface",
    )


def _new(errand: Errand, connection: Connection, message: Message, now: datetime, why: str) -> NewMessage:
    return NewMessage(
        message=message,
        connection_id=connection.connection_id,
        template="errand",
        trigger=REQUESTED,
        why_key=_why(errand, REQUESTED, now),
        order_id=errand.order.order_id,
        shipment_ids=(),
        why=why,
        due_at=now,
    )


def _document(directory: Directory, errand: Errand, now: datetime) -> dict[str, Any]:
    """Write `data` of the webhook: what is to be done, and where the answer goes."""
    kept, case, order = errand.kept, errand.case.case, errand.order.order
    return {
        "errand": errand_document(kept, case.rma),
        "idempotency_key": kept.key,
        "answer_url": f"{directory.base_url}/api/v1/errands/{kept.errand_id}/answer",
        "case": {"id": str(case.case_id), "rma": case.rma, "kind": case.kind, "state": case.state},
        "order": {"id": str(errand.order.order_id), "external_id": order.external_id, "number": order.number},
        "asked_at": now,
    }


def errand_document(kept: KeptErrand, rma: str) -> Mapping[str, Any]:
    """Write an errand as the API and the webhook show it."""
    return {
        "id": str(kept.errand_id),
        "case_id": str(kept.case_id),
        "rma": rma,
        "to": kept.target,
        "kind": kept.kind,
        "body": kept.body,
        "state": kept.state,
        "way": kept.way,
        "made_at": kept.made_at,
        "sent_at": kept.sent_at,
        "answered_at": kept.answered_at,
        "answer": kept.answer,
        "external_id": kept.external_id,
    }
