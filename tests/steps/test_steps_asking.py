"""Asking carriers, over real HTTP and a real database: from a number that is due to a message, and all that can go wrong between."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from steps_shop import HOUR, Shop, open_shop
from steps_vendors import Vendor, fedex_parcel, serving, seventeentrack_parcel, ups_parcel

from doorstep.domain.plugins import Raw
from doorstep.steps.ask import Inquirer
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.wire import Wire
from doorstep.store import connections
from doorstep.store.database import Database

#: A Wednesday noon in Madrid; the parcels were sent the day before.
NOON = datetime(2026, 11, 18, 11, tzinfo=UTC)
OAUTH = {"client_id": "our-client", "client_secret": "our-secret"}
KEY = {"api_key": "our-key"}
GIVEN: dict[str, dict[str, str]] = {
    **dict.fromkeys(("ups", "fedex", "usps", "gls"), OAUTH),
    **dict.fromkeys(("17track", "dhl_universal", "aftership", "easypost", "postnl", "nova_poshta", "nova_post"), KEY),
    "shippo": {"api_token": "our-key"},
    "canadapost": {"username": "our-client", "password": "our-secret"},
}


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


#: Real payloads: provider, file, the number in it, who carries it.
REAL = [
    ("ups", "ups__02.json", "ups"),
    ("ups", "ups__16.json", "ups"),
    ("fedex", "fedex__03.json", "fedex"),
    ("fedex", "fedex__28.json", "fedex"),
    ("usps", "usps__01.json", "usps"),
    ("dhl_universal", "dhl_universal__04.json", "dhl_express"),
    ("dhl_universal", "dhl_universal__05.json", "dhl_parcel_de"),
    ("17track", "17track__04.json", "unknown"),
    ("17track", "17track__06.json", "yanwen"),
    ("aftership", "aftership__10.json", "unknown"),
    ("easypost", "easypost__01.json", "unknown"),
    ("shippo", "shippo__02.json", "usps"),
    ("canadapost", "canadapost__10.xml", "canadapost"),
    ("postnl", "postnl__02.json", "postnl"),
    ("gls", "gls__01.json", "gls"),
    ("gls", "gls__10.json", "gls"),
    ("nova_poshta", "nova_poshta__02.json", "nova_poshta"),
    ("nova_poshta", "nova_poshta__03.json", "nova_poshta"),
    ("nova_post", "nova_post__10.json", "nova_post"),
]


def parcel_of(slug: str, document: Any) -> Any:
    """Take out of a whole answer what the vendor says of its first parcel."""
    match slug:
        case "gls":
            return document["parcels"][0]
        case "nova_poshta":
            return document["data"][0]
        case "nova_post":  # recorded at the page's address; the API tells the same scans in words of its own
            told = {
                "code": "code",
                "code_name": "event_name",
                "country_code": "country_code",
                "settlement": "settlement_name",
                "date": "date",
            }
            history = [{ours: scan[theirs] for ours, theirs in told.items()} for scan in document["tracking"]]
            return {"id": "1", "number": document["number"], "history_tracking": history, "related_numbers": []}
        case "fedex":
            return document["output"]["completeTrackResults"][0]
        case "17track":
            return document["data"]["accepted"][0]
        case "aftership":
            return document["data"]["trackings"][0]
        case "easypost":
            return document["trackers"][0] if "trackers" in document else document
    return document


@pytest.mark.parametrize(("slug", "file", "carrier"), REAL, ids=[file for _, file, _ in REAL])
async def test_what_a_vendor_answers_with_a_real_payload_reaches_the_timeline(
    database: Database, shared_data: Path, slug: str, file: str, carrier: str
) -> None:
    body = (shared_data / "carriers" / "payloads" / file).read_bytes()
    known = [t for t in plugin_named("carrier", slug).parse(Raw(body=body)).trackings if t.checkpoints]  # type: ignore[union-attr]
    number = known[0].tracking_number
    async with asking(database, slug) as here:
        vendor = here.vendors[slug]
        vendor.parcels[number] = parcel_of(slug, json.loads(body)) if file.endswith(".json") else body
        await here.send_off(number, carrier)
        await here.ask_when_due(number)
        if vendor.registered:  # it heard of the number only now
            await here.ask_when_due(number)
        row = await here.row(number)
        assert row["note"] is None
        assert row["misses"] == 0
        parcel = await here.shop.parcel(number)
        told = {scan.tracking_number for scan in parcel.scans}  # its own number, and those of its pieces
        assert number in told
        assert told <= {number, *(t.tracking_number for t in known)}
        assert len(parcel.scans) == len({c.fingerprint for t in known for c in t.checkpoints if t.tracking_number in told})
        assert not await here.shop.rows("select from dead_letter")


@pytest.mark.parametrize("slug", sorted(GIVEN))
async def test_a_number_its_carrier_does_not_know_is_a_note_and_asked_about_again(database: Database, slug: str) -> None:
    async with asking(database, slug) as here:
        await here.send_off("9400NOBODY01", "usps" if slug == "shippo" else "dhl_express" if slug == "dhl_universal" else slug)
        first = await here.ask_when_due("9400NOBODY01")
        second = await here.ask_when_due("9400NOBODY01")
        row = await here.row("9400NOBODY01")
        assert row["misses"] == 2
        assert row["note"]
        assert row["ask_at"] > second > first
        assert not await here.shop.rows("select from dead_letter")
        assert (await here.shop.rows("select failures, resting_until from asker"))[0]["failures"] == 0


@pytest.mark.parametrize("slug", sorted(GIVEN))
async def test_a_bad_credential_pauses_the_connection_and_says_why(database: Database, slug: str) -> None:
    async with asking(database, slug) as here:
        here.vendors[slug].client, here.vendors[slug].key = ("another", "client"), "another-key"
        await here.send_off("9400NOBODY01", "usps" if slug == "shippo" else "dhl_express" if slug == "dhl_universal" else slug)
        at = await here.ask_when_due("9400NOBODY01")
        (connected,) = await here.shop.rows("select state, paused_why from connection where provider = $1", slug)
        assert connected["state"] == "paused"
        assert "refuses" in connected["paused_why"]
        assert not {"our-secret", "our-key", "our-client"} & set(connected["paused_why"].split())
        here.vendors[slug].client, here.vendors[slug].key = ("our-client", "our-secret"), "our-key"
        await here.ask(at + 24 * HOUR)
        assert here.vendors[slug].asked == []  # nobody asks through it while it is paused
        async with database.system() as tx:
            await connections.resume(tx, here.shop.merchant_id, here.shop.connected[slug])
        await here.ask(at + 24 * HOUR)
        assert here.vendors[slug].asked == ["9400NOBODY01"]
