"""`demo`: a shop whose parcels move in front of your eyes."""

import asyncio
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from doorstep.cli.children import Children, told_to_stop
from doorstep.cli.opening import house_parts, log_plainly, sealer_of
from doorstep.cli.running import everything
from doorstep.demo.playing import Pace, Play, comes_back, links_of, worth_seeing
from doorstep.demo.stage import SLUG, Memory, Stage, set_up
from doorstep.demo.window import Link, shop_window
from doorstep.errors import MisconfiguredError
from doorstep.settings import Settings, read_settings
from doorstep.steps.work import utc_now
from doorstep.store.database import Database

_FASTEST = 10.0
_READY_S = 60.0
_SLOW = timedelta(seconds=30)


def demo(*, data_dir: Path | None = None, port: int | None = None, speed: float = 1.0, parcels: int = 12, seed: int | None = None) -> int:
    """Run everything that `serve` runs, with a demo shop whose orders and scans come in over the hooks as vendors send them.

    Nothing leaves this machine: messages are kept and shown in the desk. Ctrl-C ends it; the next run goes on with new orders.

    Args:
        data_dir: where the demo's own database lives; default: `demo` in the user's data folder.
        port: default 8000; the shop's pictures take the port after it.
        speed: 1 is a parcel's life in two to four minutes, 2 half of that; from 0.1 to 10.
        parcels: how many are on their way at once.
        seed: the same seed plays the same lives; default 1.
    """
    if not 0.1 <= speed <= _FASTEST or parcels < 1:  # noqa: PLR2004 - as the help says
        raise MisconfiguredError("--speed must be from 0.1 to 10 and --parcels at least 1")
    log_plainly()
    settings = read_settings(data_dir, None, port)
    if data_dir is None:
        settings = msgspec.structs.replace(settings, data_dir=settings.data_dir / "demo")
    pace = Pace(seed=1 if seed is None else seed, speed=speed, parcels=parcels, pictures=_pictures(settings))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    remembered = settings.data_dir / "demo.json"
    memory, stage = Memory.read(remembered), None

    def prepare(url: str) -> None:
        nonlocal stage
        stage = asyncio.run(_prepare(settings, url, memory, pace.pictures))
        memory.write(remembered)

    print("Doorstep's demo is starting…", flush=True)
    log = settings.data_dir / "demo.log"
    with told_to_stop() as told, log.open("ab") as output, everything(settings, output, prepare) as (url, children):
        if stage is None:
            return 2
        ended = asyncio.run(_play(settings, url, Running(told, children, memory, remembered), stage, pace))
        print("\nStopping…", flush=True)
    return ended


def _pictures(settings: Settings) -> str:
    return f"http://{urlsplit(settings.base_url).hostname}:{settings.port + 1}"


async def _prepare(settings: Settings, url: str, memory: Memory, pictures: str) -> Stage:
    database = await Database.open(url, most=1)
    try:
        return await set_up(database, sealer_of(settings), memory, pictures)
    finally:
        await database.close()


class Running:
    """What a demo under way looks at: the signals, the processes, what it remembers."""

    def __init__(self, told: list[int], children: Children, memory: Memory, file: Path) -> None:
        self.told = told
        self.children = children
        self.memory = memory
        self._file = file

    def goes_on(self) -> bool:
        """Tell whether nobody asked us to end and everything runs."""
        return not self.told and self.children.look() is None

    def remember(self, next_order: int) -> None:
        """Write down which order comes next, before anybody hears of the ones before it."""
        if next_order != self.memory.next_order:
            self.memory.next_order = next_order
            self.memory.write(self._file)


async def _play(settings: Settings, url: str, running: Running, stage: Stage, pace: Pace) -> int:
    hooks = f"http://{settings.host.replace('0.0.0.0', '127.0.0.1')}:{settings.port}"  # noqa: S104 - read, not listened on
    links: list[Link] = []
    async with (
        house_parts(settings, url, most=2) as (database, _),
        httpx.AsyncClient(base_url=hooks, timeout=10, trust_env=False) as client,
        shop_window(settings.host, settings.port + 1, lambda: links, (f"{settings.base_url}/chat.js", stage.chat)),
    ):
        if not await _ready(client, running):
            return _end(settings, running)
        started = utc_now()
        play = Play(stage, pace, number=running.memory.next_order, started=started)
        links += [
            (f"{settings.base_url}/desk", "For the shop:", f"the desk, as {running.memory.email}"),
            (f"{settings.base_url}/find/{SLUG}", "For customers:", "find an order"),
            (f"{settings.base_url}/me/{SLUG}", "For customers:", "all their orders, with a code"),
            (f"{pace.pictures}/shop", "For customers:", "the shop, with its chat"),
            (f"{settings.base_url}/api/v1/docs", "For programs:", "the API"),
        ]
        shown = warned = False
        while running.goes_on():
            now = utc_now()
            play.go_on(now)
            running.remember(play.next_number)
            for post, tries in play.due(now):
                if complaint := await play.send(client, post, tries, now):
                    print(complaint, flush=True)
            fresh = await play.appeared(database)
            for link in [link for one in fresh for link in links_of(one, settings.base_url)]:
                links.insert(4, link)
                if shown:
                    print(f"  {link[1]:7} {link[0]}  {link[2]}", flush=True)
            if not shown and len(play.known) >= min(6, play.opening):
                shown = True
                _greet(settings, play, running.memory, pace)
            if not shown and not warned and now - started > _SLOW:
                warned = True
                print(f"Nothing has moved for {_SLOW.seconds} s; {settings.data_dir / 'demo.log'} may say why.", flush=True)
            await asyncio.sleep(0.1)
    return _end(settings, running)


def _end(settings: Settings, running: Running) -> int:
    """Tell why it ends where nobody asked for it; return the exit code."""
    if running.told:
        return 0
    print(f"Doorstep does not run; the end of {settings.data_dir / 'demo.log'} says why.", flush=True)
    return 2


async def _ready(client: httpx.AsyncClient, running: Running) -> bool:
    """Wait until requests are served."""
    for _ in range(int(_READY_S / 0.1)):
        if not running.goes_on():
            return False
        try:
            if (await client.get("/health")).is_success:
                return True
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    return False


def _greet(settings: Settings, play: Play, memory: Memory, pace: Pace) -> None:
    base = settings.base_url
    example = play.known[0].story.purchase
    back = comes_back(play.known)
    lines = [
        "",
        "Casa Alma is open. Parcels move by themselves; the pages follow.",
        "",
        f"  Desk           {base}/desk   {memory.email}   {memory.password}",
        f"  All links      {pace.pictures}/",
        f"  Find an order  {base}/find/{SLUG}   #{example.number} with {example.person.email}",
        f"  Shop and chat  {pace.pictures}/shop",
        *([f"  Send back      {base}/o/{back.order.token}/return   #{back.story.purchase.number}, once it is there"] if back else []),
        f"  API            {base}/api/v1/docs",
        "",
        "  Worth seeing:",
        *(f"  {number:7} {url}  {words}" for one in worth_seeing(play.known) for url, number, words in links_of(one, base)),
        "",
        f"  The log is {settings.data_dir / 'demo.log'}. Ctrl-C ends the demo. New parcels:",
    ]
    print("\n".join(lines), flush=True)
