"""Guessing is slowed for all processes together, and whoever has to know learns of it: metric, desk, webhook, audit log, owners."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
from steps_shop import EMAIL, NOON, Shop, open_shop

from doorstep.steps import guessing
from doorstep.steps.guessing import LIMITS, PER, TRIGGER, Act, Tried
from doorstep.steps.sum_up import WEB
from doorstep.store import access, alarms, desk
from doorstep.store.database import Database

WEBHOOK = {"url": "https://hooks.shop.example/doorstep", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
LEAST = LIMITS[Act.FIND]


async def shop_of(database: Database, *owners: str) -> Shop:
    shop = await open_shop(database, channels={"email": EMAIL, "webhook": WEBHOOK})
    async with database.system() as tx:
        for owner in owners:
            await access.add_user(tx, shop.merchant_id, owner, "a long password", "owner")
    return shop


async def tries(shop: Shop, tried: Tried, times: int = 1, act: Act = Act.FIND, at: Any = NOON) -> list[int]:
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    return [await guessing.take_try(shop.database, shop.directory, tenant, act, tried, at) for _ in range(times)]


async def told(shop: Shop) -> list[dict[str, Any]]:
    """The webhooks about guessing, oldest moment first."""
    rows = await shop.rows("select body from message where merchant_id = $1 and template = 'webhook' order by created_at", shop.merchant_id)
    bodies = [msgspec.json.decode(row["body"]) for row in rows]
    assert {one["type"] for one in bodies} <= {TRIGGER}
    return [one["data"] for one in bodies]


async def mailed(shop: Shop) -> list[str]:
    rows = await shop.rows(
        "select recipient from message where merchant_id = $1 and template = 'guessing' order by recipient", shop.merchant_id
    )
    return [row["recipient"] for row in rows]


async def listed(shop: Shop) -> list[tuple[str, str, int]]:
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return [(row["what"], row["hint"], row["times"]) for row in await alarms.listed(tx, shop.merchant_id, NOON.date())]


async def test_each_count_runs_out_by_itself_and_says_how_long_to_wait(database: Database) -> None:
    shop = await shop_of(database)
    for tried, most in (
        (Tried(network="198.51.100.1"), LEAST.network),
        (Tried(order="1001"), LEAST.order),
        (Tried(person="email ana@customer.example"), LEAST.person),
        (Tried(network="2001:db8:0:1::/64", site="2001:db8::/48"), LEAST.network),
    ):
        assert await tries(shop, tried, most) == [0] * most
        (wait_s,) = await tries(shop, tried)
        assert 0 < wait_s <= PER.total_seconds() / most + 1
        assert await tries(shop, tried, at=NOON + timedelta(seconds=wait_s)) == [0]


async def test_many_small_networks_of_one_site_are_one_in_the_end(database: Database) -> None:
    shop = await shop_of(database)
    waits = [(await tries(shop, Tried(network=f"2001:db8:7:{n}::/64", site="2001:db8:7::/48")))[0] for n in range(60)]
    assert waits.count(0) == LEAST.site


async def test_tries_at_once_in_many_processes_are_counted_together(database: Database) -> None:
    shop = await shop_of(database)
    waits = await asyncio.gather(*(tries(shop, Tried(order="1001")) for _ in range(30)))
    assert [one for (one,) in waits].count(0) == LEAST.order


async def test_what_is_tried_for_one_act_or_at_one_shop_uses_up_nothing_of_another(database: Database) -> None:
    shop, other = await shop_of(database), await shop_of(database)
    tried = Tried(order="1001")
    await tries(shop, tried, 9)
    assert await tries(other, tried) == [0]
    assert await tries(shop, tried, act=Act.CODE) == [0]
    assert await listed(other) == []


async def test_a_refused_try_alarms_once_and_then_by_tens(database: Database) -> None:
    shop = await shop_of(database)
    before = WEB.get_sample_value("doorstep_guesses_refused_total", {"act": "find", "what": "order"}) or 0
    await tries(shop, Tried(order="1001"), LEAST.order + 12)
    assert await listed(shop) == [("order", "1001", 12)]
    alarms = sorted((one["what"], one["who"], one["refused"]) for one in await told(shop))  # both of one moment
    assert alarms == [("order", "1001", 1), ("order", "1001", 10)]
    after = WEB.get_sample_value("doorstep_guesses_refused_total", {"act": "find", "what": "order"})
    assert after == before + 12
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        changes = [(row["actor"], row["action"], row["detail"]) for row in await desk.changes(tx, shop.merchant_id)]
    assert changes == [("limits", TRIGGER, "order 1001")]


async def test_what_is_let_through_alarms_nobody(database: Database) -> None:
    shop = await shop_of(database, "calm@shop.example")
    await tries(shop, Tried(network="198.51.100.7", order="1001", person="p"), LEAST.order)
    assert (await listed(shop), await told(shop), await mailed(shop)) == ([], [], [])


async def test_owners_are_mailed_once_a_day_when_a_network_guesses(database: Database) -> None:
    shop = await shop_of(database, "ana.guess@shop.example", "bea.guess@shop.example")
    for n in range(3):
        await tries(shop, Tried(network=f"198.51.100.{20 + n}"), LEAST.network + 5)
    assert await mailed(shop) == ["ana.guess@shop.example", "bea.guess@shop.example"]
    tomorrow = NOON + timedelta(days=1)
    await tries(shop, Tried(network="198.51.100.20"), LEAST.network + 5, at=tomorrow)
    assert len(await mailed(shop)) == 4
    (row, *_) = await shop.rows("select text from message where merchant_id = $1 and template = 'guessing'", shop.merchant_id)
    assert "https://doorstep.example/desk/changes#guessing" in row["text"]


async def test_one_customer_who_mistypes_mails_no_owner_but_many_refused_tries_do(database: Database) -> None:
    shop = await shop_of(database, "patient@shop.example")
    await tries(shop, Tried(person="email ana@customer.example", person_hint="a…a@….example"), LEAST.person + 3)
    assert await mailed(shop) == []
    assert await listed(shop) == [("person", "a…a@….example", 3)]
    for n in range(4):
        await tries(shop, Tried(order=f"100{n}"), LEAST.order + 5)
    assert await mailed(shop) == ["patient@shop.example"]


async def test_workers_who_find_it_at_once_mail_owners_once(database: Database) -> None:
    shop = await shop_of(database, "once@shop.example")
    await asyncio.gather(*(tries(shop, Tried(network=f"203.0.113.{n}"), LEAST.network + 2) for n in range(6)))
    assert await mailed(shop) == ["once@shop.example"]


async def test_guesses_that_come_from_everywhere_alarm_though_each_is_let_through(database: Database) -> None:
    shop = await shop_of(database, "watch@shop.example")
    tenant = shop.directory.tenant(shop.merchant_id)
    assert tenant is not None
    for _ in range(LIMITS[Act.TYPE].shop):
        await guessing.note_wrong(shop.database, shop.directory, tenant, Act.TYPE, NOON)
    assert await listed(shop) == []
    await guessing.note_wrong(shop.database, shop.directory, tenant, Act.TYPE, NOON)
    assert await listed(shop) == [("shop", "codes, from many networks", 1)]
    assert await mailed(shop) == ["watch@shop.example"]


async def test_no_address_and_no_name_is_kept_of_those_who_tried(database: Database) -> None:
    shop = await shop_of(database)
    await tries(shop, Tried(person="email secret.person@customer.example", person_hint="s…n@….example"), LEAST.person + 1)
    rows = [str(row) for table in ("alarm", "attempt", "audit") for row in await shop.rows(f"select * from {table}")]
    assert rows
    assert not any("secret.person" in row for row in rows)
