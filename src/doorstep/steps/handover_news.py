"""A hand-over opened, closed, late or rated → one signed webhook for each of the merchant's own endpoints."""

import hashlib
from datetime import datetime
from typing import Any

from doorstep.steps.announcing import announced
from doorstep.steps.directory import Tenant
from doorstep.store import messages, orders
from doorstep.store.database import Tx
from doorstep.store.handovers import Handover

#: A human is wanted.
HANDOVER_OPENED = "handover.opened"
#: A human has to look no more.
HANDOVER_CLOSED = "handover.closed"
#: An answer is later than promised.
HANDOVER_LATE = "handover.late"
#: The customer said how it was.
HANDOVER_RATED = "handover.csat"
_WHY = "webhook: every hand-over goes to the merchant's own endpoints"


def document_of(one: Handover) -> dict[str, Any]:
    """Write a hand-over as the merchant's own systems read it."""
    return {
        "id": str(one.handover_id),
        "conversation": str(one.conversation_id),
        "reason": one.reason,
        "also": list(one.also),
        "summary": one.summary,
        "intent": one.intent or None,
        "language": one.language or None,
        "queue": one.queue,
        "priority": one.priority,
        "skill": one.skill or None,
        "state": one.state,
        "assignee": str(one.assignee) if one.assignee else None,
        "asked_at": one.asked_at,
        "due_at": one.due_at,
        "answered_at": one.answered_at,
        "closed_at": one.closed_at,
        "close_reason": one.close_reason or None,
        "csat": {"score": one.csat_score, "comment": one.csat_comment or None} if one.csat_score else None,
    }


async def announce(tx: Tx, tenant: Tenant, event: str, one: Handover, now: datetime) -> None:
    """Tell the merchant's own systems what became of a hand-over."""
    if not tenant.webhooks:
        return
    key = (one.merchant_id, one.order_id or 0)
    kept = (await orders.read(tx, [key])).get(key) if one.order_id else None
    about = {"id": str(kept.order_id), "external_id": kept.order.external_id, "number": kept.order.number} if kept else None
    occurrence = f"{event}\x1f{one.handover_id}\x1f{one.due_at if event == HANDOVER_LATE else ''}\x1f{one.csat_score or ''}"
    key_of_it = hashlib.blake2b(occurrence.encode(), digest_size=16).digest()
    told = [
        announced(each, event, {"handover": document_of(one), "order": about}, now, why_key=key_of_it, order_id=one.order_id, why=_WHY)
        for each in tenant.webhooks
    ]
    await messages.queue(tx, told)
