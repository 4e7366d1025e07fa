"""What the tests of Meta's channels share: messages, runs of a flow, answers as the Graph API writes them, signed webhooks."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from doorstep.channels import channel_named
from doorstep.domain.messages import Message, Receipt, Rendered
from doorstep.domain.plugins import HttpRequest, Raw, Response
from doorstep.domain.vocabulary import Purpose

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
OPEN = NOW + timedelta(hours=1)
OUR_ID = "01a1ee50-4380-7000-8000-000000000001"
SETTINGS = {
    "whatsapp": {"phone_number_id": "106540352242922", "waba_id": "102290129340398", "access_token": "t0ken", "app_secret": "s3cret"},
    "messenger": {"page_id": "104152438000001", "access_token": "t0ken", "app_secret": "s3cret"},
}
TO = {"whatsapp": "+34600000001", "messenger": "1254477777772919"}


def message(slug: str, content: Rendered | None = None, **changes: Any) -> Message:
    """A message, within the window unless told."""
    fields: dict[str, Any] = {
        "message_id": OUR_ID,
        "merchant_id": 1,
        "channel": channel_named(slug).kind,
        "to": TO[slug],
        "content": content or Rendered(text="Your parcel is on its way."),
        "locale": "en",
        "purpose": Purpose.TRANSACTIONAL,
        "topic": "orders",
        "created_at": NOW,
        "window_until": OPEN,
    }
    return Message(**{**fields, **changes})


def asked(slug: str, one: Message, **settings: str) -> tuple[HttpRequest, dict[str, Any]]:
    """The one request a message makes, and its body."""
    request = next(channel_named(slug).send(one, SETTINGS[slug] | settings, NOW, ""))
    assert isinstance(request, HttpRequest)
    body: dict[str, Any] = json.loads(request.body)
    return request, body


def answered(slug: str, status: int, body: Any, one: Message | None = None, **settings: str) -> Receipt:
    """The receipt that an answer leads to."""
    flow = channel_named(slug).send(one or message(slug), SETTINGS[slug] | settings, NOW, "")
    next(flow)
    try:
        flow.send(Response(status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode()))
    except StopIteration as stop:
        receipt: Receipt = stop.value
        return receipt
    raise AssertionError("it asked again")


def graph_error(code: int, subcode: int | None = None, details: str = "", text: str = "it failed") -> dict[str, Any]:
    """An error in the Graph API's envelope."""
    error: dict[str, Any] = {"message": f"(#{code}) {text}", "type": "OAuthException", "code": code, "fbtrace_id": "AbC123"}
    if subcode is not None:
        error["error_subcode"] = subcode
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return {"error": error}


def hook(document: Any) -> Raw:
    """A webhook's bytes."""
    return Raw(body=document if isinstance(document, bytes) else json.dumps(document).encode())


def change(value: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    """A webhook of WhatsApp with one change."""
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"value": value, "field": field}]}]}
