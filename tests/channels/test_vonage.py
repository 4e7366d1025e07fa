"""Vonage by both its APIs: what leaves, each error, the samples of its own library, both signatures, statuses and incoming texts."""

import base64
import hashlib
import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.channels.vonage.codes import BY_CODE
from doorstep.channels.vonage.signatures import METHODS, signature
from doorstep.domain.messages import Cost, Message, Rendered
from doorstep.domain.plugins import Raw, Response
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
VONAGE = channel_named("vonage")
SAMPLES = Path(__file__).parents[3] / "shared/data/channels/sms/vonage"
SECRET = "a-signature-secret-of-the-account"
HOOK = "https://door.example/hooks/vonage/abc"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
BASIC = {"senders": "*=+12025550100", "api": "messages", "api_key": "k3y", "api_secret": "s3cret", "signature_secret": SECRET}
BY_APP = {"senders": "*=+12025550100", "application_id": "app-1", "private_key": PEM, "signature_secret": SECRET}
OLD = {**BASIC, "api": "sms"}
ENDS = (RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError)

needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="needs ../shared/data, which is not in the repository")


def sample(name):
    return (SAMPLES / name).read_bytes()


def sent(answer, settings=None, to="+447700900123", text="Your parcel is there.", now=NOW):
    """Run one call; `answer` is a status and a body; return (request, receipt)."""
    message = Message(
        message_id="msg-1",
        merchant_id=1,
        channel=ChannelKind.SMS,
        to=to,
        content=Rendered(text=text),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="t",
        created_at=NOW,
    )
    flow = VONAGE.send(message, settings or BASIC, now, HOOK)
    request = next(flow)
    try:
        flow.send(Response(status=answer[0], body=answer[1]))
    except StopIteration as stop:
        return request, stop.value
    pytest.fail("a second call")


def part(token, place):
    text = token.split(".")[place]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_the_messages_api_is_called_with_everything_that_brings_the_status_back():
    request, receipt = sent((202, b'{"message_uuid": "uuid-1"}'))
    assert (request.method, request.url) == ("POST", "https://api.nexmo.com/v1/messages")
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"k3y:s3cret").decode()
    assert json.loads(request.body) == {
        "channel": "sms",
        "message_type": "text",
        "to": "447700900123",
        "from": "12025550100",
        "text": "Your parcel is there.",
        "client_ref": "msg-1",
        "sms": {"encoding_type": "auto"},
        "webhook_url": HOOK,
        "webhook_version": "v1",
    }
    assert (receipt.message_id, receipt.provider_id, receipt.state) == ("msg-1", "uuid-1", MessageState.SENT)
    assert not request.repeatable


def test_an_application_signs_a_token_of_its_own_for_each_call():
    tokens = []
    for settings in (BY_APP, {**BY_APP, "private_key": PEM.strip().replace("\n", "\\n")}):
        request, _ = sent((202, b"{}"), settings, now=NOW + timedelta(seconds=len(tokens)))
        kind, _, token = request.headers["authorization"].partition(" ")
        assert kind == "Bearer"
        signed, _, given_signature = token.rpartition(".")
        raw = base64.urlsafe_b64decode(given_signature + "=" * (-len(given_signature) % 4))
        KEY.public_key().verify(raw, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        assert part(token, 0) == {"alg": "RS256", "typ": "JWT"}
        claims = part(token, 1)
        stamp = int(NOW.timestamp()) + len(tokens)
        assert (claims["application_id"], claims["iat"], claims["exp"]) == ("app-1", stamp, stamp + 900)
        tokens.append(claims["jti"])
    assert len(set(tokens)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"private_key": "no key"},
        {"private_key": ""},
        {"application_id": ""},
        {"application_id": "", "private_key": ""},
        {"application_id": "", "private_key": "", "api_key": "k"},
        {"api": "telegraph"},
        {"senders": ""},
        {"senders": "*=Far too long a name"},
    ],
)
def test_credentials_and_senders_that_cannot_work_are_the_merchants_to_mend(change):
    with pytest.raises(MisconfiguredError) as raised:
        sent((202, b"{}"), {**BY_APP, **change})
    assert PEM not in str(raised.value)


def test_an_elliptic_key_is_no_rsa_key():
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    with pytest.raises(MisconfiguredError, match="RSA"):
        sent((202, b"{}"), {**BY_APP, "private_key": pem})


def test_the_older_api_is_called_with_a_form_and_unicode_only_where_the_text_wants_it():
    request, receipt = sent((200, b'{"messages":[{"status":"0","message-id":"m-1","message-price":"0.0333"}]}'), OLD)
    assert request.url == "https://rest.nexmo.com/sms/json"
    assert dict(parse_qsl(request.body.decode())) == {
        "api_key": "k3y",
        "api_secret": "s3cret",
        "to": "447700900123",
        "from": "12025550100",
        "text": "Your parcel is there.",
        "type": "text",
        "status-report-req": "1",
        "client-ref": "msg-1",
        "callback": HOOK,
    }
    assert (receipt.provider_id, receipt.cost) == ("m-1", Cost(amount="0.0333", currency="EUR", parts=1))
    for text, kind in (("Está ahí, 5 €", "unicode"), ("Es là: 5 € {x}", "text"), ("Посылка", "unicode"), ("📦", "unicode")):
        form = dict(parse_qsl(sent((200, b'{"messages":[{"status":"0"}]}'), OLD, text=text)[0].body.decode()))
        assert (form["type"], form["text"]) == (kind, text)


@needs_samples
def test_vonages_own_samples_are_read():
    assert sent((202, sample("messages_send_message.json")))[1].provider_id == "d8f86df1-dec6-442f-870a-2241be27d721"
    assert sent((202, sample("messages_send_message_with_failover.json")))[1].state is MessageState.SENT
    one, long = sent((200, sample("send_sms.json")), OLD)[1], sent((200, sample("send_long_sms.json")), OLD)[1]
    assert (one.provider_id, one.cost) == ("3295d748-4e14-4681-af78-166dca3c5aab", Cost(amount="0.04120000", currency="EUR", parts=1))
    assert (long.provider_id, long.cost) == ("62dfdf68-6c7c-479a-a190-5c52f798a787", Cost(amount="0.08240000", currency="EUR", parts=2))
    with pytest.raises(RefusedError, match="block list") as barred:
        sent((200, sample("send_sms_error.json")), OLD)
    assert (barred.value.suppress, barred.value.code) == (True, "sms:7")
    with pytest.raises(RefusedError, match="1 of 2 parts") as partly:
        sent((200, sample("send_sms_partial_error.json")), OLD)
    assert (partly.value.suppress, partly.value.remedy) == (False, Remedy.SWITCH)
    with pytest.raises(RefusedError):
        sent((422, sample("messages_invalid_error.json")))
    with pytest.raises(MisconfiguredError, match="credit"):
        sent((402, sample("messages_low_balance_error.json")))
    with pytest.raises(MisconfiguredError):
        sent((404, sample("messages_not_found.json")))


def raised_by(code):
    """What a call that is answered with a code ends in."""
    if code.startswith("sms:"):
        body = json.dumps({"messages": [{"status": code.removeprefix("sms:"), "error-text": "x"}]}).encode()
        answer, settings = (200, body), OLD
    else:
        answer, settings = (400, json.dumps({"type": f"https://developer.vonage.com/api-errors/messages#{code}"}).encode()), BASIC
    with pytest.raises(ENDS) as raised:
        sent(answer, settings)
    return raised.value


@pytest.mark.parametrize("code", sorted(code for code in BY_CODE if not code.startswith("dlr:")))
def test_each_known_error_of_a_call_says_who_must_act(code):
    meaning, error = BY_CODE[code], raised_by(code)
    kinds = {Remedy.RETRY: TryLaterError, Remedy.STOP: MisconfiguredError}
    assert type(error) is kinds.get(meaning.remedy, RefusedError)
    assert meaning.meaning in str(error)
    if isinstance(error, RefusedError):
        assert (error.remedy, error.suppress, error.code) == (meaning.remedy, meaning.remedy is Remedy.SUPPRESS, code)


@pytest.mark.parametrize("settings", [BASIC, OLD])
@pytest.mark.parametrize(
    ("status", "error"),
    [(500, TryLaterError), (503, TryLaterError), (429, TryLaterError), (502, UnknownOutcomeError), (504, UnknownOutcomeError)],
)
def test_a_vonage_in_trouble_is_called_later_and_a_gateways_word_leaves_it_open(settings, status, error):
    with pytest.raises(error):
        sent((status, b"<html>"), settings)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"messages":[]}', b'{"messages":[7]}', b'{"messages":"x"}'])
def test_an_answer_of_the_older_api_that_cannot_be_read_leaves_it_open(body):
    with pytest.raises(UnknownOutcomeError):
        sent((200, body), OLD)


def test_an_unknown_status_of_the_older_api_is_refused_without_suppression_and_without_an_address():
    body = json.dumps({"messages": [{"status": "77", "error-text": "no +447700900123"}]}).encode()
    with pytest.raises(RefusedError, match="<number>") as raised:
        sent((200, body), OLD)
    assert raised.value.suppress is False


def bearer(body, secret=SECRET, **changes):
    """Sign a webhook as the Messages API does."""
    claims = {"iat": int(NOW.timestamp()), "jti": "j", "iss": "Vonage", "payload_hash": hashlib.sha256(body).hexdigest(), "api_key": "k3y"}
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return token_of(claims, secret)


def token_of(claims, secret, algorithm="HS256", kind="sha256"):
    import hmac

    def text(content):
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    signed = f"{text(json.dumps({'alg': algorithm, 'typ': 'JWT'}).encode())}.{text(json.dumps(claims).encode())}"
    return f"Bearer {signed}.{text(hmac.digest(secret.encode(), signed.encode(), kind))}"


BODY = b'{"message_uuid":"u","status":"delivered"}'


def test_a_signed_webhook_of_the_messages_api_passes_and_anything_changed_does_not():
    VONAGE.verify(Raw(body=BODY, headers={"authorization": bearer(BODY)}), BASIC, NOW)
    VONAGE.verify(Raw(body=BODY, headers={"authorization": bearer(BODY)}), BASIC, NOW + timedelta(hours=20))
    wrong = [
        (BODY + b" ", bearer(BODY)),
        (BODY, bearer(BODY, "another secret")),
        (BODY, bearer(BODY)[:-2]),
        (BODY, bearer(BODY, payload_hash=None)),
        (BODY, bearer(BODY, payload_hash=7)),
        (BODY, bearer(BODY, iat=None)),
        (BODY, bearer(BODY, iat=int(NOW.timestamp()) + 3600)),
        (BODY, bearer(BODY, iat=int(NOW.timestamp()) - 100_000)),
        (BODY, bearer(BODY, iat=True)),
        (BODY, token_of({"iat": int(NOW.timestamp()), "payload_hash": hashlib.sha256(BODY).hexdigest()}, SECRET, "HS512", "sha512")),
        (BODY, "Bearer " + ".".join((*bearer(BODY).split(" ")[1].split(".")[:2], ""))),
        (BODY, "Bearer x"),
        (BODY, "Bearer a.b.c"),
        (BODY, ""),
    ]
    for body, header in wrong:
        with pytest.raises(BadSignatureError):
            VONAGE.verify(Raw(body=body, headers={"authorization": header}), BASIC, NOW)
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    with pytest.raises(BadSignatureError):
        VONAGE.verify(Raw(body=BODY, headers={"authorization": f"Bearer {unsigned}.{bearer(BODY).split('.')[1]}."}), BASIC, NOW)
    with pytest.raises(MisconfiguredError):
        VONAGE.verify(Raw(body=BODY, headers={"authorization": bearer(BODY)}), {**BASIC, "signature_secret": ""}, NOW)


DLR = {
    "msisdn": "447700900123",
    "to": "12025550100",
    "messageId": "m-1",
    "status": "delivered",
    "err-code": "0",
    "client-ref": "msg-1",
    "message-timestamp": "2026-11-29 11:59:00",
    "timestamp": str(int(NOW.timestamp())),
    "text": "a=b&c",
}


def by(how, fields):
    """Make the request that Vonage makes: by GET, as a form, or as JSON."""
    match how:
        case "get":
            return Raw(body=b"", url=f"{HOOK}?{urlencode(fields)}")
        case "form":
            return Raw(body=urlencode(fields).encode(), url=HOOK, content_type="application/x-www-form-urlencoded")
        case _:
            return Raw(body=json.dumps(fields).encode(), url=HOOK, content_type="application/json")


@pytest.mark.parametrize("how", ["get", "form", "json"])
@pytest.mark.parametrize("method", METHODS)
def test_a_signed_webhook_of_the_older_api_passes_and_anything_changed_does_not(how, method):
    settings = {**OLD, "signature_method": method}
    sig = signature(DLR.items(), SECRET, method)
    VONAGE.verify(by(how, {**DLR, "sig": sig}), settings, NOW)
    VONAGE.verify(by(how, {**DLR, "sig": sig.upper()}), settings, NOW)
    other = "sha1" if method != "sha1" else "md5"
    stale = {**DLR, "timestamp": "1"}
    for fields, changed in (
        ({**DLR, "sig": sig, "status": "failed"}, settings),
        ({**DLR, "sig": sig, "more": "1"}, settings),
        ({**DLR, "sig": sig[:-1]}, settings),
        ({**DLR, "sig": ""}, settings),
        (DLR, settings),
        ({**DLR, "sig": sig}, {**settings, "signature_method": other}),
        ({**DLR, "sig": sig}, {**settings, "signature_secret": "another"}),
        ({**stale, "sig": signature(stale.items(), SECRET, method)}, settings),
    ):
        with pytest.raises(BadSignatureError):
            VONAGE.verify(by(how, fields), changed, NOW)


def test_the_plain_hash_is_what_vonages_page_describes():
    told = hashlib.md5(b"&a=1&b=x_y_z" + SECRET.encode(), usedforsecurity=False).hexdigest()
    assert signature([("b", "x&y=z"), ("a", "1"), ("sig", "old")], SECRET, "md5hash") == told


def test_without_a_secret_the_older_apis_hook_is_its_own_proof_and_the_other_is_not():
    VONAGE.verify(by("form", DLR), {**OLD, "signature_secret": ""}, NOW)
    with pytest.raises(MisconfiguredError):
        VONAGE.verify(by("form", DLR), {**BASIC, "signature_secret": ""}, NOW)
    with pytest.raises(MisconfiguredError, match="signature_method"):
        VONAGE.verify(by("form", DLR), {**OLD, "signature_method": "rot13"}, NOW)


def read(fields, how="form", settings=OLD):
    return VONAGE.read(by(how, fields), settings)


@pytest.mark.parametrize("how", ["get", "form", "json"])
@pytest.mark.parametrize(
    ("status", "code", "state", "suppressed", "remedy"),
    [
        ("accepted", "0", MessageState.SENT, None, None),
        ("buffered", "0", MessageState.SENT, None, None),
        ("unknown", "1", MessageState.SENT, None, None),
        ("delivered", "0", MessageState.REACHED, None, None),
        ("expired", "2", MessageState.BOUNCED, None, Remedy.SWITCH),
        ("failed", "3", MessageState.BOUNCED, "bounced", Remedy.SUPPRESS),
        ("rejected", "3", MessageState.BOUNCED, "bounced", Remedy.SUPPRESS),
        ("rejected", "9", MessageState.REFUSED, "stop", Remedy.SUPPRESS),
        ("failed", "8", MessageState.BOUNCED, None, Remedy.RETRY),
        ("rejected", "6", MessageState.REFUSED, None, Remedy.SWITCH),
        ("rejected", "1234", MessageState.REFUSED, None, Remedy.SWITCH),
    ],
)
def test_a_delivery_receipt_finds_its_message_and_says_what_follows(how, status, code, state, suppressed, remedy):
    (receipt,) = read({**DLR, "status": status, "err-code": code}, how).receipts
    assert (receipt.state, receipt.suppress, receipt.remedy) == (state, suppressed, remedy)
    assert (receipt.message_id, receipt.provider_id, receipt.address) == ("msg-1", "m-1", "+447700900123")
    assert receipt.at == NOW - timedelta(minutes=1)


STATUS = {
    "message_uuid": "u-1",
    "to": "447700900123",
    "from": "12025550100",
    "timestamp": "2026-11-29T11:59:00Z",
    "status": "submitted",
    "channel": "sms",
    "client_ref": "msg-1",
    "usage": {"currency": "EUR", "price": "0.0333"},
    "sms": {"count_total": "2"},
}


@pytest.mark.parametrize(
    ("status", "code", "state", "suppressed", "remedy"),
    [
        ("submitted", "", MessageState.SENT, None, None),
        ("delivered", "", MessageState.REACHED, None, None),
        ("read", "", MessageState.READ, None, None),
        ("rejected", "1240", MessageState.REFUSED, "stop", Remedy.SUPPRESS),
        ("rejected", "1190", MessageState.BOUNCED, "bounced", Remedy.SUPPRESS),
        ("rejected", "1000", MessageState.REFUSED, None, Remedy.RETRY),
        ("rejected", "1070", MessageState.REFUSED, None, Remedy.STOP),
        ("undeliverable", "1260", MessageState.BOUNCED, None, Remedy.SWITCH),
        ("undeliverable", "", MessageState.BOUNCED, None, Remedy.SWITCH),
    ],
)
@pytest.mark.parametrize("by_type", [True, False])
def test_a_status_of_the_messages_api_finds_its_message_and_says_what_follows(status, code, state, suppressed, remedy, by_type):
    error = {"type": f"https://developer.vonage.com/api-errors/messages#{code}"} if by_type else {"title": code}
    fields = {**STATUS, "status": status, **({"error": error} if code else {})}
    (receipt,) = read(fields, "json", BASIC).receipts
    assert (receipt.state, receipt.suppress, receipt.remedy) == (state, suppressed, remedy)
    assert (receipt.message_id, receipt.provider_id, receipt.address) == ("msg-1", "u-1", "+447700900123")
    assert receipt.cost == Cost(amount="0.0333", currency="EUR", parts=2)
    assert receipt.at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize("how", ["get", "form", "json"])
def test_an_incoming_text_of_the_older_api_becomes_a_reply(how):
    fields = {"msisdn": "447700900123", "to": "12025550100", "messageId": "in-1", "text": "where?", "type": "text"}
    (reply,) = read({**fields, "message-timestamp": "2026-11-29 11:59:00"}, how).replies
    assert (reply.sender, reply.to, reply.text, reply.provider_id) == ("+447700900123", "+12025550100", "where?", "in-1")
    assert (reply.keyword, reply.confirmed, reply.at) == ("", False, NOW - timedelta(minutes=1))


def test_incoming_texts_and_pictures_of_the_messages_api_become_replies():
    text = {"channel": "sms", "message_uuid": "in-1", "from": "447700900123", "to": "12025550100", "timestamp": "2026-11-29T11:59:00Z"}
    context = {"context": {"message_uuid": "u-1"}}
    (reply,) = read({**text, "message_type": "text", "text": "where?", **context}, "json", BASIC).replies
    assert (reply.sender, reply.to, reply.text, reply.provider_id, reply.answers) == (
        "+447700900123",
        "+12025550100",
        "where?",
        "in-1",
        ("u-1",),
    )
    image = {"image": {"url": "https://media.example/a.jpg?t=1", "caption": "broken"}}
    (reply,) = read({**text, "channel": "mms", "message_type": "image", **image}, "json", BASIC).replies
    (file,) = reply.attachments
    assert (reply.text, file.url, file.name) == ("broken", "https://media.example/a.jpg?t=1", "a.jpg")


@pytest.mark.parametrize(("word", "keyword"), [("STOP", "stop"), (" unsubscribe", "stop"), ("start", "start"), ("help", "help")])
def test_what_opt_out_assist_answers_is_not_answered_twice(word, keyword):
    for settings, told in (({**OLD, "opt_out": "vonage"}, (keyword, True)), (OLD, ("", False))):
        (old,) = read({"msisdn": "447700900123", "to": "1", "messageId": "m", "text": word}, "form", settings).replies
        document = {"channel": "sms", "message_uuid": "u", "from": "447700900123", "to": "1", "message_type": "text", "text": word}
        (new,) = read(document, "json", settings).replies
        assert (old.keyword, old.confirmed) == (new.keyword, new.confirmed) == told


@pytest.mark.parametrize(
    ("fields", "how"),
    [
        ({}, "get"),
        ({"a": "1"}, "form"),
        ({**DLR, "status": "flying"}, "form"),
        ({**STATUS, "status": "flying"}, "json"),
        ({"message_uuid": ""}, "json"),
        ({"message_uuid": "u", "channel": "fax", "message_type": "text"}, "json"),
        ({"msisdn": "1"}, "get"),
    ],
)
def test_another_webhook_is_bad_input(fields, how):
    with pytest.raises(BadInputError):
        read(fields, how)


@given(st.binary(), st.text(), st.text())
def test_any_bytes_are_read_or_are_bad_input_and_never_verified(body, url, header):
    for settings in (BASIC, OLD):
        with suppress(BadInputError):
            VONAGE.read(Raw(body=body, url=url), settings)
        with pytest.raises(BadSignatureError):
            VONAGE.verify(Raw(body=body, url=url, headers={"authorization": f"Bearer {header}"}), settings, NOW)
        with pytest.raises(BadSignatureError):
            VONAGE.verify(Raw(body=body, url=url), settings, NOW)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=5)
)
def test_any_document_in_the_place_of_a_status_is_read_or_is_bad_input(anything):
    for document in (
        {**STATUS, "error": anything, "usage": anything, "sms": anything, "timestamp": anything, "status": "rejected"},
        {"message_uuid": "u", "channel": "mms", "message_type": "image", "image": anything, "context": anything, "text": anything},
        {"message_uuid": "u", "channel": "sms", "message_type": anything, "from": anything, "to": anything},
        {"message_uuid": anything, "status": anything},
    ):
        with suppress(BadInputError):
            VONAGE.read(Raw(body=msgspec.json.encode(document)), BASIC)


def test_the_table_says_nothing_twice_and_names_no_address():
    assert all(re.fullmatch(r"(sms:|dlr:)?[a-z0-9-]+", code) for code in BY_CODE)
    assert all(code == meaning.code for code, meaning in BY_CODE.items())
