"""Orders in Apple Wallet through the real steps: what is noted, who is told, and that a device that is gone is forgotten."""

import io
import json
import zipfile
from datetime import timedelta

import msgspec
import pytest
from steps_shop import EMAIL, HOUR, NOON, fulfilment, open_shop, order, said

from apns_server import serving
from doorstep.channels.apple_wallet.words import languages
from doorstep.domain.messages import Change, Receipt
from doorstep.domain.pickup import OpenHours, PickupPoint
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Tracking
from doorstep.domain.vocabulary import ChannelKind, MessageState, Precision, ZoneSource
from doorstep.errors import MisconfiguredError, NotFoundError
from doorstep.journeys import Moment
from doorstep.steps.confirm import confirm
from doorstep.steps.happenings import Happening
from doorstep.steps.send import call_all, send_wave
from doorstep.steps.wallet import hints, identifier_of, may_ask, packed, read_identifier
from doorstep.steps.wire import Wire
from doorstep.store import connections, orders, shipments, wallet
from wallet_keys import house, settings

A, B = "a" * 64, "b" * 64
PHONE = "phone-1"


async def a_shop(database, **given):
    return await open_shop(database, channels={"email": EMAIL, "apple_wallet": settings(**given)}, settings={"return_days": 30})


async def made(shop, order_id, now=NOON):
    tenant = shop.directory.tenant(shop.merchant_id)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await packed(tx, tenant, shop.directory, order_id, now)


async def id_of(shop, number="1001"):
    [row] = await shop.rows("select order_id from orders where merchant_id = $1 and external_id = $2", shop.merchant_id, number)
    return row["order_id"]


async def hold(shop, order_id, device=PHONE, token=A, now=NOON):
    await made(shop, order_id, now)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        return await wallet.register(tx, shop.merchant_id, order_id, device, "order.type", token, now)


async def tokens(shop):
    return [row["push_token"] for row in await shop.rows("select push_token from wallet_device order by push_token")]


def document(one):
    with zipfile.ZipFile(io.BytesIO(one.content())) as archive:
        return json.loads(archive.read("order.json"))


async def test_a_moment_tells_the_devices_that_hold_the_order_once(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1", "N2")), order("1002", fulfilment("g", "N3"))])
    await hold(shop, await id_of(shop))
    await shop.arrive(trackings=[said(n, "picked_up", NOON - HOUR) for n in ("N1", "N2", "N3")])
    [row] = await shop.rows("select * from message where channel = 'wallet'")
    assert (row["order_id"], row["recipient"], row["template"]) == (await id_of(shop), "order #1001", "wallet")
    assert row["why"].startswith("wallet: ")
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR)], now=NOON + HOUR)
    assert len(await shop.sent("wallet")) == 1


async def test_nobody_is_told_of_an_order_that_no_device_holds_nor_by_a_paused_connection(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"))])
    order_id = await id_of(shop)
    await made(shop, order_id)  # given out, and never added
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR)])
    await hold(shop, order_id)
    await shop.pause("apple_wallet")
    await shop.arrive(trackings=[said("N1", "out_for_delivery", NOON)])
    assert await shop.sent("wallet") == []
    with pytest.raises(NotFoundError):
        await made(shop, order_id)


async def test_a_moment_that_changes_nothing_to_read_tells_nobody_and_one_that_does_tells_once(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"))], trackings=[said("N1", "picked_up", NOON - HOUR)])
    key = (shop.merchant_id, await id_of(shop))
    await hold(shop, key[1])
    before = await made(shop, key[1])
    moment = Moment(Change(trigger="order.paid", subject_kind="order", subject_id=key[1]))

    async def told(**changes):
        async with database.system() as tx:
            kept, parcels = (await orders.read(tx, [key]))[key], (await shipments.of_orders(tx, [key]))[key]
            kept = msgspec.structs.replace(kept, order=msgspec.structs.replace(kept.order, **changes))
            happening = Happening(merchant_id=key[0], moment=moment, order=kept)
            return [one.trigger for one in await hints(tx, [(happening, (kept, parcels))] * 2, shop.directory, NOON + HOUR)]

    assert await told(tags=("vip",)) == []
    after = await made(shop, key[1], NOON + HOUR)
    assert (after.tag, after.updated_at) == (before.tag, before.updated_at)
    assert await told(number="#1001-B") == ["order.paid"]
    assert await told(number="#1001-B") == []


async def test_merchants_without_the_connection_ask_the_database_nothing(database, shop, monkeypatch):
    async def asked(*_):
        pytest.fail("the database was asked")

    monkeypatch.setattr(wallet, "held", asked)
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"))], trackings=[said("N1", "picked_up", NOON - HOUR)])
    assert await shop.sent()


async def test_the_date_of_a_package_only_grows_and_only_with_what_it_says(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order()])
    order_id = await id_of(shop)
    seen = []
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        for says, late in ((b"a", 0), (b"a", 50), (b"b", 50), (b"c", 50), (b"c", 90), (b"a", -500), (b"d", 90)):
            seen.append(await wallet.note(tx, shop.merchant_id, order_id, says, NOON + timedelta(seconds=late, microseconds=7)))
    assert [(at - NOON).total_seconds() for at in seen] == [0, 0, 50, 51, 51, 52, 90]


async def test_a_package_is_never_older_than_its_order(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order(placed_at=NOON + HOUR)])
    one = await made(shop, await id_of(shop))
    told = document(one)
    assert told["updatedAt"] == told["createdAt"] == "2026-11-18T12:00:00+00:00"


async def test_a_push_reaches_the_devices_and_one_that_is_gone_is_forgotten(database):
    async with serving({A: (410, "Unregistered")}) as server:
        shop = await a_shop(database, push_url=server.base)
        await shop.arrive(facts=[order("1001", fulfilment("f", "N1")), order("1002")])
        order_id, other = await id_of(shop), await id_of(shop, "1002")
        assert await hold(shop, order_id)
        assert await hold(shop, order_id, "phone-2", B)
        assert await hold(shop, other)
        assert not await hold(shop, other)
        await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR)])
        async with Wire(allow_private=True, authorities=house().root.pem) as wire:
            leased = await send_wave(database, shop.directory, [], NOON)
            pushes = [one for one in leased if one.message.channel is ChannelKind.WALLET]
            ended = await call_all(pushes, shop.directory, wire, NOON)
        await send_wave(database, shop.directory, ended, NOON)
    assert [one.token for one in server.seen] == [A, B]
    assert [one.receipt.state for one in ended] == [MessageState.SENT]
    assert await tokens(shop) == [B]  # the telephone that is gone holds nothing any more, also no other order
    [row] = await shop.rows("select state, provider_text from message where channel = 'wallet'")
    assert (row["state"], row["provider_text"]) == ("sent", "1 of 2 devices told")


async def test_a_receipt_that_comes_by_itself_forgets_devices_of_its_own_merchant_only(database):
    shop = await a_shop(database)
    theirs = await open_shop(database, channels={"apple_wallet": settings()}, directory=shop.directory)
    for one in (shop, theirs):
        await one.arrive(facts=[order("1001", fulfilment("f", f"N{one.merchant_id}"))])
        await hold(one, await id_of(one))
        await one.arrive(trackings=[said(f"N{one.merchant_id}", "picked_up", NOON - HOUR)])
    [row] = await shop.rows("select message_id from message where channel = 'wallet' and merchant_id = $1", shop.merchant_id)
    gone = Receipt(message_id=str(row["message_id"]), provider_id=None, state=MessageState.SENT, gone=(A,))

    def by(provider):
        return shop.directory.connection(shop.merchant_id, shop.connected[provider])

    unknown = Receipt(message_id="01a1ee50-4380-7000-8000-000000000001", provider_id=None, state=MessageState.SENT, gone=(A,))
    async with database.system() as tx:
        await confirm(tx, shop.directory, by("apple_wallet"), [unknown], NOON)
        await confirm(tx, shop.directory, by("email"), [gone], NOON)
    assert await tokens(shop) == [A, A]
    async with database.system() as tx:
        await confirm(tx, shop.directory, by("apple_wallet"), [msgspec.structs.replace(gone, provider_code="410")], NOON)
    assert [row["merchant_id"] for row in await shop.rows("select merchant_id from wallet_device")] == [theirs.merchant_id]


async def test_an_order_has_so_many_devices_and_the_oldest_goes(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order()])
    order_id = await id_of(shop)
    for place in range(wallet.MOST_DEVICES + 2):
        await hold(shop, order_id, f"phone-{place}", f"{place:064x}", NOON + timedelta(seconds=place))
    kept = await tokens(shop)
    assert kept == [f"{place:064x}" for place in range(2, wallet.MOST_DEVICES + 2)]


async def test_names_and_tokens_belong_to_one_order_and_cannot_be_made_up(database):
    shop = await a_shop(database)
    sealer = shop.directory.sealer
    assert read_identifier(sealer, identifier_of(sealer, 7, 9)) == (7, 9)
    token = sealer.token("wallet device", "7", "9")
    assert may_ask(sealer, 7, 9, token)
    for merchant, number, given in ((7, 8, token), (8, 9, token), (7, 9, ""), (7, 9, "ä"), (7, 9, identifier_of(sealer, 7, 9))):
        assert not may_ask(sealer, merchant, number, given)
    for text in ("", "7.9", token, sealer.token("mail", "7", "9"), identifier_of(sealer, 7, 9)[:-1]):
        with pytest.raises(NotFoundError):
            read_identifier(sealer, text)


async def test_what_waits_at_a_point_is_told_with_hours_in_every_language(database):
    shop = await a_shop(database)
    until = OccurredAt("2026-11-25", None, ZoneSource.ASSUMED, Precision.DATE)
    hours = tuple(OpenHours(day, "08:00", "20:00") for day in range(5))
    point = PickupPoint(kind="locker", name="Locker 7", city="Madrid", country="ES", hours=hours, collect_by=until, code="4812")
    one = said("N1", "ready_for_pickup_locker", NOON - HOUR)
    await shop.arrive(
        facts=[order("1001", fulfilment("f", "N1"))],
        trackings=[Tracking(tracking_number="N1", carrier="gls", checkpoints=one.checkpoints, pickup=point)],
    )
    order_id = await id_of(shop)
    first = await made(shop, order_id)
    [waits] = document(first)["fulfillments"]
    assert (waits["status"], waits["displayName"], waits["barcode"]["message"]) == ("readyForPickup", "Locker 7", "4812")
    assert waits["notes"].startswith("Open: Mon")
    assert first.written.strings["de"][waits["notes"]].startswith("Geöffnet: Mo")
    assert waits["pickupWindowDuration"] == "PT181H0M"  # to the end of that day in Madrid
    await shop.arrive(trackings=[said("N1", "collected_by_recipient", NOON)], now=NOON + HOUR)
    [collected] = document(await made(shop, order_id, NOON + HOUR))["fulfillments"]
    assert (collected["status"], collected["displayName"]) == ("pickedUp", "Locker 7")
    assert "4812" not in json.dumps(collected)


async def test_the_time_to_return_ends_with_its_last_day(database):
    shop = await a_shop(database, return_policy_url="https://shop.example/returns")
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"))], trackings=[said("N1", "delivered", NOON)])
    told = document(await made(shop, await id_of(shop)))
    assert told["returnInfo"]["returnDeadline"] == "2026-12-18T23:59:00+01:00"
    assert told["status"] == "completed"


async def test_an_order_known_from_its_fulfilment_only_is_not_for_wallet_yet(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order(placed_at=None)])
    with pytest.raises(NotFoundError):
        await made(shop, await id_of(shop))
    with pytest.raises(NotFoundError):
        await made(shop, 10**9)


async def test_settings_that_cannot_be_used_stop_no_batch_and_are_told_to_whoever_asks(database):
    shop = await a_shop(database)
    await shop.arrive(facts=[order("1001", fulfilment("f", "N1"))])
    order_id = await id_of(shop)
    await hold(shop, order_id)
    async with database.system() as tx:
        one = await connections.one(tx, shop.directory.sealer, shop.merchant_id, shop.connected["apple_wallet"])
        changed = {**one.settings, "logo": "no picture"}
        await connections.change(tx, shop.directory.sealer, msgspec.structs.replace(one, settings=changed), frozenset())
    await shop.directory.refresh(database, NOON, force=True)
    await shop.arrive(trackings=[said("N1", "picked_up", NOON - HOUR)])
    assert await shop.sent("email")
    assert await shop.sent("wallet") == []
    with pytest.raises(MisconfiguredError, match="logo"):
        await made(shop, order_id)


def test_every_language_of_wallet_can_write_hours():
    assert set(languages()) == {"en", "es", "fr", "de", "it", "pt", "hi"}
