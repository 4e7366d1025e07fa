"""Outgoing webhooks: the signature of Standard Webhooks, rotation, the schedule."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from doorstep.channels import channel_named
from doorstep.channels.webhook import WAITS_S, sign
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.plugins import OnUnknown
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import MisconfiguredError, RefusedError

WEBHOOK = channel_named("webhook")
VECTOR = Path(__file__).parents[3] / "shared/data/channels/webhooks/standard_webhooks_vector.json"
SECRETS = [f"whsec_{base64.b64encode(bytes([number]) * 24).decode()}" for number in (1, 2)]


def request_of(secret, body=b'{"a":1}', url="https://shop.example/in", now=None):
    now = now or datetime.now(UTC)
    message = Message(
        message_id="msg-1",
        merchant_id=1,
        channel=ChannelKind.WEBHOOK,
        to=url,
        content=Rendered(),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="t",
        created_at=now,
        body=body,
    )
    return next(WEBHOOK.send(message, {"url": url, "secret": secret}, now, ""))


@pytest.mark.skipif(not VECTOR.exists(), reason="needs ../shared/data, which is not in the repository")
def test_the_specifications_vector_passes():
    vector = json.loads(VECTOR.read_text())
    assert sign(vector["secret"], vector["id"], vector["timestamp"], vector["payload"].encode()) == vector["signature"]


def test_the_reference_library_takes_a_signature_by_each_secret_of_a_rotation():
    request = request_of(" ".join(SECRETS))
    for secret in SECRETS:
        Webhook(secret).verify(request.body, dict(request.headers))


def test_the_call_is_repeatable_and_guarded():
    request = request_of(SECRETS[0])
    assert request.repeatable
    assert request.guarded
    assert WEBHOOK.on_unknown is OnUnknown.REPEAT


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "whsec_YQ==", "plain"])
def test_a_secret_of_another_kind_is_the_merchants_to_mend(secret):
    with pytest.raises(MisconfiguredError):
        request_of(secret)


@pytest.mark.parametrize("url", ["ftp://shop.example", "shop.example", "javascript:alert(1)"])
def test_an_address_of_another_kind_is_the_merchants_to_mend(url):
    with pytest.raises(MisconfiguredError):
        request_of(SECRETS[0], url=url)


def test_a_message_without_a_document_is_refused():
    with pytest.raises(RefusedError):
        request_of(SECRETS[0], body=b"")


def test_the_schedule_never_shortens():
    assert list(WAITS_S) == sorted(WAITS_S)
    assert WAITS_S[0] == 0
