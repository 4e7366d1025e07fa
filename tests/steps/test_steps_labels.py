"""Labels of approved returns, over real HTTP and a real database: bought once whatever is lost, given back, told to the desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from label_vendors import PDF, PNG, Shelf, shelf
from steps_cases import BACK, Returning
from steps_shop import HOUR, NOON, open_shop
from steps_vendors import Vendor, serving

from doorstep.domain.actions.arguments import CancelReturn
from doorstep.domain.actions.kinds import CaseState
from doorstep.domain.money import Money
from doorstep.steps.connect import checked, new_connection, plugin_named, secret_names
from doorstep.steps.labels import LEASE_S
from doorstep.steps.wire import Wire
from doorstep.store import connections, labels
from doorstep.store.database import Database

MINUTE = timedelta(minutes=1)


class House(Returning):
    """A shop whose labels a vendor makes."""

    vendor: Vendor
    wire: Wire
    connection_id: int

    @property
    def sold(self) -> Shelf:
        return shelf(self.vendor)

    async def make(self, now: Any = NOON) -> int:
        return await self.labels(now, self.wire)


@asynccontextmanager
async def house(database: Database, slug: str | None = None, *, address: bool = True, **given: str) -> AsyncIterator[House]:
    shop = await open_shop(database, settings={"return_address": BACK} if address else {})
    here = House(shop)
    await here.deliver()
    async with Wire(allow_private=True, read_timeout_s=2.0, failures_to_open=100) as here.wire:
        if slug is None:
            yield here
            return
        async with serving(f"{slug}_labels") as here.vendor:
            plugin = plugin_named("carrier", slug)
            keys = {"easypost": {"api_key": "our-key"}, "shippo": {"api_token": "our-key"}}[slug]
            settings = checked(plugin, {**keys, "base_url": here.vendor.base, "return_labels": "yes", **given})
            async with database.system() as tx:
                made = new_connection(shop.merchant_id, "carrier", slug, slug, settings)
                here.connection_id = await connections.connect(tx, shop.directory.sealer, made, secret_names(plugin))
            await shop.directory.refresh(database, NOON, force=True)
            yield here


async def file_of(here: House, case_id: int) -> tuple[str, bytes]:
    [row] = await here.shop.rows("select content_type, body from case_file where case_id = $1 and kind = 'label'", case_id)
    return row["content_type"], row["body"]


async def test_without_a_provider_a_slip_of_our_own_is_there_at_once(database: Database) -> None:
    async with house(database) as here:
        case = await here.open_return()
        assert case.case.state is CaseState.APPROVED
        assert await here.make() == 1
        kept = (await here.case(case.case_id)).case
        assert kept.state is CaseState.LABEL_READY
        assert kept.label is not None
        assert (kept.label.provider, kept.label.tracking_number, kept.label.content_type) == ("generic", "", "application/pdf")
        kind, body = await file_of(here, case.case_id)
        assert kind == "application/pdf"
        assert body.startswith(b"%PDF-")
        assert ("label", "done") in await here.errands(case.case_id)
        assert "return.label_ready" in await here.told()
        assert await here.make() == 0


async def test_whoever_chose_a_code_for_the_phone_gets_one(database: Database) -> None:
    async with house(database) as here:
        case = await here.open_return(way="qr")
        await here.make()
        assert (await file_of(here, case.case_id))[0] == "image/png"


@pytest.mark.parametrize("slug", ["easypost", "shippo"])
async def test_the_cheapest_label_is_bought_and_its_parcel_followed(database: Database, slug: str) -> None:
    async with house(database, slug) as here:
        case = await here.open_return()
        await here.make()
        kept = (await here.case(case.case_id)).case
        assert kept.state is CaseState.LABEL_READY
        assert kept.label is not None
        assert kept.label.carrier == "usps"
        assert kept.label.cost == Money(593, "USD")
        assert kept.label.provider == slug
        assert await file_of(here, case.case_id) == ("application/pdf", PDF)
        assert len(here.sold.bought) == 1
        assert kept.return_shipment_id is not None
        parcel = await here.shop.parcel(kept.label.tracking_number)
        assert (parcel.shipment_id, parcel.order_id, parcel.around.case_id) == (kept.return_shipment_id, None, case.case_id)


@pytest.mark.parametrize("slug", ["easypost", "shippo"])
async def test_whoever_has_no_printer_shows_the_carriers_own_code(database: Database, slug: str) -> None:
    async with house(database, slug) as here:
        case = await here.open_return(way="qr")
        await here.make()
        assert await file_of(here, case.case_id) == ("image/png", PNG)


async def test_where_the_carrier_has_no_code_the_label_is_given(database: Database) -> None:
    async with house(database, "easypost", return_services="UPS") as here:
        case = await here.open_return(way="qr")
        await here.make()
        assert await file_of(here, case.case_id) == ("application/pdf", PDF)


async def test_the_addresses_are_those_of_the_way_out_and_the_provider_turns_them_round(database: Database) -> None:
    async with house(database, "easypost") as here:
        await here.open_return()
        await here.make()
        [asked] = here.sold.shipments.values()
        assert asked["to_address"]["city"] == "Madrid"
        assert asked["from_address"]["city"] == "Sevilla"


async def test_only_the_services_that_may_be_used_are(database: Database) -> None:
    async with house(database, "easypost", return_services="ups ground") as here:
        case = await here.open_return()
        await here.make()
        label = (await here.case(case.case_id)).case.label
        assert label is not None
        assert label.carrier == "ups"


@pytest.mark.parametrize("slug", ["easypost", "shippo"])
async def test_a_lost_answer_never_buys_a_second_label(database: Database, slug: str) -> None:
    async with house(database, slug) as here:
        case = await here.open_return()
        here.sold.lose = 1
        await here.make()
        assert (await here.state(case.case_id)) is CaseState.APPROVED
        assert len(here.sold.bought) == 1
        assert await here.make(NOON + 5 * MINUTE) == 1
        assert (await here.state(case.case_id)) is CaseState.LABEL_READY
        assert len(here.sold.bought) == 1


async def test_a_worker_that_dies_between_the_purchase_and_its_record_buys_nothing_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(database, "easypost") as here:
        case = await here.open_return()

        async def dies(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("doorstep.steps.labels._write_down", dies)
            with pytest.raises(KeyboardInterrupt):
                await here.make()
        assert len(here.sold.bought) == 1
        assert await here.make(NOON + MINUTE) == 0  # the lease stands
        assert await here.make(NOON + timedelta(seconds=LEASE_S + 1)) == 1
        assert (await here.state(case.case_id)) is CaseState.LABEL_READY
        assert len(here.sold.bought) == 1


async def test_two_workers_at_once_make_one_label(database: Database) -> None:

    async with house(database, "easypost") as here:
        await here.open_return()
        assert sorted(await asyncio.gather(here.make(), here.make())) == [0, 1]
        assert len(here.sold.bought) == 1


async def test_whoever_follows_parcels_only_buys_no_labels(database: Database) -> None:
    async with house(database, "easypost", return_labels="no") as here:
        case = await here.open_return()
        await here.make()
        assert here.sold.bought == []
        assert (await here.case(case.case_id)).case.label.provider == "generic"  # type: ignore[union-attr]


async def test_without_a_return_address_the_desk_is_told_once_and_a_saved_one_mends_it(database: Database) -> None:
    async with house(database, address=False) as here:
        case = await here.open_return()
        await here.make()
        assert await here.state(case.case_id) is CaseState.APPROVED
        assert ("label", "escalated") in await here.errands(case.case_id)
        assert [why for why in await here.whys(case.case_id) if "return address" in why] == [
            "no label can be made: there is no return address with street, town and country: give one at the desk, under Settings"
        ]
        async with database.system() as tx:
            assert "return address" in (await labels.stuck(tx, here.shop.merchant_id, [case.case_id]))[case.case_id]
        await here.make(NOON + 7 * HOUR)
        assert len([why for why in await here.whys(case.case_id) if "return address" in why]) == 1
        async with database.system() as tx:
            merchant = await connections.merchant_to_change(tx, here.shop.merchant_id)
            merchant.settings["return_address"] = BACK
            await connections.set_merchant(tx, merchant)
            await labels.try_again(tx, here.shop.merchant_id, NOON + 8 * HOUR)
        await here.shop.directory.refresh(database, NOON + 8 * HOUR, force=True)
        await here.make(NOON + 8 * HOUR)
        assert await here.state(case.case_id) is CaseState.LABEL_READY


@pytest.mark.parametrize(("slug", "fault"), [("easypost", "to_address.street1"), ("shippo", "address_to")])
async def test_an_address_that_the_provider_refuses_is_named_to_the_desk_without_its_words(
    database: Database, slug: str, fault: str
) -> None:
    async with house(database, slug) as here:
        case = await here.open_return()
        here.sold.fault = fault
        await here.make()
        assert await here.state(case.case_id) is CaseState.APPROVED
        [why] = [why for why in await here.whys(case.case_id) if "no label" in why]
        assert fault in why
        assert "Gran" not in why
        here.sold.fault = ""
        await here.make(NOON + 7 * HOUR)
        assert await here.state(case.case_id) is CaseState.LABEL_READY


async def test_a_refused_credential_pauses_the_connection_and_the_label_waits(database: Database) -> None:
    async with house(database, "easypost") as here:
        case = await here.open_return()
        here.vendor.key = "another"
        await here.make()
        [row] = await here.shop.rows("select state from connection where connection_id = $1", here.connection_id)
        assert row["state"] == "paused"
        assert await here.state(case.case_id) is CaseState.APPROVED
        here.vendor.key = "our-key"
        async with database.system() as tx:
            await connections.resume(tx, here.shop.merchant_id, here.connection_id)
        await here.shop.directory.refresh(database, NOON + HOUR, force=True)
        await here.make(NOON + HOUR)
        assert await here.state(case.case_id) is CaseState.LABEL_READY


async def test_a_provider_in_trouble_is_asked_again_later(database: Database) -> None:
    async with house(database, "easypost") as here:
        case = await here.open_return()
        here.vendor.down = (503, {})
        await here.make()
        assert await here.state(case.case_id) is CaseState.APPROVED
        here.vendor.down = None
        assert await here.make(NOON + 5 * MINUTE) == 1
        assert await here.state(case.case_id) is CaseState.LABEL_READY


@pytest.mark.parametrize("slug", ["easypost", "shippo"])
async def test_a_return_that_is_cancelled_gives_its_label_back(database: Database, slug: str) -> None:
    async with house(database, slug) as here:
        case = await here.open_return()
        await here.make()
        await here.ask(CancelReturn(case=case.case_id), NOON + HOUR)
        await here.make(NOON + HOUR)
        assert len(here.sold.refunded) == 1
        assert ("void_label", "done") in await here.errands(case.case_id)
        assert "the label was given back: its money comes back" in await here.whys(case.case_id)


async def test_a_label_that_comes_after_the_return_was_cancelled_is_given_back_too(database: Database) -> None:
    async with house(database, "easypost") as here:
        case = await here.open_return()
        here.sold.lose = 1
        await here.make()
        await here.ask(CancelReturn(case=case.case_id), NOON + MINUTE)
        await here.make(NOON + 5 * MINUTE)
        assert await here.state(case.case_id) is CaseState.CANCELLED
        await here.make(NOON + 6 * MINUTE)
        assert len(here.sold.bought) == len(here.sold.refunded) == 1


async def test_a_return_that_is_cancelled_before_its_label_is_made_costs_nothing(database: Database) -> None:
    async with house(database, "easypost") as here:
        case = await here.open_return()
        await here.ask(CancelReturn(case=case.case_id), NOON)
        await here.make()
        assert here.sold.bought == []
        assert ("label", "done") in await here.errands(case.case_id)


async def test_a_pick_up_is_booked_for_the_next_working_day_at_the_customers_door(database: Database) -> None:
    async with house(database, "easypost") as here:
        case = await here.open_return(way="pickup")
        await here.make()
        [booked] = here.sold.pickups
        assert booked["min_datetime"] == "2026-11-19T09:00:00+01:00"
        assert booked["address"]["city"] == "Madrid"
        label = (await here.case(case.case_id)).case.label
        assert label is not None
        assert str(label.pickup_on) == "2026-11-19"


async def test_where_nobody_can_be_sent_the_label_is_there_and_the_desk_books_it(database: Database) -> None:
    async with house(database, "shippo") as here:
        case = await here.open_return(way="pickup")
        await here.make()
        assert await here.state(case.case_id) is CaseState.LABEL_READY
        assert any("book the pick-up" in why for why in await here.whys(case.case_id))


async def test_nobody_carries_it_and_the_desk_hears_what_the_carriers_said(database: Database) -> None:
    async with house(database, "easypost") as here:
        here.sold.rates = []
        case = await here.open_return()
        await here.make()
        assert any("FedEx: no account" in why for why in await here.whys(case.case_id))
