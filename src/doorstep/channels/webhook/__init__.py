"""JSON document → one signed POST to the merchant's own endpoint, after Standard Webhooks.

Source: the Standard Webhooks specification 1.0, as known on 2026-11-22.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from urllib.parse import urlsplit

from doorstep.domain.messages import Message, Receipt, Rendered
from doorstep.domain.plugins import Channel, Flow, HttpRequest, OnUnknown, Response, Setting, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError

#: Seconds to wait before each attempt, the first included; after the last the message is given up. Source: Standard Webhooks, as known on 2026-11-22.
WAITS_S = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
_GONE = 410
#: Fewer bytes than this are no secret. Source: Standard Webhooks asks for 24 to 64; shorter ones are met in the field.
_LEAST_SECRET = 16


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Post the document to the endpoint, signed with every secret of the rotation list.

    Raises:
        MisconfiguredError: the address or a secret cannot be used, or the endpoint said 410 Gone.
        RefusedError: the message has no document.
        TryLaterError: any other answer, or none.
    """
    url = setting_of(settings, "url")
    if urlsplit(url).scheme not in {"https", "http"}:
        raise MisconfiguredError("the endpoint's address is not an https address")
    if not message.body:
        raise RefusedError("the message has no document to post", suppress=False, code="empty")
    stamp = str(int(now.timestamp()))
    headers = {
        "content-type": "application/json",
        "user-agent": "Doorstep",
        "webhook-id": message.message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": sign(setting_of(settings, "secret"), message.message_id, stamp, message.body),
    }
    response = yield HttpRequest(method="POST", url=url, headers=headers, body=message.body, repeatable=True, guarded=True)
    return _receipt(message, response, now)


def probe(settings: Settings, now: datetime) -> Flow:
    """Post a signed document of type "ping", which tells of nothing.

    Raises:
        MisconfiguredError, TryLaterError: as `send`.
    """
    stamp = now.isoformat()
    body = f'{{"id":"ping-{int(now.timestamp())}","type":"ping","timestamp":"{stamp}","data":{{}}}}'.encode()
    ping = Message(
        message_id=f"ping-{int(now.timestamp())}",
        merchant_id=0,
        channel=ChannelKind.WEBHOOK,
        to=settings.get("url", ""),
        content=Rendered(),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="webhook",
        created_at=now,
        body=body,
    )
    receipt = yield from send(ping, settings, now, "")
    text = f"the endpoint took a signed ping and answered {receipt.provider_code}"
    return Receipt(message_id=None, provider_id=None, state=MessageState.REACHED, provider_text=text, at=now)


def sign(secrets: str, webhook_id: str, stamp: str, body: bytes) -> str:
    """Write the signature header: one `v1,` for each secret of a space-separated list, new ones first.

    Raises:
        MisconfiguredError: a secret is not `whsec_` and base64, or is too short.
    """
    content = b".".join((webhook_id.encode(), stamp.encode(), body))
    return " ".join(f"v1,{base64.b64encode(hmac.digest(_key(secret), content, hashlib.sha256)).decode()}" for secret in secrets.split())


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < _LEAST_SECRET:
        raise MisconfiguredError("the secret is not whsec_ followed by base64 of at least 16 bytes")
    return key


def _receipt(message: Message, response: Response, now: datetime) -> Receipt:
    if 200 <= response.status < 300:  # noqa: PLR2004 - success
        return Receipt(
            message_id=message.message_id, provider_id=None, state=MessageState.REACHED, provider_code=str(response.status), at=now
        )
    if response.status == _GONE:
        raise MisconfiguredError("the endpoint says 410 Gone and wants nothing more; connect it again to go on")
    said = redacted(response.body[:300].decode("utf-8", "replace"), 120)
    raise TryLaterError(f"the endpoint answered {response.status} {said}".strip(), after_s=retry_after_s(response, now))


CHANNEL = Channel(
    slug="webhook",
    name="Webhook (Standard Webhooks)",
    kind=ChannelKind.WEBHOOK,
    settings=(
        Setting(name="url", label="Address to post to", example="https://shop.example/hooks/doorstep"),
        Setting(
            name="secret",
            label="Signing secret; while changing it, the new and the old one with a space between",
            secret=True,
            rotates=True,
            example="whsec_…",
        ),
    ),
    send=send,
    probe=probe,
    on_unknown=OnUnknown.REPEAT,
)
