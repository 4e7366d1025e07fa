"""`doorstep merchant`: tenants, logins, keys, settings, against a real database."""

import io

import pytest

from doorstep.cli.merchants import add, key, list_merchants, set_values, user
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.web.desk.roles import Role


@pytest.fixture(autouse=True)
def _installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def test_a_merchant_is_made_with_a_login_and_a_password_shown_once(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert add("teapots", name="Teapots", email="Owner@Teapots.Example") == 0
    told = capsys.readouterr().out
    assert "owner@teapots.example" in told
    assert "password, shown this once: " in told
    list_merchants()
    assert "teapots" in capsys.readouterr().out


def test_a_password_from_standard_input_is_not_printed(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough one\n"))
    add("teapots", name="Teapots", email="owner@teapots.example", password_stdin=True)
    assert "long enough" not in capsys.readouterr().out


def test_a_short_password_is_refused_and_makes_no_merchant(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(BadInputError):
        add("teapots", name="Teapots", email="owner@teapots.example", password_stdin=True)
    list_merchants()
    assert "teapots" not in capsys.readouterr().out


def test_somebody_is_let_in_with_a_role_and_gets_another_and_the_last_owner_keeps_theirs(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    add("teapots", name="Teapots", email="owner@teapots.example")
    capsys.readouterr()
    user("teapots", "Ana@Teapots.Example")
    told = capsys.readouterr().out
    assert "ana@teapots.example, support" in told
    assert "password, shown this once: " in told
    user("teapots", "ana@teapots.example", role=Role.MARKETING)
    told = capsys.readouterr().out
    assert "ana@teapots.example is marketing now" in told
    assert "password" not in told
    with pytest.raises(ConflictError):
        user("teapots", "owner@teapots.example", role=Role.READ_ONLY)
    with pytest.raises(BadInputError):
        user("teapots", "nobody")


@pytest.mark.parametrize("slug", ["Tea", "-tea", "tea pots", ""])
def test_a_slug_that_cannot_stand_in_an_address_is_refused(slug):
    with pytest.raises(BadInputError):
        add(slug, name="Teapots")


def test_a_slug_is_given_once():
    add("teapots", name="Teapots")
    with pytest.raises(ConflictError):
        add("teapots", name="Others")


async def _key_of(database, text):
    from doorstep.store import access

    async with database.system() as tx:
        return await access.key_of(tx, text)


def test_a_key_is_printed_once_and_only_its_hash_kept(capsys, database_url):
    import asyncio

    from doorstep.store.database import Database

    add("teapots", name="Teapots")
    capsys.readouterr()
    key("teapots", name="ERP", scopes=["orders:write,orders:read", "tracking:write"], rate=5)
    made = capsys.readouterr().out.strip()
    assert made.startswith("dk_")

    async def find():
        database = await Database.open(database_url)
        try:
            return await _key_of(database, made)
        finally:
            await database.close()

    found = asyncio.run(find())
    assert found.scopes == {"orders:write", "orders:read", "tracking:write"}
    assert found.rate_per_s == 5


def test_an_unknown_scope_is_refused_with_those_there_are():
    add("teapots", name="Teapots")
    with pytest.raises(BadInputError, match="orders:read"):
        key("teapots", name="ERP", scopes=["orders:eat"])


def test_a_key_for_nobody_is_refused():
    with pytest.raises(NotFoundError):
        key("nobody", name="ERP")


def test_values_are_set_and_taken_back(database_url, capsys):
    import asyncio

    from doorstep.store import connections
    from doorstep.store.database import Database

    add("teapots", name="Teapots")
    set_values(
        "teapots",
        [
            "brand.colour=#123456",
            "brand.support_phone=123",
            "settings.return_days=30",
            "settings.policy.zone=Europe/Madrid",
            "name=Tea & Pots",
        ],
    )
    set_values("teapots", ["brand.support_phone="])

    async def read():
        database = await Database.open(database_url)
        try:
            async with database.system() as tx:
                return await connections.merchant_by_slug(tx, "teapots")
        finally:
            await database.close()

    kept = asyncio.run(read())
    assert (kept.name, kept.brand, kept.settings) == (
        "Tea & Pots",
        {"colour": "#123456"},
        {"return_days": 30, "policy": {"zone": "Europe/Madrid"}},
    )


@pytest.mark.parametrize(
    "value",
    [
        "brand.color=#123456",
        "colour=#1",
        "settings.policy=3",
        "settings.return_days=soon",
        "settings.journeys.nothing.enabled=false",
        "settings.templates=1",
        "slug=x",
        "brand.name=x",
    ],
)
def test_a_value_that_would_stop_the_workers_is_refused(value):
    add("teapots", name="Teapots")
    with pytest.raises(BadInputError):
        set_values("teapots", [value])


def test_the_commands_are_reached_by_their_words(capsys):
    from doorstep.cli.merchants import merchant

    assert merchant(["add", "teapots", "--name", "Teapots"], result_action="return_value") == 0
    assert merchant(["key", "teapots", "--name", "ERP", "--scopes", "orders:read", "orders:write"], result_action="return_value") == 0
    assert merchant(["set", "teapots", "brand.colour=#123456", "settings.return_days=30"], result_action="return_value") == 0
    assert merchant(["list"], result_action="return_value") == 0
