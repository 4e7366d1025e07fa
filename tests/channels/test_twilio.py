"""Twilio's webhooks: signatures, statuses, incoming texts."""

import base64
import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.channels.twilio.codes import MISCONFIGURED, REFUSED, TRY_LATER
from doorstep.channels.twilio.signatures import signature
from doorstep.domain.plugins import Raw
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TWILIO = channel_named("twilio")
VECTORS = Path(__file__).parents[3] / "shared/data/channels/sms/twilio/request_signature_vectors.json"
SETTINGS = {"auth_token": "12345"}
URL = "https://door.example/hooks/abc?m=msg-1"


def hook(fields, url=URL, signed=None):
    body = urlencode(fields).encode()
    return Raw(body=body, url=url, headers={"x-twilio-signature": signed or signature("12345", url, list(dict(fields).items()))})


@pytest.mark.skipif(not VECTORS.exists(), reason="needs ../shared/data, which is not in the repository")
def test_twilios_own_vectors_pass_and_fail_when_anything_is_changed():
    vectors = json.loads(VECTORS.read_text())
    for vector in vectors:
        fields = vector.get("params", {})
        body = (
            vector["body"].encode()
            if "body" in vector
            else urlencode([tuple(pair) for pair in (fields.items() if isinstance(fields, dict) else fields)]).encode()
        )
        headers = {"x-twilio-signature": vector["signature"]}
        settings = {"auth_token": vector["auth_token"]}
        TWILIO.verify(Raw(body=body, url=vector["url"], headers=headers), settings, NOW)
        for wrong in (
            Raw(body=body + b"&x=1", url=vector["url"], headers=headers),
            Raw(body=body[:-1], url=vector["url"], headers=headers),
            Raw(body=body, url=vector["url"] + "x", headers=headers),
            Raw(body=body, url=vector["url"], headers={"x-twilio-signature": base64.b64encode(b"0" * 20).decode()}),
            Raw(body=body, url=vector["url"], headers={"x-twilio-signature": vector["signature"][:-4]}),
            Raw(body=body, url=vector["url"], headers={}),
        ):
            with pytest.raises(BadSignatureError):
                TWILIO.verify(wrong, settings, NOW)
        with pytest.raises(BadSignatureError):
            TWILIO.verify(Raw(body=body, url=vector["url"], headers=headers), {"auth_token": "54321"}, NOW)
    assert len(vectors) == 4


@pytest.mark.parametrize(
    ("signed", "called"),
    [
        ("https://door.example/h", "https://door.example:443/h"),
        ("https://door.example:443/h", "https://door.example/h"),
        ("http://door.example/h?a=1", "http://door.example:80/h?a=1"),
        ("https://door.example/h", "https://door.example:8443/h"),
    ],
)
def test_a_port_that_a_proxy_added_or_dropped_does_not_break_the_signature(signed, called):
    fields = [("MessageSid", "SM1")]
    TWILIO.verify(hook(fields, called, signature("12345", signed, fields)), SETTINGS, NOW)


def test_a_signature_without_a_token_to_check_it_is_the_merchants_to_mend():
    with pytest.raises(MisconfiguredError):
        TWILIO.verify(hook([("MessageSid", "SM1")]), {}, NOW)


@pytest.mark.parametrize(
    ("status", "code", "state", "suppress"),
    [
        ("queued", "", MessageState.SENT, None),
        ("sent", "", MessageState.SENT, None),
        ("delivered", "", MessageState.REACHED, None),
        ("read", "", MessageState.READ, None),
        ("canceled", "", MessageState.CANCELLED, None),
        ("undelivered", "30003", MessageState.BOUNCED, None),
        ("undelivered", "30005", MessageState.BOUNCED, "bounced"),
        ("undelivered", "30006", MessageState.BOUNCED, "bounced"),
        ("failed", "30007", MessageState.REFUSED, None),
        ("failed", "21610", MessageState.REFUSED, "stop"),
        ("failed", "", MessageState.REFUSED, None),
    ],
)
def test_a_status_callback_becomes_a_receipt(status, code, state, suppress):
    (receipt,) = TWILIO.read(
        hook([("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", code), ("To", "+12025550123")]), {}
    ).receipts
    assert (receipt.state, receipt.suppress) == (state, suppress)
    assert (receipt.message_id, receipt.provider_id, receipt.address) == ("msg-1", "SM1", "+12025550123")


def test_an_incoming_text_becomes_a_reply():
    (reply,) = TWILIO.read(
        hook([("MessageSid", "SM2"), ("From", "+12025550123"), ("To", "+12025550100"), ("Body", "where?"), ("SmsStatus", "received")]), {}
    ).replies
    assert (reply.sender, reply.to, reply.text, reply.provider_id, reply.keyword) == ("+12025550123", "+12025550100", "where?", "SM2", "")


def test_an_opt_out_that_twilio_saw_is_a_keyword():
    (reply,) = TWILIO.read(hook([("MessageSid", "SM2"), ("Body", "Stop please"), ("OptOutType", "STOP")]), {}).replies
    assert reply.keyword == "stop"


@pytest.mark.parametrize(
    "fields", [[], [("MessageSid", "SM1")], [("MessageStatus", "sent")], [("MessageSid", "SM1"), ("MessageStatus", "flying")]]
)
def test_another_form_is_bad_input(fields):
    with pytest.raises(BadInputError):
        TWILIO.read(hook(fields), {})


@given(st.binary(), st.text())
def test_any_bytes_are_read_or_are_bad_input_and_never_verified(body, url):
    raw = Raw(body=body, url=url, headers={"x-twilio-signature": "AAAA"})
    with suppress(BadInputError):
        TWILIO.read(raw, {})
    with pytest.raises(BadSignatureError):
        TWILIO.verify(raw, SETTINGS, NOW)


def test_no_code_has_two_meanings():
    assert not set(REFUSED) & set(MISCONFIGURED)
    assert not set(REFUSED) & TRY_LATER
    assert not set(MISCONFIGURED) & TRY_LATER


def test_the_webhook_is_answered_with_an_empty_document():
    assert TWILIO.answer[1].endswith(b"<Response/>")


def test_a_json_body_is_bound_by_the_hash_in_the_address():
    body = b'{"a":1}'
    url = f"https://door.example/h?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": signature("12345", url, [])}
    TWILIO.verify(Raw(body=body, url=url, headers=headers), SETTINGS, NOW)
    with pytest.raises(BadSignatureError):
        TWILIO.verify(Raw(body=b'{"a":2}', url=url, headers=headers), SETTINGS, NOW)
