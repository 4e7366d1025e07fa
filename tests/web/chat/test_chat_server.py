"""The chat's routes: what is written is kept once and becomes a reply, what is said arrives live, and no stranger sees or does anything."""

import asyncio
import base64
import json

import httpx
import pytest
from chat_house import BASE, PNG, SECRET, SHOP, customer_token, events

from doorstep.channels.web_chat.files import MOST_BYTES
from doorstep.steps.chat import Mark
from doorstep.steps.work import utc_now


async def test_what_a_visitor_writes_becomes_a_reply_and_is_answered(talk):
    ana = await talk.visitor()
    assert (await ana.write("Where is my parcel?", "first-message-1")).status_code == 202
    written, asked = await ana.said(2)
    assert (written["mine"], written["text"], written["client_id"]) == (True, "Where is my parcel?", "first-message-1")
    assert "mine" not in asked
    assert asked["text"].startswith("So that I can look it up: what is the order number")
    assert asked["machine"] is True
    (row,) = await talk.fetch("select * from reply where merchant_id = $1", talk.ours[0])
    assert (row["channel"], row["sender"], row["text"]) == ("chat", ana.name, "Where is my parcel?")
    (raw,) = await talk.fetch("select body from inbox where merchant_id = $1", talk.ours[0])
    assert b"Where is my parcel?" in raw["body"]


async def test_the_same_message_sent_again_is_said_once(talk):
    ana = await talk.visitor()
    for _ in range(3):
        assert (await ana.write("Hello", "the-same-id")).status_code == 202
    await ana.write("Hello again", "another-id")
    await ana.said(4)
    await asyncio.sleep(0.5)
    lines = await ana.lines()
    assert [line["text"] for line in lines if line.get("mine")] == ["Hello", "Hello again"]
    assert len(lines) == 4  # and one answer to each


async def test_two_visitors_may_use_the_same_id(talk):
    ana, bo = await talk.visitor(), await talk.visitor()
    await ana.write("I am Ana", "the-same-id")
    await bo.write("I am Bo", "the-same-id")
    assert (await ana.said(1))[0]["text"] == "I am Ana"
    assert (await bo.said(1))[0]["text"] == "I am Bo"


async def test_what_is_said_arrives_as_an_event_and_again_from_the_last_one(talk):
    ana = await talk.visitor()
    async with talk.client.stream("GET", f"/chat/{ana.key}/events", headers=ana.headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["access-control-allow-origin"] == SHOP
        await asyncio.sleep(0.3)
        said = await talk.say(ana.name, "One moment please", choices=(("yes", "Yes"),), link=("Your parcel", "https://shop.example/t"))
        (event,) = await events(answer, 1)
    (line,) = json.loads(event["data"])
    assert (line["id"], line["text"]) == (said, "One moment please")
    assert line["choices"] == [{"choice_id": "yes", "title": "Yes", "about": ""}]
    assert line["link"] == {"title": "Your parcel", "url": "https://shop.example/t"}
    await ana.write("Thank you")
    await ana.said(2)
    async with talk.client.stream("GET", f"/chat/{ana.key}/events", headers=ana.headers | {"last-event-id": event["id"]}) as answer:
        (after,) = await events(answer, 1)
    assert "Thank you" in [line["text"] for line in json.loads(after["data"])]


async def test_a_mark_gives_what_came_after_it(talk):
    ana = await talk.visitor()
    await ana.write("One")
    await ana.said(2)
    mark = (await ana.get("messages")).json()["mark"]
    await ana.write("Two")

    async def came():
        return [line for line in await ana.lines(mark) if line.get("mine")]

    assert [line["text"] for line in await talk.until(came)] == ["Two"]


@pytest.mark.parametrize("text", ["", "x", "1", "-1.5", "1.-5", "999999999999999999999.1", "1.999999999999999", "٣.٣"])
def test_any_mark_is_read(text, now):
    listener = Mark.read(text).listener(1, "v", now)
    assert listener[:2] == (1, "v")


async def test_what_the_visitor_has_and_has_seen_becomes_receipts(talk):
    ana = await talk.visitor()
    said = await talk.say(ana.name, "Hello")
    await ana.said(1)
    assert (await ana.post("read", {"reached": [said]})).status_code == 204
    state = "select state from message where merchant_id = $1 and message_id = $2::uuid"
    assert (await talk.fetch(state, talk.ours[0], said))[0]["state"] == "reached"
    await ana.post("read", {"read": [said, "nonsense", said]})
    assert (await talk.fetch(state, talk.ours[0], said))[0]["state"] == "read"
    assert (await ana.lines())[0]["seen"] is True
    assert [r["state"] for r in await talk.fetch("select state from receipt where merchant_id = $1 order by receipt_id", talk.ours[0])] == [
        "reached",
        "read",
    ]


async def test_a_choice_is_bound_to_its_message(talk):
    ana = await talk.visitor()
    said = await talk.say(ana.name, "Shall we?", choices=(("reschedule", "Another day"), ("keep", "Cancel")))
    await ana.said(1)
    await ana.write("Cancel", choice="keep", answers=said)
    lines = await ana.said(3)
    assert (lines[1]["choice"], lines[1]["answers"]) == ("keep", said)
    assert lines[2]["machine"] is True
    assert (await talk.fetch("select keyword from reply where merchant_id = $1", talk.ours[0]))[0]["keyword"] == ""


async def test_files_are_kept_as_what_they_are_and_given_back_to_be_saved(talk):
    ana, bo = await talk.visitor(), await talk.visitor()
    sent = [{"name": "../a/photo<1>.html", "content": base64.b64encode(PNG).decode()}]
    assert (await ana.write("", files=sent)).status_code == 202
    line = (await ana.said(1))[0]
    assert line["files"] == [{"name": "photo<1>.html", "size": len(PNG)}]
    path = f"files/{line['id'][1:]}/0"
    answer = await ana.get(path)
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (await bo.get(path)).status_code == 404
    assert (await ana.get(f"files/{line['id'][1:]}/1")).status_code == 404
    (row,) = await talk.fetch("select * from reply_file where merchant_id = $1", talk.ours[0])
    assert (row["content"], row["content_type"]) == (PNG, "image/png")


async def test_files_of_many_megabytes_are_taken(talk):
    ana = await talk.visitor()
    big = base64.b64encode(b"%PDF-1.7" + b"0" * 3_000_000).decode()
    answer = await ana.write("Two letters", files=[{"name": "a.pdf", "content": big}, {"name": "b.pdf", "content": big}])
    assert answer.status_code == 202
    assert [file["size"] for file in (await ana.said(1))[0]["files"]] == [3_000_008] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"files": [{"name": "a.png", "content": base64.b64encode(b"<svg onload=alert(1)>").decode()}]},
        {"files": [{"name": "a.pdf", "content": base64.b64encode(b"%PDF-1.7" + b"0" * MOST_BYTES).decode()}]},
        {"files": [{"name": "a.png", "content": base64.b64encode(PNG).decode()}] * 4},
        {"files": [{"name": "a.png", "content": "no base64!"}]},
        {"text": "x" * 4001},
        {"text": " \n\x00 "},
        {"text": 7},
        {"id": "short", "text": "x"},
        {"id": "x" * 65, "text": "x"},
    ],
)
async def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(talk, wrong):
    ana = await talk.visitor()
    answer = await ana.post("messages", {"id": "a-good-id-1", **wrong})
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert not await talk.fetch("select 1 from inbox where merchant_id = $1", talk.ours[0])


async def test_another_visitors_and_another_merchants_token_see_nothing(talk):
    ana, bo = await talk.visitor(), await talk.visitor()
    await ana.write("My secret")
    await ana.said(2)
    assert await bo.lines() == []
    elsewhere = {"origin": "https://vega.example"}
    for path in ("messages", "events", "files/1/0"):
        answer = await talk.client.get(f"/chat/{talk.theirs[2]}/{path}", headers=ana.headers | elsewhere)
        assert answer.status_code == 401, path
    for path in ("messages", "read", "typing"):
        answer = await talk.client.post(
            f"/chat/{talk.theirs[2]}/{path}", json={"id": "a-good-id-1", "text": "x"}, headers=ana.headers | elsewhere
        )
        assert answer.status_code == 401, path
    resumed = await talk.client.post(f"/chat/{talk.theirs[2]}/session", json={"token": ana.token}, headers=elsewhere)
    assert resumed.json()["new"] is True
    assert resumed.json()["token"] != ana.token


async def test_a_stranger_marks_no_message_of_anothers(talk):
    ana, bo = await talk.visitor(), await talk.visitor()
    said = await talk.say(ana.name, "For Ana")
    await ana.said(1)
    assert (await bo.post("read", {"read": [said]})).status_code == 204
    assert not await talk.fetch("select 1 from receipt where merchant_id = $1", talk.ours[0])
    await bo.write("Yes", choice="yes", answers=said)
    await bo.said(1)
    assert (await talk.fetch("select message_id from reply where merchant_id = $1 and sender = $2", talk.ours[0], bo.name))[0][
        "message_id"
    ] is None


@pytest.mark.parametrize("token", ["-", "x", "é", "a" * 2000])
async def test_without_a_token_of_ours_nothing_is_told(talk, token):
    headers = {"authorization": f"Bearer {token}".encode()}
    for path in ("messages", "events"):
        assert (await talk.client.get(f"/chat/{talk.ours[2]}/{path}", headers=headers)).status_code == 401


async def test_a_key_of_nobody_and_a_paused_chat_are_not_found(talk):
    for key in ("x", "a" * 60, (await talk.visitor()).token):
        assert (await talk.client.get(f"/chat/{key}/look")).status_code == 404
    async with talk.house.database.system() as tx:
        await tx.execute("update connection set state = 'paused' where merchant_id = $1", talk.ours[0])
    await talk.house.directory.refresh(talk.house.database, utc_now(), force=True)
    assert (await talk.client.get(f"/chat/{talk.ours[2]}/look")).status_code == 404


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "SHOP.evil.example", "https://vega.example"])
async def test_another_site_may_not_show_the_chat(talk, origin):
    origin = origin.replace("SHOP", SHOP)
    ana = await talk.visitor()
    for method, path in (("GET", "look"), ("GET", "messages"), ("POST", "session"), ("POST", "messages"), ("OPTIONS", "messages")):
        answer = await talk.client.request(method, f"/chat/{talk.ours[2]}/{path}", headers=ana.headers | {"origin": origin})
        assert answer.status_code == 403, (method, path)
        assert "access-control-allow-origin" not in answer.headers


async def test_a_page_of_another_site_that_hides_its_origin_gets_nothing(talk):
    ana = await talk.visitor()
    async with httpx.AsyncClient(base_url=BASE, trust_env=False) as bare:
        for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
            answer = await bare.get(f"/chat/{talk.ours[2]}/messages", headers=ana.headers | {"sec-fetch-site": site})
            assert answer.status_code == status
    assert (await talk.client.get(f"/chat/{talk.ours[2]}/look", headers={"origin": BASE})).status_code == 200


async def test_a_preflight_tells_what_may_be_sent(talk):
    answer = await talk.client.options(f"/chat/{talk.ours[2]}/messages")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert answer.headers["vary"] == "origin"
    assert "access-control-allow-credentials" not in answer.headers


async def test_the_hook_takes_nothing(talk):
    ((hook,),) = await talk.fetch("select hook_token from connection where merchant_id = $1", talk.ours[0])
    forged = {"doorstep": "chat 1", "visitor": "v1", "client_id": "abcdefgh", "at": "2026-11-29T12:00:00Z", "text": "x"}
    assert (await talk.client.post(f"/hooks/web_chat/{hook}", json=forged)).status_code == 401


async def test_a_customer_the_shop_vouches_for_is_known_everywhere(talk):
    one = await talk.visitor(customer=customer_token())
    other = await talk.visitor(customer=customer_token())
    assert one.name == other.name
    rows = await talk.fetch("select kind, value, verified_how from customer_identity where merchant_id = $1 order by kind", talk.ours[0])
    assert [(r["kind"], r["value"]) for r in rows] == [("chat", one.name), ("email", "ana@mail.example"), ("phone", "+34600000001")]
    assert {r["verified_how"] for r in rows} == {"signed by the shop"}
    await one.write("Hello")
    written, greeted = await other.said(2)
    assert (written["mine"], "mine" in greeted) == (True, False)
    assert "order number" not in greeted["text"]  # nobody is asked who they are
    somebody = await talk.visitor(customer=customer_token(sub="c-78", email="", phone_number=""))
    assert somebody.name != one.name
    assert await somebody.lines() == []


@pytest.mark.parametrize(
    "token",
    [
        customer_token("another-secret-than-the-one-we-share"),
        customer_token(exp=1_700_000_000),
        customer_token(exp=4_000_000_000),
        customer_token(header={"alg": "none"}),
        customer_token(sub=""),
        customer_token(exp="soon"),
        customer_token().rsplit(".", 1)[0] + ".",
        customer_token() + "x",
        "a.b.c",
        "ü.ü.ü",
    ],
)
async def test_a_customer_the_shop_does_not_vouch_for_gets_no_session(talk, token):
    answer = await talk.client.post(f"/chat/{talk.ours[2]}/session", json={"customer": token})
    assert answer.status_code == 400
    assert SECRET not in answer.text
    assert not await talk.fetch("select 1 from customer_identity where merchant_id = $1", talk.ours[0])


async def test_what_the_shop_says_is_not_verified_is_not_learnt(talk):
    await talk.visitor(customer=customer_token(email_verified=False, phone_number="600 1"))
    rows = await talk.fetch("select kind from customer_identity where merchant_id = $1", talk.ours[0])
    assert [row["kind"] for row in rows] == ["chat"]


async def test_a_token_that_ended_or_is_another_keys_begins_anew(talk):
    ana = await talk.visitor()
    assert (await talk.client.post(f"/chat/{talk.ours[2]}/session", json={"token": ana.token})).json() == {"token": ana.token, "new": False}
    fresh = await talk.client.post(f"/chat/{talk.ours[2]}/session", json={"token": "old"})
    assert fresh.json()["new"] is True


async def test_too_many_of_one_network_wait(talk):
    for _ in range(40):
        await talk.visitor()
    answer = await talk.client.post(f"/chat/{talk.ours[2]}/session", json={})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["access-control-allow-origin"] == SHOP


async def test_too_many_words_wait(talk):
    ana = await talk.visitor()
    answers = [(await ana.write(f"word {n}")).status_code for n in range(32)]
    assert answers[:30] == [202] * 30
    assert answers[-1] == 429


async def test_a_visitor_listens_with_so_many_pages_only_and_a_page_that_left_counts_no_more(talk):
    ana = await talk.visitor()
    hub = talk.app.state.chat
    async with httpx.AsyncClient(base_url=BASE, headers={"origin": SHOP}, trust_env=False) as client:
        streams = [client.stream("GET", f"/chat/{ana.key}/events", headers=ana.headers) for _ in range(8)]
        for one in streams:
            assert (await one.__aenter__()).status_code == 200
        assert (await client.get(f"/chat/{ana.key}/events", headers=ana.headers)).status_code == 503
        for one in streams:
            await one.__aexit__(None, None, None)

    async def gone():
        return not hub._ears

    await talk.until(gone)


async def test_typing_of_ours_is_told_and_kept_nowhere(talk):
    ana, bo = await talk.visitor(), await talk.visitor()
    async with talk.client.stream("GET", f"/chat/{ana.key}/events", headers=ana.headers) as answer:
        await asyncio.sleep(0.3)
        assert (await bo.post("typing", {})).status_code == 204
        assert (await ana.post("typing", {})).status_code == 204
        (event,) = await events(answer, 1)
    assert (event["event"], json.loads(event["data"])) == ("typing", {"who": "you"})


@pytest.mark.parametrize(("language", "word"), [("es", "Enviar"), ("pt-BR", "Enviar"), ("hi", "भेजें"), ("xx", "Send"), ("", "Send")])
async def test_the_chat_speaks_the_pages_language_and_says_first_that_it_is_an_assistant(talk, language, word):
    look = (await talk.client.get(f"/chat/{talk.ours[2]}/look", params={"lang": language})).json()
    assert look["words"]["send"] == word
    assert "Lantern & Loom" in look["lines"][0]
    assert look["lines"][1] == "Ask us about your order."
    assert look["colour"] == "#7a3b2e"
    assert [one["choice_id"] for one in look["starts"]] == ["talk.where", "talk.return", "talk.human"]
    assert all(0 < len(one["title"]) <= 30 for one in look["starts"])


async def test_the_script_is_small_and_asked_for_again_only_when_it_changed(talk):
    answer = await talk.client.get("/chat.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) < 16_000
    assert (await talk.client.get("/chat.js", headers={"if-none-match": answer.headers["etag"]})).status_code == 304
