"""Providers and databases that fail in the middle: what is unknown stays unknown, what can be repeated is, what was accepted stays."""

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from faults_load import Sender, order_document, webhooks_of
from path_house import House, Mailbox, Shop, carrier, data_folder, now, running_house, shopify, until

from doorstep.steps.batch import work_batch, work_singly
from doorstep.steps.directory import Directory
from doorstep.steps.work import utc_now
from doorstep.store import connections, inbox
from doorstep.store.connections import Connection
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival
from doorstep.store.sealing import Sealer

pytestmark = pytest.mark.faults


class _Dropping:
    """A mail server that takes a mail's bytes and hangs up without a word."""

    def __init__(self) -> None:
        self.mails = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.mails += 1
                break
            writer.write(b"250 ok\r\n")
        writer.close()


@pytest.fixture(scope="module")
def mailbox() -> Any:
    with Mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
async def house(mailbox: Mailbox) -> Any:
    with data_folder() as folder:
        async with running_house(folder, mailbox, workers=2) as opened:
            yield opened


async def test_a_mail_server_that_hangs_up_after_the_mail_makes_it_unknown_and_never_sent_again(house: House) -> None:
    dropping = _Dropping()
    server = await asyncio.start_server(dropping.serve, "127.0.0.1", 0)
    shop = await _shop_on(house, server.sockets[0].getsockname()[1])
    await shop.send(shopify("orders/create", order_document(1, shop.customer, now()) | {"fulfillments": []}))
    await _state(shop, "unknown")
    await asyncio.sleep(2)
    assert dropping.mails == 1
    server.close()


async def test_a_mail_server_in_trouble_is_tried_again(house: House) -> None:
    answers = iter(["451 4.3.0 later", None])
    house.mailbox.answer = lambda to, _: next(answers) if to.startswith("ana.") else None
    shop = await house.shop()
    await shop.send(shopify("orders/create", order_document(2, shop.customer, now()) | {"fulfillments": []}))

    async def put_off() -> bool:
        rows = await house.fetch("select outcome from send_attempt where merchant_id = $1", shop.merchant.merchant_id)
        return [row["outcome"] for row in rows] == ["try_later"]

    await until(put_off)
    # Mail servers that say "later" mean minutes; its time comes now.
    await house.fetch("update outbox set due_at = now() where merchant_id = $1", shop.merchant.merchant_id)
    await _state(shop, "sent")
    assert len(house.mailbox.to(shop.customer)) == 1
    attempts = await house.fetch("select outcome from send_attempt where merchant_id = $1 order by attempt", shop.merchant.merchant_id)
    assert [row["outcome"] for row in attempts] == ["try_later", "sent"]
    house.mailbox.answer = lambda _to, _content: None


async def test_an_intake_whose_database_restarts_says_503_and_loses_nothing(house: House) -> None:
    shop = await house.shop({"generic": {}})
    hooks, _ = webhooks_of(120, now(), random.Random(5))
    sender = Sender(shop)
    posting = asyncio.create_task(sender.run(hooks, over_s=6))
    for _ in range(3):
        await asyncio.sleep(1.5)
        await _restart(house.data_dir)
    await posting
    assert sender.accepted == len(hooks)
    assert set(sender.statuses) <= {"200", "503"}, sender.statuses

    async def all_delivered() -> bool:
        query = "select count(*) from shipment where merchant_id = $1 and status = 'delivered' and order_id is not null"
        return bool(await house.value(query, shop.merchant.merchant_id) == 120)

    await until(all_delivered, seconds=60)
    assert await house.value("select count(*) from dead_letter where merchant_id = $1", shop.merchant.merchant_id) == 0


async def test_an_embedded_database_that_is_killed_is_started_again(house: House) -> None:
    shop = await house.shop()
    postmaster = int((house.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    psutil.Process(postmaster).kill()
    answer = await shop.post("shopify", b"{}", {})
    assert answer.status_code in {401, 503}
    hook = shopify("orders/create", order_document(3, shop.customer, now()) | {"fulfillments": []})
    await Sender(shop).run([hook], over_s=0)
    await _state(shop, "sent", seconds=30)
    assert int((house.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0]) != postmaster


async def test_deadlocks_do_not_happen_with_two_workers_on_the_same_parcels(house: House) -> None:
    shop = await house.shop({"generic": {}})
    hooks, _ = webhooks_of(40, now(), random.Random(6))
    many = hooks * 4
    random.Random(7).shuffle(many)
    again = [
        h if h.provider == "generic" else shopify("orders/updated", order_document(n, f"c{n}@customer.example", now()))
        for n, h in enumerate(many)
    ]
    await Sender(shop).run(again, over_s=2)
    await house.drained(seconds=60)
    assert "deadlock detected" not in (house.data_dir / "postgres" / "log").read_text()


async def _shop_on(house: House, port: int) -> Shop:
    """A shop whose mail goes to another server."""
    own, house.mailbox = house.mailbox, type("Port", (), {"port": port})()  # type: ignore[assignment]
    try:
        return await house.shop()
    finally:
        house.mailbox = own


async def _state(shop: Shop, wanted: str, *, seconds: float = 15) -> None:
    async def there() -> bool:
        rows = await shop.house.fetch("select state from message where merchant_id = $1", shop.merchant.merchant_id)
        return [row["state"] for row in rows] == [wanted]

    await until(there, seconds=seconds)


async def _restart(data_dir: Path) -> None:
    """Kill one of the server's own processes: the server ends every connection and starts anew by itself."""
    postmaster = int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    for child in psutil.Process(postmaster).children():
        if any("checkpointer" in part for part in child.cmdline()):
            child.send_signal(signal.SIGKILL)
            return
    raise AssertionError("the server has no checkpointer")


# Without processes: who is served first, and what one bad row does to others.


async def _merchant(database: Database, sealer: Sealer, slug: str) -> Connection:
    from doorstep.steps.connect import new_connection

    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, slug, slug, {}, {})
        made = new_connection(merchant_id, "carrier", "generic", "generic", {})
        number = await connections.connect(tx, sealer, made, frozenset())
        return await connections.one(tx, sealer, merchant_id, number)


def _arrival(connection: Connection, key: str, body: bytes) -> Arrival:
    return Arrival(
        merchant_id=connection.merchant_id,
        connection_id=connection.connection_id,
        delivery_key=key.encode(),
        url="",
        headers={"content-type": "application/json"},
        body=body,
        received_at=utc_now(),
    )


def _scan(number: str, text: str = "picked_up") -> bytes:
    return carrier("generic", f'{{"tracking_number": "{number}", "checkpoints": [{{"text": "{text}"}}]}}'.encode()).body


async def test_a_peak_of_one_merchant_delays_no_other(database: Database) -> None:
    sealer = Sealer(b"k" * 32)
    loud, quiet = await _merchant(database, sealer, "loud"), await _merchant(database, sealer, "quiet")
    async with database.system() as tx:
        await inbox.keep(tx, [_arrival(loud, f"l{n}", _scan(f"LOUD{n:05d}")) for n in range(3000)])
        await inbox.keep(tx, [_arrival(quiet, f"q{n}", _scan(f"QUIET{n:05d}")) for n in range(50)])
    async with database.system() as tx:
        claimed = await inbox.claim(tx, utc_now(), 500)
    taken = Counter(row.merchant_id for row in claimed)
    assert taken[quiet.merchant_id] == 50, "all of the quiet one are in the first batch"
    assert taken[loud.merchant_id] >= 250


async def test_a_row_that_fails_harms_no_other_of_its_batch(database: Database) -> None:
    sealer = Sealer(b"k" * 32)
    merchant = await _merchant(database, sealer, "poisoned")
    directory = Directory(sealer, "http://127.0.0.1")
    # PostgreSQL itself refuses one number: an error of ours that no plug-in foresaw.
    async with database.system() as tx:
        await tx.execute("alter table leg add constraint poison check (tracking_number <> 'POISON00001')")
        await inbox.keep(tx, [_arrival(merchant, f"p{n}", _scan("POISON00001" if n == 7 else f"HEALTHY{n:04d}")) for n in range(20)])
    with pytest.raises(asyncpg.CheckViolationError):
        await work_batch(database, directory, utc_now(), 500)
    done = await work_singly(database, directory, utc_now(), 500)
    assert (done.rows, done.dead) == (20, 1)
    async with database.system() as tx:
        dead = await inbox.dead_letters(tx, merchant.merchant_id)
        assert [row["error"] for row in dead] == ["CheckViolationError"]
        assert await tx.fetchval("select count(*) from shipment") == 19
        await tx.execute("alter table leg drop constraint poison")
        assert await inbox.replay(tx, merchant.merchant_id, None, utc_now()) == 1
    assert (await work_batch(database, directory, utc_now(), 500)).rows == 1
    async with database.system() as tx:
        assert await tx.fetchval("select count(*) from shipment") == 20


async def test_a_merchant_whose_settings_cannot_be_read_stops_no_other(database: Database) -> None:
    sealer = Sealer(b"k" * 32)
    bad, good = await _merchant(database, sealer, "bad"), await _merchant(database, sealer, "good")
    async with database.system() as tx:
        merchant = (await connections.merchants(tx, [bad.merchant_id]))[bad.merchant_id]
        await tx.execute(
            "update merchant set settings = $2::json where merchant_id = $1", merchant.merchant_id, '{"journeys": {"no_such": {}}}'
        )
        await inbox.keep(tx, [_arrival(bad, "b", _scan("BAD00000001")), _arrival(good, "g", _scan("GOOD0000001"))])
    directory = Directory(sealer, "http://127.0.0.1")
    await work_batch(database, directory, utc_now(), 500)
    async with database.system() as tx:
        assert await tx.fetchval("select count(*) from shipment where merchant_id = $1", good.merchant_id) == 1
