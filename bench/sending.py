"""So many due messages → how fast they are composed (every gate asked) and handed to a local mail server, by one worker and by two;
beside it, one message at a time."""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec

from doorstep.cli.benching.load import make_load
from doorstep.cli.benching.server import Server, server
from doorstep.cli.benching.stage import KEY, Stage, settle, stage, take
from doorstep.cli.opening import run_long
from doorstep.steps.decide import decide_waiting
from doorstep.steps.directory import Directory
from doorstep.steps.send import call, send_wave
from doorstep.steps.sender import Sender
from doorstep.steps.wire import Wire
from doorstep.steps.work import BATCH, settle_in, utc_now
from doorstep.store import connections
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer

#: A mail server that takes everything and keeps nothing, in a process of its own; it says its port.
_SINK = """
import asyncio
class Sink(asyncio.Protocol):
    def connection_made(self, transport):
        self.out, self.data, self.rest = transport, False, b""
        transport.write(b"220 sink\\r\\n")
    def data_received(self, got):
        self.rest += got
        while True:
            if self.data:
                end = self.rest.find(b"\\r\\n.\\r\\n")
                if end < 0:
                    self.rest = self.rest[-8:] if len(self.rest) > 65536 else self.rest
                    return
                self.rest, self.data = self.rest[end + 5:], False
                self.out.write(b"250 taken\\r\\n")
                continue
            line, found, rest = self.rest.partition(b"\\r\\n")
            if not found:
                return
            self.rest, word = rest, line[:4].upper()
            if word == b"EHLO":
                self.out.write(b"250-sink\\r\\n250-8BITMIME\\r\\n250-SMTPUTF8\\r\\n250 PIPELINING\\r\\n")
            elif word == b"DATA":
                self.data = True
                self.out.write(b"354 go on\\r\\n")
            elif word == b"QUIT":
                self.out.write(b"221 bye\\r\\n")
                self.out.close()
                return
            else:
                self.out.write(b"250 ok\\r\\n")
async def main():
    taking = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(taking.sockets[0].getsockname()[1], flush=True)
    await taking.serve_forever()
asyncio.run(main())
"""


#: What compares two workers: the steps as they are, and one message at a time.
_AT_ONCE, _SINGLY = "at_once", "singly"
_TICKS = os.sysconf("SC_CLK_TCK")


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a phase took."""

    what: str
    messages: int
    seconds: float
    python_s: float
    postgres_s: float
    #: Processor time of the mail server, which has the same cores.
    sink_s: float

    def __str__(self) -> str:
        each = 1e6 / max(self.messages, 1)
        return (
            f"{self.what:<48} {self.messages:>7} messages {self.messages / self.seconds:>6.0f}/s {self.python_s * each:>6.0f} us Python"
            f" {self.postgres_s * each:>6.0f} us PostgreSQL {self.sink_s * each:>5.0f} us the mail server, a message"
        )


class Sink(msgspec.Struct, frozen=True):
    """The mail server."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Tell its processor seconds so far."""
        return _cpu_s(self.pid)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def sink() -> Iterator[Sink]:
    """Run the mail server."""
    with subprocess.Popen([sys.executable, "-c", _SINK], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield Sink(int(child.stdout.readline()), child.pid)
        finally:
            child.terminate()


def _python_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def timed(what: str, on: Server, to: Sink, work: Callable[[], Awaitable[int]], python_s: Callable[[], float] = _python_s) -> Cost:
    """Let `work` do its share and tell what that took."""
    python, postgres, taken, begun = python_s(), on.cpu_s(), to.cpu_s(), time.perf_counter()
    messages = await work()
    return Cost(
        what=what,
        messages=messages,
        seconds=time.perf_counter() - begun,
        python_s=python_s() - python,
        postgres_s=on.cpu_s() - postgres,
        sink_s=to.cpu_s() - taken,
    )


async def compose_all(on: Stage, most: int, limit: int) -> int:
    """Compose what is due, so many at once; at most `limit`."""
    done = 0
    while done < limit:
        async with on.database.system() as tx:
            taken = await decide_waiting(tx, on.directory, utc_now() + timedelta(hours=1), min(most, limit - done))
        if not taken:
            break
        done += taken
    return done


async def send_all(on: Stage, wire: Wire, limit: int) -> int:
    """Hand over what waits, as a worker does."""
    sender, sent = Sender(on.database, on.directory, wire, lambda: utc_now() + timedelta(hours=1)), 0
    while sent < limit or sender.busy:
        begun = await sender.turn(0.05, stopping=sent >= limit)
        sent += begun
        if not begun and not sender.busy:
            break
    return sent


async def send_singly(on: Stage, wire: Wire, limit: int) -> int:
    """Hand over one at a time: lease, call, write down."""
    for sent in range(limit):
        now = utc_now() + timedelta(hours=1)
        leased = await send_wave(on.database, on.directory, [], now, 1)
        if not leased:
            return sent
        await send_wave(on.database, on.directory, [await call(leased[0], on.directory, wire, now)], now, 0)
    return limit


async def both(on: Stage, wire: Wire, limit: int) -> int:
    """Compose and hand over at once, as one worker's loops do."""
    sent, _ = await asyncio.gather(send_all(on, wire, limit), compose_all(on, BATCH, limit))
    while sent < limit and (more := await send_all(on, wire, limit - sent)):
        sent += more
    return sent


async def singly(on: Stage, wire: Wire, limit: int) -> int:
    """Compose and hand over one at a time."""
    for done in range(limit):
        if not await compose_all(on, 1, 1):
            return done
        await send_singly(on, wire, 1)
    return limit


async def worker(url: str, how: str, limit: int) -> None:
    """Be one of two workers: say that it is ready, begin when told to, and say how many messages it handed over."""
    settle_in()
    database = await Database.open(url, by_key=True)
    directory = Directory(Sealer(KEY.encode()), "https://shop.example")
    await directory.refresh(database, utc_now(), force=True)
    on = Stage(url, database, directory, 0, {})
    async with Wire(allow_private=True) as wire:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(await (both if how == _AT_ONCE else singly)(on, wire, limit), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    await database.close()


class Two:
    """Two workers, each a process of its own."""

    def __init__(self, url: str, how: str, limit: int, running: ExitStack) -> None:
        command = [sys.executable, __file__, "--worker", url, "--how", how, "--messages", str(limit // 2)]
        self._children = [
            running.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)) for _ in range(2)
        ]

    def say(self) -> None:
        """Let them go on."""
        for child in self._children:
            assert child.stdin is not None
            child.stdin.write("go on\n")
            child.stdin.flush()

    def hear(self) -> Sequence[str]:
        """Wait for a line from each."""
        return [child.stdout.readline() for child in self._children if child.stdout is not None]

    def cpu_s(self) -> float:
        """Tell their processor seconds so far."""
        return sum(_cpu_s(child.pid) for child in self._children)


async def by_two(what: str, on: Stage, postgres: Server, to: Sink, how: str, limit: int) -> Cost:
    """Let two workers do half of it each."""
    with ExitStack() as running:
        two = Two(on.url, how, limit, running)
        two.hear()

        async def work() -> int:
            two.say()
            return sum(int(line) for line in await asyncio.to_thread(two.hear))

        cost = await timed(what, postgres, to, work, two.cpu_s)
        two.say()
        return cost


async def measure(postgres: Server, to: Sink, number: int) -> None:
    settle_in()
    now = utc_now()
    async with stage(postgres.url, "doorstep_sending", now) as on:
        async with on.database.system() as tx:
            merchant = await connections.merchant_to_change(tx, on.merchant_id)
            waits = {"journeys": {name: {"delay_s": 1} for name in ("order_confirmed", "packed")}}
            await connections.set_merchant(tx, msgspec.structs.replace(merchant, settings={**merchant.settings, **waits}))
            await tx.execute(
                "update connection set settings = jsonb_set(settings::jsonb, '{port}', to_jsonb($1::text))::json where provider = 'email'",
                str(to.port),
            )
        await on.directory.refresh(on.database, now, force=True)
        singles, half = min(number // 10, 500), number // 2
        wanted = 3 * (singles + half)
        load = make_load(wanted * 11, now, seed=4)
        await take(on, load.orders[: wanted + wanted // 10], now)
        await settle(on)
        async with Wire(allow_private=True) as wire:
            costs = [
                await timed("composed, one at a time", postgres, to, lambda: compose_all(on, 1, singles)),
                await timed("handed over, one at a time", postgres, to, lambda: send_singly(on, wire, singles)),
                await by_two("composed and handed over one at a time, by two", on, postgres, to, _SINGLY, singles),
                await timed("composed, gates on", postgres, to, lambda: compose_all(on, BATCH, half)),
                await timed("handed over", postgres, to, lambda: send_all(on, wire, half)),
                await timed("composed and handed over at once", postgres, to, lambda: both(on, wire, half)),
                await by_two("composed and handed over at once, by two", on, postgres, to, _AT_ONCE, half),
            ]
    print(f"load of the machine {os.getloadavg()[0]:.1f}")
    for cost in costs:
        print(cost)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=10_000)
    asked.add_argument("--worker", help=argparse.SUPPRESS)
    asked.add_argument("--how", choices=(_AT_ONCE, _SINGLY), default=_AT_ONCE, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.worker:
        run_long(worker(given.worker, given.how, given.messages))
        return
    with sink() as to, server() as postgres:
        run_long(measure(postgres, to, given.messages))


if __name__ == "__main__":
    main()
