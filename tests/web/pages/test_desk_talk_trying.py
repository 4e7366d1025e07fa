"""A talk tried at the desk: real records are read, guards judge, and nothing of it is written anywhere."""

import itertools
import re
from html import unescape

import asyncpg
import pytest
from desk_clients import csrf_of, entered
from page_shops import HOSTILE, fill

from doorstep.conversations.talks.changing import with_words
from doorstep.steps import talk_versions
from doorstep.steps.work import utc_now
from doorstep.store.database import read_only

_MADE = itertools.count()
_TABLES = "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migration' order by 1"


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"tries{next(_MADE)}", "Tried & <Co>")


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = await csrf_of(client)
    yield client
    await client.aclose()


class Talking:
    """A browser that says one line after another."""

    def __init__(self, client, **fields):
        self.client, self.fields, self.page = client, fields, ""

    async def say(self, text="", **more):
        answer = await self.client.post("/desk/talks/try", data={"csrf": self.client.csrf, "text": text} | self.fields | more)
        assert answer.status_code == 200, answer.text
        self.fields["state"] = re.search(r'name="state" value="([^"]*)"', answer.text)[1]
        self.page = unescape(re.sub(r"<br>", "\n", answer.text))
        return self.page

    def press(self, title):
        return re.search(rf'name="choice" value="([^"]+)">{re.escape(title)}', self.page)[1]


async def counted(house, merchant_id):
    async with house.database.system() as tx:
        tables = [row["relname"] for row in await tx.fetch(_TABLES)]
        return {one: await tx.fetchval(f"select count(*) from {one} where merchant_id = $1", merchant_id) for one in tables}


async def test_a_customers_talk_is_tried_to_the_end_and_nothing_is_done(owner, house, shop):
    before = await counted(house, shop.merchant_id)
    number = min(shop.order_tokens)
    talk = Talking(owner, email=f"{number.removeprefix('#')}@mail.example", channel="chat")
    page = await talk.say("where is my order?")
    assert "track.where" in page
    assert "it was understood as track.where" in page
    page = await talk.say("please send me the invoice")
    assert "ask invoice" in page
    assert "Not done here" in page
    page = await talk.say("i want to talk to a human")
    assert "a person takes over (asked)" in page
    assert await counted(house, shop.merchant_id) == before


async def test_nobody_known_is_asked_who_they_are_and_no_try_is_counted(owner, house, shop):
    before = await counted(house, shop.merchant_id)
    number = min(shop.order_tokens)
    talk = Talking(owner, email="", channel="sms")
    assert "what is the order number" in await talk.say("where is my order")
    for _ in range(2):
        page = await talk.say(f"{number}, wrong@mail.example")
        assert "I cannot find an order with these details." in page
    page = await talk.say(f"{number} {number.removeprefix('#')}@mail.example")
    assert f"Order {number}" in page
    assert await counted(house, shop.merchant_id) == before


async def test_the_draft_is_tried_before_it_is_live(owner, house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await talk_versions.change_draft(
            tx, shop.merchant_id, lambda kept: with_words(kept, "en", {"say.hello": "Ahoy from {brand}!"}), "x", utc_now()
        )
    assert "Ahoy from Tried & <Co>!" in await Talking(owner, which="draft").say("hello")
    assert "Ahoy" not in await Talking(owner, which="live").say("hello")


async def test_a_button_is_pressed_and_another_customer_begins_anew(owner, shop):
    talk = Talking(owner, which="live")
    await talk.say("hello")
    page = await talk.say(choice=talk.press("Send it back"))
    assert "“Send it back” was chosen" in page
    talk.fields["email"] = "somebody@mail.example"
    page = await talk.say("hello")
    assert "was chosen" not in page


async def test_a_forged_or_foreign_state_begins_anew(app, owner, house, shop):
    other = await fill(house.database, house.directory, f"tries{next(_MADE)}", "Other")
    theirs = await entered(app, other.owner)
    theirs.csrf = await csrf_of(theirs)
    talk = Talking(theirs, email="secret@mail.example")
    await talk.say("hello")
    for state in (talk.fields["state"], "forged", "é" * 9):
        page = await Talking(owner, state=state).say("thanks")
        assert "it begins anew" in page
        assert "secret@mail.example" not in page
    await theirs.aclose()


async def test_words_that_look_like_markup_stay_words(owner):
    answer = await owner.post("/desk/talks/try", data={"csrf": owner.csrf, "text": HOSTILE, "email": HOSTILE})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text


async def test_the_database_refuses_to_write_in_a_tried_talk(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await read_only(tx)
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tx.execute("update merchant set name = 'x' where merchant_id = $1", shop.merchant_id)
