"""What runs in the measured processes: our worker, the same rules a row at a time, the same rules as jobs of a general queue."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import date, datetime

import asyncpg
import msgspec
import structlog
from typing_extensions import override

from doorstep.cli.opening import house_parts, log_plainly, run_long
from doorstep.cli.running import serve_web
from doorstep.errors import MisconfiguredError
from doorstep.settings import Settings, read_settings
from doorstep.steps.batch import carry, work_batch
from doorstep.steps.directory import Directory
from doorstep.steps.receive import Receiver
from doorstep.steps.work import Worker, settle_in, utc_now
from doorstep.store import inbox
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival, Waiting

#: How many rows or jobs a baseline's process works on at a time, so that one waits for the disk while another computes.
CONCURRENT = 4

# A general queue's table, as such libraries make it: one row per job, its state in a column.
JOBS = """
create table if not exists bench_job (
    id bigint generated always as identity primary key,
    task text not null, args jsonb not null, status text not null default 'todo', attempts int not null default 0,
    scheduled_at timestamptz not null default now(), finished_at timestamptz
);
create index if not exists bench_job_todo on bench_job (scheduled_at, id) where status = 'todo';
"""
# Make a job of each row that waits.
ENQUEUE = """
with due as (delete from inbox_due returning *)
insert into bench_job (task, args)
select 'read', json_build_object('merchant_id', merchant_id, 'inbox_id', inbox_id, 'month', received_month)::jsonb from due order by inbox_id
"""
# Take one job.
_TAKE = """
update bench_job set status = 'doing', attempts = attempts + 1 where id = (
    select id from bench_job where status = 'todo' and scheduled_at <= now() order by scheduled_at, id limit 1 for update skip locked
) returning id, args
"""
_DONE = "update bench_job set status = 'done', finished_at = now() where id = $1"
_READ = "select received_at, connection_id, url, headers, body from inbox where merchant_id = $1 and received_month = $2 and inbox_id = $3"

_Step = Callable[[Database, Directory, datetime], Awaitable[bool]]


async def _row(database: Database, directory: Directory, now: datetime) -> bool:
    return (await work_batch(database, directory, now, 1)).rows > 0


async def _job(database: Database, directory: Directory, now: datetime) -> bool:
    async with database.system() as tx:
        taken = await tx.fetchrow(_TAKE)
    if taken is None:
        return False
    args = msgspec.json.decode(taken["args"])
    async with database.system() as tx:
        row = await tx.fetchrow(_READ, args["merchant_id"], date.fromisoformat(args["month"]), args["inbox_id"])
        if row is not None:
            waiting = Waiting(
                merchant_id=args["merchant_id"],
                inbox_id=args["inbox_id"],
                received_month=date.fromisoformat(args["month"]),
                received_at=row["received_at"],
                connection_id=row["connection_id"],
                attempts=0,
                url=row["url"],
                headers=msgspec.json.decode(row["headers"]),
                body=row["body"],
            )
            await carry(tx, [waiting], directory, now)
    async with database.system() as tx:
        await tx.execute(_DONE, taken["id"])
    return True


async def _loop(step: _Step, database: Database, directory: Directory, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await directory.refresh(database, utc_now())
        try:
            done = await step(database, directory, utc_now())
        except asyncpg.DeadlockDetectedError:
            structlog.get_logger().warning("deadlock")
            continue
        if not done:
            await asyncio.sleep(0.01)


async def _work(mode: str, settings: Settings, url: str) -> None:
    stopping = asyncio.Event()
    async with house_parts(settings, url, most=CONCURRENT + 4, by_key=True) as (database, directory):
        worker = Worker(database, directory, sends=False)

        def stop() -> None:
            stopping.set()
            worker.stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        settle_in()
        print("ready", flush=True)
        if mode in {"batches", "converse"}:
            await (worker.run() if mode == "batches" else worker.talk())
            return
        steps: dict[str, _Step] = {"rows": _row, "jobs": _job}
        async with asyncio.TaskGroup() as loops:
            for _ in range(CONCURRENT):
                loops.create_task(_loop(steps[mode], database, directory, stopping))


class OneByOne(Receiver):
    """Keeps each request in a commit of its own: the baseline of the web process."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._alone = database

    @override
    async def keep(self, arrival: Arrival) -> None:
        async with self._alone.system() as tx:
            await inbox.keep(tx, [arrival])


def main() -> None:
    """Run `batches`, `rows`, `jobs` or `web-rows` until told to stop."""
    log_plainly()
    settings = read_settings()
    if settings.database_url is None:
        raise MisconfiguredError("the bench starts this by itself")
    mode = sys.argv[1]
    if mode == "web-rows":
        run_long(serve_web(settings, settings.database_url, OneByOne))
    else:
        run_long(_work(mode, settings, settings.database_url))


if __name__ == "__main__":
    main()
