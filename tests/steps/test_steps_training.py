"""Delivered parcels in → kept to be learnt from → a model trained in its own process → what the next parcel is expected by."""

import asyncio
import random
from datetime import timedelta

import msgspec
import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, order, scan, tracking

from doorstep.domain.places import Place
from doorstep.errors import TryLaterError
from doorstep.steps.advance import Seen, advance
from doorstep.steps.order import Told, take_orders
from doorstep.steps.train import train
from doorstep.steps.watch import watch
from doorstep.store import estimators
from doorstep.store.estimators import Past
from doorstep.timeline.estimating.deliveries import Delivery, End
from doorstep.timeline.foreseeing import local_days

_ES = Place(country="ES")
_DAY = timedelta(days=1)


async def _bring(shop: Shop, number: str) -> None:
    scans = [scan(number, "picked_up", NOON - 5 * _DAY, place=_ES), scan(number, "delivered", NOON - HOUR)]
    await shop.arrive(facts=[order(number, fulfilment("f", number))], trackings=[tracking(number, *scans, carrier="gls")])


async def _remember(shop: Shop, count: int, *, fresh: int | None = None) -> None:
    """Put finished deliveries there as if `count` parcels of the shop had ended before."""
    chance, now = random.Random(1), local_days(NOON, None)
    shipments = await shop.rows(
        "insert into shipment (merchant_id, token, carrier, tracking_number) select $1, 'old' || n, 'gls', 'OLD' || n"
        " from generate_series(1, $2::int) n returning shipment_id",
        shop.merchant_id,
        count,
    )
    past = []
    for number, row in enumerate(shipments):
        bought = now - 100 + number * 90 / count
        handed = bought + 0.5
        made = Delivery(
            delivery_id=str(row["shipment_id"]),
            purchased=bought,
            handed_over=handed,
            delivered=handed + 4 * chance.lognormvariate(0, 0.2),
            origin=End("ES"),
            destination=End("ES", "", "28013"),
            service="gls",
        )
        past.append(Past(shop.merchant_id, row["shipment_id"], NOON.date() - timedelta(days=5), msgspec.msgpack.encode(made)))
    async with shop.database.system() as tx:
        await estimators.add(tx, past)


async def test_a_delivered_parcel_is_kept_once_to_be_learnt_from_and_goes_with_its_shipment(shop: Shop) -> None:
    await _bring(shop, "N1")
    for passed in (4, 5):
        await watch(shop.database, shop.directory, NOON + passed * _DAY, 500)
    (row,) = await shop.rows("select * from past_delivery where merchant_id = $1", shop.merchant_id)
    kept = msgspec.msgpack.decode(row["document"], type=Delivery)
    assert (kept.service, kept.origin.country, kept.promised) == ("gls", "ES", None)
    assert kept.delivered - kept.handed_over == pytest.approx(5 - 1 / 24)
    async with shop.database.system() as tx:
        told = await estimators.figures(tx, shop.merchant_id)
        assert (told["kept"], told["fresh"], told["trained_at"]) == (1, 1, None)
        await tx.execute("delete from shipment where shipment_id = $1", row["shipment_id"])
    assert await shop.rows("select 1 from past_delivery where merchant_id = $1", shop.merchant_id) == []


async def test_a_model_is_trained_kept_read_and_believed(shop: Shop) -> None:
    await _remember(shop, 240)
    assert await train(shop.database, NOON, asyncio.Event()) == 1
    async with shop.database.system() as tx:
        row = await estimators.figures(tx, shop.merchant_id)
    assert row is not None
    assert (row["deliveries"], row["fresh"], row["trained_at"]) == (240, 0, NOON)
    figures = msgspec.json.decode(row["figures"])
    assert figures["handover"]["n"] > 100
    assert figures["handover"]["mae_days"] < 2
    await shop.directory.refresh(shop.database, NOON + HOUR, force=True)
    sent = tracking("N2", scan("N2", "picked_up", NOON - HOUR, place=_ES), carrier="gls")
    told = Told(merchant_id=shop.merchant_id, connection_id=shop.connected["generic"], fact=order("N2", fulfilment("f", "N2")))
    async with shop.database.system() as tx:
        await take_orders(tx, [told], NOON)
        seen = Seen(merchant_id=shop.merchant_id, inbox_id=1, received_at=NOON, tracking=sent)
        await advance(tx, [seen], NOON, outlook=shop.directory.outlook)
    parcel = await shop.parcel("N2")
    assert parcel.folded is not None
    assert parcel.folded.estimate is not None
    assert (parcel.folded.estimate.source, parcel.folded.estimate.reason) == ("model", "transit/model")


async def test_a_model_that_cannot_be_read_stops_nobody(shop: Shop) -> None:
    async with shop.database.system() as tx:
        await tx.execute(
            "insert into estimator (merchant_id, trained_at, learnt) values ($1, $2, $3)", shop.merchant_id, NOON, b"of another day"
        )
    await shop.directory.refresh(shop.database, NOON + HOUR, force=True)
    foresights = shop.directory.outlook.foresights
    assert foresights.of(shop.merchant_id) is None
    assert foresights.wanted() == []


async def test_a_merchants_turn_comes_once_a_day_and_only_for_something_new(shop: Shop) -> None:
    assert await train(shop.database, NOON, asyncio.Event()) == 0
    await _remember(shop, 199)
    assert await train(shop.database, NOON, asyncio.Event()) == 0
    async with shop.database.system() as tx:
        await tx.execute("update estimator set kept = 400, fresh = 30, tried_at = $1", NOON)
    assert await train(shop.database, NOON + HOUR, asyncio.Event()) == 0
    async with shop.database.system() as tx:
        assert await estimators.claim(tx, NOON + _DAY, 200) == (shop.merchant_id, 30)
    async with shop.database.system() as tx:
        assert await estimators.claim(tx, NOON + _DAY, 200) is None  # another worker has it
        assert await estimators.claim(tx, NOON + _DAY + 2 * HOUR, 200) == (shop.merchant_id, 30)  # unless it died


async def test_told_to_stop_the_training_ends_and_its_turn_comes_again(shop: Shop) -> None:
    await _remember(shop, 240)
    stopping = asyncio.Event()
    stopping.set()
    assert await train(shop.database, NOON, stopping) == 0
    async with shop.database.system() as tx:
        assert await estimators.claim(tx, NOON, 200) == (shop.merchant_id, 240)


async def test_a_training_that_fails_is_put_off_and_stops_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await _remember(shop, 240)
    async with shop.database.system() as tx:
        await tx.execute(r"update past_delivery set document = '\xc1'")
    with pytest.raises(TryLaterError, match="training"):
        await train(shop.database, NOON, asyncio.Event())
    async with shop.database.system() as tx:
        assert await estimators.claim(tx, NOON + HOUR, 200) is None
        assert await estimators.claim(tx, NOON + _DAY, 200) is not None


async def test_what_is_too_old_to_teach_is_forgotten(shop: Shop) -> None:
    await _remember(shop, 3)
    async with shop.database.system() as tx:
        await estimators.forget(tx, NOON.date())
        assert await tx.fetchval("select count(*) from past_delivery") == 3
        await estimators.forget(tx, NOON.date() + 600 * _DAY)
        assert await tx.fetchval("select count(*) from past_delivery") == 0
