"""What a shop knows, in a real database: brought in once, replaced, removed, quoted, and what it does not say noted."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from steps_shop import Shop
from test_wire_http import serving

from doorstep.conversations.knowledge.quoting import NoAnswer, Quoted, Silence
from doorstep.errors import BadInputError, MisconfiguredError, NotFoundError
from doorstep.steps import importing_knowledge
from doorstep.steps.importing_knowledge import (
    MOST_URLS,
    Brought,
    article_of,
    bring_in,
    fetch_document,
    fetch_documents,
    read_document,
    remove_article,
    write_article,
)
from doorstep.steps.knowing_shop import find, look
from doorstep.steps.wire import Wire
from doorstep.store import knowledge, unanswered

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
FAQ = "# Delivery\n\nWe deliver within three days.\n\n# Returns\n\nYou may send things back within 30 days.\n"
TABLE = "question,answer\nDo you ship to France?,Yes: France and Spain.\nDo you wrap gifts?,Yes for 4 €.\n"


async def bring(shop: Shop, now: datetime = NOW, **files: str) -> Brought:
    documents = [read_document(text.encode(), name.replace("_", "."), language="en") for name, text in files.items()]
    return await bring_in(shop.database, shop.merchant_id, documents, "cli", now)


async def ask(shop: Shop, question: str, language: str = "en", now: datetime = NOW) -> Quoted | NoAnswer:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await find(tx, shop.merchant_id, question, language, now)


async def listed(shop: Shop) -> list[knowledge.KeptArticle]:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await knowledge.listed(tx, shop.merchant_id)


async def test_a_file_is_brought_in_and_quoted_with_its_source_and_day(shop: Shop):
    assert await bring(shop, faq_md=FAQ) == Brought(added=1, passages=2)
    said = await ask(shop, "¿Cuánto tarda el envío?", "es")
    assert isinstance(said, Quoted)
    assert (said.text, said.path, said.as_of) == ("We deliver within three days.", ("Delivery",), date(2026, 11, 30))
    [article] = await listed(shop)
    assert (article.quoted, article.quoted_at, article.article_id) == (1, NOW, said.article_id)


async def test_the_same_again_changes_nothing_and_is_dated_by_its_text(shop: Shop):
    await bring(shop, faq_md=FAQ)
    later = NOW + timedelta(days=3)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        version = await knowledge.version(tx, shop.merchant_id)
    assert await bring(shop, later, faq_md=FAQ) == Brought(unchanged=1, passages=2)
    [article] = await listed(shop)
    assert (article.kept_at, article.seen_at) == (NOW, later)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        assert await knowledge.version(tx, shop.merchant_id) == version


async def test_a_changed_file_replaces_its_passages_and_what_is_in_memory(shop: Shop):
    await bring(shop, faq_md=FAQ)
    await ask(shop, "how long does delivery take")
    assert await bring(shop, NOW + timedelta(days=1), faq_md=FAQ.replace("three", "two")) == Brought(changed=1, passages=2)
    said = await ask(shop, "how long does delivery take")
    assert isinstance(said, Quoted)
    assert (said.text, said.as_of) == ("We deliver within two days.", date(2026, 12, 1))


async def test_a_question_that_is_in_its_file_no_more_goes_and_other_files_stay(shop: Shop):
    await bring(shop, faq_csv=TABLE, rules_md=FAQ)
    shorter = "\n".join(TABLE.splitlines()[:2])
    assert await bring(shop, faq_csv=shorter) == Brought(unchanged=1, removed=1, passages=3)
    assert [one.title for one in await listed(shop)] == ["Delivery", "Do you ship to France?"]
    assert isinstance(await ask(shop, "do you wrap gifts"), NoAnswer)


async def test_what_the_shop_does_not_say_is_noted_without_personal_details(shop: Shop):
    await bring(shop, faq_md=FAQ)
    for question in (
        "Do you sell teapots? I am ana@example.com",
        "do you sell TEAPOTS?? i am ana@example.com",
        "Call +34 600 111 222: crocodiles",
    ):
        said = await ask(shop, question)
        assert isinstance(said, NoAnswer)
        assert said.why is Silence.NOT_NEAR
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        first, second = await unanswered.open_questions(tx, shop.merchant_id)
        assert (first["times"], first["question"]) == (2, "do you sell TEAPOTS?? i am …")
        assert second["question"] == "Call …: crocodiles"
        assert await unanswered.settle(tx, shop.merchant_id, first["unanswered_id"], "user 7", NOW) == 2
        assert [row["question"] for row in await unanswered.open_questions(tx, shop.merchant_id)] == ["Call …: crocodiles"]


async def test_questions_are_forgotten_after_half_a_year(shop: Shop):
    await ask(shop, "do you sell teapots")
    await ask(shop, "do you sell lamps", now=NOW + timedelta(days=181))
    async with shop.database.system() as tx:
        await unanswered.sweep(tx, NOW + timedelta(days=181))
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        assert [row["question"] for row in await unanswered.open_questions(tx, shop.merchant_id)] == ["do you sell lamps"]


async def test_looking_notes_and_counts_nothing(shop: Shop):
    await bring(shop, faq_md=FAQ)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        looked = await look(tx, shop.merchant_id, "how long does delivery take", "en", NOW)
        missed = await look(tx, shop.merchant_id, "do you sell crocodiles", "en", NOW)
        assert await unanswered.open_questions(tx, shop.merchant_id) == []
    assert isinstance(looked.answer, Quoted)
    assert looked.found[0].shared == ("=delivery", "=time")
    assert isinstance(missed.answer, NoAnswer)
    assert missed.answer.title
    assert [one.quoted for one in await listed(shop)] == [0]


async def test_a_shop_that_told_nothing_knows_nothing(shop: Shop):
    said = await ask(shop, "do you deliver?")
    assert said == NoAnswer(why=Silence.EMPTY)


async def test_too_many_passages_are_refused_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    await bring(shop, faq_md=FAQ)
    monkeypatch.setattr(importing_knowledge, "MOST_PASSAGES", 3)
    with pytest.raises(BadInputError, match="this would make 4 passages; a shop may have 3"):
        await bring(shop, faq_csv=TABLE)
    assert [one.title for one in await listed(shop)] == ["Delivery"]
    assert (await bring(shop, faq_md=FAQ + "\n# Contact\n\nCall us.\n")).passages == 3
    with pytest.raises(BadInputError, match="this would make 4 passages"):
        await write_article(shop.database, shop.merchant_id, article_of("Gifts", "We wrap them."), "user 7", NOW)


async def test_an_article_is_written_changed_and_removed_at_the_desk(shop: Shop):
    written = article_of("Gift wrapping", "We wrap gifts for 4 €.", language="en")
    article_id = await write_article(shop.database, shop.merchant_id, written, "user 7", NOW)
    with pytest.raises(BadInputError, match="an article of this title stands already"):
        await write_article(shop.database, shop.merchant_id, written, "user 7", NOW)
    said = await ask(shop, "can you wrap it as a gift?")
    assert isinstance(said, Quoted)
    assert said.text == "We wrap gifts for 4 €."
    changed = article_of("Gift wrapping", "We wrap gifts for 5 €.", language="en", until=date(2026, 12, 24))
    assert await write_article(shop.database, shop.merchant_id, changed, "user 7", NOW, article_id=article_id) == article_id
    said = await ask(shop, "can you wrap it as a gift?")
    assert isinstance(said, Quoted)
    assert (said.text, said.valid_until) == ("We wrap gifts for 5 €.", date(2026, 12, 24))
    late = await ask(shop, "can you wrap it as a gift?", now=NOW + timedelta(days=30))
    assert isinstance(late, NoAnswer)
    assert late.why is Silence.EXPIRED
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await remove_article(tx, shop.merchant_id, article_id, "user 7")
        with pytest.raises(NotFoundError):
            await remove_article(tx, shop.merchant_id, article_id, "user 7")
    assert await ask(shop, "can you wrap it as a gift?") == NoAnswer(why=Silence.EMPTY)
    with pytest.raises(NotFoundError):
        await write_article(shop.database, shop.merchant_id, changed, "user 7", NOW, article_id=article_id)


async def test_a_quote_waits_for_nobody_who_is_counting_just_now(shop: Shop):
    await bring(shop, faq_md=FAQ)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        await find(tx, shop.merchant_id, "how long does delivery take", "en", NOW)
        async with asyncio.timeout(30):
            assert isinstance(await ask(shop, "how long does delivery take"), Quoted)
    assert [one.quoted for one in await listed(shop)] == [1]


async def test_passages_that_another_version_read_are_read_anew(shop: Shop):
    await bring(shop, faq_md=FAQ)
    async with shop.database.system() as tx:
        await tx.execute("update passage set read_by = 'older', vectors = 'x', tokens = '{}', heading = '{}'")
    said = await ask(shop, "how long does delivery take")
    assert isinstance(said, Quoted)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        assert {row["read_by"] for row in await knowledge.every(tx, shop.merchant_id)} != {"older"}


def page(body: bytes, status: str = "200 OK", content_type: str = "text/html; charset=utf-8", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{more}\r\n".encode() + body


PAGES = {
    "/faq": page(b"<title>FAQ</title><main><h1>Delivery</h1><p>Within three days.</p></main>"),
    "/old": page(b"", "301 Moved Permanently", more="location: /faq\r\n"),
    "/round": page(b"", "302 Found", more="location: /round\r\n"),
    "/latin": page("<h1>Envío</h1><p>Mañana.</p>".encode("latin-1"), content_type="text/html; charset=iso-8859-1"),
    "/photo": page(b"\x89PNG", content_type="image/png"),
    "/huge": page(b"x" * 2_000_100, content_type="text/plain"),
    "/gone": page(b"", "404 Not Found"),
    "/busy": page(b"", "503 Service Unavailable"),
}


async def test_pages_at_addresses_are_fetched_and_read_or_it_is_told_why_not(shop: Shop):
    async with serving(lambda request: PAGES[request.path]) as served, Wire(allow_private=True) as wire:
        base = served.base
        documents, wrong = await fetch_documents(wire, shop.merchant_id, [f"{base}{path}" for path in PAGES] + ["ftp://shop.example"])
        assert [one.origin.removeprefix(base) for one in documents] == ["/faq", "/old", "/latin"]
        assert documents[2].articles[0].body == "# Envío\n\nMañana.\n"
        told = {address.removeprefix(base): why for address, why in wrong.items()}
        assert told.pop("/busy") == "the page answers 503"
        assert told == {
            "/round": "the page leads on and on",
            "/photo": "it is no Markdown, HTML, CSV or plain text; name it .md, .html, .csv or .txt",
            "/huge": "a document may have 2 MB at most",
            "/gone": "the page answers 404",
            "ftp://shop.example": "an address begins with https:// or http://",
        }
        await bring_in(shop.database, shop.merchant_id, documents[:1], "cli", NOW)
        said = await ask(shop, "how long does delivery take")
        assert isinstance(said, Quoted)
        assert (said.text, said.url) == ("Within three days.", f"{base}/faq")
        again, _ = await fetch_documents(wire, shop.merchant_id, [f"{base}/faq"])
        assert await bring_in(shop.database, shop.merchant_id, again, "cli", NOW) == Brought(unchanged=1, passages=1)


async def test_pages_in_private_networks_are_not_fetched(shop: Shop):
    async with Wire() as wire:
        for address in ("http://127.0.0.1:5432/", "https://169.254.169.254/latest/meta-data", "https://localhost/"):
            with pytest.raises(MisconfiguredError):
                await fetch_document(wire, shop.merchant_id, address)
        with pytest.raises(BadInputError, match="200 addresses"):
            await fetch_documents(wire, shop.merchant_id, ["https://shop.example"] * (MOST_URLS + 1))
