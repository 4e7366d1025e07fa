"""MessageBird: what leaves, each error, all vectors of its signature, status reports by GET and POST, incoming texts."""

import base64
import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.channels.messagebird.codes import BY_CODE
from doorstep.domain.messages import Cost, Message, Rendered
from doorstep.domain.plugins import Raw, Response
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
BIRD = channel_named("messagebird")
VECTORS = Path(__file__).parents[3] / "shared/data/channels/sms/messagebird/webhook_signature_test_data.json"
SETTINGS = {"access_key": "k3y", "signing_key": "a-signing-key", "senders": "*=+31612345678, GB=Doorstep"}
HOOK = "https://door.example/hooks/messagebird/abc"
ENDS = (RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError)


def sent(answer, to="+34612345678", text="Your parcel is there.", **changes):
    """Run one call; `answer` is a status and a document; return (request, receipt)."""
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
    flow = BIRD.send(message, {**SETTINGS, **changes}, NOW, HOOK)
    request = next(flow)
    body = answer[1] if isinstance(answer[1], bytes) else json.dumps(answer[1]).encode()
    try:
        flow.send(Response(status=answer[0], body=body))
    except StopIteration as stop:
        return request, stop.value
    pytest.fail("a second call")


CREATED = {
    "id": "e8077d803532c0b5937c639b60216938",
    "recipients": {
        "items": [{"recipient": 34612345678, "status": "sent", "messagePartCount": 2, "price": {"amount": 0.084, "currency": "EUR"}}]
    },
}


def test_a_text_is_created_with_the_reference_that_brings_its_reports():
    request, receipt = sent((201, CREATED))
    assert (request.method, request.url) == ("POST", "https://rest.messagebird.com/messages")
    assert request.headers["authorization"] == "AccessKey k3y"
    assert json.loads(request.body) == {
        "originator": "31612345678",
        "recipients": ["34612345678"],
        "body": "Your parcel is there.",
        "reference": "msg-1",
        "datacoding": "auto",
        "reportUrl": HOOK,
    }
    assert (receipt.message_id, receipt.provider_id, receipt.state) == ("msg-1", CREATED["id"], MessageState.SENT)
    assert receipt.cost == Cost(amount="0.084", currency="EUR", parts=2)
    assert not request.repeatable


def test_a_name_sends_where_the_country_has_one_and_asks_for_no_answer():
    request, _ = sent((201, {}), to="+447700900123", text="Shop: There. Reply STOP to end.")
    assert json.loads(request.body)["originator"] == "Doorstep"
    assert json.loads(request.body)["body"] == "Shop: There."
    with pytest.raises(MisconfiguredError, match="US"):
        sent((201, {}), to="+12025550123", senders="*=Doorstep")


@pytest.mark.parametrize(
    "answer", [{}, {"recipients": 7}, {"recipients": {"items": [7]}}, {"recipients": {"items": [{"price": 1}]}}, b"<html>"]
)
def test_what_was_taken_was_sent_however_little_the_answer_tells(answer):
    _, receipt = sent((201, answer))
    assert (receipt.state, receipt.provider_id, receipt.cost) == (MessageState.SENT, None, None)


@pytest.mark.parametrize("code", sorted(code for code in BY_CODE if code.startswith("api:")))
def test_each_known_error_of_a_call_says_who_must_act(code):
    number, _, parameter = code.removeprefix("api:").partition(":")
    meaning = BY_CODE[code]
    kinds = {Remedy.RETRY: TryLaterError, Remedy.STOP: MisconfiguredError}
    with pytest.raises(kinds.get(meaning.remedy, RefusedError), match=meaning.meaning.partition(":")[0]) as raised:
        sent((422, {"errors": [{"code": int(number), "description": "d", "parameter": parameter or None}]}))
    if isinstance(raised.value, RefusedError):
        assert (raised.value.remedy, raised.value.suppress) == (meaning.remedy, meaning.remedy is Remedy.SUPPRESS)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, MisconfiguredError),
        (404, MisconfiguredError),
        (405, MisconfiguredError),
        (422, RefusedError),
        (429, TryLaterError),
        (500, TryLaterError),
        (502, UnknownOutcomeError),
        (504, UnknownOutcomeError),
    ],
)
def test_each_answer_without_a_code_says_who_must_act(status, error):
    with pytest.raises(error):
        sent((status, b"garbage"))


@pytest.mark.skipif(not VECTORS.exists(), reason="needs ../shared/data, which is not in the repository")
def test_all_vectors_of_messagebirds_own_libraries():
    vectors = json.loads(VECTORS.read_text())
    for vector in vectors:
        raw = Raw(
            body=vector.get("payload", "").encode(),
            url=vector["url"],
            headers={"messagebird-signature-jwt": vector["token"]},
        )
        settings = {"signing_key": vector.get("secret", "any")}
        now = datetime.fromisoformat(vector["timestamp"])
        if vector["valid"]:
            BIRD.verify(raw, settings, now)
            for late in (timedelta(minutes=3), -timedelta(minutes=3)):
                with pytest.raises(BadSignatureError):
                    BIRD.verify(raw, settings, now + late)
            with pytest.raises(BadSignatureError):
                BIRD.verify(raw, {"signing_key": "another"}, now)
        else:
            with pytest.raises(BadSignatureError):
                BIRD.verify(raw, settings, now)
    assert (len(vectors), sum(vector["valid"] for vector in vectors)) == (44, 24)


def text(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed(url, body=b"", secret="a-signing-key", **changes):
    """Sign as MessageBird does."""
    stamp = int(NOW.timestamp())
    claims = {"iss": "MessageBird", "nbf": stamp, "exp": stamp + 60, "jti": "j", "url_hash": hashlib.sha256(url.encode()).hexdigest()}
    if body:
        claims["payload_hash"] = hashlib.sha256(body).hexdigest()
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    content = ".".join(text(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    token = f"{content}.{text(hmac.digest(secret.encode(), content.encode(), 'sha256'))}"
    return Raw(body=body, url=url, headers={"messagebird-signature-jwt": token})


@pytest.mark.parametrize(
    "changes",
    [{"iss": "Somebody"}, {"iss": None}, {"nbf": None}, {"exp": None}, {"nbf": "1"}, {"url_hash": None}, {"url_hash": 7}, {"exp": True}],
)
def test_a_token_that_lacks_or_bends_a_claim_is_refused(changes):
    BIRD.verify(signed(HOOK), SETTINGS, NOW)
    with pytest.raises(BadSignatureError):
        BIRD.verify(signed(HOOK, **changes), SETTINGS, NOW)


def test_a_connection_without_a_key_is_the_merchants_to_mend():
    with pytest.raises(MisconfiguredError):
        BIRD.verify(signed(HOOK), {}, NOW)


REPORT = {
    "id": "e8077d803532c0b5937c639b60216938",
    "reference": "msg-1",
    "recipient": "34612345678",
    "status": "delivered",
    "statusDatetime": "2026-11-29T11:59:00+00:00",
    "statusReason": "successfully delivered",
    "messagePartCount": "2",
    "price[amount]": "0.084",
    "price[currency]": "EUR",
}


def by(how, fields):
    match how:
        case "get":
            return Raw(body=b"", url=f"{HOOK}?{urlencode(fields)}")
        case "form":
            return Raw(body=urlencode(fields).encode(), url=HOOK)
        case _:
            return Raw(body=json.dumps(fields).encode(), url=HOOK)


@pytest.mark.parametrize("how", ["get", "form", "json"])
@pytest.mark.parametrize(
    ("status", "code", "reason", "state", "suppressed", "remedy"),
    [
        ("scheduled", "", "", MessageState.SENT, None, None),
        ("sent", "", "", MessageState.SENT, None, None),
        ("buffered", "27", "unavailable subscriber", MessageState.SENT, None, None),
        ("delivered", "0", "successfully delivered", MessageState.REACHED, None, None),
        ("delivery_failed", "1", "unknown subscriber", MessageState.BOUNCED, "bounced", Remedy.SUPPRESS),
        ("delivery_failed", "", "Unknown Subscriber", MessageState.BOUNCED, "bounced", Remedy.SUPPRESS),
        ("delivery_failed", "27", "unavailable subscriber", MessageState.BOUNCED, None, Remedy.SWITCH),
        ("delivery_failed", "34", "received network error", MessageState.BOUNCED, None, Remedy.RETRY),
        ("delivery_failed", "103", "opted out", MessageState.REFUSED, "stop", Remedy.SUPPRESS),
        ("delivery_failed", "", "insufficient balance", MessageState.REFUSED, None, Remedy.STOP),
        ("delivery_failed", "9999", "something new", MessageState.BOUNCED, None, Remedy.SWITCH),
        ("expired", "", "", MessageState.BOUNCED, None, Remedy.SWITCH),
    ],
)
def test_a_status_report_finds_its_message_and_says_what_follows(how, status, code, reason, state, suppressed, remedy):
    report = {**REPORT, "status": status, "statusErrorCode": code, "statusReason": reason}
    (receipt,) = BIRD.read(by(how, report), SETTINGS).receipts
    assert (receipt.state, receipt.suppress, receipt.remedy) == (state, suppressed, remedy)
    assert (receipt.message_id, receipt.provider_id, receipt.address) == ("msg-1", REPORT["id"], "+34612345678")
    assert receipt.cost == Cost(amount="0.084", currency="EUR", parts=2)
    assert receipt.at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize("how", ["get", "form", "json"])
@pytest.mark.parametrize("names", [("originator", "body", "id", "recipient"), ("sender", "payload", "message_id", "receiver")])
def test_an_incoming_text_becomes_a_reply(how, names):
    sender, words, ident, to = names
    fields = {sender: "34612345678", words: "where?", ident: "in-1", to: "31612345678", "createdDatetime": "2026-11-29T11:59:00+00:00"}
    (reply,) = BIRD.read(by(how, fields), SETTINGS).replies
    assert (reply.sender, reply.to, reply.text, reply.provider_id) == ("+34612345678", "+31612345678", "where?", "in-1")
    assert (reply.keyword, reply.confirmed, reply.at) == ("", False, NOW - timedelta(minutes=1))


def test_a_text_without_an_id_is_told_by_what_it_says_and_when():
    said = [{"sender": "34612345678", "payload": "where?", "createdDatetime": f"2026-11-29T11:5{n}:00Z"} for n in (8, 8, 9)]
    first, same, other = (BIRD.read(by("form", fields), SETTINGS).replies[0].provider_id for fields in said)
    assert first == same != other


@pytest.mark.parametrize(("word", "keyword"), [("STOP", "stop"), (" unsubscribe", "stop"), ("start", "start"), ("help", "help")])
def test_what_bird_answers_is_not_answered_twice(word, keyword):
    fields = {"originator": "34612345678", "body": word, "id": "in-1"}
    for settings, told in (({**SETTINGS, "opt_out": "messagebird"}, (keyword, True)), (SETTINGS, ("", False))):
        (reply,) = BIRD.read(by("form", fields), settings).replies
        assert (reply.keyword, reply.confirmed) == told


@pytest.mark.parametrize(
    "fields",
    [{}, {"a": "1"}, {**REPORT, "status": "flying"}, {"status": "sent"}, {"body": "x"}, {"originator": "1"}],
)
@pytest.mark.parametrize("how", ["get", "form", "json"])
def test_another_webhook_is_bad_input(fields, how):
    with pytest.raises(BadInputError):
        BIRD.read(by(how, fields), SETTINGS)


@given(st.binary(), st.text(), st.text())
def test_any_bytes_are_read_or_are_bad_input_and_never_verified(body, url, token):
    raw = Raw(body=body, url=url, headers={"messagebird-signature-jwt": token})
    with suppress(BadInputError):
        BIRD.read(raw, SETTINGS)
    with pytest.raises(BadSignatureError):
        BIRD.verify(raw, SETTINGS, NOW)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=5)
)
def test_any_document_in_the_place_of_an_answer_is_a_receipt_or_says_who_must_act(anything):
    for document in (
        {"errors": anything},
        {"errors": [anything]},
        {"errors": [{"code": anything, "parameter": anything, "description": anything}]},
        {"id": anything, "recipients": {"items": [{"price": anything, "messagePartCount": anything}]}},
    ):
        for status in (201, 422):
            with suppress(*ENDS):
                sent((status, document))
