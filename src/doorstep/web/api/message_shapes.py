"""Messages, the calls made for them and their receipts, as stored → what the API shows of them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.store.database import Row
from doorstep.web.api.shapes import Next, text_of


class MessageShown(msgspec.Struct, frozen=True, kw_only=True):
    """A message and what became of it."""

    id: Annotated[str, Meta(description="A UUID.")]
    created_at: datetime
    channel: ChannelKind
    recipient: str
    locale: str
    purpose: Purpose
    template: str
    trigger: Annotated[str, Meta(description="The moment it tells of, e.g. shipment.delivered.")]
    subject: str
    why: Annotated[str, Meta(description="Why this message, why this channel, why then.")]
    state: MessageState
    state_at: datetime
    provider_code: str
    provider_text: str
    order_id: str | None
    shipment_ids: list[str]


class AttemptShown(msgspec.Struct, frozen=True, kw_only=True):
    """One call to the provider."""

    attempt: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    detail: str


class ReceiptShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider said became of it."""

    state: MessageState
    provider_code: str
    provider_text: str
    at: datetime


class MessageWhole(MessageShown, frozen=True, kw_only=True):
    """A message with its text, the calls made for it and the receipts that came."""

    text: str
    attempts: list[AttemptShown]
    receipts: list[ReceiptShown]


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages, newest first."""

    messages: list[MessageShown]
    next: Next = None


def message_shown(row: Row) -> MessageShown:
    """Show a message."""
    return MessageShown(**_message_fields(row))


def message_whole(row: Row, attempts: list[Row], receipts: list[Row]) -> MessageWhole:
    """Show a message with its text, attempts and receipts."""
    return MessageWhole(
        **_message_fields(row),
        text=row["text"] or bytes(row["body"]).decode("utf-8", "replace"),
        attempts=[AttemptShown(**dict(attempt)) for attempt in attempts],
        receipts=[ReceiptShown(**{**dict(receipt), "state": MessageState(receipt["state"])}) for receipt in receipts],
    )


_SAME = ("created_at", "recipient", "locale", "template", "trigger", "subject", "why", "state_at", "provider_code", "provider_text")


def _message_fields(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["message_id"]),
        "channel": ChannelKind(row["channel"]),
        "purpose": Purpose(row["purpose"]),
        "state": MessageState(row["state"]),
        "order_id": text_of(row["order_id"]),
        "shipment_ids": [str(one) for one in row["shipment_ids"]],
        **{name: row[name] for name in _SAME},
    }
