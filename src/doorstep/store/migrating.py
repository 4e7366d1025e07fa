"""An empty or older database → this version's schema, one migration at a time under a lock."""

from datetime import date, timedelta
from importlib.resources import files

import asyncpg

from doorstep.errors import MisconfiguredError

_OURS = 0x646F6F72  # "door"
_OLDEST = 14


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
        await connection.execute("set lock_timeout = 0")
        await connection.execute("select pg_advisory_lock($1)", _OURS)
        await connection.execute("set lock_timeout = '5s'")
        applied = await _apply(connection, beside_older=beside_older)
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
