"""The talks at the desk: words and switches in a draft, checked, put live, taken back; who may what; never another shop's."""

import itertools
import re
from html import unescape

import pytest
from desk_clients import csrf_of, entered
from page_shops import HOSTILE, PASSWORD, fill

from doorstep.conversations.talks.book import Changes
from doorstep.steps import talk_versions
from doorstep.steps.work import utc_now
from doorstep.store import access, connections

_MADE = itertools.count()


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"talks{next(_MADE)}", "Talks & <Co>")


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = await csrf_of(client)
    yield client
    await client.aclose()


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form of words."""
    form = page[page.index('id="editor"') : page.index("</form>", page.index('id="editor"'))]
    sent = {
        name: unescape(inner).removeprefix("\n")
        for name, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    }
    for tag in re.findall(r'<input type="hidden"[^>]*>', form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        sent[name[1]] = unescape(value[1])
    return sent


async def keep(client, where: str, **texts: str):
    """Type texts into the form of words and keep them in the draft."""
    page = (await client.get(f"/desk/talks/{where}?language=en")).text
    sent = fields_of(page) | {f"part-{key}": text for key, text in texts.items()}
    return await client.post(f"/desk/talks/{where}" + ("" if where == "words" else "/words"), data=sent)


async def test_words_are_kept_in_a_draft_put_live_and_taken_back(owner, house, shop):
    page = (await owner.get("/desk/talks")).text
    assert "You have changed nothing" in page
    assert "Where the order or parcel is now" in page
    answer = await keep(owner, "hello", **{"say-hello": "Ahoy, this is {brand}."})
    assert answer.headers["location"] == "/desk/talks/hello?language=en&saved=draft"
    page = (await owner.get("/desk/talks/hello?language=en")).text
    assert "Ahoy, this is Talks &amp; &lt;Co&gt;." in page
    assert "your own" in page
    assert house.directory.tenant(shop.merchant_id).book.words == {}

    page = (await owner.get("/desk/talks")).text
    assert "en say.hello" in page
    assert "Every path ends" in page
    answer = await owner.post("/desk/talks/versions/1/live", data={"csrf": owner.csrf, "note": "more like the sea"})
    assert answer.headers["location"] == "/desk/talks?saved=live"
    assert house.directory.tenant(shop.merchant_id).book.words == {"en": {"say.hello": "Ahoy, this is {brand}."}}
    assert "more like the sea" in (await owner.get("/desk/talks")).text

    page = (await owner.get("/desk/talks/hello?language=en")).text
    answer = await owner.post("/desk/talks/hello/words", data=fields_of(page) | {"ours": "say-hello"})
    assert answer.headers["location"].endswith("saved=draft")
    await owner.post("/desk/talks/versions/2/live", data={"csrf": owner.csrf})
    assert house.directory.tenant(shop.merchant_id).book.words == {}
    page = (await owner.get("/desk/talks/versions/1")).text
    assert "Go back to it" in page
    await owner.post("/desk/talks/versions/1/live", data={"csrf": owner.csrf})
    assert house.directory.tenant(shop.merchant_id).book.words["en"] == {"say.hello": "Ahoy, this is {brand}."}
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert (await talk_versions.in_force(tx, shop.merchant_id)).number == 1


@pytest.mark.parametrize(
    ("where", "field", "text", "why"),
    [
        ("hello", "say-hello", "Hello {shop}", "{shop} stands for nothing here; there is {brand}"),
        ("hello", "say-hello", "x" * 1001, "write 1 to 1000 characters"),
        ("hello", "talk-hello", "What can you do for me?", "write 1 to 20 characters"),
        ("words", "title-yes", "{brand}", "there is nothing to fill in"),
    ],
)
async def test_words_that_would_not_hold_are_marked_and_not_kept(owner, where, field, text, why):
    answer = await keep(owner, where, **{field: text})
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert why in page
    assert text in page
    assert 'aria-invalid="true"' in page
    assert "not live" not in (await owner.get("/desk/talks")).text


async def test_words_that_look_like_markup_stay_words(owner):
    await keep(owner, "hello", **{"say-hello": HOSTILE})
    for page in ("/desk/talks", "/desk/talks/hello?language=en", "/desk/talks/versions/1"):
        text = (await owner.get(page)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert" in text


async def test_a_talk_is_switched_and_led_elsewhere_in_the_draft(owner, house, shop):
    await owner.post("/desk/talks/cancel/switch", data={"csrf": owner.csrf, "on": "no"})
    await owner.post("/desk/talks/where/next", data={"csrf": owner.csrf, "next": ["human", "cancel"]})
    page = (await owner.get("/desk/talks")).text
    assert "left to people" in page
    assert "Where is my order?: what it offers next" in page
    book = house.directory.tenant(shop.merchant_id).book
    assert book.talks["cancel"].enabled
    await owner.post("/desk/talks/versions/1/live", data={"csrf": owner.csrf})
    book = house.directory.tenant(shop.merchant_id).book
    assert not book.talks["cancel"].enabled
    assert book.talks["where"].next == ("human", "cancel")


async def test_the_machine_is_switched_at_once_and_a_draft_does_not_switch_it_back(owner, house, shop):
    await keep(owner, "hello", **{"say-hello": "Hello."})
    await owner.post("/desk/talks/machine", data={"csrf": owner.csrf, "on": "no"})
    book = house.directory.tenant(shop.merchant_id).book
    assert not book.on
    assert book.words == {}
    assert "Every message waits for a person" in (await owner.get("/desk/talks")).text
    await owner.post("/desk/talks/versions/1/live", data={"csrf": owner.csrf})
    book = house.directory.tenant(shop.merchant_id).book
    assert not book.on
    assert book.words


async def test_what_somebody_else_changed_meanwhile_is_not_written_over(owner):
    older = fields_of((await owner.get("/desk/talks/hello?language=en")).text)
    await keep(owner, "hello", **{"say-hello": "Theirs."})
    answer = await owner.post("/desk/talks/hello/words", data=older | {"part-say-hello": "Mine."})
    assert answer.status_code == 400
    assert "somebody else" in answer.text
    assert "Theirs." in (await owner.get("/desk/talks/hello?language=en")).text
    # What they left alone is kept nevertheless.
    assert (await owner.post("/desk/talks/hello/words", data=older | {"part-talk-hello": "Hi"})).status_code == 303


async def test_a_preview_keeps_nothing(owner):
    page = (await owner.get("/desk/talks/reschedule?language=en")).text
    sent = fields_of(page) | {"part-done-reschedule": "Asked for {number}!"}
    shown = (await owner.post("/desk/talks/reschedule/preview", data=sent)).text
    assert "stands for nothing here" in unescape(shown)
    shown = (await owner.post("/desk/talks/reschedule/preview", data=sent | {"part-done-reschedule": "We asked!"})).text
    assert shown.count("We asked!") == 1 + 3
    assert "not live" not in (await owner.get("/desk/talks")).text


async def test_a_stored_part_that_does_not_hold_is_left_out_and_told(owner, house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        merchant = await connections.merchant_to_change(tx, shop.merchant_id)
        merchant.settings["talks"] = {
            "words": {"en": {"say.hello": "Hello {gone}", "say.welcome": "Welcome!"}},
            "next": {"where": ["gone", "human"]},
        }
        await connections.set_merchant(tx, merchant)
    await house.directory.refresh(house.database, utc_now(), force=True)
    tenant = house.directory.tenant(shop.merchant_id)
    assert tenant.book.words == {"en": {"say.welcome": "Welcome!"}}
    assert tenant.book.talks["where"].next == ("human",)
    page = unescape((await owner.get("/desk/talks")).text)
    assert "{gone} stands for nothing here" in page
    assert "offers 'gone' next" in page
    assert "2 of your changes of the" in (await owner.get("/desk")).text


async def test_marketing_changes_words_and_no_switch_and_support_only_looks(app, owner, house, shop):
    async with house.database.system() as tx:
        for role in ("marketing", "support"):
            await access.add_user(tx, shop.merchant_id, f"{role}.{shop.owner}", PASSWORD, role)
    marketing = await entered(app, f"marketing.{shop.owner}")
    marketing.csrf = await csrf_of(marketing)
    assert (await keep(marketing, "hello", **{"say-hello": "Good day."})).status_code == 303
    for refused in ("/desk/talks/machine", "/desk/talks/hello/switch", "/desk/talks/where/next"):
        assert (await marketing.post(refused, data={"csrf": marketing.csrf})).status_code == 403
    assert (await marketing.post("/desk/talks/versions/1/live", data={"csrf": marketing.csrf})).status_code == 303
    await owner.post("/desk/talks/cancel/switch", data={"csrf": owner.csrf, "on": "no"})
    assert (await marketing.post("/desk/talks/versions/2/live", data={"csrf": marketing.csrf})).status_code == 403
    assert house.directory.tenant(shop.merchant_id).book.talks["cancel"].enabled
    await marketing.aclose()

    support = await entered(app, f"support.{shop.owner}")
    support.csrf = await csrf_of(support)
    assert "not live" in (await support.get("/desk/talks")).text
    assert (await keep(support, "hello", **{"say-hello": "No."})).status_code == 403
    await support.aclose()


async def test_another_shops_versions_are_not_there(app, owner, house, shop):
    other = await fill(house.database, house.directory, f"talks{next(_MADE)}", "Other")
    async with house.database.for_merchant(other.merchant_id) as tx:
        for _ in range(3):
            number = await talk_versions.keep_draft(
                tx, other.merchant_id, Changes(words={"en": {"say.hello": "Theirs"}}), "", "x", utc_now()
            )
    assert (await owner.get(f"/desk/talks/versions/{number}")).status_code == 404
    for deed in ("live", "drop"):
        assert (await owner.post(f"/desk/talks/versions/{number}/{deed}", data={"csrf": owner.csrf})).status_code == 404
    assert (await owner.get("/desk/talks/versions/99999999999")).status_code == 404
    assert (await owner.get("/desk/talks/nothing")).status_code == 404
    assert "Theirs" not in (await owner.get("/desk/talks")).text
