"""An empty or older database → this version's schema, one migration at a time under a lock."""

import asyncio
from datetime import date, timedelta
from importlib.resources import files

import asyncpg

from doorstep.errors import MisconfiguredError

# Indexes of partitioned tables that some partition lacks yet.
_UNFINISHED = """
select i.indexrelid::regclass::text as name, i.indrelid::regclass::text as parent, pg_get_indexdef(i.indexrelid) as definition
from pg_index i join pg_class c on c.oid = i.indexrelid
where c.relkind = 'I' and c.relnamespace = current_schema()::regnamespace and not i.indisvalid order by 1
"""
# Its partitions without one, each with what an attempt that broke off, or was not attached any more, left behind.
_LACKING = """
select p.inhrelid::regclass::text as partition, own.name, own.valid
from pg_inherits p left join lateral (
    select i.indexrelid::regclass::text as name, i.indisvalid as valid from pg_index i
    where i.indrelid = p.inhrelid and split_part(pg_get_indexdef(i.indexrelid), ' USING ', 2) = $3
      and not exists (select from pg_inherits a where a.inhrelid = i.indexrelid)
    order by i.indisvalid desc limit 1
) own on true
where p.inhparent = $2::regclass and not exists (
    select from pg_inherits a join pg_index i on i.indexrelid = a.inhrelid where a.inhparent = $1::regclass and i.indrelid = p.inhrelid
) order by 1
"""
_OURS = 0x646F6F72  # "door"
_OLDEST = 14
_AGAIN_S = 0.1


def schema() -> str:
    """Return schema.sql: the store as it stands."""
    return (files(__package__) / "schema.sql").read_text()


def migrations() -> list[tuple[str, str]]:
    """Return (name, SQL) of all migrations, in order: what must be there before this version's processes, then what waits for the last older one."""
    folder = files(__package__) / "migrations"
    found = sorted((entry.name for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda name: (_is_post(name), name))
    return [(name.removesuffix(".sql"), (folder / name).read_text()) for name in found]


def _is_post(name: str) -> bool:
    return "_post_" in name


async def migrate(url: str, today: date, *, beside_older: bool = False) -> list[str]:
    """Bring a database to this version and make the partitions around today; return the names applied.

    `beside_older`: only as far as processes of the version before go on beside this one's.

    Raises:
        MisconfiguredError: no connection, a PostgreSQL too old, or a database of a newer Doorstep.
    """
    try:
        connection = await asyncpg.connect(url, server_settings={"lock_timeout": "5s", "application_name": "doorstep migrate"})
    except (OSError, asyncpg.PostgresError, ValueError) as error:
        raise MisconfiguredError(f"no connection to the database: {error}; check DOORSTEP_DATABASE_URL") from error
    try:
        if connection.get_server_version().major < _OLDEST:
            raise MisconfiguredError(f"PostgreSQL {_OLDEST} or newer is needed")
        # Asked for again and again: an index that is made concurrently would wait for whoever waits for us.
        while not await connection.fetchval("select pg_try_advisory_lock($1)", _OURS):  # noqa: ASYNC110 - the lock is in the database
            await asyncio.sleep(_AGAIN_S)
        applied = await _apply(connection, beside_older=beside_older)
        await _finish_indexes(connection)
        await connection.execute("select ensure_months($1, $2)", today - timedelta(days=400), today + timedelta(days=70))
        return applied
    finally:
        await connection.close()


async def _apply(connection: "asyncpg.Connection[asyncpg.Record]", *, beside_older: bool) -> list[str]:
    there = await connection.fetchval("select to_regclass('migration') is not null")
    done = {row["name"] for row in await connection.fetch("select name from migration")} if there else set()
    known = migrations()
    if newer := done - {name for name, _ in known}:
        raise MisconfiguredError(f"the database was migrated by a newer Doorstep ({', '.join(sorted(newer))}); run that version or newer")
    fresh = [(name, sql) for name, sql in known if name not in done and not (beside_older and _is_post(name))]
    for name, sql in fresh:
        async with connection.transaction():
            await connection.execute(sql)
            await connection.execute("insert into migration (name) values ($1)", name)
    return [name for name, _ in fresh]


async def _finish_indexes(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Make what a migration began `on only` a partitioned table, in one partition after another; nobody who writes there waits.

    One that broke off is made anew by whoever migrates next.
    """
    for index in await connection.fetch(_UNFINISHED):
        shape = index["definition"].partition(" USING ")[2]
        await connection.execute("set lock_timeout = 0")  # it waits for transactions that began before it, and holds up none
        for row in await connection.fetch(_LACKING, index["name"], index["parent"], shape):
            if row["name"] is not None and not row["valid"]:
                await connection.execute(f"drop index concurrently {row['name']}")
            if not row["valid"]:
                await connection.execute(f"create index concurrently on {row['partition']} using {shape}")
        await connection.execute("set lock_timeout = '5s'")
        for row in await connection.fetch(_LACKING, index["name"], index["parent"], shape):
            if row["valid"]:
                await connection.execute(f"alter index {index['name']} attach partition {row['name']}")
