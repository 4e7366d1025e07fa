"""Asking carriers, over real HTTP and a real database: from a number that is due to a message, and all that can go wrong between."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from steps_shop import HOUR, Shop, open_shop
from steps_vendors import Vendor, fedex_parcel, serving, seventeentrack_parcel, ups_parcel

from doorstep.steps.ask import Inquirer
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.wire import Wire
from doorstep.store import connections
from doorstep.store.database import Database

#: A Wednesday noon in Madrid; the parcels were sent the day before.
NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
OAUTH = {"client_id": "our-client", "client_secret": "our-secret"}
GIVEN: dict[str, dict[str, str]] = {"ups": OAUTH, "fedex": OAUTH, "17track": {"api_key": "our-key"}}


class Asks:
    """A shop whose carriers are asked, at moments the test names."""

    def __init__(self, shop: Shop, wire: Wire, vendors: Mapping[str, Vendor]) -> None:
        self.shop, self.wire, self.vendors = shop, wire, vendors
        self.inquirer = Inquirer(shop.database, shop.directory, wire)

    async def send_off(self, number: str, carrier: str, *, at: datetime = NOON, **rest: Any) -> None:
        """An order with one parcel, as a batch of the inbox carries it."""
        stamp = (at - HOUR).isoformat()
        sent = {"id": f"f{number}", "created_at": stamp, "updated_at": stamp, "carrier": carrier, "tracking_numbers": [number]}
        document = {
            "id": f"o{number}",
            "number": f"#{number}",
            "placed_at": stamp,
            "updated_at": stamp,
            "currency": "EUR",
            "payment": "paid",
            "locale": "en",
            "customer": {"first_name": "Ana", "email": "ana@customer.example"},
            "ship_to": {"city": "Madrid", "country": "ES"},
            "lines": [{"id": 1, "name": "Teapot"}],
            "fulfilments": [sent],
            **rest,
        }
        await self.shop.post("generic", json.dumps(document).encode(), now=at)
        assert [done.dead for done in await self.shop.work(at)] == [0]

    async def ask(self, at: datetime, *, inquirer: Inquirer | None = None) -> None:
        """Take up, lease, ask, write down, and carry what came."""
        one = inquirer or self.inquirer
        await self.shop.directory.refresh(self.shop.database, at, force=True)
        while await one.take_up(at):
            pass
        while await one.turn(at):
            await one.pause(5)
        await self.shop.work(at)

    async def row(self, number: str) -> dict[str, Any]:
        (found,) = await self.shop.rows("select * from asking where tracking_number = $1", number)
        return found

    async def due_at(self, number: str) -> datetime | None:
        found: datetime | None = (await self.row(number))["ask_at"]
        return found

    async def ask_when_due(self, number: str) -> datetime:
        """Ask at the moment the schedule names."""
        at = await self.due_at(number)
        assert at is not None
        await self.ask(at)
        return at

    async def counts(self) -> dict[str, int]:
        rows = await self.shop.rows("select asked, answered, errors, reconciled from ask_count")
        return {what: sum(row[what] for row in rows) for what in ("asked", "answered", "errors", "reconciled")}

    async def connect(self, slug: str, base: str, **given: str) -> int:
        plugin = plugin_named("carrier", slug)
        settings = checked(plugin, {**GIVEN[slug], "base_url": base, **given})
        made = new_connection(self.shop.merchant_id, "carrier", slug, slug, settings)
        async with self.shop.database.system() as tx:
            self.shop.connected[slug] = await connections.connect(tx, self.shop.directory.sealer, made, secret_names(plugin))
        await self.shop.directory.refresh(self.shop.database, NOON, force=True)
        return self.shop.connected[slug]


@asynccontextmanager
async def asking(database: Database, *slugs: str) -> AsyncIterator[Asks]:
    async with AsyncExitStack() as opened:
        vendors = {slug: await opened.enter_async_context(serving(slug)) for slug in slugs}
        wire = await opened.enter_async_context(Wire(allow_private=True, read_timeout_s=2.0))
        here = Asks(await open_shop(database), wire, vendors)
        for slug, vendor in vendors.items():
            await here.connect(slug, vendor.base)
        yield here


async def test_from_a_number_that_is_due_to_the_message(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        assert "shipment.out_for_delivery" not in await here.shop.sent()
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", ("P", "PU", "2026-11-18 09:00"), ("I", "OT", "2026-11-18 12:30"))
        at = await here.ask_when_due("1Z1")
        assert at > NOON
        assert here.vendors["ups"].asked == ["1Z1"]
        assert (await here.shop.parcel("1Z1")).folded.status == "out_for_delivery"  # type: ignore[union-attr]
        assert "shipment.out_for_delivery" in await here.shop.sent()
        again = await here.due_at("1Z1")
        assert again is not None
        assert again - at < timedelta(minutes=30)  # on the tour: dense
        here.vendors["ups"].parcels["1Z1"] = ups_parcel(
            "1Z1", ("P", "PU", "2026-11-18 09:00"), ("I", "OT", "2026-11-18 12:30"), ("D", "FS", "2026-11-18 13:05")
        )
        await here.ask_when_due("1Z1")
        assert (await here.shop.parcel("1Z1")).folded.status == "delivered"  # type: ignore[union-attr]
        for _ in range(2):  # the last looks
            await here.ask_when_due("1Z1")
        assert await here.due_at("1Z1") is None
        assert await here.counts() == {"asked": 4, "answered": 4, "errors": 0, "reconciled": 0}


async def test_thirty_numbers_go_into_one_call_and_what_fedex_does_not_know_is_a_note(database: Database) -> None:
    async with asking(database, "fedex") as here:
        numbers = [f"7000000000{n:02}" for n in range(40)]
        for number in numbers:
            await here.send_off(number, "FedEx")
        vendor = here.vendors["fedex"]
        vendor.parcels = {n: fedex_parcel(n, ("PU", "2026-11-18 09:00")) for n in numbers[1:]}
        await here.ask(NOON + 3 * HOUR)
        assert [len(call) for call in vendor.calls] == [30, 10]
        assert sorted(vendor.asked) == numbers
        row = await here.row(numbers[0])
        assert row["misses"] == 1
        assert "TRACKING.TRACKINGNUMBER.NOTFOUND" in row["note"]
        assert (await here.row(numbers[1]))["note"] is None
        assert await here.counts() == {"asked": 40, "answered": 39, "errors": 0, "reconciled": 0}
        assert (await here.shop.parcel(numbers[5])).folded.status == "in_transit"  # type: ignore[union-attr]


async def test_17track_hears_of_a_number_first_and_answers_the_next_time(database: Database) -> None:
    async with asking(database, "17track") as here:
        await here.send_off("LP1", "Yanwen")
        vendor = here.vendors["17track"]
        await here.ask_when_due("LP1")
        assert vendor.registered == {"LP1"}
        vendor.parcels["LP1"] = seventeentrack_parcel("LP1", ("InTransit_PickedUp", "2026-11-17 09:00"))
        await here.ask_when_due("LP1")
        assert (await here.shop.parcel("LP1")).folded.status == "in_transit"  # type: ignore[union-attr]
