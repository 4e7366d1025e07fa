"""Twilio's webhooks: signatures, statuses, incoming texts."""

import base64
import hashlib
import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels import channel_named
from doorstep.channels.twilio.codes import BY_CODE
from doorstep.channels.twilio.signatures import signature
from doorstep.domain.messages import Cost, Location, Message, Rendered
from doorstep.domain.plugins import Raw, Response
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, RefusedError, TryLaterError

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
    ("status", "code", "state", "suppress", "remedy"),
    [
        ("queued", "", MessageState.SENT, None, None),
        ("sent", "", MessageState.SENT, None, None),
        ("delivered", "", MessageState.REACHED, None, None),
        ("read", "", MessageState.READ, None, None),
        ("canceled", "", MessageState.CANCELLED, None, None),
        ("undelivered", "30003", MessageState.BOUNCED, None, Remedy.SWITCH),
        ("undelivered", "30005", MessageState.BOUNCED, "bounced", Remedy.SUPPRESS),
        ("undelivered", "30006", MessageState.BOUNCED, "bounced", Remedy.SUPPRESS),
        ("undelivered", "30002", MessageState.BOUNCED, None, Remedy.STOP),
        ("failed", "30007", MessageState.REFUSED, None, Remedy.SWITCH),
        ("failed", "30001", MessageState.REFUSED, None, Remedy.RETRY),
        ("failed", "21617", MessageState.REFUSED, None, Remedy.FIX),
        ("failed", "21610", MessageState.REFUSED, "stop", Remedy.SUPPRESS),
        ("failed", "", MessageState.REFUSED, None, Remedy.SWITCH),
        ("failed", "99999", MessageState.REFUSED, None, Remedy.SWITCH),
    ],
)
def test_a_status_callback_becomes_a_receipt(status, code, state, suppress, remedy):
    (receipt,) = TWILIO.read(
        hook([("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", code), ("To", "+12025550123")]), {}
    ).receipts
    assert (receipt.state, receipt.suppress, receipt.remedy) == (state, suppress, remedy)
    assert (receipt.message_id, receipt.provider_id, receipt.address) == ("msg-1", "SM1", "+12025550123")


def test_an_incoming_text_becomes_a_reply():
    (reply,) = TWILIO.read(
        hook([("MessageSid", "SM2"), ("From", "+12025550123"), ("To", "+12025550100"), ("Body", "where?"), ("SmsStatus", "received")]), {}
    ).replies
    assert (reply.sender, reply.to, reply.text, reply.provider_id, reply.keyword) == ("+12025550123", "+12025550100", "where?", "SM2", "")


def replied(settings=None, **fields):
    (reply,) = TWILIO.read(hook([("MessageSid", "SM2"), ("From", "+12025550123"), *fields.items()]), settings or {}).replies
    return reply


def test_an_opt_out_that_twilio_saw_is_a_keyword_that_it_has_answered():
    for opt_out in ("twilio", "doorstep"):
        reply = replied({"opt_out": opt_out}, Body="Stop please", OptOutType="STOP")
        assert (reply.keyword, reply.confirmed) == ("stop", True)


@pytest.mark.parametrize(("text", "keyword"), [(" stop ", "stop"), ("UNSUBSCRIBE", "stop"), ("yes", "start"), ("Info", "help")])
def test_twilio_answers_its_own_words_by_itself_unless_that_is_switched_off(text, keyword):
    assert (replied(Body=text).keyword, replied(Body=text).confirmed) == (keyword, True)
    ours = replied({"opt_out": "doorstep"}, Body=text)
    assert (ours.keyword, ours.confirmed) == ("", False)


@pytest.mark.parametrize("text", ["baja", "stop it", "stop!", "", "where is my parcel"])
def test_what_is_no_word_of_twilios_is_ours_to_answer(text):
    assert (replied(Body=text).keyword, replied(Body=text).confirmed) == ("", False)


def test_pictures_places_buttons_and_what_was_answered_come_with_a_reply():
    base = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media"
    reply = replied(
        Body="",
        NumMedia="2",
        MediaUrl0=f"{base}/ME1",
        MediaContentType0="image/jpeg",
        MediaUrl1=f"{base}/ME2?x=1",
        MediaContentType1="application/pdf",
        Latitude="40.4168",
        Longitude="-3.7038",
        Label="Home",
        Address="Puerta del Sol",
        ButtonPayload="reschedule",
        ButtonText="Another day",
        OriginalRepliedMessageSid="SM1",
    )
    told = [(one.name, one.content_type, one.url, one.content) for one in reply.attachments]
    assert told == [("ME1", "image/jpeg", f"{base}/ME1", b""), ("ME2", "application/pdf", f"{base}/ME2?x=1", b"")]
    assert reply.location == Location(latitude=40.4168, longitude=-3.7038, name="Home", address="Puerta del Sol")
    assert reply.choice == "reschedule"
    assert reply.answers == ("SM1",)
    assert replied(Body="x", ButtonText="Another day").choice == "Another day"


@pytest.mark.parametrize(
    "fields",
    [
        {"NumMedia": "9999999"},
        {"NumMedia": "-1"},
        {"NumMedia": "x", "MediaUrl0": "https://a.example/1"},
        {"Latitude": "nan", "Longitude": "1"},
        {"Latitude": "91", "Longitude": "1"},
        {"Latitude": "1"},
    ],
)
def test_pictures_and_places_that_are_none_are_left_out(fields):
    reply = replied(Body="x", **fields)
    assert (reply.attachments, reply.location) == ((), None)


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


CALLED = {"account_sid": "AC1", "auth_token": "12345", "from_number": "+12025550100"}


def sent(answer, to="+12025550123", text="Your parcel is there.", **settings):
    """Run one call; `answer` is (status, document); return (the form that left, the receipt)."""
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
    flow = TWILIO.send(message, {**CALLED, **settings}, NOW, URL)
    request = next(flow)
    try:
        flow.send(Response(status=answer[0], body=json.dumps(answer[1]).encode()))
    except StopIteration as stop:
        return dict(parse_qsl(request.body.decode())), stop.value
    pytest.fail("a second call")


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_each_known_error_of_a_call_says_who_must_act(code):
    meaning = BY_CODE[code]
    kinds = {Remedy.RETRY: TryLaterError, Remedy.STOP: MisconfiguredError}
    with pytest.raises(kinds.get(meaning.remedy, RefusedError), match=re.escape(meaning.meaning)) as raised:
        sent((400, {"code": int(code), "message": "m"}))
    if isinstance(raised.value, RefusedError):
        assert (raised.value.remedy, raised.value.code) == (meaning.remedy, code)
        assert raised.value.suppress is (meaning.remedy is Remedy.SUPPRESS)


def test_who_opted_out_at_twilio_may_opt_in_again():
    with pytest.raises(RefusedError) as raised:
        sent((400, {"code": 21610}))
    assert (raised.value.suppress, raised.value.reason) == (True, "stop")


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ({"num_segments": "2", "price": "-0.01500", "price_unit": "USD"}, Cost(amount="0.01500", currency="USD", parts=2)),
        ({"num_segments": "1", "price": None, "price_unit": "USD"}, Cost(parts=1)),
        ({"num_segments": "many"}, None),
        ({}, None),
    ],
)
def test_a_receipt_tells_parts_and_price_where_twilio_does(said, cost):
    assert sent((201, {"sid": "SM1", "status": "queued", **said}))[1].cost == cost


def test_the_sender_is_that_of_the_recipients_country():
    senders = f"US=+1 (202) 555-0199, GB=Doorstep, CA=MG{'0a' * 16}, *=+34600000000"
    for to, field, sender in (
        ("+12025550123", "From", "+12025550199"),
        ("+447700900123", "From", "Doorstep"),
        ("+14165550123", "MessagingServiceSid", f"MG{'0a' * 16}"),
        ("+34612345678", "From", "+34600000000"),
    ):
        form, _ = sent((201, {"sid": "SM1"}), to=to, senders=senders)
        assert {name: form[name] for name in form if name in {"From", "MessagingServiceSid"}} == {field: sender}


def test_without_a_sender_for_the_country_the_one_number_sends_and_without_it_another_channel():
    assert sent((201, {}), to="+34612345678", senders="GB=Doorstep")[0]["From"] == "+12025550100"
    with pytest.raises(RefusedError) as raised:
        sent((201, {}), to="+34612345678", senders="GB=Doorstep", from_number="")
    assert (raised.value.remedy, raised.value.suppress) == (Remedy.SWITCH, False)
    with pytest.raises(MisconfiguredError, match="senders"):
        sent((201, {}), from_number="")


def test_a_name_as_sender_is_not_sent_where_networks_carry_only_numbers():
    with pytest.raises(MisconfiguredError, match=r"US.*US=\+"):
        sent((201, {}), senders="*=Doorstep")


def test_a_text_from_a_name_asks_nobody_to_answer_it():
    text = "Doorstep: There. Reply STOP to end them, HELP for help."
    assert sent((201, {}), to="+447700900123", text=text, senders="GB=Doorstep")[0]["Body"] == "Doorstep: There."
    assert sent((201, {}), to="+12025550123", text=text)[0]["Body"] == text


def test_the_webhook_is_answered_with_an_empty_document():
    assert TWILIO.answer[1].endswith(b"<Response/>")


def test_a_json_body_is_bound_by_the_hash_in_the_address():
    body = b'{"a":1}'
    url = f"https://door.example/h?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {"x-twilio-signature": signature("12345", url, [])}
    TWILIO.verify(Raw(body=body, url=url, headers=headers), SETTINGS, NOW)
    with pytest.raises(BadSignatureError):
        TWILIO.verify(Raw(body=b'{"a":2}', url=url, headers=headers), SETTINGS, NOW)
