"""`import retail`: a retailer's store → a merchant's customers, goods, orders, money, parcels; once, and nobody is told."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from retail_store import ANA, BEN, CARD, GIFT, HOME, PAYPAL, store, write

from doorstep.actions import shipped
from doorstep.cli.evaluating_actions import judge_in_database
from doorstep.cli.importing_retail import import_retail
from doorstep.cli.retail.judging import read_expected, read_tasks
from doorstep.cli.retail.playing import Base
from doorstep.cli.retail.records import read_store
from doorstep.cli.retail.replaying import brought_in, temporary
from doorstep.domain.actions.arguments import ReadOrder
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import ActionKind, CaseKind, MethodKind, OrderState
from doorstep.domain.actions.known import KnownOrder
from doorstep.domain.money import Money
from doorstep.errors import NotFoundError
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.known import know
from doorstep.steps.rules import policy_of
from doorstep.store import connections, goods
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer

KEY = "k" * 40
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def _installed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", KEY)


async def run(file: Path, merchant: str = "tea", **options: Any) -> int:
    return await asyncio.to_thread(import_retail, file, merchant=merchant, data_dir=file.parent, **options)


async def tenant_of(database: Database, slug: str = "tea") -> Tenant:
    directory = Directory(Sealer(KEY.encode()), "https://doorstep.example")
    await directory.refresh(database, DAY, force=True)
    async with database.system() as tx:
        found = directory.tenant((await connections.merchant_by_slug(tx, slug)).merchant_id)
    assert found is not None
    return found


async def order(database: Database, tenant: Tenant, name: str) -> KnownOrder:
    async with database.for_merchant(tenant.merchant.merchant_id) as tx:
        found = await know(tx, tenant, Asker(staff=True), ReadOrder(order=name), DAY)
    assert found.known.order is not None
    return found.known.order


TABLES = (
    "orders",
    "shipment",
    "checkpoint",
    "profile",
    "payment_method",
    "variant",
    "payment",
    "cases",
    "action_policy",
    "audit",
    "connection",
)


async def rows(database: Database) -> dict[str, list[str]]:
    async with database.system() as tx:
        return {table: [row[0] for row in await tx.fetch(f"select t::text from {table} t order by 1")] for table in TABLES}


@pytest.mark.usefixtures("_installed")
class TestImporting:
    async def test_a_store_becomes_a_merchant(self, database: Database, tmp_path: Path) -> None:
        assert await run(write(tmp_path, store()), as_of=DAY) == 0
        tenant = await tenant_of(database)
        merchant_id, shop = tenant.merchant.merchant_id, next(iter(tenant.connections))
        assert tenant.merchant.name == "Tea"
        async with database.system() as tx:
            people = await goods.profiles(tx, merchant_id, shop, [ANA, BEN])
            mugs = (await goods.variants(tx, merchant_id, shop, ["mug"]))["mug"]
            rules = await policy_of(tx, merchant_id, DAY.replace(year=2030))
        assert msgspec.structs.replace(rules, version=0) == shipped("retail")
        ana = people[ANA]
        assert (ana.first_name, ana.last_name, ana.email) == ("Ana", "Ruiz", "ana@customer.example")
        assert {one.method_id: (one.kind, one.label, one.balance) for one in ana.methods} == {
            CARD: (MethodKind.CARD, "Visa ending 1111", None),
            PAYPAL: (MethodKind.PAYPAL, "PayPal", None),
            GIFT: (MethodKind.GIFT_CARD, "Gift card", Money(5000, "USD")),
        }
        assert [(one.variant_id, one.price.amount_minor, one.available, one.stock) for one in mugs] == [
            ("mug_a", 800, True, None),
            ("mug_b", 800, True, None),
            ("mug_c", 655, True, None),
        ]

    async def test_orders_stand_as_in_the_file(self, database: Database, tmp_path: Path) -> None:
        assert await run(write(tmp_path, store()), as_of=DAY) == 0
        tenant = await tenant_of(database)
        states = {name: (await order(database, tenant, name)).state for name in ("#W1", "#W2", "#W3", "#W4", "#W7")}
        assert states == {
            "#W1": OrderState.PENDING,
            "#W2": OrderState.DELIVERED,
            "#W3": OrderState.PROCESSED,
            "#W4": OrderState.CANCELLED,
            "#W7": OrderState.PENDING,
        }
        pending = await order(database, tenant, "#W1")
        assert [(one.line_id, one.variant_id, one.product_id, one.quantity) for one in pending.lines] == [
            ("1", "shirt_s", "shirt", 1),
            ("2", "mug_a", "mug", 1),
            ("3", "mug_a", "mug", 1),  # equal units stay lines of their own
        ]
        assert [one.unit_price for one in pending.lines] == [Money(2010, "USD"), Money(800, "USD"), Money(800, "USD")]
        assert [(one.amount, one.method_id, one.refund) for one in pending.payments] == [(Money(3610, "USD"), CARD, False)]
        assert pending.customer == ANA
        assert pending.ship_to is not None
        assert (pending.ship_to.name, pending.ship_to.lines, pending.ship_to.country) == ("Ana Ruiz", (HOME["address1"],), "US")
        delivered = await order(database, tenant, "#W2")
        assert all((one.delivered, one.delivered_at) == (1, DAY) for one in delivered.lines)
        assert [one.tracking_number for one in delivered.shipments] == ["TW2"]
        cancelled = await order(database, tenant, "#W4")
        assert [(one.refund, one.amount.amount_minor) for one in cancelled.payments] == [(False, 655), (True, 655)]
        assert cancelled.shipments == ()

    async def test_the_same_file_again_changes_nothing(
        self, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = write(tmp_path, store())
        assert await run(file) == 0
        before = await rows(database)
        assert "2 customers, 2 products, 8 orders; the policy `retail` is in force" in capsys.readouterr().err
        os.utime(file, (0, 0))  # a copy has another date
        assert await run(file) == 0
        assert "was imported already, nothing is left to do" in capsys.readouterr().err
        assert await rows(database) == before

    async def test_another_state_of_the_store_is_taken_in_on_top(self, database: Database, tmp_path: Path) -> None:
        tree = store()
        assert await run(write(tmp_path, tree), as_of=DAY) == 0
        tree["users"][ANA]["payment_methods"][GIFT]["balance"] = 7.5
        tree["products"]["mug"]["variants"]["mug_b"]["available"] = False
        tree["orders"]["#W1"]["address"] |= {"city": "Austin"}
        assert await run(write(tmp_path, tree), as_of=DAY.replace(day=21)) == 0
        tenant = await tenant_of(database)
        merchant_id, shop = tenant.merchant.merchant_id, next(iter(tenant.connections))
        async with database.system() as tx:
            gift = next(one for one in (await goods.methods(tx, merchant_id, shop, [ANA]))[ANA] if one.method_id == GIFT)
            mugs = (await goods.variants(tx, merchant_id, shop, ["mug"]))["mug"]
            counted = {
                table: await tx.fetchval(f"select count(*) from {table}") for table in ("orders", "payment", "action_policy", "cases")
            }
        assert gift.balance == Money(750, "USD")
        assert [one.available for one in mugs] == [True, False, True]
        ship_to = (await order(database, tenant, "#W1")).ship_to
        assert ship_to is not None
        assert ship_to.city == "Austin"
        assert counted == {"orders": 8, "payment": 9, "action_policy": 1, "cases": 0}

    async def test_nobody_is_told_of_what_happened_before(self, database: Database, tmp_path: Path) -> None:
        assert await run(write(tmp_path, store())) == 0
        async with database.system() as tx:
            for table in ("decision", "message", "outbox", "action_due", "customer"):
                assert await tx.fetchval(f"select count(*) from {table}") == 0

    async def test_what_was_asked_for_before_stands_as_a_case(self, database: Database, tmp_path: Path) -> None:
        tree = store()
        tree["orders"]["#W1"]["status"] = "pending (item modified)"
        tree["orders"]["#W2"] |= {"status": "return requested", "return_items": ["mug_a"], "return_payment_method_id": GIFT}
        exchanged = {"status": "exchange requested", "exchange_items": ["shirt_s"], "exchange_new_items": ["shirt_m"]}
        tree["orders"]["#W5"] |= exchanged | {"exchange_payment_method_id": CARD, "exchange_price_difference": 2.3}
        assert await run(write(tmp_path, tree), as_of=DAY) == 0
        tenant = await tenant_of(database)
        modified = await order(database, tenant, "#W1")
        assert modified.items_changed
        assert [one.action for one in modified.cases] == [ActionKind.CHANGE_ITEMS]
        [back] = (await order(database, tenant, "#W2")).cases
        assert (back.kind, back.method, [one.line_id for one in back.lines]) == (CaseKind.RETURN, GIFT, ["2"])
        assert back.rma
        assert back.look_at is not None
        [swap] = (await order(database, tenant, "#W5")).cases
        assert (swap.kind, swap.difference, [one.wanted_id for one in swap.lines]) == (CaseKind.EXCHANGE, Money(230, "USD"), ["shirt_m"])

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda tree: tree["orders"]["#W1"].pop("items"), "Object missing required field `items`"),
            (lambda tree: tree["orders"]["#W1"]["items"][0].update(price="x"), "Expected `float`, got `str`"),
            (lambda tree: tree["orders"]["#W3"].update(fulfillments=[]), "orders.#W3.fulfillments: what is processed"),
            (lambda tree: tree.pop("users"), "Object missing required field `users`"),
        ],
    )
    async def test_a_bad_file_is_told_with_the_place_and_nothing_of_it_is_taken(
        self, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, told: str
    ) -> None:
        tree = store()
        change(tree)
        assert await run(write(tmp_path, tree)) == 2
        assert told in capsys.readouterr().err
        async with database.system() as tx:
            for table in ("orders", "profile", "variant", "import_progress"):
                assert await tx.fetchval(f"select count(*) from {table}") == 0

    async def test_a_file_that_is_none_a_bad_slug_and_an_unknown_shop_are_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert await run(tmp_path / "none.json") == 2
        (tmp_path / "text.json").write_text("orders", encoding="utf-8")
        assert await run(tmp_path / "text.json") == 2
        file = write(tmp_path, store())
        assert await run(file, merchant="My Shop") == 2
        told = capsys.readouterr().err
        assert all(one in told for one in ("none.json: No such file", "text.json: is not JSON", "slug is lower-case letters"))
        with pytest.raises(NotFoundError, match="has no shop 'web'"):
            await run(file, shop="web")


class TestPlayedInADatabase:
    """The same requests through the steps that pages and talks use."""

    async def test_an_action_leaves_the_same_records_as_in_memory_and_is_taken_back(self, database: Database, tmp_path: Path) -> None:
        file, directory = write(tmp_path, store()), Directory(Sealer(KEY.encode()), "https://doorstep.example")
        opened = read_store(file)
        tenant = await brought_in(database, directory, opened, file.read_bytes(), "tea", DAY)
        paid = {"transaction_type": "payment", "amount": 2.30, "payment_method_id": GIFT}
        after = store()["orders"]["#W6"]
        after |= {"status": "pending (item modified)", "payment_history": [*after["payment_history"], paid]}
        after["items"][0] |= {"item_id": "shirt_m", "price": 22.40, "options": {"size": "m"}}
        ana = store()["users"][ANA]
        ana["payment_methods"][GIFT]["balance"] = 47.70
        arguments = {"order_id": "#W6", "item_ids": ["shirt_s"], "new_item_ids": ["shirt_m"], "payment_method_id": GIFT}
        tasks = [{"id": "t", "evaluation_criteria": {"actions": [{"name": "modify_pending_order_items", "arguments": arguments}]}}]
        expected = {"t": {"customer": ANA, "changed": {"orders": {"#W6": after}, "users": {ANA: ana}}}}
        before = await rows(database)
        judged = await judge_in_database(
            database,
            directory,
            tenant,
            Base(opened, shipped("retail")),
            read_tasks(write(tmp_path, tasks, "tasks.json")),
            read_expected(write(tmp_path, expected, "expected.json")),
            DAY,
        )
        assert [(one.equal, one.differing, one.unguarded) for one in judged] == [(True, (), ())]
        assert await rows(database) == before

    async def test_all_requests_of_the_retailer_come_out_equal(self, shared_data: Path, database: Database) -> None:
        folder, directory = shared_data / "retail_tasks", Directory(Sealer(KEY.encode()), "https://doorstep.example")
        opened = read_store(folder / "db.json")
        tenant = await brought_in(database, directory, opened, (folder / "db.json").read_bytes(), "tea", DAY)
        tasks, expected = read_tasks(folder / "tasks_train.json"), read_expected(folder / "expected_train.json")
        judged = await judge_in_database(database, directory, tenant, Base(opened, shipped("retail")), tasks, expected, DAY)
        assert [(one.task_id, one.differing, one.unguarded) for one in judged if not one.equal] == []
        assert (len(judged), sum(one.refused_as_expected for one in judged)) == (74, 2)

    async def test_a_database_of_its_own_is_started_and_thrown_away(self, tmp_path: Path) -> None:
        file = write(tmp_path, store())
        async with temporary(read_store(file), file.read_bytes(), DAY) as (opened, _, tenant), opened.system() as tx:
            assert await tx.fetchval("select count(*) from orders where merchant_id = $1", tenant.merchant.merchant_id) == 8


def test_the_small_store_is_the_same_each_time() -> None:
    assert json.dumps(store()) == json.dumps(store())
