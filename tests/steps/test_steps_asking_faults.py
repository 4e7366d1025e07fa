"""What goes wrong while carriers are asked: outages, limits, tokens that end, workers that die, webhooks that never come."""

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from steps_shop import HOUR, open_shop
from steps_vendors import Vendor, fedex_parcel, serving, seventeentrack_parcel, ups_parcel
from test_steps_asking import NOON, OAUTH, Asks, asking

from doorstep.steps.ask import Inquirer
from doorstep.steps.ask.leasing import LEASE_S
from doorstep.steps.wire import Wire
from doorstep.store import asks, connections
from doorstep.store.database import Database

MADRID = ZoneInfo("Europe/Madrid")
PICKED_UP = ("P", "PU", "2026-11-18 09:00")


async def asker(here: Asks, slug: str) -> dict[str, Any]:
    (found,) = await here.shop.rows("select a.* from asker a where connection_id = $1", here.shop.connected[slug])
    return found


async def make_due(here: Asks, at: datetime, *numbers: str) -> None:
    await here.shop.rows("update asking set ask_at = $1 where tracking_number = any($2::text[])", at, list(numbers))


async def test_one_carriers_outage_rests_it_ever_longer_and_harms_no_other(database: Database) -> None:
    async with asking(database, "ups", "fedex") as here:
        for n in range(12):
            await here.send_off(f"1Z{n:02}", "UPS")
            await here.send_off(f"70{n:02}", "FedEx")
        here.vendors["ups"].down = (503, {})
        here.vendors["fedex"].parcels = {f"70{n:02}": fedex_parcel(f"70{n:02}", ("PU", "2026-11-18 09:00")) for n in range(12)}
        at = NOON + 3 * HOUR
        await here.ask(at)
        assert sorted(here.vendors["fedex"].asked) == [f"70{n:02}" for n in range(12)]
        assert (await here.shop.parcel("7003")).folded is not None
        rests = []
        for _ in range(5):
            state = await asker(here, "ups")
            rests.append(state["resting_until"] - at)
            assert "503" in state["last_error"] or "rests" in state["last_error"]
            at = state["resting_until"] + timedelta(seconds=1)
            await here.ask(at)
        assert rests[0] >= timedelta(seconds=30)
        assert rests == sorted(rests)
        assert rests[-1] > rests[0]
        here.vendors["ups"].down = None
        here.vendors["ups"].parcels = {f"1Z{n:02}": ups_parcel(f"1Z{n:02}", PICKED_UP) for n in range(12)}
        here.wire._lanes.clear()  # its breaker counts real seconds, the test does not
        for _ in range(6):
            at += 2 * HOUR
            await here.ask(at)
        assert set(here.vendors["ups"].asked) == {f"1Z{n:02}" for n in range(12)}
        assert (await asker(here, "ups"))["failures"] == 0
        assert all([(await here.shop.parcel(f"1Z{n:02}")).folded is not None for n in range(12)])


async def test_too_many_calls_waits_as_long_as_the_carrier_says(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        here.vendors["ups"].down = (429, {"retry-after": "1800"})
        at = await here.ask_when_due("1Z1")
        assert (await asker(here, "ups"))["resting_until"] == at + timedelta(seconds=1800)
        assert await here.due_at("1Z1") == at + timedelta(seconds=1800)
        here.vendors["ups"].down = None
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", PICKED_UP)
        await here.ask(at + timedelta(seconds=1700))
        assert here.vendors["ups"].asked == []
        await here.ask(at + timedelta(seconds=1801))
        assert here.vendors["ups"].asked == ["1Z1"]


async def test_a_token_is_kept_sealed_used_again_and_renewed_once_when_it_ends(database: Database) -> None:
    async with asking(database, "ups") as here:
        vendor = here.vendors["ups"]
        vendor.lasts_s = 12 * 3600
        await here.send_off("1Z1", "UPS")
        vendor.parcels["1Z1"] = ups_parcel("1Z1", PICKED_UP)
        await here.ask_when_due("1Z1")
        at = await here.ask_when_due("1Z1")
        assert vendor.tokens == ["token-1"]
        (kept,) = await here.shop.rows("select token, token_until from ask_credential")
        assert b"token-1" not in kept["token"]
        vendor.ended.add("token-1")  # before its time
        await make_due(here, at, "1Z1")
        await here.ask(at + timedelta(seconds=1))
        assert vendor.tokens == ["token-1", "token-2"]
        assert len(vendor.asked) == 3
        (kept,) = await here.shop.rows("select token, token_until from ask_credential")
        later = kept["token_until"] + timedelta(seconds=1)
        await make_due(here, later, "1Z1")
        await here.ask(later)  # its time is over: renewed without being refused first
        assert vendor.tokens == ["token-1", "token-2", "token-3"]
        assert (await here.counts())["errors"] == 0


async def test_a_token_that_is_refused_even_when_new_pauses_after_one_renewal(database: Database) -> None:
    async with asking(database, "ups") as here:
        vendor = here.vendors["ups"]
        await here.send_off("1Z1", "UPS")
        at = await here.ask_when_due("1Z1")
        vendor.ended |= {f"token-{n}" for n in range(9)}
        await make_due(here, at, "1Z1")
        await here.ask(at + timedelta(seconds=1))
        assert vendor.tokens == ["token-1", "token-2"]
        assert [c["state"] for c in await here.shop.rows("select state from connection where provider = 'ups'")] == ["paused"]


async def test_two_workers_never_ask_the_same_twice_and_share_the_bucket(database: Database) -> None:
    async with asking(database, "ups") as here:
        numbers = [f"1Z{n:03}" for n in range(50)]
        for number in numbers:
            await here.send_off(number, "UPS")
        vendor = here.vendors["ups"]
        vendor.parcels = {n: ups_parcel(n, PICKED_UP) for n in numbers}
        at = NOON + 4 * HOUR
        workers = [Inquirer(database, here.shop.directory, here.wire) for _ in range(3)]

        async def work(worker: Inquirer) -> None:
            while await worker.turn(at):
                await worker.pause(5)

        while await workers[0].take_up(at):
            pass
        await asyncio.gather(*(work(worker) for worker in workers))
        assert vendor.once_each()
        assert len(vendor.asked) == 20  # a full bucket of UPS's
        later = at + timedelta(seconds=2)
        await asyncio.gather(*(asks_at(worker, later) for worker in workers))
        assert len(vendor.asked) == 30  # five a second
        assert vendor.once_each()
        for seconds in range(4, 30, 2):
            await asyncio.gather(*(asks_at(worker, at + timedelta(seconds=seconds)) for worker in workers))
        assert sorted(vendor.asked) == numbers


async def asks_at(worker: Inquirer, at: datetime) -> None:
    while await worker.turn(at):
        await worker.pause(5)


async def test_two_merchants_with_one_credential_share_its_bucket(database: Database) -> None:
    async with asking(database, "ups") as here, serving("fedex"):
        other = Asks(await open_shop(database, directory=here.shop.directory), here.wire, here.vendors)
        await other.connect("ups", here.vendors["ups"].base)
        for n in range(15):
            await here.send_off(f"1Z0{n:02}", "UPS")
            await other.send_off(f"1Z1{n:02}", "UPS")
        await here.ask(NOON + 3 * HOUR)
        asked = here.vendors["ups"].asked
        assert len(asked) == 20
        assert {number[:3] for number in asked} == {"1Z0", "1Z1"}  # and none of them goes without


async def test_a_worker_that_dies_after_asking_loses_nothing_and_nothing_is_told_twice(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", PICKED_UP, ("I", "OT", "2026-11-18 12:30"))
        at = await here.due_at("1Z1")
        assert at is not None
        dying = Inquirer(database, here.shop.directory, here.wire)
        await dying.take_up(at)
        assert await dying.turn(at) == 1
        await dying.pause(5)  # it has its answer, and dies before it writes anything down
        assert here.vendors["ups"].asked == ["1Z1"]
        assert not await here.shop.rows("select from inbox where connection_id = $1", here.shop.connected["ups"])
        await here.ask(at + timedelta(seconds=LEASE_S - 1))
        assert here.vendors["ups"].asked == ["1Z1"]
        await here.ask(at + timedelta(seconds=LEASE_S + 1))
        assert here.vendors["ups"].asked == ["1Z1", "1Z1"]
        sent = await here.shop.sent()
        assert sent.count("shipment.out_for_delivery") == 1
        ledger = await here.shop.rows("select outcome from ask_attempt order by attempt_id")
        assert [row["outcome"] for row in ledger] == [None, "answered"]
        # The first one was only slow: what it writes now is known already and changes nothing.
        before = await here.row("1Z1")
        await dying.turn(at + timedelta(seconds=LEASE_S + 2))
        await here.shop.work(at + timedelta(seconds=LEASE_S + 3))
        assert await here.row("1Z1") == before
        assert await here.shop.sent() == sent


async def test_an_answer_that_says_the_same_again_changes_nothing(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", PICKED_UP)
        for _ in range(4):
            await here.ask_when_due("1Z1")
        assert len(await here.shop.rows("select from inbox where connection_id = $1", here.shop.connected["ups"])) == 1
        assert len((await here.shop.parcel("1Z1")).scans) == 1


async def test_at_night_nobody_is_asked_about_a_parcel_that_only_travels(database: Database) -> None:
    async with asking(database, "ups") as here:
        evening = datetime(2026, 11, 18, 21, 30, tzinfo=MADRID).astimezone(UTC)
        await here.send_off("1Z1", "UPS", at=evening)
        at = await here.due_at("1Z1")
        assert at is not None
        assert at.astimezone(MADRID).hour in {5, 6}
        assert at.astimezone(MADRID).day == 19


async def test_where_webhooks_come_asking_finds_the_scan_whose_webhook_never_came(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        first = ups_parcel("1Z1", PICKED_UP)
        await here.shop.post("ups", json.dumps(first).encode(), now=NOON)
        await here.shop.work(NOON)
        at = await here.due_at("1Z1")
        assert at is not None
        assert at - NOON >= 6 * HOUR  # only reconciliation
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", PICKED_UP, ("I", "OT", "2026-11-18 13:30"))
        await here.ask(at)
        assert await here.counts() == {"asked": 1, "answered": 1, "errors": 0, "reconciled": 1}
        assert (await here.shop.parcel("1Z1")).folded.status == "out_for_delivery"  # type: ignore[union-attr]


async def test_what_asking_finds_where_no_webhook_ever_came_is_not_called_reconciled(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        here.vendors["ups"].parcels["1Z1"] = ups_parcel("1Z1", PICKED_UP)
        await here.ask_when_due("1Z1")
        assert (await here.counts())["reconciled"] == 0


async def test_one_number_at_fault_keeps_no_other_of_its_batch_from_being_asked_about(database: Database) -> None:
    async with asking(database, "fedex") as here:
        numbers = ["7001", "7002", "MALFORMED", "7003", "7004"]
        for number in numbers:
            await here.send_off(number, "FedEx")
        here.vendors["fedex"].parcels = {n: fedex_parcel(n, ("PU", "2026-11-18 09:00")) for n in numbers}
        await here.ask(NOON + 3 * HOUR)
        assert sorted(here.vendors["fedex"].asked) == ["7001", "7002", "7003", "7004"]
        assert (await here.row("MALFORMED"))["misses"] == 1
        assert {(await here.row(n))["misses"] for n in numbers if n != "MALFORMED"} == {0}


async def test_nova_poshta_refuses_a_whole_batch_for_one_number_and_the_others_are_asked_about_all_the_same(database: Database) -> None:
    async with asking(database, "nova_poshta") as here:
        numbers = ["20450000000001", "2045MISSPELT", "20450000000002", "20450000000003"]
        for number in numbers:
            await here.send_off(number, "Nova Poshta")
        said = {"StatusCode": "5", "Status": "On its way", "TrackingUpdateDate": "2026-11-18 11:00:00"}
        here.vendors["nova_poshta"].parcels = {n: {"Number": n, **said} for n in numbers}
        await here.ask(NOON + 3 * HOUR)
        note = (await here.row("2045MISSPELT"))["note"]
        assert "20001401442" in note
        for number in ("20450000000001", "20450000000002", "20450000000003"):
            assert (await here.shop.parcel(number)).folded.status == "in_transit"  # type: ignore[union-attr]
        assert not await here.shop.rows("select from dead_letter")


async def test_shipments_that_were_there_before_the_connection_are_taken_up(database: Database) -> None:
    async with asking(database) as here, serving("ups") as vendor, serving("17track") as rest:
        for number, carrier in (("1Z1", "UPS"), ("LP1", "Yanwen"), ("7001", "FedEx")):
            await here.send_off(number, carrier)
        assert not await here.shop.rows("select from asking")
        await here.connect("ups", vendor.base)
        await here.connect("17track", rest.base)
        await here.ask(NOON + HOUR)
        assert vendor.asked == []
        await here.ask(NOON + 2 * HOUR + timedelta(seconds=1))
        assert vendor.asked == ["1Z1"]
        assert sorted(rest.asked) == ["7001", "LP1"]
        assert [row["filled_to"] for row in await here.shop.rows("select filled_to from asker")] == [None, None]


async def test_a_carrier_connected_later_takes_its_numbers_over_from_the_aggregator(database: Database) -> None:
    async with asking(database, "17track") as here, serving("ups") as vendor:
        rest = here.vendors["17track"]
        await here.send_off("1Z1", "UPS")
        await here.ask_when_due("1Z1")
        assert rest.asked == ["1Z1"]
        await here.connect("ups", vendor.base)
        vendor.parcels["1Z1"] = ups_parcel("1Z1", PICKED_UP)
        at = NOON + 12 * HOUR
        for _ in range(4):
            at += 6 * HOUR
            await here.ask(at)
        assert len(rest.asked) == 2  # its last turn was planned before
        assert vendor.asked
        rows = await here.shop.rows("select connection_id from asking where ask_at is not null")
        assert [row["connection_id"] for row in rows] == [here.shop.connected["ups"]]


async def test_a_connection_that_is_removed_is_asked_no_more_and_its_plans_are_forgotten(database: Database) -> None:
    async with asking(database, "ups") as here:
        await here.send_off("1Z1", "UPS")
        async with database.system() as tx:
            await connections.remove(tx, here.shop.merchant_id, here.shop.connected["ups"])
        await here.ask(NOON + 24 * HOUR)
        assert here.vendors["ups"].asked == []
        async with database.system() as tx:
            await asks.forget(tx, NOON)
        assert not await here.shop.rows("select from asking")
        assert not await here.shop.rows("select from asker")


async def test_who_connects_no_carrier_for_asking_has_no_plans(database: Database) -> None:
    async with asking(database) as here:
        await here.send_off("1Z1", "UPS")
        await here.ask(NOON + HOUR)
        assert not await here.shop.rows("select from asking")


async def test_a_slow_carrier_holds_up_its_own_calls_only(database: Database) -> None:
    async with asking(database, "ups", "17track") as here:
        slow: Vendor = here.vendors["ups"]
        slow.gate = asyncio.Event()
        for n in range(40):
            await here.send_off(f"1Z{n:02}", "UPS")
        await here.send_off("LP1", "Yanwen")
        here.vendors["17track"].registered.add("LP1")
        here.vendors["17track"].parcels["LP1"] = seventeentrack_parcel("LP1", ("InTransit_PickedUp", "2026-11-17 09:00"))
        at = NOON + 4 * HOUR
        await here.inquirer.take_up(at)
        for _ in itertools.repeat(None, 20):
            await here.inquirer.turn(at)
            await here.inquirer.pause(0.05)
        assert here.vendors["17track"].asked == ["LP1"]
        assert len(here.inquirer._under_way) == 8
        slow.gate.set()
        await here.inquirer.close(at)


async def test_an_address_given_by_a_merchant_may_not_lead_into_a_private_network(database: Database) -> None:
    async with asking(database) as here, serving("ups") as vendor, Wire() as guarded:
        await here.connect("ups", vendor.base)
        await here.send_off("1Z1", "UPS")
        await here.ask(NOON + 3 * HOUR, inquirer=Inquirer(database, here.shop.directory, guarded))
        assert vendor.tokens == []
        (connected,) = await here.shop.rows("select state, paused_why from connection where provider = 'ups'")
        assert connected["state"] == "paused"
        assert "https" in connected["paused_why"]


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
async def test_without_its_credential_a_connection_is_only_told_by_webhook(database: Database, missing: str) -> None:
    assert OAUTH[missing]
    async with asking(database) as here, serving("ups") as vendor:
        await here.connect("ups", vendor.base, **{missing: ""})
        await here.send_off("1Z1", "UPS")
        await here.ask(NOON + 3 * HOUR)
        assert not await here.shop.rows("select from asking")
