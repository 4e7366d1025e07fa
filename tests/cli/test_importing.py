"""A file of orders → orders in the database: every good row once, every bad one told, whatever interrupts it."""

import asyncio
import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from doorstep.cli.importing import import_orders
from doorstep.cli.order_files import Reading, open_order_file
from doorstep.domain.money import Money
from doorstep.domain.orders import Order
from doorstep.errors import BadInputError, NotFoundError
from doorstep.store import connections
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer, secret_key

HEADER = "order_id,placed_at,email,item,quantity,unit_price,currency,tracking_number,carrier\n"
KEY = "k" * 40


@pytest.fixture
async def merchant(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", KEY)
    async with database.system() as tx:
        await connections.add_merchant(tx, "tea", "Tea", {}, {})
    return "tea"


def row(order: object, item: str = "Cup", *, quantity: object = 1, tracking: str = "") -> str:
    return f"{order},2026-11-20T10:00:00+01:00,a{order}@example.com,{item},{quantity},12.50,EUR,{tracking},{'UPS' if tracking else ''}\n"


async def run(file: Path, *, merchant: str = "tea", shop: str | None = None, restart: bool = False) -> int:
    return await asyncio.to_thread(import_orders, file, merchant=merchant, shop=shop, data_dir=file.parent, restart=restart)


async def stored(database: Database) -> list[Order]:
    async with database.system() as tx:
        rows = await tx.fetch("select document from orders order by length(external_id), external_id")
    return [msgspec.json.decode(row["document"], type=Order) for row in rows]


async def count(database: Database, table: str) -> int:
    async with database.system() as tx:
        return int(await tx.fetchval(f"select count(*) from {table}"))


def errors_of(file: Path) -> list[tuple[int, str]]:
    path = file.with_name(file.name + ".errors.csv")
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as text:
        return [(int(line), reason) for line, reason in list(csv.reader(text))[1:]]


@pytest.mark.usefixtures("merchant")
class TestImporting:
    async def test_rows_of_one_order_become_its_lines_and_its_parcel(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "orders.csv"
        file.write_text(HEADER + row(1, quantity=2, tracking="1Z999AA10123456784") + row(1, "Pot") + row(2), encoding="utf-8")
        assert await run(file) == 0
        first, second = await stored(database)
        assert [(line.name, line.quantity, line.unit_price) for line in first.lines] == [
            ("Cup", 2, Money(1250, "EUR")),
            ("Pot", 1, Money(1250, "EUR")),
        ]
        assert first.fulfilments[0].tracking_numbers == ("1Z999AA10123456784",)
        assert first.fulfilments[0].lines == {"1": 2}  # the pot waits
        assert second.customer.email == "a2@example.com"
        assert await count(database, "shipment") == 1
        async with database.system() as tx:
            assert await tx.fetchval("select provider || ' ' || name from connection") == "generic import"

    async def test_bad_rows_are_told_with_line_and_reason_and_good_ones_kept(
        self, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "orders.csv"
        lines = [row(1), row(2, quantity="none"), row(3), row(4).replace("2026-11-20T10:00:00+01:00", "yesterday"), "5,too few\n", row(6)]
        file.write_text(HEADER + "".join(lines), encoding="utf-8")
        assert await run(file) == 1
        assert [order.external_id for order in await stored(database)] == ["1", "3", "6"]
        assert errors_of(file) == [
            (3, "quantity: a whole number above 0 is needed"),
            (5, 'placed_at: a moment with its offset, such as "2026-11-22T09:30:00+01:00" is needed'),
            (6, "the row has 2 cells, the header 9"),
        ]
        told = capsys.readouterr().err
        assert "orders.csv:3: quantity" in told
        assert "3 orders imported, 3 bad" in told

    async def test_a_finished_import_says_so_and_changes_nothing(
        self, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "orders.csv"
        file.write_text(HEADER + row(1) + row(2, quantity=0), encoding="utf-8")
        assert await run(file) == 1
        assert await run(file) == 1
        assert "imported already" in capsys.readouterr().err
        assert (await count(database, "orders"), len(errors_of(file))) == (1, 1)
        assert await run(file, restart=True) == 1
        assert (await count(database, "orders"), len(errors_of(file))) == (1, 1)

    async def test_blank_lines_at_the_end_do_not_keep_an_import_from_being_finished(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "orders.csv"
        file.write_text(HEADER + row(1) + "\n\n", encoding="utf-8")
        assert (await run(file), await run(file)) == (0, 0)
        assert "imported already" in capsys.readouterr().err

    async def test_json_lines_are_read_by_the_order_form(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "orders.jsonl"
        good = {"id": 2**63, "placed_at": "2026-11-20T10:00:00+01:00", "lines": [{"name": "Cup"}]}
        lines = [json.dumps(good), "{", json.dumps({**good, "id": 2, "colour": "red"}), "", json.dumps({**good, "id": 3, "lines": [{}]})]
        file.write_text("\n".join(lines), encoding="utf-8")
        assert await run(file) == 1
        assert [order.external_id for order in await stored(database)] == [str(2**63)]
        assert [line for line, _ in errors_of(file)] == [2, 3, 5]
        assert errors_of(file)[2][1].startswith("lines[0].name: ")

    async def test_a_latin_file_is_read_and_said_aloud(
        self, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "orders.csv"
        file.write_bytes((HEADER + row(1, "Teekännchen")).replace(",", ";").encode("cp1252"))
        assert await run(file) == 0
        assert (await stored(database))[0].lines[0].name == "Teekännchen"
        assert "Windows-1252" in capsys.readouterr().err

    async def test_a_named_shop_is_used_and_an_unknown_one_refused(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "orders.csv"
        file.write_text(HEADER + row(1), encoding="utf-8")
        with pytest.raises(NotFoundError, match="no shop 'web'"):
            await run(file, shop="web")
        with pytest.raises(NotFoundError, match="no merchant"):
            await run(file, merchant="coffee")
        key, _ = secret_key(KEY, tmp_path)
        made = connections.Connection(
            merchant_id=1,
            connection_id=0,
            kind="shop",
            provider="shopify",
            name="web",
            hook_token="t",
            settings={},
            active=True,
            paused_why=None,
        )
        async with database.system() as tx:
            made_id = await connections.connect(tx, Sealer(key), made, frozenset())
        assert await run(file, shop="web") == 0
        async with database.system() as tx:
            assert await tx.fetchval("select connection_id from orders") == made_id

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xef\xbb\xbf  \n",
            b"order_id;placed\n1;2\n",
            b"order_id\n1\n",
            b'[{"id": 1}]',
            b"\x00\x01\x02",
            "order_id".encode("utf-16"),
        ],
    )
    async def test_an_unusable_file_is_refused(self, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "orders.csv"
        file.write_bytes(content)
        assert await run(file) == 2
        assert str(file) in capsys.readouterr().err
        assert await run(tmp_path / "none.csv") == 2

    @pytest.mark.faults
    async def test_killed_at_any_time_it_loses_nothing_and_doubles_nothing(self, database: Database, tmp_path: Path) -> None:
        file = tmp_path / "orders.csv"
        orders = 1200
        bad = {number for number in range(1, orders + 1) if number % 200 == 7}
        lines = [row(number, quantity="x" if number in bad else 1, tracking=f"TRACK{number:06}") for number in range(1, orders + 1)]
        file.write_text(HEADER + "".join(lines), encoding="utf-8")
        chance, kills = random.Random(7), 0
        command = "from pathlib import Path; import sys; from doorstep.cli.importing import import_orders; "
        command += f"sys.exit(import_orders(Path({str(file)!r}), merchant='tea', data_dir=Path({str(tmp_path)!r})))"
        for _ in range(60):
            before = await count(database, "orders")
            process = subprocess.Popen(  # noqa: ASYNC220 - killed below, whatever the loop does
                [sys.executable, "-c", command], env=dict(os.environ), stderr=subprocess.DEVNULL
            )
            target = before + chance.randint(1, 350)
            while process.poll() is None and await count(database, "orders") < target:  # noqa: ASYNC110 - another process moves it
                await asyncio.sleep(0.01)
            await asyncio.sleep(chance.random() * 0.1)
            if process.poll() is None and kills < 3:
                process.send_signal(signal.SIGKILL)
                kills += 1
            if await asyncio.to_thread(process.wait) == 1:
                break
        assert kills >= 2
        assert await count(database, "orders") == await count(database, "shipment") == orders - len(bad)
        assert [line for line, _ in errors_of(file)] == [number + 1 for number in sorted(bad)]
        async with database.system() as tx:
            assert await tx.fetchval("select lines_done from import_progress") == orders + 1
            twice = await tx.fetchval(
                "select count(*) from (select order_id, trigger from decision group by 1, 2 having count(*) > 1) as x"
            )
        assert twice == 0


def read(file: Path, content: str, *, after_line: int = 0) -> list[tuple[int, int, str]]:
    file.write_text(content, encoding="utf-8")
    reading = Reading(open_order_file(file))
    return [
        (item.first_line, item.last_line, item.order.external_id if isinstance(item.order, Order) else item.order.reason)
        for item in reading.items(after_line=after_line)
    ]


def test_rows_that_do_not_stand_together_are_bad(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", HEADER + row(1) + row(2) + row(1, "Pot"))
    assert found == [(2, 2, "1"), (3, 3, "2"), (4, 4, "order_id: the order began in line 2; its rows must stand together")]


def test_an_order_with_an_unreadable_row_is_not_taken_in_half(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", HEADER + row(1) + "1,too few\n" + row(1, "Pot") + row(2))
    assert [reason for _, _, reason in found] == [
        "the row has 2 cells, the header 9",
        "another row of this order cannot be read, line 3",
        "2",
    ]


def test_wherever_it_stopped_the_rest_is_read(tmp_path: Path) -> None:
    content = HEADER + row(1) + row(1, '"Pot\nwith lid"') + row(2) + "3,\n" + row(4) + row(1)
    whole = read(tmp_path / "a.csv", content)
    for at in range(len(whole)):
        done = max([0, *(item[1] for item in whole[:at])])
        assert read(tmp_path / "a.csv", content, after_line=done)[-len(whole[at:]) :] == whole[at:]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str, tmp_path: Path) -> None:
    content = (HEADER + row(1)).replace(",", delimiter)
    assert read(tmp_path / "a.csv", content) == [(2, 2, "1")]


def test_columns_may_be_written_in_capitals_and_with_spaces(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", "\ufeffOrder ID,Placed-At\n7,2026-11-20 10:00:00 +0100\n") == [(2, 2, "7")]


def test_an_unknown_column_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no column 'quantty'; did you mean quantity"):
        read(tmp_path / "a.csv", "order_id,placed_at,quantty\n")


def test_an_unclosed_quote_costs_a_stretch_and_not_the_memory(tmp_path: Path) -> None:
    content = HEADER + row(1) + '2,"' + row(2) + "".join(row(number) for number in range(3, 6000))
    found = read(tmp_path / "a.csv", content)
    assert found[0] == (2, 2, "1")
    assert any("not CSV" in reason for _, _, reason in found)
    assert found[-1][2] == "5999"


def test_a_line_too_long_is_one_bad_row(tmp_path: Path) -> None:
    good = '{"id": "%s", "placed_at": "2026-11-20T10:00:00Z"}\n'
    found = read(tmp_path / "a.jsonl", good % 1 + '{"id": "' + "x" * 9_000_000 + '"}\n' + good % 3)
    assert found == [(1, 1, "1"), (2, 2, "the line is too long"), (3, 3, "3")]


def test_an_order_told_twice_without_a_time_is_bad_and_with_one_is_not(tmp_path: Path) -> None:
    line = '{"id": "1", "placed_at": "2026-11-20T10:00:00Z"%s}\n'
    newer = line % ', "updated_at": "2026-11-21T10:00:00Z"'
    assert [reason[:20] for _, _, reason in read(tmp_path / "a.jsonl", line % "" + line % "" + newer)] == ["1", "id: stood in line 1 ", "1"]


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    with file.open("w", encoding="utf-8") as text:
        for number in range(3000):
            text.write(f'{{"id": {number}, "placed_at": "2026-11-20T10:00:00Z"{" " * 10_000}}}\n')
    reading = Reading(open_order_file(file))
    tracemalloc.start()
    with contextlib.closing(reading.items()) as items:
        read_orders = sum(1 for _ in items)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read_orders == 3000
    assert peak < 6_000_000 < file.stat().st_size / 4
