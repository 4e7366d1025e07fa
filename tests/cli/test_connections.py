"""`doorstep connection`: providers connected with settings that are checked, secrets sealed and never shown."""

import asyncio
import io

import pytest

from doorstep.cli.connections import add, connection, list_connections, pause, remove, resume
from doorstep.cli.merchants import add as add_merchant
from doorstep.errors import BadInputError, MisconfiguredError, NotFoundError
from doorstep.store.database import Database


@pytest.fixture(autouse=True)
def _installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DOORSTEP_BASE_URL", "https://parcels.example")
    monkeypatch.setenv("COLUMNS", "200")
    add_merchant("teapots", name="Teapots")


def change(database_url, statement):
    async def run():
        database = await Database.open(database_url)
        try:
            async with database.system() as tx:
                await tx.execute(statement)
        finally:
            await database.close()

    asyncio.run(run())


def row_of(database_url):
    async def read():
        database = await Database.open(database_url)
        try:
            async with database.system() as tx:
                return await tx.fetchrow("select connection_id, settings, secrets, state, hook_token from connection")
        finally:
            await database.close()

    return asyncio.run(read())


def test_a_provider_is_connected_and_its_address_told(capsys, database_url, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "hush-hush")
    add("teapots", "email", set_=["host=smtp.example", "from_address=a@b.example", "password=env:MAIL_PASSWORD"])
    add("teapots", "aftership", set_=["webhook_secret=hush"])
    told = capsys.readouterr().out
    assert "https://parcels.example/hooks/aftership/" in told
    assert "hush" not in told
    row = row_of(database_url)
    assert b"hush" not in row["secrets"]
    assert "hush" not in row["settings"]
    list_connections("teapots")
    listed = capsys.readouterr().out
    assert "email" in listed
    assert "hush" not in listed


def test_settings_come_from_standard_input(database_url, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("host=smtp.example\nfrom_address=a@b.example\n\n"))
    add("teapots", "email", set_stdin=True)
    assert "smtp.example" in row_of(database_url)["settings"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [([], "host"), (["host=x", "from_address=y", "hots=z"], "hots"), (["host"], "name=value")],
)
def test_settings_that_do_not_fit_are_told(settings, told):
    with pytest.raises(BadInputError, match=told):
        add("teapots", "email", set_=settings)


def test_a_variable_that_is_not_set_is_told(monkeypatch):
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(MisconfiguredError, match="NOT_SET"):
        add("teapots", "email", set_=["password=env:NOT_SET"])


def test_a_provider_that_is_two_things_must_be_told_apart():
    with pytest.raises(BadInputError, match="--kind"):
        add("teapots", "generic")
    assert add("teapots", "generic", kind="carrier") == 0
    with pytest.raises(NotFoundError):
        add("teapots", "pigeons")


def test_a_connection_is_paused_resumed_and_removed(capsys, database_url):
    add("teapots", "generic", kind="shop")
    number = row_of(database_url)["connection_id"]
    pause("teapots", number)
    assert row_of(database_url)["state"] == "paused"
    resume("teapots", number)
    assert row_of(database_url)["state"] == "active"
    with pytest.raises(BadInputError):
        remove("teapots", number)
    remove("teapots", number, yes=True)
    assert row_of(database_url) is None
    with pytest.raises(NotFoundError):
        pause("teapots", number)


def test_the_list_says_whether_the_owners_know_of_a_pause(capsys, database_url):
    add("teapots", "generic", kind="shop")
    pause("teapots", row_of(database_url)["connection_id"])
    list_connections("teapots")
    assert "told" not in capsys.readouterr().out
    for told, said in (
        ("told_at = '2026-11-22T12:00Z'", "told by e-mail on 22 Nov 2026"),
        ("untold = 'no_channel', told_at = null", "Nobody was told"),
    ):
        change(database_url, f"update connection set {told}")
        list_connections("teapots")
        assert said in capsys.readouterr().out


def test_another_merchants_connection_is_not_found(database_url):
    add("teapots", "generic", kind="shop")
    add_merchant("others", name="Others")
    with pytest.raises(NotFoundError):
        remove("others", row_of(database_url)["connection_id"], yes=True)


def test_the_commands_are_reached_by_their_words():
    words = ["add", "teapots", "email", "--set", "host=smtp.example", "--set", "from_address=a@b.example", "--name", "Mail"]
    assert connection(words, result_action="return_value") == 0
    assert connection(["list", "teapots"], result_action="return_value") == 0
