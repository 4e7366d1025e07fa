"""Zendesk: what is asked of it, what its answers mean, what its webhooks say, and its signature."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from helpdesk_clouds import Zendesk

from doorstep.domain.helpdesks import HeardKind, HelpdeskDeed, HelpdeskFile, HelpdeskOrder, HelpdeskPerson, HelpdeskTry, HelpdeskWords
from doorstep.domain.plugins import Raw, Response
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, RefusedError, TryLaterError
from doorstep.helpdesks import helpdesk_named

NOW = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
SETTINGS = {"subdomain": "shop", "email": "agent@shop.example", "api_token": "a-token", "signing_secret": "a-signing-secret"}
ZENDESK = helpdesk_named("zendesk")
ANA = HelpdeskPerson(key="doorstep-1-customer-12", name="Ana", email="ana@customer.example", phone="+34612345678")


def opening(**changes: object) -> HelpdeskOrder:
    order = HelpdeskOrder(
        deed=HelpdeskDeed.OPEN,
        key="doorstep-k1",
        person=ANA,
        subject="#1001: " + "where is it " * 30,
        note="Handed over by Doorstep",
        note_key="doorstep-k1-note",
        words=(HelpdeskWords(key="doorstep-1-5", text="Where is it?"),),
        tags=("asked",),
        priority=0,
    )
    return msgspec.structs.replace(order, **changes)


def opened(cloud: Zendesk, order: HelpdeskOrder | None = None, *, again: bool = False) -> str:
    return cloud.run(ZENDESK.open(HelpdeskTry(order or opening(), again=again), SETTINGS, NOW)).provider_id


def said(cloud: Zendesk, text: str, key: str, *, again: bool = False) -> None:
    order = opening(remote_id="500", words=(HelpdeskWords(key=key, text=text),))
    cloud.run(ZENDESK.say(HelpdeskTry(order, again=again), SETTINGS, NOW))


def heard(body: bytes):
    return ZENDESK.read(Raw(body=body), SETTINGS)


def test_a_user_without_addresses_a_ticket_and_the_words_are_made():
    cloud = Zendesk()
    assert opened(cloud) == "500"
    [user], [ticket] = cloud.users, cloud.tickets
    assert user == {"id": 9000, "name": "Ana", "external_id": ANA.key, "details": "ana@customer.example\n+34612345678"}
    assert (ticket["external_id"], ticket["priority"], ticket["tags"]) == ("doorstep-k1", "urgent", ["doorstep", "asked"])
    assert len(ticket["subject"]) == 150
    assert [(c["body"], c["public"], c.get("author_id")) for c in cloud.comments()] == [
        ("Handed over by Doorstep", False, None),
        ("Where is it?", True, 9000),
    ]


def test_a_second_try_finds_the_ticket_by_its_external_id_though_the_key_has_run_out():
    cloud = Zendesk()
    opened(cloud)
    cloud.keys.clear()
    assert opened(cloud, again=True) == "500"
    assert len(cloud.tickets) == 1
    assert len(cloud.comments()) == 2


def test_a_second_try_says_only_what_is_missing_however_many_audits_there_are():
    cloud = Zendesk()
    opened(cloud)
    said(cloud, "Hello?", "doorstep-1-6")
    for n in range(250):
        cloud.audits.append({"id": 8000 + n, "ticket_id": 500, "metadata": {"system": {}}, "comment": {"body": "", "public": False}})
    said(cloud, "Hello?", "doorstep-1-6", again=True)
    said(cloud, "Are you there?", "doorstep-1-7", again=True)
    assert [c["body"] for c in cloud.comments() if c["public"]] == ["Where is it?", "Hello?", "Are you there?"]


def test_a_ticket_that_waits_is_open_again_once_the_customer_writes_and_a_new_one_stays_new():
    cloud = Zendesk()
    opened(cloud)
    said(cloud, "Hello?", "doorstep-1-6")
    assert cloud.tickets[0]["status"] == "new"
    cloud.tickets[0]["status"] = "pending"
    said(cloud, "Hello?", "doorstep-1-7")
    assert cloud.tickets[0]["status"] == "open"


def test_files_are_uploaded_and_named_in_the_comment():
    cloud = Zendesk()
    file = HelpdeskFile(name="my box.jpg", content_type="image/jpeg", size=2, reply_id=5, position=0, content=b"\xff\xd8")
    opened(cloud, opening(words=(HelpdeskWords(key="doorstep-1-5", text="", files=(file,)),)))
    [_, comment] = cloud.comments()
    assert comment["uploads"] == ["upload-0"]
    assert cloud.uploads == {"upload-0": ("my box.jpg", b"\xff\xd8")}


def test_a_note_is_private_and_closing_solves():
    cloud = Zendesk()
    order = opening(remote_id=opened(cloud), note="Not sent", note_key="doorstep-k1-n2")
    for again in (False, True):
        cloud.run(ZENDESK.note(HelpdeskTry(order, again=again), SETTINGS, NOW))
    assert [c["body"] for c in cloud.comments() if not c["public"]] == ["Handed over by Doorstep", "Not sent"]
    cloud.run(ZENDESK.close(HelpdeskTry(order), SETTINGS, NOW))
    assert cloud.tickets[0]["status"] == "solved"
    cloud.run(ZENDESK.reopen(HelpdeskTry(order), SETTINGS, NOW))
    assert cloud.tickets[0]["status"] == "open"


def test_a_ticket_that_is_gone_or_closed_for_good_is_a_no():
    for flow in (ZENDESK.say, ZENDESK.note, ZENDESK.close, ZENDESK.reopen):
        with pytest.raises(RefusedError, match="no ticket 7"):
            Zendesk().run(flow(HelpdeskTry(opening(remote_id="7")), SETTINGS, NOW))
    cloud = Zendesk()
    opened(cloud)
    cloud.tickets[0]["status"] = "closed"
    with pytest.raises(RefusedError, match="422"):
        said(cloud, "Hello?", "doorstep-1-6")


def test_a_conflict_and_too_many_calls_are_tried_again():
    for status, after in ((409, None), (429, 37.0), (503, 37.0)):
        cloud = Zendesk()
        cloud.instead[1] = Response(status=status, headers={"Retry-After": "37"} if after else {})
        with pytest.raises(TryLaterError) as told:
            opened(cloud)
        assert told.value.after_s == after


def test_an_oauth_token_takes_the_place_of_a_login_and_without_either_nothing_is_asked():
    cloud = Zendesk()
    cloud.login = "Bearer an-oauth-token"
    login = {"subdomain": "shop", "oauth_token": "an-oauth-token"}
    assert cloud.run(ZENDESK.probe(login, NOW)).provider_text == "the login is an agent's"
    for settings in ({"subdomain": "shop"}, {"subdomain": "shop", "api_token": "t"}, {**SETTINGS, "subdomain": "evil.example/x"}):
        with pytest.raises(MisconfiguredError):
            Zendesk().run(ZENDESK.probe(settings, NOW))


def test_an_end_users_login_is_the_merchants_to_mend():
    cloud = Zendesk()
    cloud.instead[1] = Response(status=200, body=b'{"user": {"id": null, "role": "end-user"}}')
    with pytest.raises(MisconfiguredError, match="end-user"):
        cloud.run(ZENDESK.probe(SETTINGS, NOW))


def test_an_agents_comment_is_heard_and_a_customers_is_our_own():
    cloud = Zendesk()
    opened(cloud)
    [told] = heard(cloud.says("Tomorrow", ident="c1"))
    assert (told.kind, told.remote_id, told.key, told.message_id, told.agent) == (HeardKind.SAID, "500", "doorstep-k1", "c1", "Marta")
    assert told.at == datetime(2026, 11, 18, 11, 5, 0, 123456, tzinfo=UTC)
    assert [one.kind for one in heard(cloud.says("hm", ident="c2", public=False))] == [HeardKind.NOTED]
    assert heard(cloud.says("Where is it?", ident="c3", staff=False)) == ()
    [file] = heard(cloud.links("a1", "c1", "https://shop.zendesk.com/attachments/token/x/"))
    assert (file.kind, file.of, file.message_id) == (HeardKind.FILE, "c1", "file a1")


def test_solved_and_closed_are_one_end_and_only_what_was_solved_is_reopened():
    cloud = Zendesk()
    opened(cloud)
    assert [one.kind for one in heard(cloud.turns("solved", "open"))] == [HeardKind.RESOLVED]
    assert heard(cloud.turns("closed", "solved")) == ()
    assert [one.kind for one in heard(cloud.turns("open", "solved"))] == [HeardKind.REOPENED]
    assert heard(cloud.turns("pending", "open")) == ()
    assert [one.kind for one in heard(cloud.event("agent_assignment_changed", {"current": "1", "previous": None}))] == [HeardKind.ASSIGNED]


def test_other_tickets_and_other_events_are_nothing():
    cloud = Zendesk()
    opened(cloud)
    told = json.loads(cloud.says("Tomorrow", ident="c1"))
    for key in (None, "", "crm-7"):
        assert heard(json.dumps({**told, "detail": {**told["detail"], "external_id": key}}).encode()) == ()
    for kind in ("zen:event-type:ticket.tags_changed", "zen:event-type:user.created", "zen:event-type:ticket.csat_received"):
        assert heard(json.dumps({**told, "type": kind}).encode()) == ()


@pytest.mark.parametrize("comment", [{}, {"id": None}, {"is_public": "yes"}])
def test_a_comment_of_which_something_is_missing_is_bad_input(comment: dict[str, object]):
    cloud = Zendesk()
    opened(cloud)
    told = json.loads(cloud.says("Tomorrow", ident="c1"))
    whole = {"author": {"is_staff": True}, "id": "c1", "is_public": True} | comment if comment else {"author": {"is_staff": True}}
    with pytest.raises(BadInputError):
        heard(json.dumps({**told, "event": {"comment": whole}}).encode())


def test_the_signature_is_checked_over_time_and_body():
    body, at = b'{"type": "x"}', "2026-11-18T11:00:10Z"
    headers = Zendesk().signed(body, SETTINGS["signing_secret"], at)
    ZENDESK.verify(Raw(body=body, headers=headers), SETTINGS, NOW)
    wrong = [
        (Raw(body=body), NOW),
        (Raw(body=body + b" ", headers=headers), NOW),
        (Raw(body=body, headers=headers), NOW + timedelta(hours=2)),
        (Raw(body=body, headers=Zendesk().signed(body, "another", at)), NOW),
        (Raw(body=body, headers=Zendesk().signed(body, SETTINGS["signing_secret"], "now")), NOW),
    ]
    for raw, now in wrong:
        with pytest.raises(BadSignatureError):
            ZENDESK.verify(raw, SETTINGS, now)
    with pytest.raises(MisconfiguredError, match="signing_secret"):
        ZENDESK.verify(Raw(body=body, headers=headers), {"subdomain": "shop"}, NOW)


def test_the_page_of_a_ticket_is_named():
    assert ZENDESK.page("500", SETTINGS) == "https://shop.zendesk.com/agent/tickets/500"
    assert ZENDESK.page("500", {"subdomain": "evil.example/"}) == ""
