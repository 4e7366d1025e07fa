"""schema.sql and the migrations lead to the same database."""

import asyncio
from datetime import date

import asyncpg
import pytest

from doorstep.errors import MisconfiguredError
from doorstep.store.migrating import migrate, schema

_CATALOGUE = """
select 'column' as what, table_name || '.' || column_name as name,
       concat_ws(' ', data_type, is_nullable, column_default, is_identity) as detail
from information_schema.columns where table_schema = 'public'
union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
union all select 'constraint', conname || ' on ' || conrelid::regclass, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace and contype <> 'n'
union all select 'policy', tablename || '.' || policyname, concat_ws(' ', roles::text, cmd, qual, with_check) from pg_policies
union all select 'function', proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
union all select 'type', c.relname || '.' || a.attnum, a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relnamespace = 'public'::regnamespace and c.relkind = 'c'
union all select 'table', relname, concat_ws(' ', relkind, relrowsecurity, reloptions::text) from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
"""


async def _fresh(postgres: str, name: str) -> str:
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"create database {name}")
    await connection.close()
    return postgres.replace("/postgres?", f"/{name}?")


async def _catalogue(url: str) -> set[tuple[str, str, str]]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(_CATALOGUE)
    await connection.close()
    return {(row["what"], row["name"], row["detail"]) for row in rows}


def _without_months(found: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    return {row for row in found if not any(f"_{year}_" in row[1] for year in range(2020, 2040))}


async def test_the_migrations_lead_to_what_schema_sql_says(postgres: str) -> None:
    by_schema, by_migrations = await _fresh(postgres, "by_schema"), await _fresh(postgres, "by_migrations")
    connection = await asyncpg.connect(by_schema)
    await connection.execute(schema())
    await connection.close()
    applied = await migrate(by_migrations, date(2026, 11, 22))
    assert applied
    assert _without_months(await _catalogue(by_schema)) == _without_months(await _catalogue(by_migrations))


async def test_migrating_again_changes_nothing(postgres: str) -> None:
    url = await _fresh(postgres, "migrated_twice")
    await migrate(url, date(2026, 11, 22))
    assert await migrate(url, date(2026, 11, 22)) == []


async def test_two_at_once_take_turns(postgres: str) -> None:
    url = await _fresh(postgres, "migrated_at_once")
    one, other = await asyncio.gather(migrate(url, date(2026, 11, 22)), migrate(url, date(2026, 11, 22)))
    assert sorted((bool(one), bool(other))) == [False, True]


async def test_a_database_of_a_newer_doorstep_is_left_alone(postgres: str) -> None:
    url = await _fresh(postgres, "from_the_future")
    await migrate(url, date(2026, 11, 22))
    connection = await asyncpg.connect(url)
    await connection.execute("insert into migration (name) values ('9999_pre_future')")
    await connection.close()
    with pytest.raises(MisconfiguredError, match="newer Doorstep"):
        await migrate(url, date(2026, 11, 22))


async def test_what_ended_before_our_own_estimates_were_counted_is_counted_anew(postgres: str) -> None:
    url = await _fresh(postgres, "recounted")
    await migrate(url, date(2026, 11, 22))
    connection = await asyncpg.connect(url)
    merchant_id = await connection.fetchval("insert into merchant (slug, name) values ('old', 'Old') returning merchant_id")
    await connection.execute(
        """
        insert into shipment (merchant_id, token, carrier, tracking_number, status)
        select $1, 'token' || i, 'ups', 'N' || i, (array['in_transit', 'delivered', 'returned', 'cancelled'])[i] from generate_series(1, 4) i
        """,
        merchant_id,
    )
    await connection.execute("delete from migration where name = '0015_post_recount'")
    assert await migrate(url, date(2026, 11, 22)) == ["0015_post_recount"]
    due = await connection.fetch("select s.status from tally_due t join shipment s using (merchant_id, shipment_id)")
    await connection.close()
    assert sorted(row["status"] for row in due) == ["delivered", "returned"]


async def test_what_was_called_delivered_though_a_part_is_missing_gets_a_look_within_the_hour(postgres: str) -> None:
    url = await _fresh(postgres, "delivered_in_part")
    await migrate(url, date(2026, 11, 22))
    connection = await asyncpg.connect(url)
    merchant_id = await connection.fetchval("insert into merchant (slug, name) values ('old', 'Old') returning merchant_id")
    await connection.execute(
        """
        insert into shipment (merchant_id, token, carrier, tracking_number, status, pitfalls, changed_at)
        select $1, 'token' || i, 'ups', 'N' || i, (array['delivered', 'delivered', 'delivered', 'returned'])[i],
            case i when 2 then '{damaged}'::text[] else '{damaged,pieces_missing}'::text[] end,
            now() - case i when 3 then interval '91 days' else interval '1 day' end
        from generate_series(1, 4) i
        """,
        merchant_id,
    )
    await connection.execute("delete from migration where name = '0031_post_delivered_in_part'")
    assert await migrate(url, date(2026, 11, 22)) == ["0031_post_delivered_in_part"]
    soon = "look_at between now() - interval '1 minute' and now() + interval '1 hour'"
    rows = await connection.fetch(f"select tracking_number, {soon} as soon from shipment order by shipment_id")
    await connection.close()
    assert [row["tracking_number"] for row in rows if row["soon"]] == ["N1"]


async def test_shipments_on_their_way_before_problems_of_silence_were_known_get_a_look_within_the_hour(postgres: str) -> None:
    url = await _fresh(postgres, "first_looks")
    await migrate(url, date(2026, 11, 22))
    connection = await asyncpg.connect(url)
    merchant_id = await connection.fetchval("insert into merchant (slug, name) values ('old', 'Old') returning merchant_id")
    await connection.execute(
        """
        insert into shipment (merchant_id, token, carrier, tracking_number, status, look_at)
        select $1, 'token' || i, 'ups', 'N' || i, (array['pending', 'in_transit', 'unknown', 'delivered', 'returned', 'cancelled'])[i],
            case when i = 2 then timestamptz '2026-01-01T00:00Z' end
        from generate_series(1, 6) i
        """,
        merchant_id,
    )
    await connection.execute("delete from migration where name = '0008_post_first_looks'")
    assert await migrate(url, date(2026, 11, 22)) == ["0008_post_first_looks"]
    soon = "look_at between now() - interval '1 minute' and now() + interval '1 hour'"
    rows = await connection.fetch(f"select status, look_at is null as never, {soon} as soon from shipment order by shipment_id")
    await connection.close()
    assert [row["status"] for row in rows if row["soon"]] == ["pending", "unknown"]
    assert [row["status"] for row in rows if row["never"]] == ["delivered", "returned", "cancelled"]
