"""Chatwoot: what is asked of it, what its answers mean, what its webhooks say, and its signature."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from helpdesk_clouds import Chatwoot

from doorstep.domain.helpdesks import HeardKind, HelpdeskDeed, HelpdeskFile, HelpdeskOrder, HelpdeskPerson, HelpdeskTry, HelpdeskWords
from doorstep.domain.plugins import Raw, Response
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, RefusedError
from doorstep.helpdesks import helpdesk_named

NOW = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
SETTINGS = {"base_url": "https://desk.shop.example/", "account_id": "12", "inbox_id": "67", "api_access_token": "an-access-token"}
CHATWOOT = helpdesk_named("chatwoot")
ANA = HelpdeskPerson(key="doorstep-1-customer-12", name="Ana", phone="+34612345678", language="es")


def opening(**changes: object) -> HelpdeskOrder:
    order = HelpdeskOrder(
        deed=HelpdeskDeed.OPEN,
        key="doorstep-k1",
        person=ANA,
        subject="#1001: where is it",
        note="Handed over by Doorstep",
        note_key="doorstep-k1-note",
        words=(HelpdeskWords(key="doorstep-1-5", text="Where is it?"),),
        tags=("asked",),
        priority=1,
    )
    return msgspec.structs.replace(order, **changes)


def opened(cloud: Chatwoot, order: HelpdeskOrder | None = None, *, again: bool = False) -> str:
    receipt = cloud.run(CHATWOOT.open(HelpdeskTry(order or opening(), again=again), SETTINGS, NOW))
    return receipt.provider_id


def heard(body: bytes, settings: dict[str, str] = SETTINGS):
    return CHATWOOT.read(Raw(body=body), settings)


def test_a_contact_a_conversation_a_note_and_the_words_are_made():
    cloud = Chatwoot()
    assert opened(cloud) == "100"
    assert cloud.contacts == [{"id": 1, "name": "Ana", "identifier": ANA.key, "phone_number": ANA.phone}]
    [conversation] = cloud.conversations
    assert (conversation["priority"], conversation["custom_attributes"]) == ("high", {"doorstep_handover": "doorstep-k1"})
    assert [(m["content"], m["message_type"], m["private"]) for m in cloud.messages] == [
        ("Handed over by Doorstep", "outgoing", True),
        ("Where is it?", "incoming", False),
    ]
    assert all(one.url.startswith("https://desk.shop.example/api/v1/accounts/12/") for one in cloud.requests)
    assert all(one.guarded for one in cloud.requests)  # the merchant typed the address


def test_the_contact_is_found_by_our_key_and_an_address_that_is_anothers_is_theirs():
    cloud = Chatwoot()
    cloud.contacts.append({"id": 1, "name": "Ana", "identifier": ANA.key})
    opened(cloud)
    assert len(cloud.contacts) == 1
    other = Chatwoot()
    other.contacts.append({"id": 1, "name": "Ana López", "identifier": "crm-7", "phone_number": ANA.phone})
    opened(other)
    assert [one["contact_id"] for one in other.conversations] == [1]


def test_a_number_that_chatwoot_does_not_take_is_left_out():
    cloud = Chatwoot()
    cloud.instead[2] = Response(status=422, body=b'{"message": "Phone number should be in e164 format"}')
    opened(cloud)
    assert cloud.contacts == [{"id": 1, "name": "Ana", "identifier": ANA.key}]


def test_a_second_try_makes_only_what_is_missing():
    cloud = Chatwoot()
    opened(cloud)
    del cloud.messages[1:]
    assert opened(cloud, again=True) == "100"
    assert len(cloud.conversations) == len(cloud.contacts) == 1
    assert [m["source_id"] for m in cloud.messages] == ["doorstep-k1-note", "doorstep-1-5"]


def test_what_was_posted_before_is_found_on_later_pages():
    cloud = Chatwoot()
    opened(cloud)
    for n in range(45):
        cloud.says(f"word {n}")
    opened(cloud, again=True)
    assert len(cloud.messages) == 47


def test_words_with_files_leave_as_a_form():
    cloud = Chatwoot()
    file = HelpdeskFile(name='a "b"\r\n.jpg', content_type="image/jpeg", size=4, reply_id=5, position=0, content=b"\xff\xd8\r\n")
    opened(cloud, opening(words=(HelpdeskWords(key="doorstep-1-5", text="é", files=(file,)),)))
    [_, words] = cloud.messages
    assert words["content"] == "é"
    assert words["private"] is False
    assert words["source_id"] == "doorstep-1-5"
    [(name, kind, content)] = words["attachments"]
    assert (kind, content) == ("image/jpeg", b"\xff\xd8\r\n")
    assert name.endswith(".jpg")


def test_an_inbox_that_is_not_there_is_the_merchants_to_mend_and_a_conversation_that_is_gone_is_a_no():
    with pytest.raises(MisconfiguredError, match="67"):
        opened(Chatwoot(inbox=68))
    for flow in (CHATWOOT.say, CHATWOOT.note, CHATWOOT.close, CHATWOOT.reopen):
        with pytest.raises(RefusedError, match="7 any more"):
            Chatwoot().run(flow(HelpdeskTry(opening(remote_id="7")), SETTINGS, NOW))


def test_closing_and_reopening_turn_the_status():
    cloud = Chatwoot()
    order = opening(remote_id=opened(cloud))
    cloud.run(CHATWOOT.close(HelpdeskTry(order), SETTINGS, NOW))
    assert cloud.conversations[0]["status"] == "resolved"
    cloud.run(CHATWOOT.reopen(HelpdeskTry(order), SETTINGS, NOW))
    assert cloud.conversations[0]["status"] == "open"


def test_the_test_of_a_connection_asks_for_the_inbox_and_wants_one_of_the_kind_api():
    assert Chatwoot().run(CHATWOOT.probe(SETTINGS, NOW)).provider_text == "the inbox is Parcels"
    with pytest.raises(MisconfiguredError, match="no inbox 68"):
        Chatwoot().run(CHATWOOT.probe({**SETTINGS, "inbox_id": "68"}, NOW))
    cloud = Chatwoot()
    cloud.instead[1] = Response(status=200, body=b'{"id": 67, "name": "Site", "channel_type": "Channel::WebWidget"}')
    with pytest.raises(MisconfiguredError, match="WebWidget"):
        cloud.run(CHATWOOT.probe(SETTINGS, NOW))


def test_an_agents_word_is_heard_with_its_files_and_a_colleagues_apart():
    cloud = Chatwoot()
    opened(cloud)
    [said] = heard(cloud.says("Tomorrow", files=("https://desk.shop.example/x.png", "file:///etc/passwd")))
    assert (said.kind, said.remote_id, said.key, said.text, said.agent) == (HeardKind.SAID, "100", "doorstep-k1", "Tomorrow", "Marta")
    assert [file.url for file in said.files] == ["https://desk.shop.example/x.png"]
    [noted] = heard(cloud.says("hm", private=True))
    assert noted.kind is HeardKind.NOTED


def test_our_own_words_other_inboxes_and_other_events_are_nothing():
    cloud = Chatwoot()
    opened(cloud)
    for message in cloud.messages:
        assert heard(cloud.webhook(message)) == ()
    said = cloud.says("Tomorrow")
    assert heard(said, {**SETTINGS, "inbox_id": "68"}) == ()
    for event in ("conversation_typing_on", "contact_created", "message_updated", "webwidget_triggered"):
        assert heard(json.dumps({**json.loads(said), "event": event}).encode()) == ()
    for kind in ("template", "activity", "incoming"):
        assert heard(json.dumps({**json.loads(said), "message_type": kind}).encode()) == ()


def test_only_what_was_resolved_is_reopened():
    cloud = Chatwoot()
    opened(cloud)
    assert [one.kind for one in heard(cloud.turns("resolved", "open"))] == [HeardKind.RESOLVED]
    assert [one.kind for one in heard(cloud.turns("open", "resolved"))] == [HeardKind.REOPENED]
    assert heard(cloud.turns("open", "pending")) == ()
    assert [(one.kind, one.agent) for one in heard(cloud.assigns("Marta"))] == [(HeardKind.ASSIGNED, "Marta")]


@pytest.mark.parametrize("change", [{"id": None}, {"private": None}, {"conversation": {}}, {"event": 7}])
def test_a_message_of_which_something_is_missing_is_bad_input(change: dict[str, object]):
    cloud = Chatwoot()
    opened(cloud)
    body = json.loads(cloud.says("Tomorrow")) | change
    with pytest.raises(BadInputError):
        heard(json.dumps(body).encode())


def test_a_signature_is_asked_for_where_the_secret_is_known():
    body, at = b'{"event": "x"}', int(NOW.timestamp())
    headers = Chatwoot().signed(body, "s3cret", at)
    signed = {**SETTINGS, "webhook_secret": "s3cret"}
    CHATWOOT.verify(Raw(body=body), SETTINGS, NOW)
    CHATWOOT.verify(Raw(body=body, headers=headers), signed, NOW)
    assert CHATWOOT.delivery_id is not None
    assert CHATWOOT.delivery_id(Raw(body=body, headers=headers)) == "d1"
    wrong = [
        (Raw(body=body), NOW),
        (Raw(body=body + b" ", headers=headers), NOW),
        (Raw(body=body, headers=headers), NOW + timedelta(hours=2)),
        (Raw(body=body, headers=Chatwoot().signed(body, "another", at)), NOW),
        (Raw(body=body, headers={**headers, "x-chatwoot-timestamp": "now"}), NOW),
        (Raw(body=body, headers={**headers, "x-chatwoot-timestamp": "9" * 30}), NOW),
    ]
    for raw, now in wrong:
        with pytest.raises(BadSignatureError):
            CHATWOOT.verify(raw, signed, now)


def test_the_page_of_a_conversation_is_named():
    assert CHATWOOT.page("100", SETTINGS) == "https://desk.shop.example/app/accounts/12/conversations/100"
    assert CHATWOOT.page("100", {}) == ""
