"""The tests' own databases: each test finds one like new, whatever the one before it left."""

import asyncpg
import pytest

from clones import Clones

_MADE = "insert into merchant (slug, name) values ('left', 'Left behind') returning merchant_id"


async def asked(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_rows_and_numbers_and_whoever_still_writes_are_gone(clones: Clones) -> None:
    async with clones.one() as url:
        first = await asked(url, _MADE)
        writing = await asyncpg.connect(url)
        await writing.execute(f"begin; {_MADE.replace('left', 'late')}")
    assert writing.is_closed()
    async with clones.one() as again:
        assert again == url
        assert await asked(again, "select count(*) from merchant") == 0
        assert await asked(again, "select count(*) from migration") != 0
        assert await asked(again, _MADE) == first


@pytest.mark.parametrize(
    "change",
    [
        "create table left_behind (x int)",
        "alter table merchant add left_behind int",
        "alter table merchant disable trigger all",
        "drop index orders_number",
        "alter table merchant disable row level security",
        "delete from migration where name like '0002%'",
        "do $$ begin execute format('alter database %I set lock_timeout = 5', current_database()); end $$",
    ],
)
async def test_a_database_that_a_test_changed_more_than_by_rows_is_given_to_nobody(clones: Clones, change: str) -> None:
    async with clones.one() as url:
        await asked(url, change)
    async with clones.one() as another:
        assert another != url
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(url)
