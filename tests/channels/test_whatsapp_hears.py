"""WhatsApp's webhooks: statuses, every type of message, people without a number, templates, the account; and any bytes at all."""

import hashlib
import hmac
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from meta_wire import NOW, OUR_ID, change, hook

from doorstep.channels import channel_named
from doorstep.channels.whatsapp.codes import BY_CODE
from doorstep.domain.messages import Cost, Location, Reply, TemplateNews
from doorstep.domain.plugins import Inbound, Raw
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

WHATSAPP = channel_named("whatsapp")
SAMPLES = Path(__file__).parents[3] / "shared/data/channels/whatsapp"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="needs ../shared/data, which is not in the repository")
META = {"display_phone_number": "+1 555-078-3881", "phone_number_id": "106540352242922"}
ANA = {"profile": {"name": "Ana"}, "wa_id": "34600000001", "user_id": "ES.13491208655302741918", "parent_user_id": "ES.ENT.7"}


def heard(document: Any) -> Inbound:
    assert WHATSAPP.read
    return WHATSAPP.read(hook(document), {})


def said(message: dict[str, Any], *contacts: dict[str, Any]) -> Inbound:
    value = {"messaging_product": "whatsapp", "metadata": META, "contacts": list(contacts), "messages": [message]}
    return heard(change(value))


def one(kind: str, content: Any = None, **rest: Any) -> Reply:
    fields = {"from": "34600000001", "id": "wamid.IN", "timestamp": "1764417600", "type": kind}
    (reply,) = said({**fields, **({kind: content} if content is not None else {}), **rest}, ANA).replies
    return reply


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"pywa_updates__{name}.json").read_text())
    return found


def status(word: str, **rest: Any) -> dict[str, Any]:
    fields = {"id": "wamid.OUT", "status": word, "timestamp": "1698266945", "recipient_id": "34600000001"}
    return change({"messaging_product": "whatsapp", "metadata": META, "statuses": [{**fields, **rest}]})


@pytest.mark.parametrize(
    ("word", "state"),
    [("sent", MessageState.SENT), ("delivered", MessageState.REACHED), ("read", MessageState.READ), ("played", MessageState.READ)],
)
def test_a_status_is_a_receipt_of_our_message_with_its_time_and_its_price(word, state):
    pricing = {"billable": True, "pricing_model": "PMP", "category": "utility"}
    (receipt,) = heard(status(word, biz_opaque_callback_data=OUR_ID, pricing=pricing)).receipts
    assert (receipt.message_id, receipt.provider_id, receipt.state) == (OUR_ID, "wamid.OUT", state)
    assert receipt.at == datetime.fromtimestamp(1698266945, UTC)
    assert receipt.cost == Cost(category="utility", billable=True)
    assert receipt.address == "+34600000001"
    assert (receipt.suppress, receipt.remedy) == (None, None)


def test_a_status_says_no_more_than_it_does():
    (receipt,) = heard(status("sent", biz_opaque_callback_data="somebody else's", timestamp="soon")).receipts
    assert (receipt.message_id, receipt.at, receipt.cost) == (None, None, None)
    (receipt,) = heard(status("sent", pricing={"billable": False})).receipts
    assert receipt.cost == Cost(billable=False)
    assert heard(status("warming_up")).receipts == ()
    assert heard(status("RINGING", type="call")).receipts == ()


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_failure_says_what_follows_from_its_code(code):
    errors = [{"code": int(code), "title": "t", "message": "m", "error_data": {"details": "to +34600000001"}}]
    (receipt,) = heard(status("failed", errors=errors)).receipts
    assert (receipt.state, receipt.remedy) == (MessageState.REFUSED, BY_CODE[code].remedy)
    assert receipt.provider_code == f"failed {code}"
    assert receipt.provider_text == BY_CODE[code].meaning
    assert receipt.suppress == ("unsubscribed" if code == "131050" else None)


def test_a_failure_nobody_knows_is_told_without_the_address_and_the_next_channel_is_tried():
    errors = [{"code": 999, "title": "t", "error_data": {"details": "cannot write to +34600000001"}}]
    (receipt,) = heard(status("failed", errors=errors)).receipts
    assert (receipt.state, receipt.remedy, receipt.suppress) == (MessageState.REFUSED, Remedy.SWITCH, None)
    assert "34600000001" not in receipt.provider_text
    (bare,) = heard(status("failed")).receipts
    assert bare.remedy is Remedy.SWITCH


def test_a_text_is_a_reply_of_whoever_wrote_it():
    reply = one("text", {"body": "Where is it?"}, context={"from": "15550783881", "id": "wamid.OUT"})
    assert reply == Reply(
        channel=ChannelKind.WHATSAPP,
        sender="+34600000001",
        to="+15550783881",
        text="Where is it?",
        provider_id="wamid.IN",
        at=datetime.fromtimestamp(1764417600, UTC),
        answers=("wamid.OUT",),
        sender_name="Ana",
        also=(("bsuid", "ES.13491208655302741918"), ("bsuid", "ES.ENT.7")),
    )


def test_a_person_without_a_number_is_known_by_the_id_meta_gives():
    hidden = {"profile": {"name": "Ana"}, "user_id": "ES.1", "parent_user_id": "ES.ENT.7"}
    message = {"from_user_id": "ES.1", "id": "wamid.IN", "timestamp": "1764417600", "type": "text", "text": {"body": "Hi"}}
    (reply,) = said(message, hidden).replies
    assert (reply.sender, reply.sender_name, reply.also) == ("ES.1", "Ana", (("bsuid", "ES.ENT.7"),))
    del message["from_user_id"]
    (reply,) = said(message, hidden).replies
    assert reply.sender == "ES.1"
    assert said(message).replies == ()


def test_a_name_is_given_to_nobody_else():
    stranger = {"profile": {"name": "Bob"}, "wa_id": "34600000002"}
    message = {"from": "34600000001", "id": "wamid.IN", "timestamp": "1764417600", "type": "text", "text": {"body": "Hi"}}
    (reply,) = said(message, stranger).replies
    assert (reply.sender_name, reply.also) == ("", ())
    (reply,) = said(message, stranger, ANA).replies
    assert reply.sender_name == "Ana"


@pytest.mark.parametrize(
    ("wa_id", "sender", "also"),
    [
        ("5215512345678", "+525512345678", (("phone", "+5215512345678"),)),
        ("525512345678", "+525512345678", ()),
        ("551187654321", "+5511987654321", (("phone", "+551187654321"),)),
        ("551132654321", "+551132654321", ()),
        ("5511987654321", "+5511987654321", ()),
        ("5491123456789", "+5491123456789", ()),
    ],
)
def test_a_number_is_written_as_people_of_its_country_write_it(wa_id, sender, also):
    message = {"from": wa_id, "id": "wamid.IN", "timestamp": "1764417600", "type": "text", "text": {"body": "Hi"}}
    (reply,) = said(message).replies
    assert (reply.sender, reply.also) == (sender, also)


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
def test_a_press_on_a_button_or_a_line_is_the_choice(kind):
    reply = one("interactive", {"type": kind, kind: {"id": "reschedule", "title": "Another day"}}, context={"id": "wamid.OUT"})
    assert (reply.choice, reply.text, reply.answers) == ("reschedule", "Another day", ("wamid.OUT",))


def test_a_press_on_a_templates_quick_reply_is_the_choice():
    reply = one("button", {"payload": "reschedule", "text": "Another day"}, context={"id": "wamid.OUT"})
    assert (reply.choice, reply.text, reply.answers) == ("reschedule", "Another day", ("wamid.OUT",))


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_a_file_comes_with_its_id_its_type_and_its_caption(kind):
    content = {
        "id": "65463453",
        "mime_type": "application/pdf",
        "caption": "the label",
        "filename": "label.pdf",
        "url": "https://m.example/x",
    }
    reply = one(kind, content)
    (attachment,) = reply.attachments
    assert (attachment.media_id, attachment.content_type, attachment.name) == ("65463453", "application/pdf", "label.pdf")
    assert attachment.url == "https://m.example/x"
    assert reply.text == "the label"
    assert one(kind, {"id": "1"}).attachments[0].name == kind


def test_a_place_comes_with_its_degrees():
    reply = one("location", {"latitude": 40.4, "longitude": -3.7, "name": "Sol", "address": "Puerta del Sol"})
    assert reply.location == Location(latitude=40.4, longitude=-3.7, name="Sol", address="Puerta del Sol")
    assert reply.text == "Sol"
    assert one("location", {"latitude": 140, "longitude": 1}).location is None
    assert one("location", {"latitude": "x"}).location is None


def test_a_reaction_answers_what_it_is_put_to_and_taken_back_it_says_nothing():
    reply = one("reaction", {"message_id": "wamid.OUT", "emoji": "👍"})
    assert (reply.text, reply.answers) == ("👍", ("wamid.OUT",))
    for empty in ({"message_id": "wamid.OUT", "emoji": ""}, {"message_id": "wamid.OUT"}):
        assert said({"from": "34600000001", "id": "w", "type": "reaction", "reaction": empty}, ANA).replies == ()


def test_cards_and_orders_are_told_as_text():
    reply = one("contacts", [{"name": {"formatted_name": "Bea"}, "phones": [{"phone": "+1 555"}]}, {"name": {"formatted_name": "Leo"}}])
    assert reply.text == "Bea +1 555\nLeo"
    reply = one("order", {"text": "please", "product_items": [{"product_retailer_id": "TEAPOT", "quantity": 2}]})
    assert reply.text == "please\n2 x TEAPOT"


def test_a_corrected_message_is_said_anew_about_the_first():
    reply = one("edit", {"original_message_id": "wamid.FIRST", "message": {"type": "text", "text": {"body": "On Friday"}}})
    assert (reply.text, reply.answers, reply.provider_id) == ("On Friday", ("wamid.FIRST",), "wamid.IN")
    reply = one("edit", {"original_message_id": "wamid.FIRST", "message": {"type": "image", "image": {"id": "1", "caption": "this"}}})
    assert (reply.text, reply.attachments[0].media_id) == ("this", "1")


@pytest.mark.parametrize("kind", ["unsupported", "interactive", "poll_of_a_later_year"])
def test_what_we_cannot_read_is_an_empty_reply_so_that_somebody_looks(kind):
    reply = one(kind)
    assert (reply.text, reply.choice, reply.sender) == ("", "", "+34600000001")


@pytest.mark.parametrize(
    "message",
    [
        {"type": "revoke", "revoke": {"original_message_id": "wamid.X"}},
        {"type": "request_welcome"},
        {"type": "system", "system": {"type": "customer_identity_changed", "body": "User identity changed"}},
        {"type": "text", "text": {"body": "hi all"}, "group_id": "G1"},
        {"type": "text", "text": {"body": "no id"}, "id": ""},
    ],
)
def test_what_is_no_utterance_to_us_is_none(message):
    assert said({"from": "34600000001", "id": "wamid.IN", "timestamp": "1764417600", **message}, ANA).replies == ()


def test_a_new_number_is_told_beside_the_old_one_and_so_is_a_new_id():
    reply = one("system", {"type": "user_changed_number", "wa_id": "34600000009", "user_id": "ES.9", "body": "Ana changed"})
    assert (reply.sender, reply.text) == ("+34600000001", "")
    assert reply.also == (("phone", "+34600000009"), ("bsuid", "ES.9"))
    message = {"from_user_id": "ES.1", "id": "w", "type": "system", "system": {"type": "user_changed_user_id", "user_id": "ES.2"}}
    (reply,) = said(message).replies
    assert (reply.sender, reply.also) == ("ES.1", (("bsuid", "ES.2"),))


@pytest.mark.parametrize(("value", "keyword"), [("stop", "stop_marketing"), ("resume", "start_marketing")])
def test_marketing_switched_off_in_whatsapp_is_told_as_such(value, keyword):
    told = {"wa_id": "34600000001", "detail": "d", "category": "marketing_messages", "value": value, "timestamp": 1731705721}
    (reply,) = heard(change({"metadata": META, "contacts": [ANA], "user_preferences": [told]}, "user_preferences")).replies
    assert (reply.keyword, reply.sender, reply.text) == (keyword, "+34600000001", "")
    assert reply.at == datetime.fromtimestamp(1731705721, UTC)
    assert reply.also == (("bsuid", "ES.13491208655302741918"),)
    other = told | {"timestamp": 1731705722}
    (again,) = heard(change({"metadata": META, "user_preferences": [other]}, "user_preferences")).replies
    assert again.provider_id != reply.provider_id
    for nothing in (told | {"value": "signup"}, told | {"category": "calls"}, told | {"wa_id": ""}):
        assert heard(change({"metadata": META, "user_preferences": [nothing]}, "user_preferences")).replies == ()


def template(field: str, **value: Any) -> TemplateNews:
    fields = {"message_template_id": 1, "message_template_name": "doorstep_shipped", "message_template_language": "en_US"}
    (news,) = heard(change({**fields, **value}, field)).templates
    assert (news.name, news.language) == ("doorstep_shipped", "en_US")
    return news


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("APPROVED", "approved"),
        ("REJECTED", "rejected"),
        ("PAUSED", "paused"),
        ("DISABLED", "disabled"),
        ("PENDING", "pending"),
        ("IN_APPEAL", "pending"),
        ("REINSTATED", "approved"),
        ("PENDING_DELETION", "disabled"),
        ("FLAGGED", ""),
        ("SOMETHING_NEW", ""),
    ],
)
def test_what_became_of_a_template_is_news(event, status):
    assert template("message_template_status_update", event=event, reason="NONE").status == status


def test_news_of_a_template_come_with_their_reason_and_category():
    rejected = template(
        "message_template_status_update",
        event="REJECTED",
        reason="INVALID_FORMAT",
        message_template_category="UTILITY",
        rejection_info={"reason": "Variables stand beside each other."},
    )
    assert (rejected.reason, rejected.category) == ("Variables stand beside each other.", "utility")
    assert template("message_template_status_update", event="REJECTED", reason="SCAM").reason == "SCAM"
    moved = template("template_category_update", previous_category="UTILITY", new_category="MARKETING")
    assert (moved.category, moved.status) == ("marketing", "")
    soon = template("template_category_update", correct_category="MARKETING")
    assert (soon.category, soon.reason) == ("", "is going to be marketing")
    assert template("message_template_quality_update", new_quality_score="YELLOW").reason == "quality yellow"
    assert template("message_template_components_update", message_template_element="x").reason


@pytest.mark.parametrize(
    ("value", "stops"),
    [
        ({"event": "ACCOUNT_DELETED"}, True),
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}, True),
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, False),
        ({"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}, False),
        ({"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}}, False),
    ],
)
def test_what_is_wrong_with_the_account_is_told(value, stops):
    found = heard(change(value, "account_update"))
    assert found.fault
    assert found.stops is stops


@pytest.mark.parametrize(
    "value", [{"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, {"event": "AD_ACCOUNT_LINKED"}, {}]
)
def test_what_is_not_wrong_is_not(value):
    assert heard(change(value, "account_update")) == Inbound()


def test_an_error_of_no_single_message_is_the_accounts():
    found = heard(change({"metadata": META, "errors": [{"code": 131042, "title": "payment"}]}))
    assert "payment" in found.fault
    assert found.stops
    assert not heard(change({"metadata": META, "errors": [{"code": 130429, "title": "rate"}]})).stops


def test_several_entries_changes_messages_and_statuses_are_all_read():
    value = {
        "metadata": META,
        "contacts": [ANA],
        "messages": [{"from": "34600000001", "id": f"wamid.{n}", "type": "text", "text": {"body": str(n)}} for n in range(2)],
        "statuses": [{"id": f"wamid.o{n}", "status": "sent", "timestamp": "1", "recipient_id": "1"} for n in range(3)],
    }
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}, {"field": "calls", "value": value}]}
    found = heard({"object": "whatsapp_business_account", "entry": [entry, entry, {"id": "2"}]})
    assert (len(found.replies), len(found.receipts)) == (4, 6)


def test_what_the_shop_wrote_by_hand_is_nobodys_reply():
    value = {"metadata": META, "message_echoes": [{"from": "1", "to": "2", "id": "w", "type": "text", "text": {"body": "x"}}]}
    assert heard(change(value, "smb_message_echoes")) == Inbound()


@needs_samples
def test_every_sample_of_a_message_says_what_it_says():
    for name in ("message", "callback_button", "callback_selection", "edited_message", "flow_completion"):
        for what, document in sample(name).items():
            found = heard(document)
            assert len(found.replies) == (0 if what.startswith("unreaction") else 1), (name, what)
            for reply in found.replies:
                assert reply.sender.startswith("+")
                assert reply.provider_id
                assert reply.at
                if what in {"button", "quick_reply", "quick_reply_without_context", "callback", "description"}:
                    assert (reply.choice, reply.text) == ("callback_data", "title")


@needs_samples
def test_every_other_sample_is_read_and_the_ones_that_say_nothing_to_us_say_nothing():
    for file in sorted(SAMPLES.glob("pywa_updates__*.json")):
        for what, document in json.loads(file.read_text()).items():
            found = heard(document)
            said_something = bool(found.receipts or found.replies or found.templates or found.fault)
            if "template_" in file.name:
                assert len(found.templates) == 1, what
            if "message_status" in file.name:
                assert len(found.receipts) == 1, what
            if "updates__call_" in file.name and "permission" not in file.name:
                assert not said_something, what
            if "deleted" in file.name or "outgoing" in file.name:
                assert not said_something, what


@needs_samples
def test_the_samples_of_a_changed_number_and_of_marketing_resumed_are_read():
    (reply,) = heard(sample("system")["phone_number_change"]).replies
    assert (reply.sender, reply.also) == ("+972987654321", (("phone", "+972912345678"),))
    assert heard(sample("system")["identity_change"]).replies == ()
    assert [r.keyword for r in heard(sample("user_marketing_preferences")["resume"]).replies] == ["start_marketing"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KEYS = [
    "field",
    "value",
    "messages",
    "statuses",
    "contacts",
    "errors",
    "user_preferences",
    "metadata",
    "type",
    "id",
    "from",
    "text",
    "event",
]
_SHAPED = st.recursive(
    _JSON, lambda inner: st.dictionaries(st.sampled_from(_KEYS), inner | st.lists(inner, max_size=2), max_size=6), max_leaves=25
)


@given(entries=st.lists(st.dictionaries(st.just("changes"), st.lists(_SHAPED, max_size=3)), max_size=3))
def test_any_document_is_read(entries):
    found = heard({"object": "whatsapp_business_account", "entry": entries})
    assert all("\0" not in reply.text + reply.sender for reply in found.replies)


@needs_samples
@given(st.data())
def test_a_sample_with_any_part_replaced_is_read(data):
    document = data.draw(st.sampled_from(list(sample("message").values()) + list(sample("message_status").values())))
    document = json.loads(json.dumps(document))
    place: Any = document["entry"][0]["changes"][0]
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            place[key] = data.draw(_JSON)
            break
        place = place[key]
    heard(document)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"object": "page", "entry": []}', b'{"object": "whatsapp_business_account"}']
)
def test_what_is_not_whatsapps_is_bad_input(body):
    with pytest.raises(BadInputError):
        heard(body)


@given(st.binary())
def test_any_bytes_are_read_or_bad_input(body):
    with suppress(BadInputError):
        heard(body)


def test_a_signature_fits_these_bytes_and_this_secret_alone():
    assert WHATSAPP.verify
    body = b'{"object":"whatsapp_business_account","entry":[],"text":"\\u00e9"}'

    def signed(key: bytes, content: bytes = body) -> Raw:
        return Raw(body=content, headers={"x-hub-signature-256": f"sha256={hmac.digest(key, body, hashlib.sha256).hex()}"})

    WHATSAPP.verify(signed(b"s3cret"), {"app_secret": "s3cret"}, NOW)
    for wrong in (signed(b"other"), signed(b"s3cret", body + b" "), Raw(body=body), Raw(body=body, headers={"x-hub-signature-256": "é"})):
        with pytest.raises(BadSignatureError):
            WHATSAPP.verify(wrong, {"app_secret": "s3cret"}, NOW)
    with pytest.raises(MisconfiguredError):
        WHATSAPP.verify(signed(b"s3cret"), {}, NOW)
