"""What the shop says of itself, at the desk: written, brought in, tried, changed, removed; questions answered and left out."""

import re

import pytest
from desk_clients import csrf_of, entered
from page_shops import NOW

from doorstep.conversations.knowledge.quoting import NoAnswer, Silence
from doorstep.steps.knowing_shop import find, note_unanswered
from doorstep.store import knowledge, unanswered


@pytest.fixture
async def owner(app, ours):
    client = await entered(app, ours.owner)
    yield client
    await client.aclose()


@pytest.fixture
async def stranger(app, theirs):
    client = await entered(app, theirs.owner)
    yield client
    await client.aclose()


@pytest.fixture(autouse=True)
async def _nothing_known(house, ours):
    async with house.database.system() as tx:
        await tx.execute("delete from article; delete from unanswered")
        await knowledge.changed(tx, ours.merchant_id)


async def send(client, path, files=None, **fields):
    return await client.post(f"/desk/knowledge{path}", data={"csrf": await csrf_of(client), **fields}, files=files)


async def written(owner, title="Delivery", body="We deliver within three days.", **more) -> int:
    answer = await send(owner, "/new", title=title, body=body, language="en", **more)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/knowledge?done=written"), answer.text
    page = (await owner.get("/desk/knowledge")).text
    return int(re.search(rf'/desk/knowledge/(\d+)">{title}', page)[1])


async def test_an_article_is_written_tried_changed_and_removed(owner):
    article_id = await written(owner, url="https://loom.example/delivery")
    page = (await owner.get("/desk/knowledge?q=¿Cuánto tarda el envío?&language=es")).text
    assert "This would be said" in page
    assert "We deliver within three days." in page
    assert "https://loom.example/delivery" in page
    shown = (await owner.get(f"/desk/knowledge/{article_id}")).text
    assert "As it is found: 1 passage" in shown
    answer = await send(owner, f"/{article_id}", title="Delivery", body="Two days.", language="en", valid_until="2020-01-01")
    assert answer.status_code == 303
    page = (await owner.get("/desk/knowledge?q=how long does delivery take&language=en")).text
    assert "is quoted until 2020-01-01" in page
    assert '<span class="badge warn">over</span>' in page
    assert (await send(owner, f"/{article_id}/remove")).headers["location"] == "/desk/knowledge?done=removed"
    assert (await owner.get(f"/desk/knowledge/{article_id}")).status_code == 404
    assert "You have added nothing yet" in (await owner.get("/desk/knowledge?q=how long does delivery take")).text


async def test_a_file_is_brought_in_and_what_is_wrong_with_one_is_said(owner):
    table = b"question,answer\nDo you wrap gifts?,Yes for 4 EUR.\nDo you ship to France?,Yes.\n"
    answer = await send(owner, "/upload", {"file": ("faq.csv", table)}, language="en")
    assert "2 articles added, 0 changed, 0 unchanged, 0 removed" in answer.text
    assert "0 articles added, 0 changed, 2 unchanged" in (await send(owner, "/upload", {"file": ("faq.csv", table)}, language="en")).text
    page = (await owner.get("/desk/knowledge?words=wrap")).text
    assert "Do you wrap gifts?" in page
    assert "Do you ship to France?" not in page
    for name, content, said in (
        ("faq.pdf", b"%PDF", "It is no Markdown"),
        ("faq.csv", b"a,b\n", "The first line names"),
        ("x.md", b"", "Choose a file"),
        ("x.md", b"x" * 2_000_001, "2 MB at most"),
    ):
        wrong = await send(owner, "/upload", {"file": (name, content)}, language="en")
        assert (wrong.status_code, said in wrong.text) == (422, True), name


async def test_a_page_that_does_not_answer_is_told(owner):
    for url in ("ftp://loom.example", "http://127.0.0.1:1/faq"):
        wrong = await send(owner, "/fetch", url=url, language="en")
        assert (wrong.status_code, 'id="url-wrong"' in wrong.text) == (422, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "", "body": "x"}, "Give it a title"),
        ({"title": "x", "body": " "}, "Write what customers are to be told"),
        ({"title": "x", "body": "y", "valid_until": "soon"}, "Until: a day such as"),
        ({"title": "x", "body": "y", "url": "javascript:alert(1)"}, "Its address begins with https://"),
        ({"title": "x", "body": "<!-- nothing -->"}, "There is no text in it"),
    ],
)
async def test_a_form_that_cannot_be_taken_says_why_and_keeps_what_was_typed(owner, fields, said):
    answer = await send(owner, "/new", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert (await owner.get("/desk/knowledge")).text.count("Nothing yet.") == 1


async def test_text_of_a_document_is_shown_as_text(owner):
    await written(owner, body="Price &lt;script&gt;alert(1)&lt;/script&gt; delivery **free**")
    page = (await owner.get("/desk/knowledge?q=is delivery free&language=en")).text
    assert "<script>" not in page


async def test_a_question_is_answered_with_one_click_or_left_out(owner, house, ours):
    async with house.database.for_merchant(ours.merchant_id) as tx:
        for question in ("Do you sell gift boxes?", "do you sell gift boxes", "Tell me a joke"):
            await note_unanswered(tx, ours.merchant_id, question, "en", NOW, NoAnswer(why=Silence.EMPTY))
    page = (await owner.get("/desk/knowledge")).text
    first, second = re.findall(r"new\?answers=(\d+)", page)
    assert 'class="count">2</td>' in page
    form = (await owner.get(f"/desk/knowledge/new?answers={first}")).text
    assert 'value="do you sell gift boxes"' in form
    await send(owner, "/new", title="Do you sell gift boxes?", body="Yes, from 5 €.", language="en", answers=first)
    assert (await send(owner, f"/unanswered/{second}/settle")).headers["location"] == "/desk/knowledge?done=settled"
    assert "No question waits for an answer." in (await owner.get("/desk/knowledge")).text
    async with house.database.for_merchant(ours.merchant_id) as tx:
        said = await find(tx, ours.merchant_id, "do you sell gift boxes", "en", NOW)
    assert said.text == "Yes, from 5 €."


async def test_a_stranger_neither_sees_nor_changes_what_we_say(owner, stranger, house, ours):
    article_id = await written(owner)
    async with house.database.for_merchant(ours.merchant_id) as tx:
        await note_unanswered(tx, ours.merchant_id, "a question of ours", "en", NOW, NoAnswer(why=Silence.EMPTY))
        [asked] = await unanswered.open_questions(tx, ours.merchant_id)
    assert "Delivery" not in (await stranger.get("/desk/knowledge")).text
    assert "three days" not in (await stranger.get("/desk/knowledge?q=how long does delivery take")).text
    number = asked["unanswered_id"]
    assert (await stranger.get(f"/desk/knowledge/{article_id}")).status_code == 404
    assert (await stranger.get(f"/desk/knowledge/new?answers={number}")).status_code == 404
    assert (await send(stranger, f"/{article_id}", title="x", body="y")).status_code == 404
    assert (await send(stranger, f"/{article_id}/remove")).status_code == 404
    assert (await send(stranger, f"/unanswered/{number}/settle")).status_code == 404
    await send(stranger, "/new", title="x", body="y", answers=str(number))
    async with house.database.for_merchant(ours.merchant_id) as tx:
        [article] = await knowledge.listed(tx, ours.merchant_id)
        assert article.body == "We deliver within three days.\n"
        assert len(await unanswered.open_questions(tx, ours.merchant_id)) == 1
