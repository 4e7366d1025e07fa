"""What every channel keeps to, whoever wrote it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wallet_keys
from doorstep.channels import channel_named, channels
from doorstep.domain.messages import Device, Message, Receipt, Rendered
from doorstep.domain.plugins import HttpRequest, Raw, Response, SmtpRequest
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import (
    BadInputError,
    BadSignatureError,
    MisconfiguredError,
    NotFoundError,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EVERY = sorted(channels())
ENDS = (RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError)
#: Settings with which a flow comes as far as its first request.
SETTINGS = {
    "email": {"host": "smtp.shop.example", "from_address": "orders@shop.example", "password": "pa55word", "username": "u"},
    "twilio": {"account_sid": "AC1", "auth_token": "t0ken", "from_number": "+12025550100"},
    "messagebird": {"senders": "*=+12025550100", "access_key": "k3y", "signing_key": "s1gn"},
    "vonage": {"senders": "*=+12025550100", "api_key": "k3y", "api_secret": "s3cret", "signature_secret": "s1gn"},
    "webhook": {"url": "https://shop.example/in", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "console": {},
    "whatsapp": {"phone_number_id": "106540352242922", "waba_id": "1", "access_token": "t0ken", "app_secret": "s", "verify_token": "v"},
    "messenger": {"page_id": "104152438000001", "access_token": "t0ken", "app_secret": "s", "verify_token": "v"},
    "apple_wallet": wallet_keys.settings(),
    "web_push": {"subject": "mailto:tech@shop.example", "private_key": "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"},
    "in_app": {"secret": "s" * 40},
    "web_chat": {"allowed_origins": "https://shop.example"},
}
_KEY = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
_MAILING = {"from_address": "orders@shop.example", "username": "u", "password": "pa55word"}
SETTINGS |= {
    "amazon_ses": {**_MAILING, "topic_arn": "arn:aws:sns:eu-west-1:123456789012:doorstep"},
    "sendgrid": {**_MAILING, "verification_key": _KEY},
    "mailgun": {**_MAILING, "signing_key": "k"},
    "resend": {**_MAILING, "signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "mandrill": {**_MAILING, "webhook_key": "k"},
    "mailersend": {**_MAILING, "signing_secret": "k"},
    **{slug: {**_MAILING, "hook_token": "t0ken"} for slug in ("postmark", "brevo", "mailjet", "sparkpost")},
}
#: Channels that need no provider: the message is there as soon as it is written.
AT_ONCE = {"console", "in_app", "web_chat"}
DEVICES = {
    "web_push": (
        Device(
            endpoint="https://fcm.googleapis.com/fcm/send/abc",
            p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            auth="BTBZMqHH6r4Tts7J_aSIgg",
        ),
    ),
    "apple_wallet": (Device(endpoint="00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"),),
}
TO = {"twilio": "+12025550123", "vonage": "+12025550123", "messagebird": "+12025550123"}
TO |= {"whatsapp": "+12025550123", "messenger": "1254477777772919"}
TO |= {"web_chat": "v0123456789abcdef0123456789abcdef"}
TO |= {slug: "ana@example.com" for slug in SETTINGS if slug not in {*TO, *AT_ONCE, "webhook", "web_push", "apple_wallet"}}


def message(slug, **changes):
    fields = {
        "message_id": "msg-1",
        "merchant_id": 1,
        "channel": channel_named(slug).kind,
        "to": TO.get(slug, "desk"),
        "content": Rendered(subject="s", text="t", html="<p>t</p>"),
        "locale": "en",
        "purpose": Purpose.TRANSACTIONAL,
        "topic": "t",
        "created_at": NOW,
        "body": b"{}",
        "window_until": NOW + timedelta(hours=1),
        "devices": DEVICES.get(slug, ()),
    }
    return Message(**{**fields, **changes})


def run(slug, answer, settings=None):
    """Run a flow; each request is answered by `answer`, an error is thrown in."""
    flow = channel_named(slug).send(message(slug), SETTINGS.get(slug, {}) if settings is None else settings, NOW, "https://door.example/h")
    try:
        request = next(flow)
        for _ in range(10):
            assert isinstance(request, HttpRequest | SmtpRequest)
            request = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
    except StopIteration as stop:
        return stop.value
    pytest.fail("a flow that asks without end")


@pytest.mark.parametrize("slug", EVERY)
def test_a_channel_is_found_by_its_slug(slug):
    assert channel_named(slug).slug == slug


def test_a_channel_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(NotFoundError, match="email"):
        channel_named("pigeon")


@pytest.mark.parametrize("slug", EVERY)
def test_settings_have_names_of_their_own_and_secrets_are_marked(slug):
    settings = channel_named(slug).settings
    assert len({setting.name for setting in settings}) == len(settings)
    assert all(setting.label for setting in settings)
    for setting in settings:
        if any(word in setting.name for word in ("secret", "password", "token")):
            assert setting.secret


@pytest.mark.parametrize("slug", [slug for slug in EVERY if any(setting.required for setting in channel_named(slug).settings)])
def test_a_connection_without_settings_is_the_merchants_to_mend(slug):
    with pytest.raises(MisconfiguredError):
        run(slug, Response(status=200), settings={})


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize(
    "status", [*range(200, 600, 25), 201, 202, 204, 301, 354, 401, 403, 404, 408, 410, 421, 429, 451, 503, 530, 535, 550, 554]
)
def test_each_status_is_a_receipt_or_says_who_must_act(slug, status):
    try:
        receipt = run(slug, Response(status=status, body=b"{}"))
    except ENDS as error:
        assert str(error)  # noqa: PT017 - a receipt is as good
    else:
        assert isinstance(receipt, Receipt)
        assert receipt.message_id == "msg-1"
        assert slug in AT_ONCE or 200 <= status < 300 or receipt.gone


@pytest.mark.parametrize("slug", EVERY)
@pytest.mark.parametrize(
    "error", [TryLaterError("x"), UnknownOutcomeError("x"), MisconfiguredError("x"), RefusedError("x", suppress=False)]
)
def test_what_the_wire_throws_in_comes_out_as_one_of_the_four(slug, error):
    try:
        run(slug, error)
    except ENDS as raised:
        assert type(raised) is type(error)  # noqa: PT017 - a receipt is as good


@given(
    slug=st.sampled_from(EVERY),
    status=st.integers(100, 999),
    body=st.binary(),
    headers=st.dictionaries(st.text(max_size=20), st.text(max_size=20)),
)
def test_any_answer_is_a_receipt_or_says_who_must_act_and_tells_no_address(slug, status, body, headers):
    try:
        receipt = run(slug, Response(status=status, body=body + b" ana@example.com +12025550123 ", headers=headers))
    except ENDS as error:
        assert "ana@example.com" not in str(error)  # noqa: PT017 - a receipt is as good
        assert "2025550123" not in str(error)  # noqa: PT017
    else:
        assert "ana@example.com" not in receipt.provider_text


@given(slug=st.sampled_from([slug for slug in EVERY if channel_named(slug).read]), body=st.binary(), url=st.text(), kind=st.text())
def test_any_bytes_are_read_or_are_bad_input(slug, body, url, kind):
    with suppress(BadInputError):
        channel_named(slug).read(Raw(body=body, url=url, content_type=kind), SETTINGS[slug])


@pytest.mark.parametrize("slug", [slug for slug in EVERY if channel_named(slug).codes])
def test_each_code_stands_once_and_says_who_must_act(slug):
    codes = channel_named(slug).codes
    assert len({code.code for code in codes}) == len(codes)
    for code in codes:
        assert code.meaning
        assert (code.remedy is Remedy.SUPPRESS) == (code.suppress is not None)
        assert code.suppress in {None, "bounced", "complained", "unsubscribed", "stop"}
        if code.state is None:
            assert code.code == code.code.lower() or channel_named(slug).kind is not ChannelKind.EMAIL
            assert code.remedy is not None
        if code.state in {MessageState.BOUNCED, MessageState.REFUSED, MessageState.COMPLAINED}:
            assert code.remedy is not None


@pytest.mark.parametrize("slug", [slug for slug in EVERY if channel_named(slug).verify])
def test_a_webhook_without_a_signature_is_refused(slug):
    with pytest.raises(BadSignatureError):
        channel_named(slug).verify(Raw(body=b"a=1", url="https://door.example/h"), SETTINGS[slug], NOW)
