"""Customers' files at the desk: here, on their way, or why not; tried again by a button; none of it a stranger's."""

import re
from datetime import timedelta

import pytest
from desk_clients import csrf_of, entered
from page_shops import HOSTILE, NOW, fill
from page_talks import hear, talk

from doorstep.domain.messages import Attachment, Reply
from doorstep.domain.vocabulary import ChannelKind, Unfetched
from doorstep.steps.directory import Directory
from doorstep.store import desk, reply_files
from doorstep.store.database import Database
from doorstep.store.reply_files import Trouble
from doorstep.store.sealing import Sealer
from doorstep.web.desk import doors, files

SENDER = "+34600000077"
JPEG = b"\xff\xd8\xff\xe0 a broken pot"
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _full_buckets():
    for bucket in (doors._NETWORKS, doors._EMAILS):
        bucket._left.clear()


@pytest.fixture(scope="module")
async def shop(filled):
    """A shop of this file's own, to which somebody sent six files by WhatsApp."""
    database = await Database.open(filled[0], most=4)
    directory = Directory(Sealer(b"k" * 32), "https://doorstep.example")
    made = await fill(database, directory, "pictures", "Pictures & Co")
    await talk(database, directory, made)
    lies = [Attachment(name=f"photo {number}", content_type="image/jpeg", media_id=f"m{number}") for number in range(5)]
    sent = (*lies, Attachment(name="empty.txt", content_type="text/plain"))
    reply = Reply(channel=ChannelKind.WHATSAPP, sender=SENDER, to="us", text="Look", provider_id="wamid.files", attachments=sent, at=NOW)
    await hear(database, directory, made, "whatsapp", reply)
    async with database.system() as tx:
        row = await tx.fetchrow(
            "select reply_id, conversation_id from reply where merchant_id = $1 and provider_id = 'wamid.files'", made.merchant_id
        )
        made.reply_id, made.talk_ids[SENDER] = row["reply_id"], row["conversation_id"]
        wanted = {
            one.position: one
            for one in await reply_files.claim(tx, NOW, LATER, 100, 100)
            if (one.merchant_id, one.reply_id) == (made.merchant_id, made.reply_id)
        }
        assert sorted(wanted) == [0, 1, 2, 3, 4]
        await reply_files.fetched(tx, wanted[0], "photo 0.jpg", "image/jpeg", JPEG)
        await reply_files.put_off(tx, wanted[2], LATER, Trouble(Unfetched.REFUSED, f"WhatsApp answered 401 {HOSTILE}"))
        await reply_files.give_up(tx, wanted[3], Trouble(Unfetched.TOO_LARGE))
        await reply_files.give_up(tx, wanted[4], Trouble(Unfetched.GONE))
    await database.close()
    return made


@pytest.fixture
async def member(app, house, shop):
    client = await entered(app, shop.member)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()
    await house.database.close()


def told(text):
    """Name → what stands beside it, of the conversation's files."""
    rows = re.findall(r"<li>((?:<a href=\"/desk/replies/|photo|empty)[\s\S]*?)</li>", text)
    return {re.sub(r"<[^>]+>", "", row).split(" <")[0].strip()[:11].strip(): re.sub(r"\s+", " ", row) for row in rows}


async def due(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return {row["position"]: row for row in await reply_files.of(tx, shop.merchant_id, [shop.reply_id])}


async def test_a_conversation_says_of_each_file_whether_it_is_here_and_if_not_why(member, shop):
    path = f"/desk/inbox/{shop.talk_ids[SENDER]}"
    shown = told((await member.get(path)).text)
    assert "photo 0.jpg" in shown
    link = f"/desk/replies/{shop.reply_id}/files"
    assert f'href="{link}/0" download' in shown["photo 0.jpg"]
    assert (await member.get(f"{link}/0")).content == JPEG
    for name, words, again in (
        ("photo 1 is", "is being fetched", False),
        ("photo 2 not", "not fetched yet: the provider does not let this connection have it (WhatsApp answered 401", True),
        ("photo 3 not", "not fetched: it is larger than 16 MB", False),
        ("photo 4 not", "not fetched: the provider has it no more", True),
        ("empty.txt n", "not kept: it is empty", False),
    ):
        assert words in shown[name]
        assert ("Try now" in shown[name]) is again
        assert "href" not in shown[name]
    assert "tried again <time" in shown["photo 2 not"]
    assert "<img" not in "".join(shown.values())
    for position in range(1, 6):
        assert (await member.get(f"{link}/{position}")).status_code == 404


def test_each_reason_has_its_words():
    assert set(files._WHY) == set(Unfetched)


async def test_a_button_tries_again_what_a_second_try_may_change(member, house, shop):
    link = f"/desk/replies/{shop.reply_id}/files"
    for position in (2, 4):
        answer = await member.post(f"{link}/{position}/fetch", data=member.csrf)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/inbox/{shop.talk_ids[SENDER]}?done=fetch")
    text = (await member.get(f"/desk/inbox/{shop.talk_ids[SENDER]}?done=fetch")).text
    assert "The file is fetched within seconds" in text
    found = await due(house, shop)
    for position in (2, 4):
        row = found[position]
        assert (row["attempts"], row["unfetched"], row["due_at"] == row["wanted_at"]) == (0, "", True)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        noted = [(row["action"], row["detail"]) for row in await desk.changes(tx, shop.merchant_id, 20)]
    assert ("fetch_file", f"file 4 of reply {shop.reply_id}") in noted
    for missing in ("0", "5", "6", "-1", "99999999999"):  # here, nowhere, no such
        assert (await member.post(f"{link}/{missing}/fetch", data=member.csrf)).status_code == 404
    before = found[1]
    assert (await member.post(f"{link}/1/fetch", data=member.csrf)).status_code == 303  # under way: nothing is begun anew
    assert (await due(house, shop))[1] == before
    assert (await member.post(f"{link}/2/fetch")).status_code == 403


async def test_a_stranger_neither_saves_nor_fetches_our_files(app, house, shop, theirs):
    client = await entered(app, theirs.owner)
    csrf = {"csrf": await csrf_of(client)}
    before = await due(house, shop)
    link = f"/desk/replies/{shop.reply_id}/files"
    for position in range(6):
        assert (await client.get(f"{link}/{position}")).status_code == 404
        assert (await client.post(f"{link}/{position}/fetch", data=csrf)).status_code == 404
    assert await due(house, shop) == before
    await client.aclose()
    await house.database.close()
