"""A seed → orders and scans of a shop, each its own webhook; a sender that repeats each until it is told 2xx; a killer."""

import asyncio
import json
import random
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import psutil
from path_house import Shop, Webhook, carrier, shopify

#: Seconds until a process started is at work.
_AT_WORK_S = 3.0
#: Events of a parcel's way and how many hours ago they were.
_WAY = (("label_created", 30), ("picked_up", 20), ("out_for_delivery", 3), ("delivered", 1))


def order_document(number: int, address: str, at: datetime) -> dict[str, Any]:
    """Make a small order as Shopify writes it."""
    stamp = (at - timedelta(hours=40)).isoformat()
    return {
        "id": 7_000_000_000_000_000_000 + number,
        "name": f"#{number}",
        "email": address,
        "customer_locale": "en" if number % 2 else "es",
        "financial_status": "paid",
        "currency": "EUR",
        "total_price": "20.00",
        "created_at": stamp,
        "processed_at": stamp,
        "updated_at": stamp,
        "line_items": [{"id": number * 10 + 1, "name": "Wool hat", "title": "Wool hat", "quantity": 1, "price": "20.00"}],
        "fulfillments": [
            {
                "id": number * 10 + 2,
                "order_id": 7_000_000_000_000_000_000 + number,
                "status": "success",
                "created_at": stamp,
                "updated_at": stamp,
                "tracking_company": "UPS",
                "tracking_numbers": [number_of(number)],
                "line_items": [{"id": number * 10 + 1, "quantity": 1}],
            }
        ],
    }


def number_of(number: int) -> str:
    """The tracking number of an order's parcel."""
    return f"FAULT{number:07d}"


def scans_of(number: int, at: datetime) -> list[dict[str, Any]]:
    """A parcel's scans, each the body of a webhook of the generic carrier."""
    return [
        {
            "tracking_number": number_of(number),
            "carrier": "ups",
            "checkpoints": [
                {
                    "code": event,
                    "event_type": event,
                    "text": event,
                    "occurred_at": (at - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
                }
            ],
        }
        for event, hours in _WAY
    ]


def webhooks_of(count: int, at: datetime, chance: random.Random) -> tuple[list[Webhook], set[str]]:
    """Make the webhooks of so many orders, mixed; and the addresses of their customers."""
    found: list[tuple[float, Webhook]] = []
    addresses = set()
    for number in range(count):
        address = f"c{number}@customer.example"
        addresses.add(address)
        start = chance.random() * count
        found.append((start, shopify("orders/create", order_document(number, address, at), f"order-{number}")))
        for position, scan in enumerate(scans_of(number, at)):
            found.append((start + (position - 1) * count * chance.random() / 4, carrier("generic", json.dumps(scan).encode())))
    return [hook for _, hook in sorted(found, key=lambda one: one[0])], addresses


class Sender:
    """Posts webhooks side by side, each until it is told 2xx."""

    def __init__(self, shop: Shop, *, at_once: int = 16) -> None:
        self._shop = shop
        self._at_once = at_once
        self.accepted = 0
        self.tries = 0
        self.statuses: dict[str, int] = {}

    async def run(self, hooks: list[Webhook], *, over_s: float) -> None:
        """Post all, spread over so many seconds."""
        queue = iter(list(enumerate(hooks)))
        started = time.monotonic()
        limits = httpx.Limits(max_connections=self._at_once, max_keepalive_connections=self._at_once)
        async with httpx.AsyncClient(timeout=15, limits=limits) as client:

            async def work() -> None:
                for position, hook in queue:
                    ahead = started + over_s * position / len(hooks) - time.monotonic()
                    if ahead > 0:
                        await asyncio.sleep(ahead)
                    await self._until_kept(client, hook)

            await asyncio.gather(*(work() for _ in range(self._at_once)))

    async def _until_kept(self, client: httpx.AsyncClient, hook: Webhook) -> None:
        for turn in range(400):
            self.tries += 1
            try:
                answer = await client.post(self._shop.hook(hook.provider), content=hook.body, headers=dict(hook.headers))
                said = str(answer.status_code)
            except httpx.HTTPError as error:
                said = type(error).__name__
            self.statuses[said] = self.statuses.get(said, 0) + 1
            if said == "200":
                self.accepted += 1
                return
            await asyncio.sleep(min(0.02 * (turn + 1), 0.5))
        raise AssertionError(f"a webhook was never accepted: {self.statuses}")


def children(pid: int, word: str) -> list[psutil.Process]:
    """The processes of an installation that run one command ("web", "worker")."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        try:
            if "doorstep" in child.cmdline() and word in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found


async def kill_at_random(pid: int, chance: random.Random, *, over_s: float, pause_s: tuple[float, float]) -> dict[str, int]:
    """Kill -9 workers and the web process; return how many of each."""
    killed = {"worker": 0, "web": 0}
    ends = time.monotonic() + over_s
    while time.monotonic() < ends:
        await asyncio.sleep(chance.uniform(*pause_s))
        word = "worker" if chance.random() < 0.7 else "web"
        # One that has lived a while is at work; one just started would die with nothing in hand.
        there = [child for child in children(pid, word) if time.time() - child.create_time() > _AT_WORK_S]
        if there:
            chance.choice(there).kill()
            killed[word] += 1
    return killed
