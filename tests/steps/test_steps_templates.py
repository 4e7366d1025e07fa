"""Templates at providers: listed, handed in, moved by webhooks; paused when they turn into marketing, and owners told of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps_graph import PAGE, WABA, Graph, category_update, error, graph_api, messenger_settings, template_update, whatsapp_settings
from steps_shop import EMAIL, HOUR, NOON, Shop, open_shop

from doorstep.domain.messages import TemplateNews
from doorstep.domain.plugins import Template
from doorstep.errors import ConflictError
from doorstep.steps.templates import TRIGGER, TemplateKeeper, after, approved, hand_in, pause_template
from doorstep.steps.wire import Wire
from doorstep.store import access, templates
from doorstep.store.database import Database
from doorstep.store.templates import Due, KeptTemplate, hash_of

SHIPPED = Template(name="doorstep_shipped", language="en_US", body="Hello {{1}}, it is on its way.", examples=("Ana",))
KEY = ("doorstep_shipped", "en_US")
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def graph() -> AsyncIterator[Graph]:
    """Meta's API."""
    async with graph_api() as running:
        yield running


@pytest.fixture
async def meta(database: Database, graph: Graph) -> Shop:
    """A shop on WhatsApp with an owner."""
    shop = await open_shop(database, channels={"email": EMAIL, "whatsapp": whatsapp_settings(graph)})
    async with database.system() as tx:
        await access.add_user(tx, shop.merchant_id, f"owner.{shop.merchant_id}.{id(shop)}@shop.example", "a long password", "owner")
    return shop


async def turn(*shops: Shop, now: Any = NOON) -> int:
    """Let a worker take its turn."""
    async with Wire(allow_private=True) as wire:
        return await TemplateKeeper(shops[0].database, shops[0].directory, wire).turn(now)


async def stand(shop: Shop, slug: str = "whatsapp") -> dict[tuple[str, str], KeptTemplate]:
    async with shop.database.system() as tx:
        return {(one.name, one.language): one for one in await templates.of(tx, shop.merchant_id, shop.connected[slug])}


async def due(shop: Shop, slug: str = "whatsapp") -> Due:
    async with shop.database.system() as tx:
        found = await templates.due(tx, shop.merchant_id, shop.connected[slug])
    assert found
    return found


async def usable(shop: Shop) -> set[tuple[str, str]]:
    async with shop.database.system() as tx:
        found = (await approved(tx, [shop.merchant_id]))[shop.merchant_id]
    assert {connection for connection, _, _ in found} <= set(shop.connected.values())
    return {(name, language) for _, name, language in found}


async def ask(shop: Shop, template: Template = SHIPPED, slug: str = "whatsapp", now: Any = NOON) -> None:
    connection = shop.directory.connection(shop.merchant_id, shop.connected[slug])
    assert connection
    async with shop.database.system() as tx:
        await hand_in(tx, connection, template, now)


async def hear(shop: Shop, *bodies: bytes, now: Any = NOON) -> None:
    await shop.post("whatsapp", *bodies, now=now)
    for done in await shop.work(now):
        assert not done.dead


async def mails(shop: Shop) -> list[str]:
    found = await shop.rows(
        "select text from message where merchant_id = $1 and trigger = $2 order by message_id", shop.merchant_id, TRIGGER
    )
    return [row["text"] for row in found]


async def test_all_pages_are_listed_and_every_hour_again(meta: Shop, graph: Graph) -> None:
    for number in range(5):
        graph.have(f"t{number}", "es", status="APPROVED" if number else "REJECTED")
    assert await turn(meta) == 1
    assert {name: one.status for (name, _), one in (await stand(meta)).items()} == {"t0": "rejected"} | {
        f"t{number}": "approved" for number in range(1, 5)
    }
    assert await usable(meta) == {(f"t{number}", "es") for number in range(1, 5)}
    assert (await due(meta)).listed_at == NOON
    calls = len(graph.calls)
    assert calls == 3
    assert await turn(meta, now=NOON + 59 * MINUTE) == 0
    assert len(graph.calls) == calls
    assert await turn(meta, now=NOON + HOUR) == 1
    assert len(graph.calls) == 2 * calls


async def test_a_template_is_handed_in_at_once_waits_and_is_used_once_it_is_approved(meta: Shop, graph: Graph) -> None:
    await turn(meta)
    await ask(meta, now=NOON + MINUTE)
    assert (await stand(meta))[KEY].status == "asked"
    assert await usable(meta) == set()
    assert await turn(meta, now=NOON + MINUTE) == 1
    assert ("POST", f"{WABA}/message_templates") in graph.calls
    kept = (await stand(meta))[KEY]
    assert (kept.status, kept.category, kept.body_hash) == ("pending", "utility", hash_of(SHIPPED))
    assert await usable(meta) == set()
    await hear(meta, template_update(*KEY, "APPROVED"))
    assert await usable(meta) == {KEY}
    await hear(meta, template_update(*KEY, "APPROVED"))
    assert await usable(meta) == {KEY}
    assert await mails(meta) == []
    assert [call for call in graph.calls if call[0] == "POST"] == [("POST", f"{WABA}/message_templates")]


async def test_what_a_provider_refuses_is_noted_with_its_reason(meta: Shop, graph: Graph) -> None:
    await ask(meta)
    graph.instead = [(400, error(987654, details="no placeholder at the end"))]
    await turn(meta)
    kept = (await stand(meta))[KEY]
    assert kept.status == "refused"
    assert "no placeholder" in kept.reason
    await ask(meta, Template(name="n", language="es", body="x" * 1025))
    await turn(meta, now=NOON + MINUTE)
    assert (await stand(meta))["n", "es"].status == "refused"


async def test_one_that_is_there_already_and_says_the_same_stands_as_it_is_listed(meta: Shop, graph: Graph) -> None:
    graph.have(KEY[0], "es")
    graph.have(*KEY, components=[{"type": "BODY", "text": SHIPPED.body}])
    await ask(meta)
    await turn(meta)
    assert (await stand(meta))[KEY].status == "approved"
    assert await usable(meta) == {KEY, (KEY[0], "es")}


async def test_one_that_is_there_with_another_text_is_changed_and_waits_to_be_approved_anew(meta: Shop, graph: Graph) -> None:
    graph.have(*KEY, components=[{"type": "BODY", "text": "An older text."}])
    await turn(meta)
    assert await usable(meta) == {KEY}
    await ask(meta, now=NOON + MINUTE)
    await turn(meta, now=NOON + MINUTE)
    assert await usable(meta) == set()
    assert (await stand(meta))[KEY].status == "pending"
    assert graph.templates[KEY]["components"][0]["text"] == SHIPPED.body
    await hear(meta, template_update(*KEY, "APPROVED"))
    assert await usable(meta) == {KEY}


async def test_an_older_text_that_cannot_be_changed_is_never_used_for_the_newer_one(meta: Shop, graph: Graph) -> None:
    graph.have(*KEY, components=[{"type": "BODY", "text": "An older text."}])
    await turn(meta)
    await ask(meta, now=NOON + MINUTE)
    there = (200, {"data": [graph.templates[KEY]]})
    graph.instead = [(400, error(100, 2388024)), there, (400, error(987654, details="edited too often"))]
    await turn(meta, now=NOON + MINUTE)
    assert await usable(meta) == set()
    await turn(meta, now=NOON + 2 * HOUR)
    kept = (await stand(meta))[KEY]
    assert (kept.status, "edited too often" in kept.reason) == ("refused", True)
    assert await usable(meta) == set()


@pytest.mark.parametrize("instead", [(401, error(190)), (500, error(2)), (200, b"garbage"), (400, error(4))])
async def test_trouble_is_noted_and_tried_again_and_nothing_is_forgotten(meta: Shop, graph: Graph, instead: tuple[int, Any]) -> None:
    graph.have(*KEY)
    await turn(meta)
    graph.instead = [instead] * 5
    assert await turn(meta, now=NOON + HOUR) == 1
    graph.instead = []
    now = await due(meta)
    assert now.trouble
    assert now.listed_at == NOON
    assert await usable(meta) == {KEY}
    assert await turn(meta, now=NOON + HOUR + 9 * MINUTE) == 0
    assert await turn(meta, now=NOON + HOUR + 10 * MINUTE) == 1
    assert (await due(meta)).trouble is None


async def test_what_was_to_be_handed_in_while_the_provider_was_away_is_handed_in_later(meta: Shop, graph: Graph) -> None:
    await ask(meta)
    graph.instead = [(503, b"")]
    await turn(meta)
    assert (await stand(meta))[KEY].status == "asked"
    await turn(meta, now=NOON + 10 * MINUTE)
    assert (await stand(meta))[KEY].status == "pending"


async def test_what_is_no_longer_listed_is_not_used(meta: Shop, graph: Graph) -> None:
    graph.have(*KEY)
    await turn(meta)
    del graph.templates[KEY]
    await turn(meta, now=NOON + HOUR)
    kept = (await stand(meta))[KEY]
    assert (kept.status, kept.reason) == ("disabled", "it is not there any more")
    assert len(await mails(meta)) == 1
    await turn(meta, now=NOON + 2 * HOUR)
    assert len(await mails(meta)) == 1


async def test_a_template_made_marketing_is_paused_and_the_owners_told_once_until_it_is_utility_again(meta: Shop, graph: Graph) -> None:
    graph.have(*KEY)
    await turn(meta)
    await hear(meta, category_update(*KEY, "MARKETING"), now=NOON + MINUTE)
    kept = (await stand(meta))[KEY]
    assert (kept.shown, kept.status, kept.category) == ("paused", "approved", "marketing")
    assert kept.paused_why
    assert await usable(meta) == set()
    (mail,) = await mails(meta)
    assert "doorstep_shipped, en_US" in mail
    assert "marketing" in mail
    assert "https://doorstep.example/desk/approvals" in mail
    # Approved as what it is now, by webhook and by list: it stays paused, and nobody is told again.
    graph.have(*KEY, category="MARKETING")
    await hear(meta, template_update(*KEY, "APPROVED", category="MARKETING"), now=NOON + 2 * MINUTE)
    await turn(meta, now=NOON + HOUR)
    assert await usable(meta) == set()
    assert len(await mails(meta)) == 1
    graph.have(*KEY)
    await turn(meta, now=NOON + 2 * HOUR)
    assert await usable(meta) == {KEY}
    assert (await stand(meta))[KEY].paused_why is None


async def test_a_list_that_shows_the_move_pauses_as_well_and_several_are_told_in_one_mail(meta: Shop, graph: Graph) -> None:
    for name in ("a", "b", "c"):
        graph.have(name, "es")
    await turn(meta)
    for name in ("a", "b"):
        graph.have(name, "es", category="MARKETING")
    await turn(meta, now=NOON + HOUR)
    assert await usable(meta) == {("c", "es")}
    (mail,) = await mails(meta)
    assert "a, es" in mail
    assert "b, es" in mail


async def test_one_handed_in_as_utility_and_taken_as_marketing_is_paused_at_once_and_handed_in_again_it_is_used(
    meta: Shop, graph: Graph
) -> None:
    graph.verdict = ("APPROVED", "MARKETING")
    await ask(meta)
    await turn(meta)
    assert (await stand(meta))[KEY].shown == "paused"
    assert await usable(meta) == set()
    del graph.templates[KEY]
    graph.verdict = ("APPROVED", "UTILITY")
    await ask(meta, now=NOON + 11 * MINUTE)
    await turn(meta, now=NOON + 11 * MINUTE)
    assert await usable(meta) == {KEY}


async def test_one_that_was_never_utility_is_not_ours_to_pause(meta: Shop, graph: Graph) -> None:
    graph.have("their_summer_sale", "es", category="MARKETING")
    await turn(meta)
    await turn(meta, now=NOON + HOUR)
    assert (await stand(meta))["their_summer_sale", "es"].paused_why is None
    assert await mails(meta) == []


async def test_a_template_at_fault_is_paused_until_it_is_approved_anew(meta: Shop, graph: Graph) -> None:
    graph.have(*KEY)
    await turn(meta)
    connection = meta.directory.connection(meta.merchant_id, meta.connected["whatsapp"])
    assert connection

    async def at_fault() -> bool:
        async with meta.database.system() as tx:
            return await pause_template(tx, meta.directory, connection, *KEY, "132000: the number of values is not the template's", NOON)

    assert await at_fault()
    assert not await at_fault()
    assert await usable(meta) == set()
    assert len(await mails(meta)) == 1
    await turn(meta, now=NOON + HOUR)
    assert await usable(meta) == set()
    await hear(meta, template_update(*KEY, "PENDING"), template_update(*KEY, "APPROVED") + b" ", now=NOON + HOUR)
    assert await usable(meta) == {KEY}


async def test_owners_who_cannot_be_told_are_counted(database: Database, graph: Graph) -> None:
    shop = await open_shop(database, channels={"whatsapp": whatsapp_settings(graph)})
    graph.have(*KEY)
    await turn(shop)
    await hear(shop, category_update(*KEY, "MARKETING"))
    assert await mails(shop) == []
    assert (TRIGGER, "no_channel") in await shop.skips()


async def test_a_paused_connection_is_not_asked(meta: Shop, graph: Graph) -> None:
    await meta.pause("whatsapp")
    assert await turn(meta) == 0
    assert graph.calls == []


async def test_workers_at_once_take_turns(meta: Shop, graph: Graph) -> None:
    graph.have(*KEY)
    assert sorted(await asyncio.gather(*(turn(meta) for _ in range(4)))) == [0, 0, 0, 1]
    assert len(graph.calls) == 1


async def test_a_wish_that_comes_while_a_worker_asks_is_not_lost(meta: Shop) -> None:
    of = (meta.merchant_id, meta.connected["whatsapp"])
    async with meta.database.system() as tx:
        await templates.line_up(tx, [of], NOON)
        assert await templates.claim(tx, NOON, NOON + 15 * MINUTE, 8) == [of]
        await templates.want(tx, *of, NOON + MINUTE)
        await templates.done(tx, of, NOON + 15 * MINUTE, NOON + HOUR, NOON + 2 * MINUTE, None)
        assert await templates.claim(tx, NOON + 2 * MINUTE, NOON + 17 * MINUTE, 8) == [of]


async def test_messengers_templates_are_kept_as_well_each_by_its_own_connection(database: Database, graph: Graph) -> None:
    shop = await open_shop(database, channels={"whatsapp": whatsapp_settings(graph), "messenger": messenger_settings(graph)})
    await ask(shop, slug="messenger")
    assert await turn(shop) == 2
    assert ("POST", f"{PAGE}/message_templates") in graph.calls
    assert (await stand(shop, "messenger"))[KEY].status == "pending"


async def test_one_merchants_templates_are_not_anothers(meta: Shop, database: Database, graph: Graph) -> None:
    stranger = await open_shop(database, channels={"whatsapp": whatsapp_settings(graph)}, directory=meta.directory)
    graph.have(*KEY)
    await hear(meta, template_update(*KEY, "APPROVED"))
    assert await usable(meta) == {KEY}
    assert await usable(stranger) == set()
    async with database.for_merchant(stranger.merchant_id) as tx:
        assert await approved(tx, [meta.merchant_id]) == {meta.merchant_id: frozenset()}


async def test_a_channel_that_approves_nothing_takes_no_template(meta: Shop) -> None:
    with pytest.raises(ConflictError):
        await ask(meta, slug="email")


def kept(**rest: Any) -> KeptTemplate:
    return KeptTemplate(**{"name": "n", "language": "es", "status": "approved", "category": "utility", "at": NOON, **rest})


def news(**rest: Any) -> TemplateNews:
    return TemplateNews(name="n", language="es", **rest)


def test_what_is_unchanged_stands_since_then_and_a_reason_stays_with_its_status() -> None:
    assert after(kept(), news(status="approved", category="utility"), NOON + HOUR).at == NOON
    rejected = after(kept(), news(status="rejected", reason="INVALID_FORMAT"), NOON + HOUR)
    assert (rejected.at, rejected.reason) == (NOON + HOUR, "INVALID_FORMAT")
    assert after(rejected, news(status="rejected"), NOON + 2 * HOUR).reason == "INVALID_FORMAT"
    assert after(rejected, news(status="approved"), NOON + 2 * HOUR).reason == ""
    assert after(None, news(), NOON).status == "unknown"
    assert not after(None, news(category="utility"), NOON).usable


_NEWS = st.builds(
    news,
    status=st.sampled_from(["", "approved", "rejected", "paused", "disabled", "pending"]),
    category=st.sampled_from(["", "utility", "marketing"]),
)


@given(st.lists(_NEWS, max_size=8))
def test_nothing_that_turned_into_marketing_is_used_until_it_is_utility_again(told: list[TemplateNews]) -> None:
    standing, moved = kept(), False
    for one in told:
        before = standing.category
        standing = after(standing, one, NOON)
        moved = standing.category == "marketing" if before == "utility" or moved else False
        if moved:
            assert not standing.usable
            assert standing.shown == "paused"
        else:
            assert standing.usable is (standing.status == "approved")
        assert after(standing, one, NOON) == standing
