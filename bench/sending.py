"""So many due messages → how fast they are composed (every gate asked) and handed to a local mail server; beside it, one at a time."""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec

from doorstep.cli.benching.load import make_load
from doorstep.cli.benching.server import Server, server
from doorstep.cli.benching.stage import Stage, settle, stage, take
from doorstep.steps.decide import decide_waiting
from doorstep.steps.send import call, send_wave
from doorstep.steps.sender import Sender
from doorstep.steps.wire import Wire
from doorstep.steps.work import BATCH, settle_in, utc_now
from doorstep.store import connections

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


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a phase took."""

    what: str
    messages: int
    seconds: float
    python_s: float
    postgres_s: float

    def __str__(self) -> str:
        each = 1e6 / max(self.messages, 1)
        return (
            f"{self.what:<34} {self.messages:>7} messages {self.messages / self.seconds:>8.0f}/s   {self.python_s * each:>6.0f} us Python"
            f"   {self.postgres_s * each:>6.0f} us PostgreSQL a message"
        )


@contextmanager
def sink() -> Iterator[int]:
    """Run the mail server; yield its port."""
    with subprocess.Popen([sys.executable, "-c", _SINK], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield int(child.stdout.readline())
        finally:
            child.terminate()


def _python_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def timed(what: str, on: Server, work: Callable[[], Awaitable[int]]) -> Cost:
    """Let `work` do its share and tell what that took."""
    python, postgres, begun = _python_s(), on.cpu_s(), time.perf_counter()
    messages = await work()
    return Cost(
        what=what,
        messages=messages,
        seconds=time.perf_counter() - begun,
        python_s=_python_s() - python,
        postgres_s=on.cpu_s() - postgres,
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


async def measure(postgres: Server, port: int, number: int) -> None:
    settle_in()
    now = utc_now()
    async with stage(postgres.url, "doorstep_sending", now) as on:
        async with on.database.system() as tx:
            merchant = await connections.merchant_to_change(tx, on.merchant_id)
            waits = {"journeys": {name: {"delay_s": 1} for name in ("order_confirmed", "packed")}}
            await connections.set_merchant(tx, msgspec.structs.replace(merchant, settings={**merchant.settings, **waits}))
            await tx.execute(
                "update connection set settings = jsonb_set(settings::jsonb, '{port}', to_jsonb($1::text))::json where provider = 'email'",
                str(port),
            )
        await on.directory.refresh(on.database, now, force=True)
        load = make_load(number * 6, now, seed=4)
        await take(on, load.orders[: number + number // 5], now)
        await settle(on)
        singles = min(number // 10, 500)
        async with Wire(allow_private=True) as wire:
            costs = [
                await timed("composed, one at a time", postgres, lambda: compose_all(on, 1, singles)),
                await timed("handed over, one at a time", postgres, lambda: send_singly(on, wire, singles)),
                await timed("composed, gates on", postgres, lambda: compose_all(on, BATCH, number // 2)),
                await timed("handed over", postgres, lambda: send_all(on, wire, number // 2)),
                await timed("composed and handed over at once", postgres, lambda: both(on, wire, number // 2)),
            ]
    print(f"load of the machine {os.getloadavg()[0]:.1f}")
    for cost in costs:
        print(cost)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=10_000)
    given = asked.parse_args()
    with sink() as port, server() as postgres:
        asyncio.run(measure(postgres, port, given.messages))


if __name__ == "__main__":
    main()
