"""Conversations, customers and imports at the desk: answered, marked, merged, split, taken back; and that a stranger reaches none of it."""

import re
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from desk_clients import csrf_of, entered
from page_shops import HOSTILE, NOW, fill
from page_talks import PHONE, hear, talk

from doorstep.domain.messages import Cost, Receipt, Reply
from doorstep.domain.vocabulary import ChannelKind, MessageState, Remedy
from doorstep.steps.directory import Directory
from doorstep.store import conversations, desk, people, receipts, recipients
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer

STRANGER = "+34699999999"


@pytest.fixture(scope="module")
async def shop(filled):
    """A shop of this file's own: these forms change it."""
    database = await Database.open(filled[0], most=4)
    directory = Directory(Sealer(b"k" * 32), "https://doorstep.example")
    made = await fill(database, directory, "talks", "Talks & Co")
    await talk(database, directory, made)
    await database.close()
    return made


@pytest.fixture
async def member(app, house, shop):
    """An agent of the shop."""
    client = await entered(app, shop.member)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


@pytest.fixture
async def stranger(app, house, theirs):
    client = await entered(app, theirs.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


def once_in(text):
    return re.search(r'name="once" value="([^"]+)"', text)[1]


async def answers(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return await tx.fetch(
            "select recipient, text, subject, channel from message where merchant_id = $1 and trigger = 'reply.answer' order by created_at",
            shop.merchant_id,
        )


async def changes(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return [(row["action"], row["detail"], row["email"]) for row in await desk.changes(tx, shop.merchant_id, 200)]


async def test_an_answer_is_sent_once_noted_and_shown(member, house, shop):
    path = f"/desk/inbox/{shop.talk_ids[shop.email]}"
    form = member.csrf | {"once": once_in((await member.get(path)).text), "text": "On Friday,\r\nthen. \U0001f469\u200d\U0001f373"}
    for _ in range(2):
        answer = await member.post(f"{path}/answer", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=sent")
    [row] = await answers(house, shop)
    assert (row["recipient"], row["text"], row["channel"]) == (shop.email, "On Friday,\nthen. \U0001f469\u200d\U0001f373", "email")
    assert row["subject"].startswith("Re: ")
    assert ("answer", f"conversation {shop.talk_ids[shop.email]}", shop.member) in await changes(house, shop)
    text = (await member.get(f"{path}?done=sent")).text
    assert "On Friday,\nthen." in text
    assert "Your answer is on its way." in text
    other = await member.post(f"{path}/answer", data=form | {"text": "Other words"})
    assert other.status_code == 422
    assert "This form was sent before with another text" in other.text
    assert "Other words</textarea>" in other.text
    assert once_in(other.text) != form["once"]
    for wrong in ({"text": " "}, {"text": "x" * 4001}, {"once": ""}, {"once": HOSTILE}):
        assert (await member.post(f"{path}/answer", data=form | {"once": "another"} | wrong)).status_code in {400, 422}
    assert len(await answers(house, shop)) == 1


async def test_an_answer_that_cannot_be_sent_is_refused_with_a_sentence_and_its_text_kept(member, house, shop):
    path = f"/desk/inbox/{shop.talk_ids[STRANGER]}"
    text = (await member.get(path)).text
    assert "takes free text only for 24 hours" in text
    assert 'name="text"' not in text
    refused = await member.post(f"{path}/answer", data=member.csrf | {"once": "late", "text": "Too late"})
    assert refused.status_code == 409
    assert "takes free text only for 24 hours" in refused.text
    assert "Too late</textarea>" in refused.text
    assert STRANGER not in {row["recipient"] for row in await answers(house, shop)}
    path = f"/desk/inbox/{shop.talk_ids[PHONE]}"
    assert "Free text" in (await member.get(path)).text
    owner = await entered(member._transport.app, shop.owner)
    csrf = {"csrf": await csrf_of(owner)}
    state = f"/desk/connections/{shop.connection_ids['whatsapp']}/state"
    await owner.post(state, data=csrf | {"state": "paused"})
    assert "paused or removed" in (await member.get(path)).text
    await owner.post(state, data=csrf | {"state": "active"})
    await owner.aclose()
    assert 'name="text"' in (await member.get(path)).text


async def test_closed_taken_again_and_closed_with_an_answer(member, house, shop):
    number = shop.talk_ids[PHONE]
    link, path = f'href="/desk/inbox/{number}"', f"/desk/inbox/{number}"
    assert link in (await member.get("/desk/inbox")).text
    await member.post(f"{path}/close", data=member.csrf | {"reason": "nothing"})
    assert link not in (await member.get("/desk/inbox")).text
    assert f'href="/desk/inbox/{number}?view=everything"' in (await member.get("/desk/inbox?view=everything")).text
    assert (await member.post(f"{path}/close", data=member.csrf | {"reason": "nothing"})).status_code == 409
    await member.post(f"{path}/take", data=member.csrf)
    assert f'href="/desk/inbox/{number}?view=mine"' in (await member.get("/desk/inbox?view=mine")).text
    form = member.csrf | {"once": once_in((await member.get(path)).text), "text": "Yes.", "then": "close"}
    assert (await member.post(f"{path}/answer", data=form)).headers["location"] == f"{path}?done=closed-asked"
    assert link not in (await member.get("/desk/inbox")).text
    noted = {action for action, detail, _ in await changes(house, shop) if detail == f"conversation {number}"}
    assert noted == {"take_conversation", "close_conversation", "answer"}


async def test_old_addresses_lead_to_the_inbox(member, shop):
    number = shop.talk_ids[PHONE]
    assert (await member.get("/desk/conversations")).headers["location"] == "/desk/inbox"
    assert (await member.get("/desk/conversations?show=all")).headers["location"] == "/desk/inbox?view=everything"
    assert (await member.get(f"/desk/conversations/{number}")).headers["location"] == f"/desk/inbox/{number}"


@pytest.mark.parametrize("view", ["all", "everything"])
async def test_the_list_goes_on_where_a_page_ended(member, house, shop, view):
    for number in range(60):
        reply = Reply(
            channel=ChannelKind.SMS,
            sender=f"+346111111{number:02}",
            to="us",
            text=f"word {number}",
            provider_id=f"m{number}",
            at=NOW - timedelta(days=9, minutes=number // 4),
        )
        await hear(house.database, house.directory, shop, "console", reply)
    seen, path = [], f"/desk/inbox?view={view}"
    while path:
        text = (await member.get(path)).text
        seen += re.findall(r'class="entry [^"]*" href="/desk/inbox/(\d+)', text)
        path = (re.search(r'href="(/desk/inbox\?[^"]*after=[^"]+)"', text) or ["", ""])[1].replace("&amp;", "&")
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = await conversations.page(tx, shop.merchant_id, (NOW + timedelta(days=99), 0), 99, only_open=view == "all")
    assert len(seen) == len(set(seen)) > 60
    assert set(seen) == {str(row["conversation_id"]) for row in kept}
    if view == "everything":
        assert seen == [str(row["conversation_id"]) for row in kept]
    for after in ("x", "1", "1.x", "9" * 30 + ".1", "1." + "9" * 30, "\0.1", "²³.1", "0.2.5.1", "9.9.9"):
        assert (await member.get("/desk/inbox", params={"after": after, "view": view})).status_code == 200


async def test_a_file_is_saved_and_never_shown(member, theirs, app, shop):
    text = (await member.get(f"/desk/inbox/{shop.talk_ids[shop.email]}")).text
    path = f"/desk/replies/{shop.reply_id}/files/0"
    assert f'href="{path}" download' in text
    assert "/files/1" not in text  # the video lies with the provider
    answer = await member.get(path)
    assert answer.content == b"<script>1</script>"
    assert answer.headers["content-type"].startswith("application/octet-stream")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == "attachment; filename=\"door photo.html\"; filename*=UTF-8''door%20photo.html"
    assert "sandbox" in answer.headers["content-security-policy"]
    for wrong in ("/1", "/2", "/99999999999", "/-1"):
        assert (await member.get(path[:-2] + wrong)).status_code == 404
    hostile = await entered(app, theirs.owner)
    header = (await hostile.get(f"/desk/replies/{theirs.reply_id}/files/0")).headers["content-disposition"]
    assert header.isascii()
    assert re.fullmatch(r"attachment; filename=\"[\w. -]+\"; filename\*=UTF-8''[\w.%~-]+", header)
    assert (await hostile.get(path)).status_code == 404
    await hostile.aclose()


async def test_a_customer_is_found_by_any_of_their_names_and_by_id(member, shop):
    number = shop.customer_ids[shop.email]
    link = f'href="/desk/customers/{number}"'
    for words in (shop.email, shop.email.upper(), PHONE, "+34 600 000 001", str(number), f"#{number}"):
        assert link in (await member.get("/desk/customers", params={"q": words})).text, words
    text = (await member.get("/desk/customers", params={"q": f"{shop.slug}-1001@mail.example"})).text
    assert f'href="/desk/orders/{shop.order_ids[f"#{shop.slug}-1001"]}"' in text
    for words in ("", "nobody@nowhere.example", "9" * 30, "%", "\0", HOSTILE):
        answer = await member.get("/desk/customers", params={"q": words})
        assert answer.status_code == 200
        assert "<img" not in answer.text
    order = (await member.get(f"/desk/orders/{shop.order_ids[f'#{shop.slug}-1002']}")).text
    assert link in order


async def test_a_customers_page_tells_what_is_known_and_how(member, shop):
    text = (await member.get(f"/desk/customers/{shop.customer_ids[shop.email]}")).text
    for said in ("answered a message to it", "wrote from it", "Send me news", "Checkout", "was asked to confirm", "Review", "es"):
        assert said in text, said
    merged = (await member.get(f"/desk/customers/{shop.customer_ids[PHONE]}")).text
    assert "everything is there" in merged
    assert 'action="/desk/customers/' not in merged.replace("/desk/customers/changes", "")


async def test_a_merge_is_taken_back_a_split_made_and_merged_again_each_noted(member, house, shop):
    whole, part = shop.customer_ids[shop.email], shop.customer_ids[PHONE]
    back = await member.post(f"/desk/customers/changes/{shop.change_id}/back", data=member.csrf)
    assert back.headers["location"] == f"/desk/customers/{part}?done=back"
    assert (await member.post(f"/desk/customers/changes/{shop.change_id}/back", data=member.csrf)).status_code == 409
    form = member.csrf | {"other": str(part), "why": HOSTILE}
    assert (await member.post(f"/desk/customers/{whole}/merge", data=form)).headers["location"] == f"/desk/customers/{whole}?done=merged"
    text = (await member.get(f"/desk/customers/{whole}?done=merged")).text
    assert "<img" not in text
    assert shop.member in text
    made = await member.post(f"/desk/customers/{whole}/split", data=member.csrf | {"identity": f"phone {PHONE}", "why": "two"})
    alone = int(re.search(r"/desk/customers/(\d+)\?done=split", made.headers["location"])[1])
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert [one.value for one in await people.identities(tx, shop.merchant_id, alone)] == [PHONE]
        assert PHONE not in {one.value for one in await people.identities(tx, shop.merchant_id, whole)}
    noted = [(action, email) for action, _, email in await changes(house, shop) if "customer" in action]
    assert noted[:3] == [("split_customer", shop.member), ("merge_customers", shop.member), ("undo_customer_change", shop.member)]


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("merge", {"other": "", "why": "w"}, "Give the id"),
        ("merge", {"other": "x", "why": "w"}, "Give the id"),
        ("merge", {"other": "999999", "why": ""}, "Give the id"),
        ("merge", {"other": "999999", "why": "w"}, "There is no such customer"),
        ("split", {"why": ""}, "Say why"),
        ("split", {"why": "w"}, "Name at least one"),
        ("split", {"identity": "email nobody@nowhere.example", "why": "w"}, "Name at least one"),
    ],
)
async def test_what_cannot_be_merged_or_split_is_told(member, shop, path, form, said):
    answer = await member.post(f"/desk/customers/{shop.customer_ids[shop.email]}/{path}", data=member.csrf | form)
    assert answer.status_code == 422
    assert said in answer.text


async def test_typing_in_a_conversation_by_mail_is_taken_and_in_one_that_is_not_there_refused(member, shop):
    path = f"/desk/inbox/{shop.talk_ids[shop.email]}"
    assert (await member.post(f"{path}/typing", data={"csrf": await csrf_of(member)})).status_code == 204
    assert (await member.post("/desk/inbox/999999/typing", data={"csrf": await csrf_of(member)})).status_code == 404


async def test_a_stranger_answers_merges_splits_and_takes_back_nothing_of_ours(stranger, house, shop, theirs):
    csrf, number = stranger.csrf, shop.talk_ids[shop.email]
    mine, own = shop.customer_ids[shop.email], theirs.customer_ids[theirs.email]
    before = await answers(house, shop)
    for path, form in {
        f"/desk/inbox/{number}/answer": {"once": "s", "text": "forged"},
        f"/desk/inbox/{number}/close": {"reason": "spam"},
        f"/desk/inbox/{number}/take": {},
        f"/desk/inbox/{number}/give": {"to": "back"},
        f"/desk/inbox/{number}/snooze": {"until": "hour"},
        f"/desk/inbox/{number}/note": {"note": "forged"},
        f"/desk/inbox/{number}/typing": {},
        f"/desk/customers/{mine}/merge": {"other": str(own), "why": "forged"},
        f"/desk/customers/{mine}/split": {"identity": f"email {shop.email}", "why": "forged"},
        f"/desk/customers/changes/{shop.change_id}/back": {},
    }.items():
        assert (await stranger.post(path, data=csrf | form)).status_code == 404, path
    taken = await stranger.post(f"/desk/customers/{own}/merge", data=csrf | {"other": str(mine), "why": "forged"})
    assert taken.status_code == 422
    for words in (shop.email, str(mine)):
        assert f'href="/desk/customers/{mine}"' not in (await stranger.get("/desk/customers", params={"q": words})).text
    assert await answers(house, shop) == before
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert (await people.one(tx, shop.merchant_id, mine))["merged_into"] is None
        assert (await conversations.one(tx, shop.merchant_id, number))["open"]


async def test_a_file_of_suppressions_is_taken_and_its_bad_lines_named(app, member, house, shop, theirs):
    owner = await entered(app, shop.owner)
    csrf = {"csrf": await csrf_of(owner)}
    content = f"channel,address,reason\nemail,Gone@mail.example,bounced\nemail,{HOSTILE},stop\nsms,+34600111222,stop\n"
    answer = await owner.post("/desk/suppressions/import", data=csrf, files={"file": ("a.csv", content.encode(), "text/csv")})
    assert answer.status_code == 200
    assert "2 addresses are not written to any more; 2 of them were written to before." in answer.text
    assert '<td data-label="Line">3</td>' in answer.text
    assert "<img" not in answer.text
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert [one.reason for one in await recipients.suppressions_of(tx, shop.merchant_id, "gone@mail.example")] == ["bounced"]
    async with house.database.for_merchant(theirs.merchant_id) as tx:
        assert not await recipients.suppressions_of(tx, theirs.merchant_id, "gone@mail.example")
    assert "import_suppressions" in {action for action, _, _ in await changes(house, shop)}
    for file in (b"", b"\xff\xfe\x00", b"x" * 2_000_001):
        refused = await owner.post("/desk/suppressions/import", data=csrf, files={"file": ("a.csv", file, "text/csv")})
        assert refused.status_code == 422
        assert 'id="import-wrong"' in refused.text
    assert (await owner.post("/desk/suppressions/import", data=csrf | {"file": "no file"})).status_code == 422
    assert "/desk/suppressions/import" not in (await member.get("/desk/suppressions")).text
    await owner.aclose()


async def test_a_messages_page_tells_in_order_what_it_cost_and_what_became_of_it(member, house, shop):
    message_id = UUID(shop.message_id)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        for minutes, receipt in enumerate(
            (
                Receipt(message_id=None, provider_id=None, state=MessageState.READ, provider_code="open", machine=True),
                Receipt(
                    message_id=None,
                    provider_id=None,
                    state=MessageState.BOUNCED,
                    provider_code="5.1.1",
                    provider_text=HOSTILE,
                    remedy=Remedy.RETRY,
                    cost=Cost(amount="0.0075", currency="EUR", parts=2),
                ),
                Receipt(
                    message_id=None, provider_id=None, state=MessageState.CLICKED, url="https://shop.example/way?a=1&b=2", machine=False
                ),
            )
        ):
            at = NOW + timedelta(minutes=minutes + 1)
            await receipts.note(tx, shop.merchant_id, _of(receipt, message_id, at), at)
    text = (await member.get(f"/desk/messages/{shop.message_id}")).text
    told = re.findall(r"<strong>([^<]+)</strong>", text[text.index('id="happened"') :])
    assert told[0] in {"Written", "Replied"}
    for what in ("Attempt 1: sent", "Read (by a machine)", "Bounced", "Link followed once"):
        assert what in told, told
    assert told.index("Read (by a machine)") < told.index("Bounced")
    assert "what follows: retry" in text
    assert "<img src=x" not in text
    assert "0.0075 EUR, 2 parts" in text


def _of(receipt, message_id, at):
    return msgspec.structs.replace(receipt, message_id=str(message_id), at=at)


async def test_an_orders_page_says_why_nothing_was_said(member, house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        row = await tx.fetchrow(
            "select order_id, outcome from decision where merchant_id = $1 and message_id is null and order_id is not null limit 1",
            shop.merchant_id,
        )
    text = (await member.get(f"/desk/orders/{row['order_id']}")).text
    part = text[text.index('id="untold"') : text.index('id="messages"')]
    assert "<td" in part.partition('id="decisions"')[0]
