"""Who may enter, what a repeated call is answered, where an import goes on: kept as hashes, per merchant, once."""

import asyncio
import itertools
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstep.errors import ConflictError, NotFoundError
from doorstep.store import access, connections, idempotency, imports
from doorstep.store.database import Database, Tx

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
PASSWORD = "correct horse battery staple"
KEY = "ds_live_0123456789abcdef0123456789abcdef"
_COUNT = itertools.count(1)


async def merchant(tx: Tx) -> int:
    return await connections.add_merchant(tx, f"shop-{next(_COUNT)}", "A shop", {}, {})


async def everything(tx: Tx, table: str) -> str:
    """All of a table's rows as one text, bytes as hex."""
    return await tx.fetchval(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")


# Keys of programs.


async def test_a_key_is_kept_as_a_hash_and_a_hint_only(store: Database) -> None:
    async with store.system() as tx:
        mine = await merchant(tx)
        await access.add_key(tx, mine, KEY, "warehouse", ["orders:write"])
        told = await everything(tx, "api_key")
        (listed,) = await access.keys(tx, mine)
    for shown in (KEY, KEY.encode().hex(), KEY[8:], KEY[8:].encode().hex()):
        assert shown not in told
    assert access.token_hash(KEY).hex() in told
    assert (listed["hint"], listed["name"]) == (KEY[:8], "warehouse")
    assert "key_hash" not in dict(listed)


async def test_a_key_leads_to_its_merchant_its_scopes_and_its_rate(store: Database) -> None:
    async with store.system() as tx:
        mine, other = await merchant(tx), await merchant(tx)
        key_id = await access.add_key(tx, mine, KEY, "warehouse", ["orders:write", "shipments:read"], 5)
        await access.add_key(tx, other, KEY + "2", "other", [])
        found = await access.key_of(tx, KEY)
        scopeless = await access.key_of(tx, KEY + "2")
    assert found == access.ApiKey(
        merchant_id=mine, key_id=key_id, name="warehouse", scopes=frozenset({"orders:write", "shipments:read"}), rate_per_s=5
    )
    assert scopeless is not None
    assert (scopeless.merchant_id, scopeless.scopes, scopeless.rate_per_s) == (other, frozenset(), 50)


@pytest.mark.parametrize(
    "wrong", ["", KEY[:-1], KEY + " ", KEY.upper(), KEY[:8], access.token_hash(KEY).hex(), "' or true --", "é\x00"], ids=range(8)
)
async def test_nothing_but_the_key_itself_opens(store: Database, wrong: str) -> None:
    async with store.system() as tx:
        await access.add_key(tx, await merchant(tx), KEY, "warehouse", ["orders:write"])
        assert await access.key_of(tx, wrong) is None


async def test_a_revoked_key_opens_no_more_and_stays_listed_with_its_end(store: Database) -> None:
    async with store.system() as tx:
        mine = await merchant(tx)
        gone = await access.add_key(tx, mine, KEY, "old", ["orders:write"])
        await access.add_key(tx, mine, KEY + "2", "new", ["orders:write"])
        await access.revoke_key(tx, mine, gone, NOW)
        await access.revoke_key(tx, mine, gone, NOW + HOUR)
        assert await access.key_of(tx, KEY) is None
        assert await access.key_of(tx, KEY + "2") is not None
        listed = {row["name"]: row["revoked_at"] for row in await access.keys(tx, mine)}
    assert listed == {"old": NOW, "new": None}


async def test_nobody_revokes_or_lists_a_strangers_key(store: Database) -> None:
    async with store.system() as tx:
        mine, other = await merchant(tx), await merchant(tx)
        key_id = await access.add_key(tx, mine, KEY, "warehouse", [])
        await access.revoke_key(tx, other, key_id, NOW)
        assert await access.key_of(tx, KEY) is not None
        assert await access.keys(tx, other) == []


# Logins of people.


async def test_a_login_opens_a_session_and_keeps_neither_password_nor_cookie(store: Database) -> None:
    session = secrets.token_urlsafe(32)
    async with store.system() as tx:
        mine = await merchant(tx)
        user_id = await access.add_user(tx, mine, "Owner@Shop.Example", PASSWORD, "owner")
        user = await access.log_in(tx, "OWNER@shop.example", PASSWORD, session, "csrf-1", NOW)
        told = await everything(tx, "desk_user") + await everything(tx, "desk_session")
        again = await access.user_of(tx, session, NOW)
    assert user == access.DeskUser(merchant_id=mine, user_id=user_id, email="owner@shop.example", role="owner", csrf="csrf-1")
    assert again == user
    for hidden in (PASSWORD, PASSWORD.encode().hex(), session, session.encode().hex()):
        assert hidden not in told


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("owner@shop.example", PASSWORD + " "),
        ("owner@shop.example", ""),
        ("nobody@shop.example", PASSWORD),
        ("", ""),
        ("owner@shop.example", "ÿ"),
    ],
    ids=["longer", "empty", "nobody", "nothing", "other-letters"],
)
async def test_a_wrong_address_or_password_opens_nothing(store: Database, email: str, password: str) -> None:
    async with store.system() as tx:
        await access.add_user(tx, await merchant(tx), "owner@shop.example", PASSWORD, "owner")
        assert await access.log_in(tx, email, password, "a-session", "csrf", NOW) is None
        assert await access.user_of(tx, "a-session", NOW) is None


async def test_an_address_has_one_login_in_the_whole_house(store: Database) -> None:
    async with store.system() as tx:
        mine, other = await merchant(tx), await merchant(tx)
        await access.add_user(tx, mine, "owner@shop.example", PASSWORD, "owner")
        for again in (mine, other):
            with pytest.raises(ConflictError):
                await access.add_user(tx, again, "OWNER@SHOP.example", "another password", "support")
        assert await access.log_in(tx, "owner@shop.example", "another password", "s", "c", NOW) is None


async def test_a_session_ends_by_its_time_by_logging_out_and_alone(store: Database) -> None:
    async with store.system() as tx:
        await access.add_user(tx, await merchant(tx), "owner@shop.example", PASSWORD, "owner")
        for name in ("laptop", "phone"):
            assert await access.log_in(tx, "owner@shop.example", PASSWORD, name, name, NOW)
        assert await access.user_of(tx, "laptop", NOW + 12 * HOUR - timedelta(seconds=1)) is not None
        assert await access.user_of(tx, "laptop", NOW + 12 * HOUR) is None
        await access.log_out(tx, "laptop", NOW)
        assert await access.user_of(tx, "laptop", NOW) is None
        phone = await access.user_of(tx, "phone", NOW)
        assert phone is not None
        assert phone.csrf == "phone"
        await access.log_out(tx, "nobody's", NOW + 13 * HOUR)
        assert await tx.fetchval("select count(*) from desk_session") == 0


@pytest.mark.parametrize("password", [PASSWORD, "pässwörd-€", ""], ids=["plain", "letters", "empty"])
def test_a_password_fits_its_own_hash_only_and_never_no_hash(password: str) -> None:
    kept = access.hash_password(password)
    assert access.password_fits(password, kept)
    assert not access.password_fits(password + "x", kept)
    assert not access.password_fits(password, None)


def test_a_password_hashed_on_the_29th_of_november_2026_fits_at_what_hashing_costs(
    cost_of_a_password: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = "scrypt$hygQEMuehLkt33yiB4URdA==$B75sLh4rZhV9eOjI1BPmqbLOSj6kob6TFXhVGcAC23g="
    assert not access.password_fits(PASSWORD, kept)
    monkeypatch.setattr(access, "_SCRYPT", cost_of_a_password)
    assert access.password_fits(PASSWORD, kept)


def test_the_same_password_is_never_hashed_alike() -> None:
    assert access.hash_password(PASSWORD) != access.hash_password(PASSWORD)


# Logins that change.


async def two_owners(store: Database) -> tuple[int, int, int]:
    """A merchant with two owners, each with a session of their own name: (merchant, ana, bo)."""
    async with store.system() as tx:
        mine = await merchant(tx)
        ids = [await access.add_user(tx, mine, f"{name}@shop.example", PASSWORD, "owner") for name in ("ana", "bo")]
        for name in ("ana", "bo"):
            assert await access.log_in(tx, f"{name}@shop.example", PASSWORD, name, name, NOW)
    return mine, ids[0], ids[1]


async def test_a_new_password_ends_the_old_one_and_all_sessions_but_the_one_that_set_it(store: Database) -> None:
    mine, _, _ = await two_owners(store)
    async with store.system() as tx:
        await access.log_in(tx, "ana@shop.example", PASSWORD, "ana's phone", "c", NOW)
        ana = await access.user_of(tx, "ana", NOW)
        assert ana is not None
        assert not await access.change_password(tx, ana, "a guess", "another long one", "ana")
        assert await access.user_of(tx, "ana's phone", NOW) is not None
        assert await access.change_password(tx, ana, PASSWORD, "another long one", "ana")
        open_ones = {name for name in ("ana", "ana's phone", "bo") if await access.user_of(tx, name, NOW)}
        assert await access.log_in(tx, "ana@shop.example", PASSWORD, "x", "c", NOW) is None
        assert await access.log_in(tx, "ana@shop.example", "another long one", "y", "c", NOW) is not None
        assert "another long one" not in await everything(tx, "desk_user")
        assert all("password" not in column for row in await access.users(tx, mine) for column in dict(row))
    assert open_ones == {"ana", "bo"}


async def test_who_is_let_in_no_more_has_no_session_and_opens_none_until_let_in_again(store: Database) -> None:
    mine, ana, bo = await two_owners(store)
    async with store.system() as tx:
        await access.deactivate(tx, mine, ana, NOW)
        assert await access.user_of(tx, "ana", NOW) is None
        assert await access.user_of(tx, "bo", NOW) is not None
        assert await access.log_in(tx, "ana@shop.example", PASSWORD, "again", "c", NOW) is None
        assert {row["user_id"]: row["deactivated_at"] for row in await access.users(tx, mine)} == {ana: NOW, bo: None}
        await access.reactivate(tx, mine, ana)
        assert await access.user_of(tx, "ana", NOW) is None
        assert await access.log_in(tx, "ana@shop.example", PASSWORD, "again", "c", NOW) is not None


async def test_two_owners_who_put_each_other_out_at_once_leave_one(store: Database) -> None:
    mine, ana, bo = await two_owners(store)

    async def put_out(who: int) -> None:
        async with store.system() as tx:
            await access.deactivate(tx, mine, who, NOW)

    got = await asyncio.gather(put_out(ana), put_out(bo), return_exceptions=True)
    assert sorted(type(one).__name__ for one in got) == ["ConflictError", "NoneType"]
    async with store.system() as tx:
        assert sorted(row["deactivated_at"] is None for row in await access.users(tx, mine)) == [False, True]


async def test_a_stranger_changes_no_login(store: Database) -> None:
    _, ana, _ = await two_owners(store)
    async with store.system() as tx:
        other = await merchant(tx)
        for change in (
            access.set_password(tx, other, ana, "another long one"),
            access.deactivate(tx, other, ana, NOW),
            access.reactivate(tx, other, ana),
        ):
            with pytest.raises(NotFoundError):
                await change
        assert await access.users(tx, other) == []
        assert await access.user_of(tx, "ana", NOW) is not None
        assert await access.log_in(tx, "ana@shop.example", PASSWORD, "x", "c", NOW) is not None


# Repeated calls.


async def once(store: Database, merchant_id: int, key: str, request: bytes, answer: bytes, now: datetime = NOW) -> tuple[int, bytes, bool]:
    """Answer a call as the web does: (status, body, whether the work was done)."""
    async with store.system() as tx:
        if earlier := await idempotency.begin(tx, merchant_id, key, request, now):
            return *earlier, False
        await idempotency.answer(tx, merchant_id, key, 201, answer)
        return 201, answer, True


async def test_the_same_call_gets_the_first_answer_and_does_no_work_again(store: Database) -> None:
    assert await once(store, 1, "k", b"hash", b"first") == (201, b"first", True)
    for _ in range(3):
        assert await once(store, 1, "k", b"hash", b"second") == (201, b"first", False)


async def test_another_body_under_the_same_key_is_a_conflict_and_changes_nothing(store: Database) -> None:
    await once(store, 1, "k", b"hash", b"first")
    with pytest.raises(ConflictError, match="different request"):
        await once(store, 1, "k", b"other", b"second")
    assert await once(store, 1, "k", b"hash", b"third") == (201, b"first", False)


async def test_keys_of_two_merchants_have_nothing_to_do_with_each_other(store: Database) -> None:
    assert await once(store, 1, "k", b"hash", b"mine") == (201, b"mine", True)
    assert await once(store, 2, "k", b"other", b"theirs") == (201, b"theirs", True)
    assert await once(store, 1, "k", b"hash", b"") == (201, b"mine", False)
    assert await once(store, 2, "k", b"other", b"") == (201, b"theirs", False)


async def test_a_call_that_failed_leaves_its_key_free(store: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.system() as tx:
            assert await idempotency.begin(tx, 1, "k", b"hash", NOW) is None
            raise ZeroDivisionError
    assert await once(store, 1, "k", b"another body", b"mended") == (201, b"mended", True)


async def test_a_key_committed_without_an_answer_is_still_being_answered(store: Database) -> None:
    async with store.system() as tx:
        await idempotency.begin(tx, 1, "k", b"hash", NOW)
    with pytest.raises(ConflictError, match="still being answered"):
        await once(store, 1, "k", b"hash", b"")


async def test_an_answer_is_kept_for_a_day_and_then_the_key_is_new(store: Database) -> None:
    await once(store, 1, "k", b"hash", b"first")
    assert await once(store, 1, "k", b"hash", b"second", NOW + 24 * HOUR) == (201, b"first", False)
    assert await once(store, 1, "k", b"other", b"second", NOW + 25 * HOUR) == (201, b"second", True)
    assert await once(store, 1, "k", b"other", b"third", NOW + 26 * HOUR) == (201, b"second", False)


async def test_sweeping_forgets_old_answers_only(store: Database) -> None:
    await once(store, 1, "old", b"hash", b"first", NOW - 25 * HOUR)
    await once(store, 1, "new", b"hash", b"first")
    async with store.system() as tx:
        await idempotency.sweep(tx, NOW)
        assert [row["key"] for row in await tx.fetch("select key from idempotency")] == ["new"]


async def test_the_same_call_many_times_at_once_does_its_work_once(store: Database) -> None:
    got = await asyncio.gather(*(once(store, 1, "k", b"hash", b"%d" % n) for n in range(8)))
    assert sum(worked for _, _, worked in got) == 1
    assert len({body for _, body, _ in got}) == 1


# Imports of files.


async def advance(store: Database, before: int, after: int, *, merchant_id: int = 1, file: bytes = b"file") -> None:
    async with store.system() as tx:
        await imports.advance(tx, merchant_id, file, before=before, after=after, now=NOW)


async def done(store: Database, merchant_id: int = 1, file: bytes = b"file") -> int:
    async with store.system() as tx:
        return await imports.lines_done(tx, merchant_id, file)


async def test_an_import_goes_on_where_it_stopped(store: Database) -> None:
    assert await done(store) == 0
    await advance(store, 0, 200)
    await advance(store, 200, 350)
    assert await done(store) == 350


async def test_what_was_rolled_back_is_done_again(store: Database) -> None:
    await advance(store, 0, 200)
    with pytest.raises(ZeroDivisionError):
        async with store.system() as tx:
            await imports.advance(tx, 1, b"file", before=200, after=400, now=NOW)
            raise ZeroDivisionError
    assert await done(store) == 200


async def test_files_and_merchants_are_apart(store: Database) -> None:
    await advance(store, 0, 200)
    await advance(store, 0, 7, merchant_id=2)
    await advance(store, 0, 9, file=b"another")
    assert [await done(store), await done(store, 2), await done(store, 1, b"another"), await done(store, 2, b"another")] == [200, 7, 9, 0]


async def test_two_imports_of_one_file_do_not_overtake_each_other(store: Database) -> None:
    await advance(store, 0, 200)
    for late in ((0, 200), (0, 300), (100, 300), (300, 400)):
        with pytest.raises(ConflictError):
            await advance(store, *late)
    assert await done(store) == 200


async def test_of_two_at_once_one_goes_on_and_the_other_is_told(store: Database) -> None:
    got = await asyncio.gather(*(advance(store, 0, 100 + n) for n in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in got) == ["ConflictError"] * 3 + ["NoneType"]


async def test_begun_anew_the_earlier_run_is_told_and_cannot_bring_its_place_back(store: Database) -> None:
    await advance(store, 0, 200)
    async with store.system() as tx:
        await imports.forget(tx, 1, b"file")
    assert await done(store) == 0
    with pytest.raises(ConflictError):
        await advance(store, 200, 400)
    assert await done(store) == 0
    await advance(store, 0, 50)
    assert await done(store) == 50


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=12))
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
async def test_wherever_it_is_interrupted_no_line_is_left_out_or_done_twice(
    shared_store: Database, batches: list[tuple[int, bool]]
) -> None:
    file, lines, place = secrets.token_bytes(8), [], 0
    for size, survives in batches:
        place = await done(shared_store, 1, file)
        batch = range(place, place + size)
        try:
            async with shared_store.system() as tx:
                await imports.advance(tx, 1, file, before=place, after=place + size, now=NOW)
                place //= int(survives)
        except ZeroDivisionError:
            continue
        lines.extend(batch)
    assert lines == list(range(await done(shared_store, 1, file)))
