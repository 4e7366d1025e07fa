"""`evaluate talks`: a retailer's store and its customers' requests → whether talking with them comes to what they want, and never to anything else."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from doorstep.actions import shipped
from doorstep.cli.retail.customer import Customer
from doorstep.cli.retail.judging import Expected, Task, differing, read_expected, read_tasks
from doorstep.cli.retail.known import rounded
from doorstep.cli.retail.playing import Base, Memory
from doorstep.cli.retail.records import read_store
from doorstep.cli.retail.talking import TalkMemory
from doorstep.conversations.talks import book_of, take_turn
from doorstep.domain.talking import memory as remembering
from doorstep.domain.talking.told import ShopTold
from doorstep.domain.talking.turns import Heard
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError
from doorstep.steps.talk_saying import spoken
from doorstep.steps.understanding import builtin_reader

#: A talk that has not come to an end by then is a human's.
_MOST_TURNS = 60
_SHOP = ShopTold(brand="the shop", country="US", by_name=True, sends_codes=False)


class Talked(msgspec.Struct, frozen=True, kw_only=True):
    """What one request came to."""

    task_id: str
    #: "solved": the records are as expected; "handed_over": something is left for a human; "wrong": something was done that was not wanted.
    outcome: str
    #: The records were as expected without the customer saying anything beyond the task's own words.
    at_once: bool = False
    turns: int = 0
    #: Records that are otherwise than expected.
    differing: tuple[str, ...] = ()
    #: Why a human took over; "" none did.
    handover: str = ""
    #: Who said what, for `--show`.
    said: tuple[tuple[str, str], ...] = ()


def evaluate_talks(
    *,
    store: Path,
    tasks: Path,
    expected: Path | None = None,
    show: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Let a scripted customer bring each request by talking, offline, in memory, each in the untouched store; return 0 if none ends wrong.

    The customer says the request in the task's own words, answers what is asked (who they are, from the task; which thing, in words), says yes to a plan
    that does what the request wants and no to every other, and brings up what is still missing once more in words of its own.

    Args:
        store: the retailer's store, one JSON file with products, users and orders.
        tasks: requests with the customer's words and the calls of a correct agent, JSON.
        expected: the records that each request should change, JSON; unless told, the file beside the tasks that is named "expected" for "tasks".
        show: print the talk of the request with this id.
        as_json: print one JSON object instead of a table.
    """
    opened = read_store(store)
    expected = expected or _beside(tasks)
    wanted, known = read_tasks(tasks), read_expected(expected)
    if missing := [one.id for one in wanted if one.id not in known]:
        raise BadInputError(f"{expected}: says nothing of the requests {', '.join(missing)}")
    now = datetime.now(UTC)  # noqa: TID251 - an edge
    base = Base(opened, shipped("retail"))
    chosen = [one for one in wanted if show in {None, one.id}]
    if not chosen:
        raise BadInputError(f"{tasks}: there is no request {show!r}")
    talked = [talk_with(base, one, known[one.id], now) for one in chosen]
    return _told(talked, as_json=as_json, whole=show is not None)


def _beside(tasks: Path) -> Path:
    """Find what requests should change: "expected_x.json" beside "tasks_x.json"."""
    found = tasks.with_name(tasks.name.replace("tasks", "expected"))
    if found == tasks or not found.is_file():
        raise BadInputError(f"{tasks}: nothing beside it tells which records its requests should change; name that file with --expected")
    return found


def talk_with(base: Base, task: Task, expected: Expected, now: datetime) -> Talked:
    """Talk with one customer to the end."""
    world = TalkMemory(Memory(base, now))
    customer = Customer(task, world)
    memory = remembering.Memory(language="en")
    said: list[tuple[str, str]] = []
    text, handover, first = customer.opening, "", len(customer.left)
    at_once = False
    read = builtin_reader(_SHOP, "en", now)
    turns = 0
    while text and turns < _MOST_TURNS:
        turns += 1
        said.append(("customer", text))
        heard = Heard(text=text, channel=ChannelKind.CHAT)
        turned = world.run(take_turn(heard, memory, book=book_of(), shop=_SHOP, read=read, now=now))
        memory = turned.memory
        said.append(("doorstep", spoken(turned, book_of(), "en", "UTC", ChannelKind.SMS).text))
        if turned.handover is not None:
            handover = turned.handover
            said.append(("", f"handed over: {handover}"))
            if not customer.left:
                break
            memory = remembering.Memory(language="en", told=memory.told, shown=memory.shown)
        repeated = customer.repeated
        text = customer.reply(turned, world.waiting(turned))
        at_once = at_once or (not customer.left and customer.repeated == 0 and repeated == 0)
    unequal = tuple(differing(world.world.written(), rounded(expected.changed)))
    stray = len(world.carried) > first - len(customer.left)
    outcome = "solved" if not unequal else "wrong" if stray else "handed_over"
    return Talked(
        task_id=task.id,
        outcome=outcome,
        at_once=outcome == "solved" and at_once,
        turns=turns,
        differing=unequal,
        handover=handover,
        said=tuple(said),
    )


def _told(talked: list[Talked], *, as_json: bool, whole: bool) -> int:
    counts = Counter(one.outcome for one in talked)
    wrong = [one.task_id for one in talked if one.outcome == "wrong"]
    if as_json:
        told = {
            "tasks": len(talked),
            "solved": counts["solved"],
            "solved_at_once": sum(one.at_once for one in talked),
            "handed_over": counts["handed_over"],
            "wrong": counts["wrong"],
            "wrong_tasks": wrong,
            "handovers": dict(Counter(one.handover for one in talked if one.outcome == "handed_over")),
            "turns": round(sum(one.turns for one in talked) / len(talked), 1),
        }
        print(msgspec.json.encode(told).decode())
        return 1 if wrong else 0
    console = Console()
    if whole:
        for who, text in talked[0].said:
            console.print(f"[bold]{who}[/bold]" if who else "", end=": " if who else "")
            console.print(text, markup=False)
    table = Table("request", "outcome", "turns", "otherwise than expected", "handed over")
    for one in talked:
        if one.outcome != "solved":
            table.add_row(one.task_id, one.outcome, str(one.turns), "\n".join(one.differing), one.handover)
    console.print(table)
    at_once = sum(one.at_once for one in talked)
    console.print(
        f"{counts['solved']} of {len(talked)} solved ({at_once} from the task's words alone), {counts['handed_over']} left to a human, {len(wrong)} wrong"
    )
    return 1 if wrong else 0
