"""An empty database → a shop with connected carriers and a mailbox, its orders taken, its webhooks accepted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import asyncpg
import msgspec

from doorstep.cli.benching.load import SECRET, Webhook
from doorstep.domain.orders import Order
from doorstep.domain.plugins import OrderSeen
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.order import Told, take_orders
from doorstep.store import connections, inbox
from doorstep.store.connections import Connection
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival
from doorstep.store.migrating import migrate
from doorstep.store.sealing import Sealer

#: The key of the throw-away installation.
KEY = "k" * 32
_CONNECTED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("shop", "generic", {}),
    ("carrier", "aftership", {"webhook_secret": SECRET}),
    ("carrier", "easypost", {"webhook_secret": SECRET}),
    ("carrier", "ups", {"credential": SECRET}),
    ("channel", "email", {"host": "127.0.0.1", "port": "25", "security": "none", "from_address": "orders@shop.example"}),
)
_CHUNK = 1000


class Stage(msgspec.Struct, frozen=True):
    """A database ready to be measured."""

    url: str
    database: Database
    directory: Directory
    merchant_id: int
    #: Provider → connection id.
    ids: dict[str, int]


def hook_token(provider: str) -> str:
    """Name the hook of a provider's connection."""
    return f"bench-{provider}-hook-token"


@asynccontextmanager
async def stage(server_url: str, name: str, now: datetime) -> AsyncIterator[Stage]:
    """Make database `name` anew on a server and put one shop in it; drop it at the end."""
    await _run(server_url, f"drop database if exists {name} with (force)", f"create database {name}")
    url = _database_of(server_url, name)
    await migrate(url, _today(now))
    database = await Database.open(url, by_key=True)
    try:
        sealer = Sealer(KEY.encode())
        async with database.system() as tx:
            merchant_id = await connections.add_merchant(tx, "bench", "The Bench", {"support_email": "help@shop.example"}, {})
            ids = {}
            for kind, provider, settings in _CONNECTED:
                ids[provider] = await connections.connect(
                    tx,
                    sealer,
                    Connection(
                        merchant_id=merchant_id,
                        connection_id=0,
                        kind=kind,
                        provider=provider,
                        name=provider,
                        hook_token=hook_token(provider),
                        settings=settings,
                        active=True,
                        paused_why=None,
                    ),
                    frozenset({"webhook_secret", "credential"}),
                )
        directory = Directory(sealer, "https://shop.example")
        await directory.refresh(database, now, force=True)
        yield Stage(url, database, directory, merchant_id, ids)
    finally:
        await database.close()
        await _run(server_url, f"drop database if exists {name} with (force)")


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _database_of(server_url: str, name: str) -> str:
    head, _, tail = server_url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{tail}" if tail else "")


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def take(stage: Stage, orders: Sequence[Order], now: datetime) -> None:
    """Let the shop's orders in by the steps' own way."""
    for start in range(0, len(orders), _CHUNK):
        async with stage.database.system() as tx:
            told = [
                Told(merchant_id=stage.merchant_id, connection_id=stage.ids["generic"], fact=OrderSeen(order))
                for order in orders[start : start + _CHUNK]
            ]
            await decide(tx, await take_orders(tx, told, now), stage.directory, now)


def arrivals(stage: Stage, webhooks: Sequence[Webhook], now: datetime) -> list[Arrival]:
    """Write webhooks as the web process would."""
    return [
        Arrival(
            merchant_id=stage.merchant_id,
            connection_id=stage.ids[webhook.sender],
            delivery_key=webhook.delivery_id.encode(),
            url="",
            headers=webhook.headers,
            body=webhook.body,
            received_at=now,
        )
        for webhook in webhooks
    ]


async def accept(stage: Stage, webhooks: Sequence[Webhook], now: datetime) -> None:
    """Put webhooks into the inbox, all in one commit."""
    async with stage.database.system() as tx:
        for start in range(0, len(webhooks), _CHUNK):
            await inbox.keep(tx, arrivals(stage, webhooks[start : start + _CHUNK], now))


async def settle(stage: Stage) -> None:
    """Give the planner its statistics and write out what waits, so that no measurement pays for the filling."""
    await _run(stage.url, "vacuum analyze", "checkpoint")
