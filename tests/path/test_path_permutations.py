"""Any order of arrival, any repetition, any size of batch → the same orders and shipments, and no message twice."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from path_house import Webhook, carrier, fulfilment_of, order_of, shopify

from doorstep.steps.batch import work_batch
from doorstep.steps.connect import new_connection
from doorstep.steps.decide import decide_waiting
from doorstep.steps.directory import Directory
from doorstep.store import connections, inbox, shipments
from doorstep.store.connections import Connection
from doorstep.store.database import Database
from doorstep.store.inbox import Arrival
from doorstep.store.sealing import Sealer

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
_ORDERS = 4


def _scan(number: str, event: str, hours: int, **more: Any) -> Webhook:
    at = (NOW - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    points = [{"event_type": event, "code": event, "text": event, "occurred_at": at}]
    return carrier("generic", json.dumps({"tracking_number": number, "carrier": "ups", "checkpoints": points, **more}).encode())


def _history(sample: dict[str, Any]) -> list[Webhook]:
    """Orders with one or two parcels, one handed to a partner, one that goes back, one cancelled."""
    hooks = []
    for n in range(_ORDERS):
        placed = NOW - timedelta(hours=46)
        order = order_of(sample, email_address=f"c{n}@customer.example", locale="es", at=placed, number=n + 1)
        hooks.append(shopify("orders/create", order, f"o{n}"))
        numbers = [f"PERMUTED{n}{p}" for p in range(1 + n % 2)]
        fulfilments = [fulfilment_of(order, x, company="UPS", at=placed + timedelta(hours=2), ident=i) for i, x in enumerate(numbers)]
        hooks += [shopify("fulfillments/create", one, f"f{n}{i}") for i, one in enumerate(fulfilments)]
        hooks.append(
            shopify(
                "orders/updated", order | {"updated_at": (placed + timedelta(hours=3)).isoformat(), "fulfillments": fulfilments}, f"u{n}"
            )
        )
        for number in numbers:
            hooks += [_scan(number, "label_created", 42), _scan(number, "picked_up", 40), _scan(number, "facility_arrival", 30)]
    hooks += [_scan("PERMUTED00", "out_for_delivery", 4), _scan("PERMUTED00", "attempt_failed", 3), _scan("PERMUTED00", "delivered", 1)]
    link = [{"tracking_number": "PARTNER0001", "carrier": "usps", "role": "last_mile"}]
    hooks += [_scan("PERMUTED10", "handed_to_partner", 10, links=link), _scan("PARTNER0001", "delivered", 2)]
    hooks += [_scan("PERMUTED11", "delivered", 2)]
    hooks += [_scan("PERMUTED20", "refused", 9), _scan("PERMUTED20", "return_started", 8), _scan("PERMUTED20", "delivered", 1)]
    cancelled = order_of(sample, email_address="c3@customer.example", locale="es", at=NOW - timedelta(hours=46), number=4)
    stamp = (NOW - timedelta(hours=20)).isoformat()
    hooks.append(shopify("orders/cancelled", cancelled | {"cancelled_at": stamp, "updated_at": stamp}, "x3"))
    return hooks


async def _run(database: Database, hooks: list[Webhook], chance: random.Random, slug: str) -> tuple[Any, list[tuple[Any, ...]]]:
    """Carry webhooks through the path for a merchant of its own; return its shipments and messages."""
    sealer = Sealer(b"k" * 32)
    made: dict[str, Connection] = {}
    async with database.system() as tx:
        merchant_id = await connections.add_merchant(tx, slug, slug, {}, {})
        mail = {"host": "127.0.0.1", "port": "25", "security": "none", "from_address": "orders@shop.example"}
        for kind, provider, settings in (
            ("shop", "shopify", {"client_secret": "s"}),
            ("carrier", "generic", {}),
            ("channel", "email", mail),
        ):
            one = new_connection(merchant_id, kind, provider, provider, settings)
            number = await connections.connect(tx, sealer, one, frozenset())
            made[provider] = msgspec.structs.replace(one, connection_id=number)
    directory = Directory(sealer, "https://shop.example")
    at = NOW
    left = [(n, hook) for n, hook in enumerate(hooks)]
    while left:
        count = chance.randint(1, 12)
        part, left = left[:count], left[count:]
        async with database.system() as tx:
            await inbox.keep(
                tx,
                [
                    Arrival(
                        merchant_id=merchant_id,
                        connection_id=made[hook.provider].connection_id,
                        delivery_key=f"{n}".encode(),
                        url="",
                        headers=dict(hook.headers),
                        body=hook.body,
                        received_at=at,
                    )
                    for n, hook in part
                ],
            )
        at += timedelta(seconds=chance.choice((0, 1, 700)))
        await work_batch(database, directory, at, 500)
        async with database.system() as tx:
            await decide_waiting(tx, directory, at, 500)
    async with database.system() as tx:
        await decide_waiting(tx, directory, at + timedelta(hours=1), 500)
        assert await tx.fetchval("select count(*) from dead_letter where merchant_id = $1", merchant_id) == 0
        rows = await tx.fetch(
            "select s.shipment_id, o.number from shipment s left join orders o using (merchant_id, order_id) where merchant_id = $1",
            merchant_id,
        )
        found = {}
        for row in rows:
            kept = await shipments.one(tx, merchant_id, row["shipment_id"])
            assert kept is not None
            folded = kept.folded
            # The newest stamp wins and the order of the scans kept does not matter: only what is told of them.
            told = (
                (folded.status, folded.status_since, folded.direction, folded.attempts, folded.delivered_at, folded.legs)
                if folded
                else None
            )
            found[kept.tracking_number] = (row["number"], told, sorted(kept.lines.items()))
        sent = await tx.fetch("select recipient, trigger, why_key from message where merchant_id = $1", merchant_id)
    return found, [tuple(row) for row in sent]


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_of_arrival_ends_in_the_same_shipments(database: Database, sample: dict[str, Any], seed: int) -> None:
    hooks = _history(sample)
    chance = random.Random(seed)
    plain, _ = await _run(database, hooks, random.Random(0), "in-order")
    mixed = hooks + chance.choices(hooks, k=len(hooks) // 2)
    chance.shuffle(mixed)
    other, sent = await _run(database, mixed, chance, f"seed-{seed}")
    assert set(other) == set(plain)
    assert other == plain
    assert max(Counter(why for _, _, why in sent).values()) == 1
    assert max(Counter((to, trigger) for to, trigger, _ in sent).values()) <= 2, "two only where two parcels moved at different times"
