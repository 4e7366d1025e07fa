"""`doorstep doctor`: what is well is said to be, what is not is found, and folds are proved from the checkpoints."""

import asyncio
import socket
from datetime import UTC, datetime

import pytest

from doorstep.cli.connections import add as connect
from doorstep.cli.doctor import doctor
from doorstep.cli.merchants import add as add_merchant
from doorstep.store import connections, inbox
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival
from wallet_keys import ends_in, settings

BODY = b"""{"tracking_number": "PQ4711ES", "carrier": "correos", "checkpoints": [
{"event_type": "picked_up", "text": "Recogido", "occurred_at": "2026-11-21T18:05:00+01:00", "place": {"country": "ES"}},
{"event_type": "delivered", "text": "Entregado", "occurred_at": "2026-11-22T10:05:00+01:00", "place": {"country": "ES"}}]}"""


@pytest.fixture(autouse=True)
def _installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DOORSTEP_BASE_URL", "https://parcels.example")
    monkeypatch.setenv("COLUMNS", "250")


def run(database_url, work):
    async def opened():
        database = await Database.open(database_url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(opened())


def execute(database_url, statement, *values):
    async def work(database):
        async with database.system() as tx:
            return await tx.execute(statement, *values)

    return run(database_url, work)


def test_a_fresh_installation_is_well(capsys):
    assert doctor() == 0
    told = capsys.readouterr().out
    assert "fail" not in told
    assert "PostgreSQL" in told
    assert "this month and the next are ready" in told


def test_an_empty_database_fails_with_what_to_do(capsys, database_url):
    execute(database_url, "drop table migration")
    assert doctor() == 1
    assert "doorstep migrate" in capsys.readouterr().out


def test_a_database_that_is_away_fails(monkeypatch, capsys):
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    assert doctor() == 1
    assert "no connection to the database" in capsys.readouterr().out


def test_a_base_url_that_cannot_be_one_fails(monkeypatch, capsys):
    monkeypatch.setenv("DOORSTEP_BASE_URL", "parcels.example")
    assert doctor() == 1
    monkeypatch.setenv("DOORSTEP_BASE_URL", "http://localhost:8000")
    assert doctor() == 0
    assert "warn" in capsys.readouterr().out


def test_secrets_under_another_key_fail(monkeypatch, capsys):
    add_merchant("teapots", name="Teapots")
    connect("teapots", "aftership", set_=["webhook_secret=hush"])
    assert doctor() == 0
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "x" * 32)
    assert doctor() == 1
    assert "does not open" in capsys.readouterr().out


def test_what_waits_too_long_what_is_dead_and_what_is_paused_are_told(capsys, database_url):
    add_merchant("teapots", name="Teapots")
    connect("teapots", "generic", kind="carrier")
    execute(database_url, "update connection set state = 'paused', paused_why = 'by a test'")
    execute(
        database_url,
        "insert into inbox_due (merchant_id, inbox_id, received_month, received_at, due_at) values (1, 1, '2026-01-01', now() - interval '1 hour', now())",
    )
    execute(database_url, "insert into dead_letter values (1, 1, '2026-01-01', 1, now(), 'BadInputError', 'x')")
    assert doctor() == 1
    told = capsys.readouterr().out
    assert "1 waiting, the oldest 36" in told
    assert "by a test" in told
    assert "1 could not be read" in told


def test_a_mail_server_that_answers_is_told_from_one_that_does_not_and_is_left_alone_unless_asked(capsys):
    with socket.create_server(("127.0.0.1", 0)) as answering:
        port = answering.getsockname()[1]
        add_merchant("teapots", name="Teapots")
        parts = ["host=127.0.0.1", f"port={port}", "security=none", "from_address=shop@example.com"]
        connect("teapots", "email", kind="channel", name="Open", set_=parts)
        assert doctor() == 0
        assert "smtp" not in capsys.readouterr().out
        assert doctor(smtp=True) == 0
        assert f"Open: 127.0.0.1:{port} answers" in capsys.readouterr().out
    assert doctor(smtp=True) == 1
    assert "check host, port" in capsys.readouterr().out


def test_a_certificate_for_wallet_says_how_long_it_is_good(monkeypatch, capsys):
    add_merchant("teapots", name="Teapots")
    for name, days in (("long", 300), ("soon", 20), ("over", -1)):
        one = ends_in(days=days, hours=1)
        for setting, value in settings(certificate=one.pem + one.key_pem).items():
            monkeypatch.setenv(f"GIVEN_{setting.upper()}", value)
        connect("teapots", "apple_wallet", name=name, set_=[f"{setting}=env:GIVEN_{setting.upper()}" for setting in settings()])
    assert doctor() == 1
    lines = {name: line for line in capsys.readouterr().out.splitlines() for name in ("long", "soon", "over") if f"wallet: {name}" in line}
    assert "ok" in lines["long"]
    assert "warn" in lines["soon"]
    assert "make a new order type certificate" in lines["soon"]
    assert "fail" in lines["over"]


def test_missing_partitions_are_told(capsys, database_url):
    following = datetime.now(UTC)
    month = f"{following:%Y_%m}"
    execute(database_url, f"drop table inbox_{month}")
    doctor()
    assert f"inbox_{month}" in capsys.readouterr().out


def deliver(database_url):
    from doorstep.steps.batch import work_batch
    from doorstep.steps.directory import Directory
    from doorstep.store.sealing import Sealer

    async def work(database):
        now = datetime.now(UTC)
        async with database.system() as tx:
            [connection] = await connections.connections(tx, Sealer(b"k" * 32))
            arrival = Arrival(
                merchant_id=connection.merchant_id,
                connection_id=connection.connection_id,
                delivery_key=b"1" * 16,
                url="",
                headers={},
                body=BODY,
                received_at=now,
            )
            await inbox.keep(tx, [arrival])
        return await work_batch(database, Directory(Sealer(b"k" * 32), ""), now, 10)

    return run(database_url, work)


def test_every_shipment_says_what_its_checkpoints_say(capsys, database_url):
    add_merchant("teapots", name="Teapots")
    connect("teapots", "generic", kind="carrier")
    assert deliver(database_url).events == 2
    assert doctor(refold=True) == 0
    assert "all 1 shipments" in capsys.readouterr().out


def test_a_shipment_that_lost_a_scan_is_found_and_mended(capsys, database_url):
    add_merchant("teapots", name="Teapots")
    connect("teapots", "generic", kind="carrier")
    deliver(database_url)
    execute(database_url, "delete from checkpoint where event_type = 'delivered'")
    assert doctor(refold=True) == 1
    told = capsys.readouterr().out
    assert "PQ4711ES: 1 scans on the row without a checkpoint" in told
    assert "status delivered instead of" in told
    assert doctor(refold=True, write=True) == 0
    assert doctor(refold=True) == 0


def test_every_setting_stands_in_the_reference():
    import inspect
    import re
    from pathlib import Path

    from doorstep import settings
    from doorstep.web.api.scopes import SCOPES

    reference = Path(__file__).parents[2] / "docs" / "reference"
    page = (reference / "settings.md").read_text()
    assert [field for field in settings.Settings.__struct_fields__ if f"(`{field}`)" not in page] == []
    source = inspect.getsource(settings)
    read = {"DOORSTEP_" + name for name in re.findall(r'env(?:\.get\(|, )"([A-Z_]+)"', source)}
    assert len(read) >= 10
    assert read == set(re.findall(r"^\| `(DOORSTEP_[A-Z_]+)`", page, re.MULTILINE))
    assert set(re.findall(r"DOORSTEP_[A-Z][A-Z_]*", source)) <= set(re.findall(r"`(DOORSTEP_[A-Z_]+)`", page))
    assert set(re.findall(r"^\| `([a-z]+:[a-z]+)`", (reference / "api.md").read_text(), re.MULTILINE)) == SCOPES.keys()


def test_changes_of_the_talks_that_do_not_hold_are_told(capsys, database_url):
    add_merchant("teapots", name="Teapots")
    execute(database_url, """update merchant set settings = '{"talks": {"words": {"en": {"say.gone": "x"}}}}'""")
    assert doctor() == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "there are no words called 'say.gone'" in told
    assert "talks of teapots" in told
