"""A merchant with channels in a real database; facts and scans in, decisions and messages out, at moments the test names."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from doorstep.domain.orders import Customer, Fulfilment, Order, OrderLine, Payment, Promise
from doorstep.domain.places import Address
from doorstep.domain.plugins import FulfilmentSeen, OrderFact, OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Link, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.steps.advance import Seen, advance, numbers_in
from doorstep.steps.batch import Outcome, work_batch
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.converse import Talkers
from doorstep.steps.decide import decide, decide_waiting
from doorstep.steps.directory import Directory
from doorstep.steps.happenings import outshone
from doorstep.steps.order import Told, take_orders
from doorstep.store import case_files, connections, inbox, messages, shipments
from doorstep.store.case_files import CaseFile
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival
from doorstep.store.sealing import Sealer
from doorstep.store.shipments import KeptShipment

#: A Wednesday noon in Madrid.
NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
EMAIL = {"host": "127.0.0.1", "port": "1", "security": "none", "from_address": "orders@shop.example"}
TWILIO = {"account_sid": "AC00000000000000000000000000000000", "auth_token": "a-token", "from_number": "+15005550006"}


class Shop:
    """One merchant and all that a test does with it."""

    def __init__(self, database: Database, directory: Directory, merchant_id: int, connected: dict[str, int]) -> None:
        self.database, self.directory, self.merchant_id, self.connected = database, directory, merchant_id, connected

    async def arrive(
        self,
        *,
        facts: Sequence[OrderFact] = (),
        trackings: Sequence[Tracking] = (),
        now: datetime = NOON,
        shop: str = "generic",
        meanwhile: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Carry facts and trackings as one batch; `meanwhile` is done before it commits."""
        told = [Told(merchant_id=self.merchant_id, connection_id=self.connected[shop], fact=fact) for fact in facts]
        seen = [Seen(merchant_id=self.merchant_id, inbox_id=1, received_at=now, tracking=one) for one in trackings]
        async with self.database.system() as tx:
            taken = await take_orders(tx, told, now, numbers_in(seen))
            await decide(tx, outshone(taken + await advance(tx, seen, now)), self.directory, now)
            if meanwhile is not None:
                await meanwhile()

    async def post(self, provider: str, *bodies: bytes, now: datetime = NOON) -> None:
        """Keep bodies in the inbox, as the hook does."""
        async with self.database.system() as tx:
            await inbox.keep(tx, [self.arrival(provider, body, now=now) for body in bodies])

    def arrival(self, provider: str, body: bytes, *, key: bytes | None = None, now: datetime = NOON) -> Arrival:
        """Make what the hook makes of a request."""
        return Arrival(
            merchant_id=self.merchant_id,
            connection_id=self.connected[provider],
            delivery_key=key if key is not None else body,
            url="",
            headers={"content-type": "application/json"},
            body=body,
            received_at=now,
        )

    async def work(self, now: datetime = NOON, *, most: int = 500, workers: int = 1) -> list[Outcome]:
        """Let so many workers carry a batch each, at once."""
        return await asyncio.gather(*(work_batch(self.database, self.directory, now, most) for _ in range(workers)))

    async def wait_until(self, now: datetime) -> int:
        """Take up what is due by then; return how many actions."""
        async with self.database.system() as tx:
            return await decide_waiting(tx, self.directory, now, 500)

    async def rows(self, query: str, *given: Any) -> list[dict[str, Any]]:
        """Ask the database as it is."""
        async with self.database.system() as tx:
            return [dict(row) for row in await tx.fetch(query, *given)]

    async def decisions(self) -> dict[tuple[str, str], str]:
        """(trigger, occurrence) → outcome, of all subjects together."""
        found = await self.rows("select trigger, occurrence, outcome from decision where merchant_id = $1", self.merchant_id)
        return {(row["trigger"], row["occurrence"]): row["outcome"] for row in found}

    async def outcomes(self) -> list[tuple[str, str]]:
        """(trigger, outcome) of every decision, sorted."""
        found = await self.rows("select trigger, outcome from decision where merchant_id = $1", self.merchant_id)
        return sorted((row["trigger"], row["outcome"]) for row in found)

    async def skips(self) -> dict[tuple[str, str], int]:
        """(trigger, reason) → times counted."""
        found = await self.rows("select trigger, reason, times from skip_count where merchant_id = $1", self.merchant_id)
        return {(row["trigger"], row["reason"]): row["times"] for row in found}

    async def sent(self, channel: str = "email") -> list[str]:
        """The triggers of the messages queued for a channel, oldest first."""
        found = await self.rows(
            "select trigger from message where merchant_id = $1 and channel = $2 order by created_at, trigger", self.merchant_id, channel
        )
        return [row["trigger"] for row in found]

    async def parcels(self) -> list[KeptShipment]:
        """All shipments, oldest first."""
        async with self.database.system() as tx:
            return list(reversed(await shipments.page(tx, self.merchant_id)))

    async def parcel(self, number: str) -> KeptShipment:
        """The shipment to which a number leads."""
        async with self.database.system() as tx:
            return (await shipments.lock(tx, [(self.merchant_id, number)]))[self.merchant_id, number]

    async def lease(self, now: datetime = NOON, most: int = 8) -> list[messages.Leased]:
        """Lease what is due."""
        async with self.database.system() as tx:
            return await messages.lease(tx, now, now + timedelta(seconds=120), most)

    async def hand_in(self, order_id: int, now: datetime = NOON) -> str:
        """Hand a photo in for an order; return its id."""
        token = f"photo-{next(_PHOTOS)}"
        photo = CaseFile(token=token, order_id=order_id, kind="photo", content_type="image/jpeg", body=b"a photo")
        async with self.database.system() as tx:
            await case_files.keep(tx, self.merchant_id, photo, now)
        return token

    async def pause(self, provider: str) -> None:
        """Pause a connection and let the directory know."""
        async with self.database.system() as tx:
            await connections.pause(tx, self.merchant_id, self.connected[provider], "a test paused it")
        await self.directory.refresh(self.database, NOON, force=True)


_MADE = iter(range(1, 1_000_000))
_PHOTOS = iter(range(1, 1_000_000))


async def open_shop(
    database: Database,
    *,
    channels: Mapping[str, Mapping[str, str]] | None = None,
    settings: Mapping[str, Any] | None = None,
    directory: Directory | None = None,
) -> Shop:
    """Make a merchant with a generic shop, a generic carrier and (unless told) e-mail."""
    directory = directory or Directory(Sealer(b"k" * 32), "https://doorstep.example")
    wanted: list[tuple[str, str, Mapping[str, str]]] = [
        ("shop", "generic", {}),
        ("carrier", "generic", {"code_table": '{"PU": "picked_up", "OFD": "out_for_delivery", "DL": "delivered"}'}),
        *(("channel", slug, given) for slug, given in ({"email": EMAIL} if channels is None else channels).items()),
    ]
    connected: dict[str, int] = {}
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, f"shop-{next(_MADE)}", "A shop", {}, settings or {})
        for kind, slug, given in wanted:
            plugin = plugin_named(kind, slug)
            made = new_connection(merchant_id, kind, slug, slug, checked(plugin, given))
            name = "carrier" if kind == "carrier" else slug
            connected[name] = await connections.connect(tx, directory.sealer, made, secret_names(plugin))
    await directory.refresh(database, NOON, force=True)
    return Shop(database, directory, merchant_id, connected)


def order(
    number: str = "1001", *sent: Fulfilment, email: str | None = "ana@customer.example", phone: str | None = None, **rest: Any
) -> OrderSeen:
    """An order of Ana in Madrid, paid, of two lines."""
    made = Order(
        external_id=number,
        number=f"#{number}",
        placed_at=NOON - 24 * HOUR,
        updated_at=NOON - 24 * HOUR,
        customer=Customer(first_name="Ana", email=email, phone=phone),
        ship_to=Address(name="Ana Prats", city="Madrid", country="ES"),
        lines=(OrderLine(line_id="1", name="Teapot"), OrderLine(line_id="2", name="Cup", quantity=4)),
        payment=Payment.PAID,
        locale="en",
        fulfilments=sent,
    )
    return OrderSeen(msgspec.structs.replace(made, **rest))


def fulfilment(name: str, *numbers: str, at: datetime = NOON - 20 * HOUR, **rest: Any) -> Fulfilment:
    """A shop's act of sending under these numbers."""
    return Fulfilment(**{"fulfilment_id": name, "created_at": at, "updated_at": at, "tracking_numbers": numbers, **rest})


def fulfilled(order_number: str, one: Fulfilment) -> FulfilmentSeen:
    """A hook that tells of a fulfilment alone."""
    return FulfilmentSeen(order_number, one)


def promised(day: str) -> Promise:
    """The shop's word for a day."""
    return Promise(None, datetime.fromisoformat(day).date())


def stamp(at: datetime) -> OccurredAt:
    """A carrier's stamp with its offset."""
    return OccurredAt(at.strftime("%Y-%m-%dT%H:%M:%S"), "+00:00", ZoneSource.SENT, Precision.SECOND)


def scan(number: str, event_type: str, at: datetime, *, text: str = "", code: str | None = None, **rest: Any) -> Checkpoint:
    """One scan."""
    return Checkpoint(
        **{
            "event_type": event_type,
            "occurred_at": stamp(at),
            "carrier": "gls",
            "carrier_code": event_type.upper() if code is None else code,
            "carrier_text": text or f"{event_type} at {at:%H:%M}",
            "tracking_number": number,
            **rest,
        }
    )


def tracking(
    number: str, *scans: Checkpoint, estimates: Sequence[Estimate] = (), links: Sequence[Link] = (), carrier: str = "gls"
) -> Tracking:
    """What a payload says of a number."""
    return Tracking(tracking_number=number, carrier=carrier, checkpoints=scans, estimates=tuple(estimates), links=tuple(links))


def said(number: str, event_type: str, at: datetime, **rest: Any) -> Tracking:
    """One scan, alone in its payload."""
    return tracking(number, scan(number, event_type, at, **rest))


def link(number: str, role: str) -> Link:
    """Another number of the same goods."""
    return Link(tracking_number=number, carrier=None, role=role)


async def converse(shop: Shop, now: datetime, most: int = 6) -> int:
    """Have turns that wait answered, so many at most; return how many."""
    talkers, taken = Talkers(shop.database, shop.directory), 0
    while taken < most and await talkers.take_up(now):
        taken += 1
    await talkers.rest()
    return taken
