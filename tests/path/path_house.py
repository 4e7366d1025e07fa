"""A running `doorstep serve`, a mail server, a shop that writes like Shopify, carriers that write like themselves."""

import asyncio
import base64
import contextlib
import copy
import email
import email.policy
import hashlib
import hmac
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

import httpx
from aiosmtpd.controller import Controller

from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.store import connections
from doorstep.store.connections import Connection, Merchant
from doorstep.store.database import Database
from doorstep.store.embedded import running_url
from doorstep.store.sealing import Sealer
from ports import free_port

SECRET = "a-secret-both-sides-know"


async def until(what: Callable[[], Awaitable[Any]], *, seconds: float = 15.0, every_s: float = 0.05) -> Any:
    """Ask until the answer is true; fail after so many seconds."""
    ends = time.monotonic() + seconds
    while True:
        if answer := await what():
            return answer
        assert time.monotonic() < ends, "it did not come to pass in time"
        await asyncio.sleep(every_s)


class Mailbox:
    """A real SMTP server that keeps what it takes."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, bytes]] = []
        #: Called with each mail's bytes; what it returns is the answer (None: taken).
        self.answer: Callable[[str, bytes], str | None] = lambda _to, _content: None
        #: Seconds between having a mail and saying so.
        self.slow_s = 0.0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one mail."""
        to = envelope.rcpt_tos[0].lower()
        if (answer := self.answer(to, envelope.content)) is not None:
            return answer
        self.letters.append((to, envelope.content))
        await asyncio.sleep(self.slow_s)
        return "250 OK"

    @property
    def port(self) -> int:
        return self._controller.port

    def to(self, address: str) -> list[EmailMessage]:
        """All mail that came for an address, read."""
        return [email.message_from_bytes(c, policy=email.policy.default) for to, c in list(self.letters) if to == address]  # type: ignore[misc]

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop(no_assert=True)


@dataclass
class House:
    """One running installation."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    base: str
    database: Database
    sealer: Sealer
    mailbox: Mailbox
    log: Path
    client: httpx.AsyncClient
    shops: int = 0

    async def shop(
        self,
        carriers: Mapping[str, Mapping[str, str]] | None = None,
        *,
        channels: Mapping[str, Mapping[str, str]] | None = None,
        settings: Mapping[str, Any] | None = None,
        brand: Mapping[str, Any] | None = None,
    ) -> "Shop":
        """Make a merchant with a Shopify shop, carriers and a mailbox."""
        self.shops += 1
        name = f"shop-{self.shops}-{secrets.token_hex(3)}"
        mail = {"host": "127.0.0.1", "port": str(self.mailbox.port), "security": "none", "from_address": f"orders@{name}.example"}
        mail |= {"bounce_address": f"bounces+{{id}}@{name}.example", "unsubscribe_address": f"unsub@{name}.example"}
        wanted: list[tuple[str, str, Mapping[str, str]]] = [("shop", "shopify", {"client_secret": SECRET}), ("channel", "email", mail)]
        wanted += [("carrier", slug, given) for slug, given in (carriers or {}).items()]
        wanted += [("channel", slug, given) for slug, given in (channels or {}).items()]
        made: dict[str, Connection] = {}
        async with self.database.system() as tx:
            merchant_id = await connections.add_merchant(
                tx, name, f"Shop {self.shops}", {"support_email": f"help@{name}.example", **(brand or {})}, settings or {}
            )
            for kind, slug, given in wanted:
                plugin = plugin_named(kind, slug)
                connection = new_connection(merchant_id, kind, slug, slug, checked(plugin, given))
                number = await connections.connect(tx, self.sealer, connection, secret_names(plugin))
                made[slug] = await connections.one(tx, self.sealer, merchant_id, number)
            merchant = (await connections.merchants(tx, [merchant_id]))[merchant_id]
        await self._known(name)
        return Shop(self, merchant, made, f"ana.{name}@customer.example")

    async def _known(self, slug: str) -> None:
        """Wait until the pages know a merchant made a moment ago: they read the list of merchants every three seconds."""

        async def answers() -> bool:
            return (await self.client.get(f"{self.base}/find/{slug}")).status_code == 200

        await until(answers)

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        """Look into the database."""
        async with self.database.system() as tx:
            return await tx.fetch(query, *values)

    async def value(self, query: str, *values: Any) -> Any:
        """Look one value up in the database."""
        async with self.database.system() as tx:
            return await tx.fetchval(query, *values)

    async def drained(self, *, seconds: float = 30.0) -> None:
        """Wait until nothing of the newest merchant is left to be worked, decided or sent: each test makes its own."""

        async def empty() -> bool:
            waiting = await self.value(
                "with last as (select max(merchant_id) as merchant_id from merchant)"
                " select (select count(*) from inbox_due natural join last where due_at < now() + interval '60 s')"
                " + (select count(*) from turn natural join last where state = 'waiting')"
                " + (select count(*) from action_due natural join last where due_at < now() + interval '30 s')"
                " + (select count(*) from outbox natural join last where due_at < now() + interval '30 s' and lease_until is null)"
                " + (select count(*) from outbox natural join last where lease_until > now() + interval '100 s')"
            )
            return int(waiting) == 0

        await until(empty, seconds=seconds)


@dataclass
class Shop:
    """One merchant as its providers and its customer see it."""

    house: House
    merchant: Merchant
    connections: dict[str, Connection]
    #: The customer's address.
    customer: str

    def hook(self, provider: str) -> str:
        return f"{self.house.base}/hooks/{provider}/{self.connections[provider].hook_token}"

    async def post(self, provider: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Post to a hook once."""
        return await self.house.client.post(self.hook(provider), content=body, headers=dict(headers))

    async def send(self, *hooks: "Webhook") -> None:
        """Post webhooks in order, each of them must be kept."""
        for one in hooks:
            answer = await self.post(one.provider, one.body, one.headers)
            assert answer.status_code == 200, (answer.text, self.house.log.read_text()[-2500:])

    async def mails(self, count: int, *, seconds: float = 15.0) -> list[EmailMessage]:
        """Wait for so many mails to the customer, and for quiet; there must be exactly so many."""

        async def there() -> bool:
            return len(self.house.mailbox.to(self.customer)) >= count

        try:
            await until(there, seconds=seconds)
        except AssertionError:
            raise AssertionError(f"too few mails; decided: {await self.decisions()}") from None
        await self.house.drained()
        found = self.house.mailbox.to(self.customer)
        assert len(found) == count, [mail["subject"] for mail in found]
        return found

    async def decisions(self) -> dict[str, str]:
        """Trigger → outcome, of all this merchant's decisions; several of one trigger are told apart by their occurrence."""
        rows = await self.house.fetch(
            "select trigger, outcome from decision where merchant_id = $1 order by decided_at, trigger", self.merchant.merchant_id
        )
        return {row["trigger"]: row["outcome"] for row in rows}

    async def told(self) -> list[str]:
        """Triggers of the customer's messages, in the order of their making."""
        rows = await self.house.fetch(
            "select trigger from message where merchant_id = $1 and channel <> 'webhook' order by message_id", self.merchant.merchant_id
        )
        return [row["trigger"] for row in rows]

    async def picture(self) -> dict[str, list[str]]:
        """Everything that a repeated webhook must leave as it is."""
        tables = ("orders", "shipment", "checkpoint", "leg", "decision", "message", "receipt", "action_due", "consent", "suppression")
        return {
            table: [
                row["line"]
                for row in await self.house.fetch(
                    f"select t::text as line from {table} t where merchant_id = $1 order by 1", self.merchant.merchant_id
                )
            ]
            for table in tables
        }


@dataclass(frozen=True)
class Webhook:
    """One request of a provider."""

    provider: str
    body: bytes
    headers: Mapping[str, str]


def shopify(topic: str, document: Mapping[str, Any], delivery: str | None = None) -> Webhook:
    """Sign a webhook as Shopify does."""
    body = json.dumps(document).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
    return Webhook(
        "shopify",
        body,
        {
            "content-type": "application/json",
            "x-shopify-topic": topic,
            "x-shopify-hmac-sha256": signature,
            "x-shopify-webhook-id": delivery or secrets.token_hex(16),
        },
    )


#: What each carrier's connection needs, and how it proves that it is itself.
CREDENTIALS: dict[str, dict[str, str]] = {
    "ups": {"credential": SECRET},
    "fedex": {"security_token": SECRET},
    "usps": {},
    "aftership": {"webhook_secret": SECRET},
    "easypost": {"webhook_secret": SECRET},
    "dhl_parcel_de": {},
    "generic": {},
}


def carrier(slug: str, body: bytes) -> Webhook:
    """Sign a webhook as the carrier does."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256)
    proofs = {
        "ups": {"credential": SECRET},
        "fedex": {"fdx-signature": base64.b64encode(digest.digest()).decode()},
        "aftership": {"aftership-hmac-sha256": base64.b64encode(digest.digest()).decode()},
        "easypost": {"x-hmac-signature": f"hmac-sha256-hex={digest.hexdigest()}"},
    }
    kind = "application/xml" if body.lstrip().startswith(b"<") else "application/json"
    return Webhook(slug, body, {"content-type": kind, **proofs.get(slug, {})})


def order_of(
    sample: Mapping[str, Any], *, email_address: str, locale: str, at: datetime, number: int = 1001, **changes: Any
) -> dict[str, Any]:
    """Alter Shopify's sample order: alive, paid, placed `at`, this customer's."""
    order = copy.deepcopy(dict(sample))
    stamp = at.isoformat()
    order |= {
        "id": 5_000_000_000_000_000_000 + number,
        "name": f"#{number}",
        "order_number": number,
        "email": email_address,
        "contact_email": email_address,
        "customer_locale": locale,
        "financial_status": "paid",
        "cancelled_at": None,
        "cancel_reason": None,
        "created_at": stamp,
        "processed_at": stamp,
        "updated_at": stamp,
        "test": False,
    }
    order["customer"]["email"] = email_address
    return order | changes


def fulfilment_of(
    order: Mapping[str, Any], *numbers: str, company: str, at: datetime, ident: int = 1, lines: slice | None = None
) -> dict[str, Any]:
    """Make the shop's act of sending an order's lines."""
    stamp = at.isoformat()
    return {
        "id": order["id"] * 10 + ident,
        "order_id": order["id"],
        "status": "success",
        "created_at": stamp,
        "updated_at": stamp,
        "tracking_company": company,
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": list(numbers),
        "tracking_urls": [],
        "line_items": copy.deepcopy(order["line_items"][lines or slice(None)]),
    }


@contextlib.contextmanager
def serving(data_dir: Path, *, workers: int = 1, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """Run `doorstep serve` until the block ends."""
    port = free_port()
    log = data_dir.parent / f"{data_dir.name}.log"
    env = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "doorstep", "serve", "--data-dir", str(data_dir), "--port", str(port), "--workers", str(workers)],
            env={**env, "DOORSTEP_ALLOW_PRIVATE": "1", "DOORSTEP_WORKER_METRICS_PORT": "0", **environment},
            stdout=out,
            stderr=out,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        ends = time.monotonic() + 240
        while True:
            assert process.poll() is None, log.read_text()[-3000:]
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{base}/health", timeout=2).status_code == 200:
                    break
            assert time.monotonic() < ends, log.read_text()[-3000:]
            time.sleep(0.1)
        yield process, base, log
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A folder outside pytest's own, whose permissions every other pytest session resets: PostgreSQL may run as another user."""
    with tempfile.TemporaryDirectory(prefix="doorstep-") as folder:
        yield Path(folder) / "data"


@contextlib.asynccontextmanager
async def running_house(data_dir: Path, mailbox: Mailbox, *, workers: int = 1, **environment: str) -> Any:
    """Run an installation and open its database beside it."""
    with serving(data_dir, workers=workers, **environment) as (process, base, log):
        url = running_url(data_dir)
        assert url is not None
        database = await Database.open(url, most=4)
        sealer = Sealer((data_dir / "secret.key").read_bytes().strip())
        try:
            async with httpx.AsyncClient(timeout=20) as client:
                yield House(process, data_dir, base, database, sealer, mailbox, log, client)
        finally:
            await database.close()


def now() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
