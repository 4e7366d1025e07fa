"""What happened → one signed webhook for each of the merchant's own endpoints."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from doorstep.domain.messages import Message, Rendered, Reply
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.case_document import case_document
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.happenings import Happening
from doorstep.steps.message_ids import new_message_id
from doorstep.store import messages, orders
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.decisions import why_key
from doorstep.store.messages import NewMessage
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment

#: A customer answered, or wrote by themselves.
REPLY_RECEIVED = "reply.received"


def announced(
    connection: Connection,
    event: str,
    data: dict[str, Any],
    now: datetime,
    *,
    why_key: bytes,
    order_id: int | None,
    shipment_ids: tuple[int, ...] = (),
    why: str,
) -> NewMessage:
    """Write one webhook: `id`, `type`, `timestamp` and `data`."""
    message_id = new_message_id(now)
    return NewMessage(
        message=Message(
            message_id=message_id,
            merchant_id=connection.merchant_id,
            channel=ChannelKind.WEBHOOK,
            to=connection.settings.get("url", ""),
            content=Rendered(),
            locale="en",
            purpose=Purpose.TRANSACTIONAL,
            topic="webhook",
            created_at=now,
            body=msgspec.json.encode({"id": message_id, "type": event, "timestamp": now, "data": data}),
        ),
        connection_id=connection.connection_id,
        template="webhook",
        trigger=event,
        why_key=why_key,
        order_id=order_id,
        shipment_ids=shipment_ids,
        why=why,
        due_at=now,
    )


def announcements(
    told: Sequence[tuple[Happening, tuple[KeptOrder, list[KeptShipment]]]], directory: Directory, now: datetime
) -> list[NewMessage]:
    """Tell the merchant's own systems of each moment: one signed webhook per endpoint."""
    found = []
    for happening, (kept, _) in told:
        tenant = directory.tenant(happening.merchant_id)
        for connection in tenant.webhooks if tenant else ():
            found.append(_announcement(happening, kept, connection, now))
    return found


def document_of(happening: Happening, kept: KeptOrder) -> dict[str, Any]:
    """Write what is told of a moment: its order, its parcel, its case."""
    change, shipment = happening.moment.change, happening.shipment
    data = {
        "order": {"id": str(kept.order_id), "external_id": kept.order.external_id, "number": kept.order.number},
        "occurrence": change.occurrence,
        "happened_at": change.happened_at,
        "shipment": _shipment_summary(shipment) if shipment else None,
    }
    if happening.case is not None:
        data["case"] = case_document(happening.case.case, happening.actor)
    return data


def _announcement(happening: Happening, kept: KeptOrder, connection: Connection, now: datetime) -> NewMessage:
    change, shipment = happening.moment.change, happening.shipment
    return announced(
        connection,
        change.trigger,
        document_of(happening, kept),
        now,
        why_key=why_key(change),
        order_id=kept.order_id,
        shipment_ids=(shipment.shipment_id,) if shipment else (),
        why="webhook: every moment goes to the merchant's own endpoints",
    )


def _shipment_summary(shipment: KeptShipment) -> dict[str, object]:
    folded = shipment.folded
    return {
        "id": str(shipment.shipment_id),
        "tracking_number": shipment.tracking_number,
        "carrier": shipment.carrier,
        "status": folded.status if folded else "pending",
        "status_since": folded.status_since if folded else None,
        "direction": folded.direction if folded else "outbound",
        "event_type": folded.event_type if folded else None,
        "open_pitfalls": [pitfall.kind for pitfall in folded.open_pitfalls] if folded else [],
    }


async def announce_reply(  # noqa: PLR0913 - what is told of it
    tx: Tx,
    tenant: Tenant,
    conversation_id: int,
    reply: Reply,
    reply_id: int,
    *,
    keyword: str,
    choice: str,
    order_id: int | None,
    now: datetime,
) -> None:
    """Tell the merchant's own systems of a reply that was kept just now; the token in a mail that unsubscribes is not for them to read."""
    if not tenant.webhooks:
        return
    key = (tenant.merchant.merchant_id, order_id or 0)
    kept = (await orders.read(tx, [key])).get(key) if order_id else None
    data = {
        "conversation": {"id": str(conversation_id)},
        "reply": {
            "id": str(reply_id),
            "channel": reply.channel,
            "text": "" if keyword and reply.channel is ChannelKind.EMAIL else reply.text,
            "choice": choice or None,
            "keyword": keyword or None,
            "files": [{"name": one.name, "content_type": one.content_type} for one in reply.attachments],
            "received_at": reply.at or now,
        },
        "order": {"id": str(kept.order_id), "external_id": kept.order.external_id, "number": kept.order.number} if kept else None,
    }
    key_of_it = hashlib.blake2b(f"{REPLY_RECEIVED}\x1f{reply_id}".encode(), digest_size=16).digest()
    why = "webhook: every reply goes to the merchant's own endpoints"
    told = [announced(one, REPLY_RECEIVED, data, now, why_key=key_of_it, order_id=order_id, why=why) for one in tenant.webhooks]
    await messages.queue(tx, told)
