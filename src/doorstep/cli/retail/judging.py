"""Requests with the writes of a correct agent + the records they should change → which come out equal."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from doorstep.cli.retail.calls import WRITES
from doorstep.cli.retail.known import rounded
from doorstep.cli.retail.playing import Answered, Base, Records, Talk, World, asker_of
from doorstep.cli.retail.records import Store, read_json
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.refusals import RefusalCode
from doorstep.errors import BadInputError


class ToolCall(msgspec.Struct, frozen=True):
    """What a correct agent calls."""

    name: str
    arguments: dict[str, Any] = {}


class Criteria(msgspec.Struct, frozen=True):
    """How a request is judged."""

    actions: list[ToolCall] = []


class Instructions(msgspec.Struct, frozen=True):
    """What the customer is told to say and want."""

    reason_for_call: str = ""
    #: None and "": nothing.
    known_info: str | None = None
    task_instructions: str | None = None


class Scenario(msgspec.Struct, frozen=True):
    """Who the customer is."""

    instructions: Instructions = Instructions()


class Task(msgspec.Struct, frozen=True):
    """One customer's request."""

    id: str
    evaluation_criteria: Criteria
    user_scenario: Scenario = Scenario()


class Expected(msgspec.Struct, frozen=True):
    """What a request should come to."""

    #: The user who asks; None: nobody is verified.
    customer: str | None
    changed: Records
    #: (tool, what the original says) of writes that must be refused.
    reference_errors: list[tuple[str, str]] = []


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What one request came to."""

    task_id: str
    #: The records are as expected, and the writes were refused that had to be.
    equal: bool
    #: Records, as "orders/#W1", that are otherwise than expected, and tools whose refusal was expected and did not come.
    differing: tuple[str, ...] = ()
    #: Writes that had to be refused, and were.
    refused_as_expected: int = 0
    #: A write that was not confirmed, or came from nobody, was not refused as it should be.
    unguarded: tuple[str, ...] = ()
    #: By the clock that was given.
    seconds: float = 0.0


def read_tasks(path: Path) -> list[Task]:
    """Read the requests.

    Raises:
        BadInputError: it is no such file; the text says where.
    """
    found: list[Task] = _converted(path, list[Task])
    return found


def read_expected(path: Path) -> dict[str, Expected]:
    """Read what requests should come to, by their ids.

    Raises:
        BadInputError: it is no such file; the text says where.
    """
    found: dict[str, Expected] = _converted(path, dict[str, Expected])
    return found


def _converted(path: Path, form: Any) -> Any:
    try:
        return msgspec.convert(read_json(path), form)
    except msgspec.ValidationError as error:
        raise BadInputError(f"{path}: {error}") from error


def email_of(store: Store, customer: str | None) -> str | None:
    """The e-mail address of who asks.

    Raises:
        BadInputError: there is no such customer in the store.
    """
    if customer is None:
        return None
    if customer not in store.file.users:
        raise BadInputError(f"the store has no customer {customer!r}, whom the expected records name")
    return store.file.users[customer].email


async def judge(base: Base, world: World, task: Task, expected: Expected, clock: Callable[[], float] = time.perf_counter) -> Judged:
    """Play one request in an untouched store: each call by its customer, each write put to the customer first and said yes to then."""
    talk = Talk(base, world, asker_of(base.store, email_of(base.store, expected.customer)))
    began = clock()
    refused: Counter[str] = Counter()
    unguarded: list[str] = []
    for call in task.evaluation_criteria.actions:
        if call.name in WRITES:
            unguarded += await _unguarded(base, world, talk, call)
        answer = await talk.call(call.name, call.arguments, confirmed=True)
        if not answer.ok and call.name in WRITES:
            refused[call.name] += 1
    changed = await world.changed()
    seconds = clock() - began
    wanted = Counter(name for name, _ in expected.reference_errors)
    came = wanted & refused
    unequal = (*differing(changed, rounded(expected.changed)), *sorted((wanted - refused).elements()))
    return Judged(
        task_id=task.id,
        equal=not unequal and not unguarded,
        differing=unequal,
        refused_as_expected=came.total(),
        unguarded=tuple(unguarded),
        seconds=seconds,
    )


async def _unguarded(base: Base, world: World, talk: Talk, call: ToolCall) -> list[str]:
    """Try a write as nobody and without a yes; return the guards that stood aside."""
    nobody = await Talk(base, world, Asker(channel="api")).call(call.name, call.arguments, confirmed=True)
    unsaid = await talk.call(call.name, call.arguments, confirmed=False)
    found = [] if nobody == Answered(ok=False, code=RefusalCode.IDENTITY) else [f"{call.name}: identity"]
    return found + ([f"{call.name}: not_confirmed"] if unsaid.ok else [])


def differing(found: Records, expected: Records) -> Iterable[str]:
    """Name the records that are otherwise than expected."""
    for group in sorted(found.keys() | expected.keys()):
        one, other = found.get(group, {}), expected.get(group, {})
        yield from (f"{group}/{name}" for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name))
