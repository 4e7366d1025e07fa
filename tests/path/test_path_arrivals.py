"""Parcels of an order that arrive in any order, in any batch, however often → what the customer is sent of it."""

import itertools
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from path_house import House, Webhook, fulfilment_of, now, order_of, shopify
from test_path_lives import scans

from doorstep.steps.batch import work_batch
from doorstep.steps.connect import new_connection
from doorstep.steps.decide import decide_waiting
from doorstep.steps.directory import Directory
from doorstep.store import connections, inbox
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival
from doorstep.store.sealing import Sealer

NUMBERS = ("ARRIVES001", "ARRIVES002", "ARRIVES003")
PARTLY, DELIVERED = "order.partly_delivered", "shipment.delivered"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _links(number: str) -> list[dict[str, str]]:
    return [{"tracking_number": other, "carrier": "ups", "role": "parcel"} for other in NUMBERS if other != number]


def _told_of(number: str, *events: tuple[str, datetime], pieces: bool) -> Webhook:
    return scans(number, *events, **({"links": _links(number)} if pieces else {}))


async def _open(database: Database, slug: str) -> tuple[int, dict[str, int]]:
    sealer, made = Sealer(b"k" * 32), {}
    mail = {"host": "127.0.0.1", "port": "25", "security": "none", "from_address": "orders@shop.example"}
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, slug, slug, {}, {})
        for kind, provider, settings in (
            ("shop", "shopify", {"client_secret": "s"}),
            ("carrier", "generic", {}),
            ("channel", "email", mail),
        ):
            one = new_connection(merchant_id, kind, provider, provider, settings)
            made[provider] = await connections.connect(tx, sealer, one, frozenset())
    return merchant_id, made


async def _carry(database: Database, slug: str, batches: Sequence[tuple[datetime, Sequence[Webhook]]]) -> list[tuple[str, str, datetime]]:
    """Carry batches of webhooks through the path, each at its moment; return what was sent of arrivals: trigger, text, when."""
    merchant_id, made = await _open(database, slug)
    directory = Directory(Sealer(b"k" * 32), "https://shop.example")
    keys = itertools.count()
    for at, hooks in batches:
        arrivals = [
            Arrival(
                merchant_id=merchant_id,
                connection_id=made[hook.provider],
                delivery_key=str(next(keys)).encode(),
                url="",
                headers=dict(hook.headers),
                body=hook.body,
                received_at=at,
            )
            for hook in hooks
        ]
        async with database.system() as tx:
            await inbox.keep(tx, arrivals)
        await work_batch(database, directory, at, 500)
        async with database.system() as tx:
            await decide_waiting(tx, directory, at, 500)
    async with database.system() as tx:
        await decide_waiting(tx, directory, batches[-1][0] + timedelta(hours=2), 500)
        assert await tx.fetchval("select count(*) from dead_letter where merchant_id = $1", merchant_id) == 0
        rows = await tx.fetch(
            "select trigger, text, created_at from message where merchant_id = $1 and trigger = any($2) order by message_id",
            merchant_id,
            [PARTLY, DELIVERED],
        )
    return [tuple(row) for row in rows]


def _shop_hooks(sample: dict[str, Any], *, pieces: bool) -> list[Webhook]:
    """The order, sent as one parcel number (of which the carrier makes three) or as three."""
    placed = NOON - timedelta(hours=40)
    order = order_of(sample, email_address="a@customer.example", locale="en", at=placed)
    sent = [NUMBERS[:1]] if pieces else [(number,) for number in NUMBERS]
    made = [
        fulfilment_of(order, *numbers, company="UPS", at=placed + timedelta(hours=2), ident=n, lines=slice(n, n + 1))
        for n, numbers in enumerate(sent)
    ]
    return [shopify("orders/create", order, "o"), *(shopify("fulfillments/create", one, f"f{n}") for n, one in enumerate(made))]


@pytest.mark.parametrize("pieces", [False, True], ids=["shipments", "pieces"])
@pytest.mark.parametrize("turn", list(itertools.permutations(range(3))), ids=str)
async def test_in_whatever_order_they_arrive_the_first_and_the_whole_are_told_once(
    database: Database, sample: dict[str, Any], turn: tuple[int, ...], pieces: bool
) -> None:
    begun = [_told_of(number, ("picked_up", NOON - timedelta(hours=30)), pieces=pieces) for number in NUMBERS]
    batches = [(NOON - timedelta(hours=20), [*_shop_hooks(sample, pieces=pieces), *begun])]
    for step, place in enumerate(turn):
        at = NOON + timedelta(hours=5 * step)
        hook = _told_of(NUMBERS[place], ("delivered", at - timedelta(minutes=5)), pieces=pieces)
        batches += [(at, [hook, hook]), (at + timedelta(minutes=31), [hook])]
    told = await _carry(database, "turn", batches)
    assert [trigger for trigger, _, _ in told] == [PARTLY, DELIVERED]
    assert "1 of the 3 parcels of your order is there. The other 2: " in told[0][1]
    assert "All 3 parcels of your order are there." in told[1][1]


@pytest.mark.parametrize("pieces", [False, True], ids=["shipments", "pieces"])
@pytest.mark.parametrize("seed", range(10))
async def test_scans_of_any_age_in_any_batch_never_tell_an_arrival_twice(
    database: Database, sample: dict[str, Any], seed: int, pieces: bool
) -> None:
    chance = random.Random(seed)
    hooks = [
        _told_of(number, (event, NOON - timedelta(hours=hours)), pieces=pieces)
        for number in NUMBERS
        for event, hours in (("label_created", 38), ("picked_up", 30), ("out_for_delivery", 4), ("delivered", 1))
    ]
    mixed = hooks + chance.choices(hooks, k=8)
    chance.shuffle(mixed)
    shop = _shop_hooks(sample, pieces=pieces)
    at, batches = NOON, [(NOON, shop)]
    while mixed:
        at += timedelta(seconds=chance.choice((0, 5, 700, 2000)))
        count = chance.randint(1, 6)
        batches.append((at, mixed[:count]))
        mixed = mixed[count:]
    told = await _carry(database, f"seed-{seed}", batches)
    triggers = [trigger for trigger, _, _ in told]
    assert triggers.count(DELIVERED) == 1
    assert triggers in ([DELIVERED], [PARTLY, DELIVERED]) or (pieces and triggers == [DELIVERED, PARTLY])
    if not pieces:
        assert "All 3 parcels of your order are there." in told[-1][1]


async def test_a_real_house_sends_one_mail_for_the_first_parcel_and_one_for_the_whole(house: House, sample: dict[str, Any]) -> None:
    quick = {"journeys": {"partly_delivered": {"delay_s": 1}, "delivered": {"digest_s": 1}, "packed": {"enabled": False}}}
    shop = await house.shop({"generic": {}}, settings=quick)
    order = order_of(sample, email_address=shop.customer, locale="es", at=now() - timedelta(hours=30))
    await shop.send(shopify("orders/create", order))
    await shop.mails(1)
    for n, number in enumerate(NUMBERS):
        sent = fulfilment_of(order, number, company="UPS", at=now() - timedelta(hours=26), ident=n, lines=slice(n, n + 1))
        await shop.send(shopify("fulfillments/create", sent))
    await house.drained()
    first = scans(NUMBERS[1], ("delivered", now() - timedelta(hours=2)))
    await shop.send(first, first)
    mails = await shop.mails(2)
    assert mails[-1]["subject"].startswith("1 de 3 paquetes entregados")
    await shop.send(scans(NUMBERS[0], ("delivered", now() - timedelta(hours=1))))
    await shop.mails(2)
    await shop.send(scans(NUMBERS[2], ("delivered", now() - timedelta(minutes=1))), first)
    mails = await shop.mails(3)
    assert mails[-1]["subject"].startswith("Entregado")
    text = next(mails[-1].iter_parts()).get_content()
    assert "Ya tienes los 3 paquetes de tu pedido." in text
    assert await shop.told() == ["order.placed", PARTLY, DELIVERED]
