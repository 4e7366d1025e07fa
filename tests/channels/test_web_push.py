"""Web push: the RFC's own vector, what a browser reads, what each answer of a push service means."""

import base64
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from doorstep.channels.web_push import CHANNEL, payload_of
from doorstep.channels.web_push.encryption import LARGEST_BODY, encrypted, from_text, to_text
from doorstep.channels.web_push.vapid import new_key, public_key
from doorstep.domain.messages import Device, Link, Message, Rendered
from doorstep.domain.plugins import Response
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import BadInputError, MisconfiguredError, RefusedError, TryLaterError
from doorstep.steps.connect import checked, secret_names
from push_browser import Browser

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SETTINGS = {"subject": "mailto:tech@shop.example", "private_key": new_key(b"\x07" * 64), "icon": "https://shop.example/i.png"}
FCM = "https://fcm.googleapis.com/fcm/send/"


def message(*browsers, **changes):
    fields = {
        "message_id": "01a1ee50-4380-7000-8000-000000000001",
        "merchant_id": 1,
        "channel": ChannelKind.PUSH,
        "to": "ana@customer.example",
        "content": Rendered(
            subject="Out for delivery", text="Today, 10 to 12", link=Link(title="Follow", url="https://door.example/t/abc?m=x")
        ),
        "locale": "es-MX",
        "purpose": Purpose.TRANSACTIONAL,
        "topic": "delivery",
        "created_at": NOW,
        "devices": tuple(one.device for one in browsers),
    }
    return Message(**{**fields, **changes})


def run(sent, *answers, settings=SETTINGS, now=NOW):
    """Run a flow against answers, one for each browser; return what was asked and what it ended in."""
    flow, asked = CHANNEL.send(sent, settings, now, ""), []
    try:
        asked.append(next(flow))
        for answer in answers:
            asked.append(flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer))
    except StopIteration as stop:
        return asked, stop.value
    pytest.fail("the flow asks for more")


def answered(status, body=b"", **headers):
    return Response(status=status, body=body, headers=headers)


def test_the_vector_of_rfc_8291_comes_out_bit_for_bit(shared_data):
    vector = json.loads((shared_data / "channels/webpush/rfc8291_example.json").read_text())
    own = ec.derive_private_key(int.from_bytes(from_text(vector["as_private"])), ec.SECP256R1())
    device = Device(endpoint="https://push.example/1", p256dh=vector["ua_public"], auth=vector["auth_secret"])
    body = encrypted(vector["plaintext"].encode(), device, from_text(vector["salt"]), own)
    assert to_text(body) == vector["body"]
    # and the browser of these tests reads it as a browser would
    theirs = ec.derive_private_key(int.from_bytes(from_text(vector["ua_private"])), ec.SECP256R1())
    assert Browser("https://push.example/1", theirs, from_text(vector["auth_secret"])).read(body) == vector["plaintext"].encode()


def test_one_encrypted_request_to_each_browser():
    phone, laptop = Browser(FCM + "phone"), Browser("https://updates.push.services.mozilla.com/wpush/v2/laptop")
    asked, receipt = run(message(phone, laptop), answered(201), answered(201))
    assert [one.url for one in asked] == [phone.endpoint, laptop.endpoint]
    assert (receipt.state, receipt.gone, receipt.provider_text) == (MessageState.SENT, (), "2 of 2 browsers told")
    for request, browser in zip(asked, (phone, laptop), strict=True):
        assert request.guarded
        assert request.headers["content-encoding"] == "aes128gcm"
        assert (request.headers["urgency"], request.headers["ttl"]) == ("high", "86400")
        told = json.loads(browser.read(request.body))
        assert told["url"] == "https://door.example/t/abc?m=x"
        assert (told["title"], told["body"], told["lang"]) == ("Out for delivery", "Today, 10 to 12", "es-MX")
        assert told["icon"] == "https://shop.example/i.png"
        assert told["tag"] == request.headers["topic"]
        assert len(told["tag"]) == 32
        with pytest.raises(InvalidTag):  # the other cannot
            (laptop if browser is phone else phone).read(request.body)


def test_no_salt_and_no_key_is_used_twice():
    phone, laptop = Browser(FCM + "phone"), Browser(FCM + "laptop")
    bodies = [one.body for one in run(message(phone, laptop), answered(201), answered(201))[0]]
    bodies += [one.body for one in run(message(phone), answered(201), now=NOW + timedelta(seconds=5))[0]]
    bodies += [one.body for one in run(message(phone, message_id="other"), answered(201))[0]]
    assert len({body[:16] for body in bodies}) == len({body[21:86] for body in bodies}) == 4


def test_what_is_about_one_page_has_one_topic_and_other_shops_have_another():
    def topic(**changes):
        return run(message(Browser(FCM + "x"), **changes), answered(201))[0][0].headers["topic"]

    first = topic()
    again = Rendered(subject="Delivered", text="At the door", link=Link(title="Follow", url="https://door.example/t/abc?m=y"))
    assert topic(content=again, message_id="other") == first
    assert topic(merchant_id=2) != first
    assert topic(content=Rendered(subject="s", text="t")) != first


def test_how_long_and_how_urgently():
    def how(**changes):
        headers = run(message(Browser(FCM + "x"), **changes), answered(201))[0][0].headers
        return headers["urgency"], headers["ttl"]

    assert how(topic="problems") == ("high", "172800")
    assert how(topic="orders") == ("normal", "172800")
    assert how(purpose=Purpose.MARKETING) == ("low", "86400")


def test_the_service_can_check_who_sends():
    [request], _ = run(message(Browser(FCM + "x")), answered(201))
    scheme, _, rest = request.headers["authorization"].partition(" ")
    said = dict(part.split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    assert said["k"] == public_key(SETTINGS)
    signed, _, signature = said["t"].rpartition(".")
    header, claims = (json.loads(from_text(part)) for part in signed.split("."))
    assert header == {"typ": "JWT", "alg": "ES256"}
    assert claims == {"aud": "https://fcm.googleapis.com", "exp": int((NOW + timedelta(hours=12)).timestamp()), "sub": SETTINGS["subject"]}
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_text(said["k"]))
    raw = from_text(signature)
    written = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(written, signed.encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(written, signed.encode() + b"x", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_named_and_the_others_are_told(status):
    phone, laptop = Browser(FCM + "phone"), Browser(FCM + "laptop")
    _, receipt = run(message(phone, laptop), answered(status), answered(201))
    assert (receipt.state, receipt.gone, receipt.remedy) == (MessageState.SENT, (phone.endpoint,), None)


def test_where_all_are_gone_another_channel_is_tried():
    phone, laptop = Browser(FCM + "phone"), Browser(FCM + "laptop")
    _, receipt = run(message(phone, laptop), answered(410), answered(404))
    assert (receipt.state, receipt.remedy) == (MessageState.REFUSED, Remedy.SWITCH)
    assert receipt.gone == (phone.endpoint, laptop.endpoint)
    with pytest.raises(RefusedError) as refused:
        run(message())
    assert refused.value.remedy is Remedy.SWITCH


def test_too_many_and_busy_wait_as_long_as_they_are_told():
    with pytest.raises(TryLaterError) as later:
        run(message(Browser(FCM + "x")), answered(429, **{"retry-after": "120"}))
    assert later.value.after_s == 120
    with pytest.raises(TryLaterError):
        run(message(Browser(FCM + "x"), Browser(FCM + "y")), answered(503), answered(410))
    _, receipt = run(message(Browser(FCM + "x"), Browser(FCM + "y")), answered(503), answered(201))
    assert (receipt.state, receipt.gone) == (MessageState.SENT, ())


def test_too_large_is_a_final_no():
    with pytest.raises(RefusedError) as refused:
        run(message(Browser(FCM + "x")), answered(413))
    assert (refused.value.code, refused.value.suppress) == ("413", False)


@pytest.mark.parametrize("status", [401, 403])
def test_a_service_that_does_not_know_us_stops_the_connection(status):
    with pytest.raises(MisconfiguredError, match=str(status)):
        run(message(Browser(FCM + "x")), answered(status, b"invalid token"))
    # it took another, so it is no fault of the connection's
    assert run(message(Browser(FCM + "x"), Browser(FCM + "y")), answered(status), answered(201))[1].state is MessageState.SENT


@pytest.mark.parametrize("status", [401, 403, 301, 400])
def test_an_endpoint_of_a_strangers_making_stops_no_connection(status):
    for endpoint in ("https://push.stranger.example/x", "https://fcm.googleapis.com.stranger.example/x", "https://evilgoogleapis.com/x"):
        with pytest.raises(RefusedError):
            run(message(Browser(endpoint)), answered(status))


@pytest.mark.parametrize(
    "said", [b"the VAPID credentials do not correspond to those used to create it", b'{"reason":"VapidPkHashMismatch"}']
)
def test_a_browser_that_subscribed_with_another_key_is_gone(said):
    _, receipt = run(message(Browser(FCM + "x")), answered(403, said))
    assert receipt.gone == (FCM + "x",)


def test_an_address_the_wire_may_not_call_is_gone_and_stops_nothing():
    inward = Browser("https://127.0.0.1/x")
    _, receipt = run(message(inward, Browser(FCM + "y")), MisconfiguredError("leads into a private network"), answered(201))
    assert (receipt.state, receipt.gone) == (MessageState.SENT, (inward.endpoint,))
    broken = message(Browser(FCM + "y"), devices=(Device(endpoint=FCM + "bad", p256dh="AA", auth="AA"),))
    flow = CHANNEL.send(broken, SETTINGS, NOW, "")
    with pytest.raises(StopIteration) as ended:
        next(flow)
    assert ended.value.value.gone == (FCM + "bad",)


def test_settings_that_are_none_are_the_merchants_to_mend():
    for changed in ({"private_key": "AAAA"}, {"private_key": to_text(b"\0" * 32)}, {"private_key": "ä"}, {"subject": "tech@shop.example"}):
        with pytest.raises(MisconfiguredError):
            run(message(Browser(FCM + "x")), settings={**SETTINGS, **changed})


@given(st.text(), st.text(), st.text(max_size=3000))
def test_what_is_shown_always_fits(subject, text, path):
    content = Rendered(subject=subject * 50, text=text * 200, link=Link(title="x", url=f"https://door.example/t/{path}"))
    browser = Browser(FCM + "x")
    written = payload_of(message(browser, content=content), SETTINGS)
    [request], _ = run(message(browser, content=content), answered(201))
    assert len(request.body) <= LARGEST_BODY
    assert browser.read(request.body) == written
    assert set(msgspec.json.decode(written)) == {"title", "body", "url", "tag", "lang", "icon"}


@given(st.text() | st.binary().map(lambda b: base64.urlsafe_b64encode(b).decode()), st.text())
def test_any_keys_are_read_or_are_bad_input(p256dh, auth):
    own = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(BadInputError):
        encrypted(b"x", Device(endpoint="https://push.example", p256dh=p256dh, auth=auth), b"s" * 16, own)


@given(st.binary(min_size=64, max_size=64))
def test_any_chance_makes_a_key(chance):
    assert len(from_text(new_key(chance))) == 32
    assert len(from_text(public_key({"private_key": new_key(chance)}))) == 65


def test_doorstep_makes_the_key_of_a_connection_and_keeps_one_that_is_given():
    one, other = (checked(CHANNEL, {"subject": "mailto:tech@shop.example"}) for _ in range(2))
    assert len(from_text(public_key(one))) == 65
    assert one["private_key"] != other["private_key"]
    assert one["tells"] == "order"
    assert checked(CHANNEL, {"subject": "mailto:x@y.example", "private_key": one["private_key"]})["private_key"] == one["private_key"]
    assert "private_key" in secret_names(CHANNEL)
    with pytest.raises(BadInputError, match="subject"):
        checked(CHANNEL, {})
