"""`evaluate actions`: a retailer's store, its customers' requests → whether actions and guards do what is right, and nothing else."""

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from doorstep.actions import Policy, read_policy, shipped
from doorstep.cli.retail.bringing_in import whole_second
from doorstep.cli.retail.judging import Expected, Judged, Task, judge, read_expected, read_tasks
from doorstep.cli.retail.playing import Answered, Base, Memory, Records, Talk, asker_of
from doorstep.cli.retail.records import read_store
from doorstep.cli.retail.replaying import taken_back, temporary
from doorstep.cli.retail.trying import Tried, allowed_writes, answered, try_variants
from doorstep.cli.retail.variants import variants as variants_of
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.errors import BadInputError
from doorstep.steps.directory import Directory, Tenant
from doorstep.store.database import Database


class CallLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file of calls: one customer, one talk. What else stands in it is not looked at."""

    id: str | int
    #: E-mail address that was verified; None: nobody's.
    verified_as: str | None = None
    calls: list[Any]


class CallResult(msgspec.Struct, frozen=True):
    """What became of one line."""

    id: str | int
    results: list[Answered]
    changed: Records


class LineFault(msgspec.Struct, frozen=True):
    """Why a line could not be read."""

    #: None: it cannot be told.
    id: str | int | None
    error: str


def evaluate_actions(
    *,
    store: Path,
    tasks: Path | None = None,
    expected: Path | None = None,
    calls: Path | None = None,
    variants: bool = False,
    database: bool = False,
    policy: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Play customers' requests through actions and guards; return 0: all is as it should be, 1: it is not, 2: a file cannot be used.

    Either TASKS with EXPECTED, or CALLS. Nothing is written to the store: it is played in memory, each request from the untouched store.

    Args:
        store: the retailer's store, one JSON file with products, users and orders.
        tasks: requests with the calls of a correct agent, JSON.
        expected: the records that each request should change, JSON.
        calls: JSON Lines, each {"id", "verified_as", "calls": [{"name", "arguments", "confirmed"}]}; prints a line of results for each.
        variants: try the illegal variants of the requests instead, and count what they were refused with.
        database: play in a PostgreSQL that is started for it, through the steps that pages and talks use; thrown away at the end.
        policy: the merchant's rules, JSON; default: the shipped policy `retail`.
        as_json: print one JSON object instead of a table.
    """
    opened, rules = read_store(store), _policy(policy)
    if calls is not None:
        if tasks or expected or variants or database:
            raise BadInputError("--calls stands alone: it goes with --store and --policy only")
        return asyncio.run(_play(Base(opened, rules), calls))
    if tasks is None or expected is None:
        raise BadInputError("give --tasks and --expected, or --calls")
    wanted, known = read_tasks(tasks), read_expected(expected)
    if missing := [one.id for one in wanted if one.id not in known]:
        raise BadInputError(f"{expected}: says nothing of the requests {', '.join(missing)}")
    now = datetime.now(UTC)  # noqa: TID251 - an edge
    base = Base(opened, rules)
    if variants and database:
        raise BadInputError("--variants are tried in memory; leave out --database")
    if variants:
        return asyncio.run(_try(base, wanted, known, now, as_json=as_json))
    play = _judge_in_database(base, store.read_bytes(), wanted, known, now) if database else _judge_in_memory(base, wanted, known, now)
    return _told(asyncio.run(play), as_json=as_json)


def _policy(path: Path | None) -> Policy:
    if path is None:
        return shipped("retail")
    try:
        return read_policy(path.read_bytes())
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or 'cannot be opened'}") from error
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error


async def _judge_in_memory(base: Base, tasks: list[Task], expected: dict[str, Expected], now: datetime) -> list[Judged]:
    # Processor time: nothing is waited for, and what else the machine does is no matter of ours.
    return [await judge(base, Memory(base, now), task, expected[task.id], time.process_time) for task in tasks]


async def _judge_in_database(base: Base, content: bytes, tasks: list[Task], expected: dict[str, Expected], now: datetime) -> list[Judged]:
    async with temporary(base.store, content, whole_second(now)) as (database, directory, tenant):
        return await judge_in_database(database, directory, tenant, base, tasks, expected, now)


async def judge_in_database(
    database: Database, directory: Directory, tenant: Tenant, base: Base, tasks: list[Task], expected: dict[str, Expected], now: datetime
) -> list[Judged]:
    """Play each request in a merchant's rows, and take it back."""
    judged = []
    for task in tasks:
        async with taken_back(database, directory, tenant, base, now) as world:
            judged.append(await judge(base, world, task, expected[task.id]))
    return judged


def _told(judged: list[Judged], *, as_json: bool) -> int:
    unequal = [one for one in judged if not one.equal]
    refused = sum(one.refused_as_expected for one in judged)
    pace = sum(one.seconds for one in judged) / len(judged) * 1000 if judged else 0.0
    if as_json:
        told = {
            "tasks": len(judged),
            "equal": len(judged) - len(unequal),
            "unequal": [one.task_id for one in unequal],
            "refused_as_expected": refused,
            "ms_per_task": round(pace, 3),
        }
        print(msgspec.json.encode(told).decode())
        return 1 if unequal else 0
    console = Console()
    console.print(f"{len(judged) - len(unequal)} of {len(judged)} requests equal; {refused} writes refused as expected; {pace:.2f} ms each")
    if unequal:
        table = Table("request", "otherwise than expected", "unguarded")
        for one in unequal:
            table.add_row(one.task_id, "\n".join(one.differing), "\n".join(one.unguarded))
        console.print(table)
    return 1 if unequal else 0


async def _play(base: Base, path: Path) -> int:
    """Answer each line of a file of calls on standard output, in the file's order."""
    bad = 0
    now = datetime.now(UTC)  # noqa: TID251 - an edge
    for number, line in _lines(path):
        try:
            read = msgspec.json.decode(line, type=CallLine)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            bad += 1
            print(f"{path}:{number}: {error}", file=sys.stderr)
            print(msgspec.json.encode(LineFault(id=_id_in(line), error=f"line {number}: {error}")).decode())
            continue
        print(msgspec.json.encode(await play_line(base, read, now)).decode())
    return 2 if bad else 0


async def play_line(base: Base, line: CallLine, now: datetime) -> CallResult:
    """Play one talk from the untouched store."""
    world = Memory(base, now)
    talk = Talk(base, world, asker_of(base.store, line.verified_as))
    return CallResult(line.id, [await _answered(talk, call) for call in line.calls], await world.changed())


async def _answered(talk: Talk, call: Any) -> Answered:
    if not isinstance(call, dict):
        return Answered(ok=False, code=RefusalCode.BAD_ARGUMENTS)
    return await answered(talk, call.get("name"), call.get("arguments"), call.get("confirmed", False))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or 'cannot be opened'}") from error


def _id_in(line: bytes) -> str | int | None:
    try:
        tree = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = tree.get("id") if isinstance(tree, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


async def _try(base: Base, tasks: list[Task], expected: dict[str, Expected], now: datetime, *, as_json: bool) -> int:
    tried = await try_variants(base, variants_of(base.store, await allowed_writes(base, tasks, expected, now)), now)
    return _told_of(tried, as_json=as_json)


def _told_of(tried: Tried, *, as_json: bool) -> int:
    wrong = bool(tried.carried_out or tried.other_code)
    if as_json:
        print(msgspec.json.encode(tried).decode())
        return 1 if wrong else 0
    console = Console()
    console.print(
        f"{tried.variants} illegal variants; {len(tried.carried_out)} carried out; {len(tried.other_code)} refused for another reason"
    )
    table = Table("kind", "refused with", "times")
    for kind, codes in tried.by_kind.items():
        for code, times in codes.items():
            table.add_row(kind, code, str(times))
    console.print(table)
    for name in (*tried.carried_out, *tried.other_code):
        console.print(name)
    return 1 if wrong else 0
