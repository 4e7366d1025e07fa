"""Secrets open for whoever has the key and for nobody else: not another key, not another purpose, not the database, not a log."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import MisconfiguredError, NotFoundError
from doorstep.steps.connect import new_connection
from doorstep.steps.directory import Directory
from doorstep.store import connections
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer, secret_key

KEY = b"k" * 32
SEALER, OTHER = Sealer(KEY), Sealer(b"j" * 32)
SECRET = "hunter2-Pässwörd-0123456789"
NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(TEXTS, TEXTS, max_size=5), st.binary(max_size=20))
def test_what_was_sealed_opens_as_it_was(settings, purpose):
    assert SEALER.open(SEALER.seal(settings, purpose), purpose) == settings
    assert Sealer(KEY).open(SEALER.seal(settings)) == settings


@given(st.dictionaries(TEXTS, TEXTS, max_size=5))
def test_the_same_settings_are_never_sealed_to_the_same_bytes(settings):
    assert SEALER.seal(settings) != SEALER.seal(settings)


def test_another_key_does_not_open_and_the_error_holds_nothing_of_it():
    with pytest.raises(MisconfiguredError, match="DOORSTEP_SECRET_KEY") as refused:
        OTHER.open(SEALER.seal({"password": SECRET}))
    assert SECRET not in str(refused.value)


@given(st.data())
def test_one_changed_bit_anywhere_is_found(data):
    sealed = bytearray(SEALER.seal({"password": SECRET}))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(MisconfiguredError):
        SEALER.open(bytes(sealed))


@given(st.data())
def test_a_sealed_text_cut_or_lengthened_is_found(data):
    sealed = SEALER.seal({"password": SECRET})
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for damaged in (cut, sealed + data.draw(st.binary(min_size=1, max_size=5)), sealed[1:]):
        with pytest.raises(MisconfiguredError):
            SEALER.open(damaged)


@given(st.binary(max_size=200))
def test_any_bytes_open_or_are_misconfigured(damaged):
    with pytest.raises(MisconfiguredError):
        SEALER.open(damaged)


@given(st.lists(TEXTS, max_size=5))
def test_a_token_reads_as_its_parts_is_the_same_each_time_and_fits_in_an_address(parts):
    token = SEALER.token(*parts)
    assert SEALER.read_token(token) == tuple(parts)
    assert token == Sealer(KEY).token(*parts)
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_tokens_of_other_parts_differ_however_the_parts_are_cut():
    made = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"), (), ("",)]
    assert len({SEALER.token(*parts) for parts in made}) == len(made)


def test_a_token_of_another_installation_shows_and_opens_nothing():
    token = SEALER.token("mail", "1", "ana@customer.example", "en")
    with pytest.raises(NotFoundError) as refused:
        OTHER.read_token(token)
    assert "ana" not in str(refused.value)
    assert "ana" not in token


def test_who_guesses_the_parts_of_a_token_cannot_prove_it_without_the_key():
    parts = ("mail", "1", "ana@customer.example", "en")
    ours, theirs = SEALER.token(*parts), OTHER.token(*parts)
    assert ours[:16] != theirs[:16]  # the nonce: twelve bytes


@given(st.data())
def test_a_token_with_one_changed_sign_leads_nowhere(data):
    token = SEALER.token("mail", "1", "ana@customer.example", "en")
    place = data.draw(st.integers(0, len(token) - 2))  # the last sign may hold bits that mean nothing
    sign = data.draw(st.sampled_from("ABCDEFGHabcdefgh01234567-_").filter(lambda one: one != token[place]))
    with pytest.raises(NotFoundError):
        SEALER.read_token(token[:place] + sign + token[place + 1 :])


@given(st.text(max_size=120))
def test_any_text_is_a_token_or_leads_nowhere(text):
    with pytest.raises(NotFoundError):
        SEALER.read_token(text)


@pytest.mark.parametrize(("sealed_for", "opened_for"), [(b"connection", b"session"), (b"token", b"connection"), (b"", b"connection")])
def test_what_was_sealed_for_one_purpose_opens_for_no_other(sealed_for, opened_for):
    with pytest.raises(MisconfiguredError):
        SEALER.open(SEALER.seal({"password": SECRET}, sealed_for), opened_for)


def test_sealed_secrets_are_no_token_and_a_token_is_no_secrets():
    sealed = base64.urlsafe_b64encode(SEALER.seal({"password": SECRET})).decode()
    with pytest.raises(NotFoundError):
        SEALER.read_token(sealed)
    token = SEALER.token("mail", "1")
    with pytest.raises(MisconfiguredError):
        SEALER.open(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))


def test_a_key_is_made_once_for_the_owners_eyes_only(tmp_path):
    key, made = secret_key(None, tmp_path / "new")
    assert made
    assert len(key) == 64
    assert secret_key(None, tmp_path / "new") == (key, False)
    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / "new").iterdir()] == ["secret.key"]
    assert secret_key(None, tmp_path / "another")[0] != key


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(8) as many:
        got = list(many.map(lambda _: secret_key(None, tmp_path), range(32)))
    assert len({key for key, _ in got}) == 1
    assert sum(made for _, made in got) == 1


@pytest.mark.parametrize("left", [b"", b"\n", b"abc"])
def test_a_key_cut_short_by_a_crash_is_refused_and_not_used(tmp_path, left):
    (tmp_path / "secret.key").write_bytes(left)
    with pytest.raises(MisconfiguredError, match="cut short"):
        secret_key(None, tmp_path)
    assert (tmp_path / "secret.key").read_bytes() == left


def test_a_configured_key_wins_and_a_short_one_is_refused_unsaid(tmp_path):
    secret_key(None, tmp_path)
    assert secret_key("c" * 32, tmp_path) == (b"c" * 32, False)
    with pytest.raises(MisconfiguredError) as refused:
        secret_key("too-short-a-key", tmp_path)
    assert "too-short-a-key" not in str(refused.value)


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MisconfiguredError, match="DOORSTEP_SECRET_KEY"):
        secret_key(None, tmp_path / "file")


# Connections in the database.

_EVERYTHING = """
select string_agg(t::text, ' ') from (
    select c::text as t from connection c union all select m::text from merchant m union all select a::text from audit a
) x
"""


async def _connect(database: Database, **settings: str) -> connections.Connection:
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, "teapots", "Teapots", {}, {})
        made = new_connection(merchant_id, "channel", "email", "Post", {"host": "mail.shop.example", **settings})
        return msgspec.structs.replace(
            made, connection_id=await connections.connect(tx, SEALER, made, frozenset({"password", "auth_token"}))
        )


async def test_no_column_holds_a_secret_and_the_sealed_one_not_even_its_bytes(database: Database) -> None:
    made = await _connect(database, password=SECRET, auth_token="0123456789abcdef")
    async with database.system() as tx:
        row = await tx.fetchrow("select settings, secrets from connection where connection_id = $1", made.connection_id)
        told = await tx.fetchval(_EVERYTHING)
    assert "mail.shop.example" in row["settings"]
    for secret in (SECRET, "0123456789abcdef"):
        assert secret not in row["settings"]
        assert secret not in told
        assert secret.encode() not in row["secrets"]
        assert secret.encode().hex() not in told
    for name in (b"password", b"auth_token"):
        assert name not in row["secrets"]
        assert name.decode() not in row["settings"]


async def test_secrets_come_back_whole_by_every_way_of_reading(database: Database) -> None:
    made = await _connect(database, password=SECRET)
    async with database.system() as tx:
        ways = [
            await connections.one(tx, SEALER, made.merchant_id, made.connection_id),
            await connections.by_hook_token(tx, SEALER, made.hook_token),
            *await connections.connections(tx, SEALER),
            *await connections.connections(tx, SEALER, made.merchant_id),
            await connections.own(tx, SEALER, made),
        ]
    assert ways == [made] * 5


async def test_a_changed_secret_is_sealed_anew_and_one_taken_away_leaves_nothing(database: Database) -> None:
    made = await _connect(database, password=SECRET)
    changed = msgspec.structs.replace(made, settings={"host": "mail.shop.example", "password": "another-" + SECRET})
    async with database.system() as tx:
        before = await tx.fetchval("select secrets from connection")
        await connections.change(tx, SEALER, changed, frozenset({"password"}))
        after = await tx.fetchval("select secrets from connection")
        assert (await connections.one(tx, SEALER, made.merchant_id, made.connection_id)).settings["password"] == "another-" + SECRET
        await connections.change(tx, SEALER, msgspec.structs.replace(made, settings={"host": "h"}), frozenset({"password"}))
        assert await tx.fetchval("select secrets from connection") is None
    assert after != before
    assert SECRET.encode() not in after


async def test_with_another_key_connections_say_which_key_is_missing(database: Database) -> None:
    made = await _connect(database, password=SECRET)
    async with database.system() as tx:
        with pytest.raises(MisconfiguredError, match="DOORSTEP_SECRET_KEY"):
            await connections.one(tx, OTHER, made.merchant_id, made.connection_id)


async def test_neither_repr_nor_log_nor_error_shows_a_secret(database: Database) -> None:
    made = await _connect(database, password=SECRET)
    directory = Directory(SEALER, "https://doorstep.example")
    with structlog.testing.capture_logs() as logged:
        await directory.refresh(database, NOW)
        tenant = directory.tenant(made.merchant_id)
        async with database.system() as tx:
            merchant = (await connections.merchants(tx))[made.merchant_id]
            await connections.set_merchant(tx, msgspec.structs.replace(merchant, settings={"policy": {"zone": 5}}))
        await directory.refresh(database, NOW, force=True)
    assert [line["event"] for line in logged] == ["merchant_unreadable"]
    read = directory.connection(made.merchant_id, made.connection_id)
    assert read is not None
    assert read.settings["password"] == SECRET
    shown = [repr(one) for one in (made, read, [read], {"c": read}, SEALER, directory, tenant, logged)] + [f"{read}", str(read)]
    for text in shown:
        assert SECRET not in text
        assert "k" * 32 not in text
    assert "email" in repr(read)
    assert "'password'" in repr(read)
    with pytest.raises(MisconfiguredError) as refused:
        OTHER.open(SEALER.seal({"password": SECRET}))
    assert SECRET not in repr(refused.value) + repr(refused.value.__cause__)
