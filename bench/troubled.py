"""One shop's mails while four other shops' mail servers are down, slow, talk nonsense or answer twice → how much of its speed it keeps;
beside it, the same where all four are well. Every mail of everybody is counted: none may arrive twice."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta

from doorstep.channels import channels
from doorstep.cli.benching.server import server
from doorstep.cli.benching.stage import KEY, Stage, stage
from doorstep.cli.opening import run_long
from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.connect import checked, new_connection, secret_names
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.sender import Sender
from doorstep.steps.wire import Wire
from doorstep.steps.work import settle_in, utc_now
from doorstep.store import connections, messages
from doorstep.store.database import Database
from doorstep.store.messages import NewMessage
from doorstep.store.sealing import Sealer

#: Mail servers, one for each manner, in a process of their own. It says their ports; told anything, how many mails each took, and how many of
#: these it had taken before.
_SERVERS = """
import asyncio, collections, re, sys
TAKEN = {manner: collections.Counter() for manner in sys.argv[1:]}
class Server(asyncio.Protocol):
    def __init__(self, manner):
        self.manner, self.data, self.rest = manner, False, b""
    def connection_made(self, transport):
        self.out = transport
        self.say(b"220 here")
    def say(self, line):
        if self.manner == "slow":
            asyncio.get_running_loop().call_later(5, self.write, line + b"\\r\\n")
        elif self.manner == "nonsense":
            self.write(b"\\x00\\xff*** I AM A TEAPOT ***\\r\\n")
        else:
            self.write(line + b"\\r\\n")
    def write(self, raw):
        if not self.out.is_closing():
            self.out.write(raw)
    def data_received(self, got):
        self.rest += got
        while True:
            if self.data:
                end = self.rest.find(b"\\r\\n.\\r\\n")
                if end < 0:
                    return
                mail, self.rest, self.data = self.rest[:end], self.rest[end + 5:], False
                TAKEN[self.manner][re.search(rb"(?im)^message-id:\\s*<([^@]+)@", mail)[1]] += 1
                self.say(b"250 taken")
                if self.manner == "twice":
                    self.say(b"250 taken")
                continue
            line, found, rest = self.rest.partition(b"\\r\\n")
            if not found:
                return
            self.rest, word = rest, line[:4].upper()
            if word == b"EHLO":
                self.say(b"250-here\\r\\n250 PIPELINING")
            elif word == b"DATA":
                self.data = True
                self.say(b"354 go on")
            else:
                self.say(b"250 ok")
async def main():
    loop = asyncio.get_running_loop()
    taking = [await loop.create_server(lambda manner=manner: Server(manner), "127.0.0.1", 0) for manner in TAKEN]
    print(*(one.sockets[0].getsockname()[1] for one in taking), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(*(f"{sum(each.values())} {sum(each.values()) - len(each)}" for each in TAKEN.values()), flush=True)
asyncio.run(main())
"""
_MANNERS = ("good", "slow", "nonsense", "twice")
#: Nothing listens there.
_DOWN = "9"


class Servers:
    """The mail servers."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        self._say, self._hear = child.stdin, child.stdout
        self.ports = {**dict(zip(_MANNERS, self._hear.readline().split(), strict=True)), "down": _DOWN}

    def taken(self) -> dict[str, tuple[int, int]]:
        """Tell of each manner how many mails came, and how many of them had come before."""
        self._say.write("how many\n")
        self._say.flush()
        numbers = list(map(int, self._hear.readline().split()))
        return {manner: (numbers[2 * n], numbers[2 * n + 1]) for n, manner in enumerate(_MANNERS)}


@contextmanager
def servers() -> Iterator[Servers]:
    """Run the mail servers."""
    with subprocess.Popen([sys.executable, "-c", _SERVERS, *_MANNERS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield Servers(child)
        finally:
            child.terminate()


async def a_shop(on: Stage, manner: str, port: str) -> tuple[int, int]:
    """Make a merchant that sends by this server; return it and its connection."""
    plugin = channels()["email"]
    given = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "orders@shop.example"}
    sealer = Sealer(KEY.encode())
    async with on.database.system() as tx:
        merchant_id = await connections.add_merchant(tx, f"shop-{manner}", manner, {}, {})
        made = new_connection(merchant_id, "channel", "email", "mail", checked(plugin, given))
        return merchant_id, await connections.connect(tx, sealer, made, secret_names(plugin))


async def line_up(database: Database, shop: tuple[int, int], number: int, now: datetime) -> None:
    """Queue so many mails of a shop."""
    for start in range(0, number, 1000):
        async with database.system() as tx:
            await messages.queue(tx, [_mail(shop, position, now) for position in range(start, min(start + 1000, number))])


def _mail(shop: tuple[int, int], position: int, now: datetime) -> NewMessage:
    merchant_id, connection_id = shop
    message = Message(
        message_id=new_message_id(now),
        merchant_id=merchant_id,
        channel=ChannelKind.EMAIL,
        to=f"customer-{position}@customer.example",
        content=Rendered(subject="Your parcel is on its way", text="It is on its way. " * 60, html="<p>It is on its way.</p>" * 60),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="shipping",
        created_at=now,
    )
    return NewMessage(
        message=message,
        connection_id=connection_id,
        template="shipped",
        trigger="bench",
        why_key=position.to_bytes(16, "big"),
        order_id=None,
        shipment_ids=(),
        why="bench",
        due_at=now,
    )


@asynccontextmanager
async def shops(postgres_url: str, ports: Mapping[str, str], name: str) -> AsyncIterator[tuple[Stage, dict[str, tuple[int, int]]]]:
    """Make a database with one shop for each server."""
    async with stage(postgres_url, name, utc_now()) as on:
        made = {manner: await a_shop(on, manner, port) for manner, port in ports.items()}
        await on.directory.refresh(on.database, utc_now(), force=True)
        yield on, made


async def until_sent(on: Stage, merchant_id: int, number: int, most_s: float) -> float:
    """Let one worker send until this shop's mails have all left; return the seconds that took."""
    async with Wire(allow_private=True) as wire:
        sender, begun = Sender(on.database, on.directory, wire, utc_now), time.perf_counter()
        while time.perf_counter() - begun < most_s:
            await sender.turn(0.05, stopping=False)
            async with on.database.system() as tx:
                left = await tx.fetchval("select count(*) from message where merchant_id = $1 and state = 'sent'", merchant_id)
            if left == number:
                return time.perf_counter() - begun
    raise TimeoutError(f"after {most_s:.0f} s not all of the good shop's mails had left")


async def states(database: Database, made: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """Tell how each shop's messages stand."""
    async with database.system() as tx:
        rows = await tx.fetch("select merchant_id, state, count(*) as n from message group by 1, 2 order by 1, 3 desc")
    return {
        manner: ", ".join(f"{row['n']} {row['state']}" for row in rows if row["merchant_id"] == shop[0]) for manner, shop in made.items()
    }


async def measure(postgres_url: str, number: int) -> None:
    """Send the good shop's mails beside as many of four others that are well, then of four that are in trouble."""
    settle_in()
    took: dict[str, float] = {}
    for way in ("well", "in trouble"):
        with servers() as run:
            ports = {manner: run.ports["good" if way == "well" else manner] for manner in run.ports}
            async with shops(postgres_url, ports, "doorstep_troubled") as (on, made):
                now = utc_now() - timedelta(minutes=1)
                for shop in made.values():
                    await line_up(on.database, shop, number, now)
                took[way] = await until_sent(on, made["good"][0], number, 600)
                taken, stand = run.taken(), await states(on.database, made)
        print(
            f"the others {way}: {number} mails of the good shop in {took[way]:.1f} s, {number / took[way]:.0f}/s; load {os.getloadavg()[0]:.1f}"
        )
        for manner, (came, again) in taken.items():
            print(f"  server {manner:<9} {came:>6} mails came, {again} of them had come before")
        for manner, state in stand.items():
            print(f"  shop {manner:<11} {state}")
    print(f"beside trouble it has {took['well'] / took['in trouble']:.2f} times the speed that it has beside shops that are well")


def main() -> None:
    """Read the command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=3_000, help="of each shop")
    given = asked.parse_args()
    with server() as postgres:
        run_long(measure(postgres.url, given.messages))


if __name__ == "__main__":
    main()
