"""Messenger: what is sent when, what each error leads to, and what its webhooks say; and any bytes at all."""

import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meta_wire import NOW, OUR_ID, answered, asked, graph_error, hook, message

from doorstep.channels import channel_named
from doorstep.channels.messenger.codes import BY_CODE
from doorstep.domain.messages import Approved, Choice, Link, Receipt, Rendered
from doorstep.domain.plugins import Inbound, Raw, Response
from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError

MESSENGER = channel_named("messenger")
LINK = Link(title="Track it", url="https://shop.example/t/abc")
APPROVED = Approved(name="doorstep_shipped", language="en_US", values=("Ana",), link_end="abc")
STAMP = 1764417600123


def choices(count: int, title: str = "") -> tuple[Choice, ...]:
    return tuple(Choice(choice_id=f"c{n}", title=title or f"Choice {n}") for n in range(count))


def test_within_the_window_a_text_is_a_response():
    request, body = asked("messenger", message("messenger"))
    assert (request.method, request.url) == ("POST", "https://graph.facebook.com/v25.0/104152438000001/messages")
    assert request.headers["authorization"] == "Bearer t0ken"
    assert "t0ken" not in request.url
    assert not request.repeatable
    assert body == {
        "recipient": {"id": "1254477777772919"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Your parcel is on its way.", "metadata": OUR_ID},
    }


@pytest.mark.parametrize("count", [1, 13])
def test_answers_are_quick_replies(count):
    _, body = asked("messenger", message("messenger", Rendered(text="When?", choices=choices(count))))
    assert body["message"]["text"] == "When?"
    replies = body["message"]["quick_replies"]
    assert [one["payload"] for one in replies] == [f"c{n}" for n in range(count)]
    assert {one["content_type"] for one in replies} == {"text"}


def test_a_link_is_a_button_below_the_text_beside_any_answers():
    _, body = asked("messenger", message("messenger", Rendered(text="On its way.", link=LINK, choices=choices(2))))
    payload = body["message"]["attachment"]["payload"]
    assert (payload["template_type"], payload["text"]) == ("button", "On its way.")
    assert payload["buttons"] == [{"type": "web_url", "url": LINK.url, "title": "Track it"}]
    assert len(body["message"]["quick_replies"]) == 2
    assert "text" not in body["message"]


@pytest.mark.parametrize("content", [Rendered(text="x" * 641, link=LINK), Rendered(text="x", link=Link(title="y" * 21, url=LINK.url))])
def test_a_link_whose_button_has_no_room_stands_below_the_text(content):
    _, body = asked("messenger", message("messenger", content))
    assert body["message"]["text"] == f"{content.text}\n\n{content.link.url}"


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (Rendered(text=" "), Remedy.SWITCH),
        (Rendered(text="x" * 2001), Remedy.SWITCH),
        (Rendered(text="x", choices=choices(14)), Remedy.FIX),
        (Rendered(text="x", choices=choices(1, "t" * 21)), Remedy.FIX),
        (Rendered(text="x", choices=(Choice(choice_id="a", title=" "),)), Remedy.FIX),
        (Rendered(text="x", choices=(Choice(choice_id="i" * 1001, title="t"),)), Remedy.FIX),
    ],
)
def test_what_is_over_a_limit_is_refused_before_the_call(content, remedy):
    with pytest.raises(RefusedError) as refused:
        asked("messenger", message("messenger", content))
    assert refused.value.remedy is remedy


@pytest.mark.parametrize("until", [None, NOW, NOW - timedelta(days=1)])
def test_outside_the_window_an_approved_template_goes_as_a_utility_message(until):
    content = Rendered(text="ignored", choices=choices(1), approved=APPROVED)
    _, body = asked("messenger", message("messenger", content, window_until=until))
    assert body["messaging_type"] == "UTILITY"
    template = body["message"]["template"]
    assert (template["name"], template["language"]) == ("doorstep_shipped", {"code": "en_US"})
    assert [one["type"] for one in template["components"]] == ["body", "buttons"]
    assert [one["type"] for one in template["components"][1]["parameters"]] == ["POSTBACK", "URL"]
    assert "tag" not in json.dumps(body)
    assert "HUMAN_AGENT" not in json.dumps(body)


@pytest.mark.parametrize(
    "one",
    [
        message("messenger", window_until=None),
        message("messenger", Rendered(text="x", approved=APPROVED), window_until=None, purpose=Purpose.MARKETING),
    ],
)
def test_outside_the_window_without_a_template_another_channel_is_tried(one):
    with pytest.raises(RefusedError, match="the 24-hour window is closed and no approved template") as refused:
        asked("messenger", one)
    assert (refused.value.remedy, refused.value.suppress) == (Remedy.SWITCH, False)


def test_a_message_that_is_taken_is_sent_under_its_id():
    receipt = answered("messenger", 200, {"recipient_id": "1254477777772919", "message_id": "m_A"})
    assert (receipt.message_id, receipt.provider_id, receipt.state) == (OUR_ID, "m_A", MessageState.SENT)
    for body in (b"", b"{}", b"<html>", {"recipient_id": "1"}, {"recipient_id": "7", "message_id": "m_A"}):
        with pytest.raises(UnknownOutcomeError):
            answered("messenger", 200, body)


_RAISES = {
    Remedy.RETRY: TryLaterError,
    Remedy.STOP: MisconfiguredError,
    Remedy.SWITCH: RefusedError,
    Remedy.FIX: RefusedError,
    Remedy.SUPPRESS: RefusedError,
}


@pytest.mark.parametrize("key", sorted(BY_CODE))
@pytest.mark.parametrize("status", [400, 403, 500])
def test_each_error_code_has_its_remedy_whatever_the_http_status(key, status):
    code, _, subcode = key.partition(":")
    meaning = BY_CODE[key]
    with pytest.raises(_RAISES[meaning.remedy]) as raised:
        answered("messenger", status, graph_error(int(code), int(subcode) if subcode else None))
    assert meaning.meaning in str(raised.value)
    if isinstance(raised.value, RefusedError):
        assert raised.value.suppress is (meaning.remedy is Remedy.SUPPRESS)
        assert raised.value.remedy is meaning.remedy


@pytest.mark.parametrize(
    ("code", "subcode", "remedy"),
    [
        (10, 2018278, Remedy.SWITCH),
        (10, None, Remedy.STOP),
        (10, 5, Remedy.STOP),
        (190, 460, Remedy.STOP),
        (200, 1545041, Remedy.SWITCH),
        (200, None, Remedy.STOP),
        (551, 1545041, Remedy.SWITCH),
        (551, None, Remedy.SWITCH),
        (613, None, Remedy.RETRY),
        (100, 2018001, Remedy.SUPPRESS),
        (100, None, Remedy.SWITCH),
        (100, 12345, Remedy.SWITCH),
    ],
)
def test_a_subcode_says_more_than_its_code(code, subcode, remedy):
    with pytest.raises(_RAISES[remedy]) as raised:
        answered("messenger", 400, graph_error(code, subcode))
    if isinstance(raised.value, RefusedError):
        assert raised.value.remedy is remedy


def heard(*events: dict[str, Any], **entry: Any) -> Inbound:
    assert MESSENGER.read
    whole = {"object": "page", "entry": [{"id": "PAGE", "time": STAMP, "messaging": list(events), **entry}]}
    return MESSENGER.read(hook(whole), {})


def event(**content: Any) -> dict[str, Any]:
    return {"sender": {"id": "PSID"}, "recipient": {"id": "PAGE"}, "timestamp": STAMP, **content}


def test_a_message_is_a_reply_with_its_files_and_what_it_answers():
    files = [
        {"type": "image", "payload": {"url": "https://cdn.example/1.jpg"}},
        {"type": "fallback", "payload": None},
        {"type": "template", "payload": {"url": "https://x.example"}},
        {"type": "location", "payload": {"coordinates": {"lat": 1, "long": 2}}},
    ]
    said = {"mid": "m_1", "text": "Where is it?", "reply_to": {"mid": "m_0"}, "attachments": files}
    (reply,) = heard(event(message=said)).replies
    assert (reply.channel, reply.sender, reply.to, reply.text) == (ChannelKind.MESSENGER, "PSID", "PAGE", "Where is it?")
    assert (reply.provider_id, reply.answers, reply.choice) == ("m_1", ("m_0",), "")
    assert [(one.name, one.url) for one in reply.attachments] == [("image", "https://cdn.example/1.jpg")]
    assert reply.at == datetime.fromtimestamp(STAMP / 1000, UTC)


def test_a_quick_reply_and_a_postback_are_choices():
    (reply,) = heard(event(message={"mid": "m_1", "text": "Friday", "quick_reply": {"payload": "friday"}})).replies
    assert (reply.choice, reply.text) == ("friday", "Friday")
    (reply,) = heard(event(postback={"mid": "m_2", "title": "Friday", "payload": "friday"})).replies
    assert (reply.choice, reply.text, reply.provider_id) == ("friday", "Friday", "m_2")
    (of_template,) = heard(event(postback={"mid": "m_3", "title": "Friday", "payload": "choice_friday"})).replies
    assert (of_template.choice, of_template.text) == ("friday", "Friday")
    (old,) = heard(event(postback={"title": "Start", "payload": "GET_STARTED", "referral": {"ref": "ad"}})).replies
    (other,) = heard(event(timestamp=STAMP + 1, postback={"title": "Start", "payload": "GET_STARTED"})).replies
    assert old.provider_id != other.provider_id
    assert old.choice == "GET_STARTED"


def test_a_reaction_answers_what_it_is_put_to():
    (reply,) = heard(event(reaction={"mid": "m_0", "action": "react", "emoji": "❤", "reaction": "love"})).replies
    assert (reply.text, reply.answers) == ("❤", ("m_0",))
    assert heard(event(reaction={"mid": "m_0", "action": "unreact"})).replies == ()


def test_our_own_echo_proves_that_a_message_left_and_any_other_says_nothing():
    ours = {"mid": "m_9", "is_echo": True, "app_id": 1, "text": "On its way.", "metadata": OUR_ID}
    found = heard(event(message=ours))
    assert found.replies == ()
    (receipt,) = found.receipts
    assert (receipt.message_id, receipt.provider_id, receipt.state) == (OUR_ID, "m_9", MessageState.SENT)
    assert heard(event(message={"mid": "m_9", "is_echo": True, "text": "typed by hand"})) == Inbound()
    assert heard(event(message={"mid": "m_9", "is_echo": True, "metadata": "another app's"})) == Inbound()


def test_a_delivery_tells_of_the_messages_it_names():
    found = heard(event(delivery={"mids": ["m_1", "m_2", 7, ""], "watermark": STAMP}))
    assert found.receipts == tuple(
        Receipt(
            message_id=None,
            provider_id=mid,
            state=MessageState.REACHED,
            provider_code="delivery",
            at=datetime.fromtimestamp(STAMP / 1000, UTC),
        )
        for mid in ("m_1", "m_2")
    )
    (read,) = heard(event(read={"mids": ["m_1"], "watermark": STAMP})).receipts
    assert read.state is MessageState.READ


@pytest.mark.parametrize(
    "said",
    [
        {"delivery": {"watermark": STAMP}},
        {"read": {"watermark": STAMP}},
        {"read": {"watermark": STAMP, "mids": None}},
        {"referral": {"ref": "summer", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
        {"message": {"mid": "m_1", "is_deleted": True}},
        {"account_linking": {"status": "linked"}},
    ],
)
def test_a_mark_of_time_without_ids_and_what_is_no_utterance_say_nothing(said):
    assert heard(event(**said)) == Inbound()


def test_what_another_app_hears_is_left_to_it():
    assert heard(standby=[event(message={"mid": "m_1", "text": "hello"})]) == Inbound()


def test_news_of_templates_and_of_the_pages_standing_are_told():
    value = {"event": "APPROVED", "message_template_name": "n", "message_template_language": "en", "reason": "NONE"}
    (news,) = heard(changes=[{"field": "message_template_status_update", "value": value}]).templates
    assert (news.name, news.language, news.status) == ("n", "en", "approved")
    blocked = heard({"recipient": {"id": "PAGE"}, "timestamp": STAMP, "policy_enforcement": {"action": "block", "reason": "spam"}})
    assert (blocked.fault, blocked.stops) == ("Meta has blocked the page's messages: spam", True)
    warned = heard(event(policy_enforcement={"action": "warning"}))
    assert warned.fault
    assert not warned.stops
    assert heard(event(policy_enforcement={"action": "unblock"})) == Inbound()


def test_several_entries_and_events_are_all_read():
    assert MESSENGER.read
    events = [event(message={"mid": f"m_{n}", "text": str(n)}) for n in range(3)] + [event(delivery={"mids": ["m_x"]})]
    entry = {"id": "PAGE", "messaging": events}
    found = MESSENGER.read(hook({"object": "page", "entry": [entry, entry]}), {})
    assert (len(found.replies), len(found.receipts)) == (6, 2)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"object": "instagram", "entry": []}', b'{"object": "page", "entry": {}}'])
def test_what_is_not_a_pages_is_bad_input(body):
    assert MESSENGER.read
    with pytest.raises(BadInputError):
        MESSENGER.read(hook(body), {})


_KEYS = ["messaging", "changes", "message", "sender", "id", "mid", "delivery", "mids", "watermark", "postback", "timestamp", "reaction"]
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=20,
)


@given(entries=st.lists(_ANY, max_size=3), body=st.binary())
def test_any_document_is_read_and_any_bytes_are_read_or_bad_input(entries, body):
    assert MESSENGER.read
    MESSENGER.read(hook({"object": "page", "entry": entries}), {})
    with suppress(BadInputError):
        MESSENGER.read(hook(body), {})


def test_a_signature_fits_these_bytes_and_this_secret_alone():
    assert MESSENGER.verify
    body = b'{"object":"page","entry":[]}'
    raw = Raw(body=body, headers={"x-hub-signature-256": f"sha256={hmac.digest(b's3cret', body, hashlib.sha256).hex()}"})
    MESSENGER.verify(raw, {"app_secret": "s3cret"}, NOW)
    with pytest.raises(BadSignatureError):
        MESSENGER.verify(raw, {"app_secret": "other"}, NOW)


def test_the_probe_tells_the_pages_name():
    assert MESSENGER.probe

    def probed(status: int, body: bytes) -> Receipt:
        assert MESSENGER.probe
        flow = MESSENGER.probe({"page_id": "1", "access_token": "t"}, NOW)
        assert next(flow).method == "GET"  # type: ignore[union-attr]
        with pytest.raises(StopIteration) as stop:
            flow.send(Response(status=status, body=body))
        receipt: Receipt = stop.value.value
        return receipt

    assert "Teapots" in probed(200, b'{"id": "1", "name": "Teapots"}').provider_text
    with pytest.raises(MisconfiguredError):
        probed(200, b"{}")
    with pytest.raises(MisconfiguredError):
        probed(400, json.dumps(graph_error(190)).encode())
