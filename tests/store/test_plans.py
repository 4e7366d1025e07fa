"""Some thousand rows in every table the web reads → no list, page or look-up reads more of them than it shows."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from doorstep.cli.benching.stage import Stage
from doorstep.domain.orders import Customer, Order
from doorstep.store import connections, orders, short_links
from doorstep.store.database import Database, Tx

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from asking import DOORS, WEB, Known, know
from explaining import Explaining, Seen, Watched

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
STORED = 4_000
LARGE = frozenset(
    {
        "orders",
        "shipment",
        "leg",
        "decision",
        "consent",
        "suppression",
        "topic_off",
        "audit",
        "reply",
        "idempotency",
        "dead_letter",
        "pitfall",
        "short_link",
        "cases",
        "errand",
    }
)
#: $1 merchant, $2 an order's document, $3 now; x.i counts the rows.
ROWS = (
    """insert into orders (merchant_id, order_id, connection_id, external_id, number, number_key, token, email, document) overriding system value
    select $1, 1000000000 + i, 1, 'stored-' || i, '#S' || i, 'S' || i, md5('o' || i), 'stored.' || i || '@customer.example', $2::json""",
    """insert into shipment (merchant_id, shipment_id, order_id, token, carrier, tracking_number, status) overriding system value
    select $1, 1000000000 + i, 1000000000 + i, md5('s' || i), 'ups', '1Z' || upper(md5('n' || i)), case i % 97 when 0 then 'exception' else 'delivered' end""",
    "insert into leg (merchant_id, tracking_number, shipment_id) select $1, '1Z' || upper(md5('n' || i)), 1000000000 + i",
    """insert into checkpoint (merchant_id, shipment_id, month, fingerprint, instant, event_type, said, inbox_id, received_at)
    select $1, 1000000000 + i, date_trunc('month', $3::timestamptz)::date, '\\x01', $3, 'in_transit', '{"event_type": "unknown", "occurred_at": null, "carrier": "ups", "carrier_code": "I", "carrier_text": "", "tracking_number": "1Z"}', i, $3""",
    """insert into pitfall (merchant_id, shipment_id, kind, opened_at, found_at, severity, rank, closed_at)
    select $1, 1000000000 + i, case i % 50 when 0 then 'lost' else 'delayed' end, $3::timestamptz, $3, case i % 50 when 0 then 'critical' else 'low' end,
        case i % 50 when 0 then 3 else 1 end, case i % 4 when 0 then null else $3::timestamptz end""",
    """insert into decision (merchant_id, why_key, trigger, subject_kind, subject_id, occurrence, order_id, outcome, decided_at)
    select $1, decode(md5(i::text), 'hex'), 'shipment.shipped', 'shipment', 1000000000 + i, '', 1000000000 + i, 'queued', $3""",
    """insert into message (merchant_id, message_id, month, created_at, channel, connection_id, recipient, locale, purpose, topic, template, trigger,
        why_key, order_id, subject, text, html, why, state_at)
    select $1, ('01a1ee50-4380-7000-8000-' || lpad(i::text, 12, '0'))::uuid, date_trunc('month', $3::timestamptz)::date, $3, 'email', 1,
        'stored.' || i || '@customer.example', 'en', 'transactional', 'delivery', 'shipped', 'shipment.shipped', '', 1000000000 + i, '', '', '', '', $3""",
    """insert into short_link (merchant_id, message_id, code, month, made_at, leads_to, token, marks)
    select $1, ('01a1ee50-4380-7000-8000-' || lpad(i::text, 12, '0'))::uuid, '01a1ee50-4380-7000-8000-' || lpad(i::text, 12, '0'),
        date_trunc('month', $3::timestamptz)::date, $3, 'parcel', '', true""",
    """insert into consent (merchant_id, address, purpose, granted, source, at)
    select $1, 'stored.' || i || '@customer.example', 'marketing', true, 'checkout', $3""",
    """insert into suppression (merchant_id, channel, address, purpose, reason, at)
    select $1, 'email', 'stored.' || i || '@customer.example', '', 'bounced', $3::timestamptz - interval '1 second' * i""",
    "insert into topic_off (merchant_id, address, topic, at) select $1, 'stored.' || i || '@customer.example', 'delivery', $3",
    "insert into audit (merchant_id, actor, action) select $1, 'cli', 'changed'",
    """insert into reply (merchant_id, connection_id, provider_id, channel, sender, recipient, text, keyword, received_at)
    select $1, 1, i::text, 'email', '', '', '', '', $3""",
    """insert into cases (merchant_id, case_id, rma, once, kind, action, state, order_id, document, opened_at, since) overriding system value
    select $1, 1000000000 + i, 'R-' || i, 'yes ' || i, 'return', 'open_return', 'closed', 1000000000 + i, '{"kind": "return", "action": "open_return", "state": "closed", "lines": []}',
        $3::timestamptz - interval '3 hours' * i, $3""",
    """insert into errand (merchant_id, errand_id, case_id, once, target, kind, state, made_at) overriding system value
    select $1, 1000000000 + i, 1000000000 + i, i::text, 'payment', 'refund', case i % 97 when 0 then 'sent' else 'done' end, $3""",
    "insert into idempotency (merchant_id, key, request_hash, created_at) select $1, 'key-' || i, '', $3",
)


@pytest.fixture
async def known(store: Database) -> Known:
    """A merchant with so many of everything, counted by the planner."""
    document = msgspec.json.encode(Order(external_id="one", number="#1")).decode()
    async with store.system() as tx:
        merchant_id = await connections.add_merchant(tx, "shop", "A shop", {}, {})
        for statement in ROWS:
            asked = [merchant_id, document if "$2" in statement else "", NOW]
            used = [value for place, value in enumerate(asked, 1) if f"${place}" in statement]
            await tx.execute(_closed_up(statement) + f" from generate_series(0, {STORED - 1}) i", *used)
        await tx.execute("analyze")
    return await know(Stage("", store, cast("Any", None), merchant_id, {}), STORED, NOW)


def _closed_up(statement: str) -> str:
    return statement if "$2" in statement else statement.replace("$3", "$2")


def _worst(seen: list[Seen]) -> set[str]:
    return {f"{one.name}, {one.case}: {fault}" for one in seen if one.kind == "custom" for fault in one.faults}


async def test_nothing_the_web_asks_reads_a_table_whole(store: Database, known: Known) -> None:
    seen: list[Seen] = []
    for case, ask in DOORS.items():
        async with Watched(store, seen, case, "", LARGE).system() as tx:
            await ask(tx, known)
    for case, ask in WEB.items():
        async with Watched(store, seen, case, "", LARGE).for_merchant(known.merchant_id) as tx:
            await ask(tx, known)
    assert len(seen) > 100
    assert _worst(seen) == set()


@pytest.mark.parametrize(
    ("index", "asked"), [("orders_number", {"number": "#S77"}), ("orders_of_email", {"email": "stored.77@customer.example"})]
)
async def test_without_its_index_a_list_would_be_noticed(store: Database, known: Known, index: str, asked: dict[str, Any]) -> None:
    seen: list[Seen] = []
    async with store.system() as tx:
        undone = tx.transaction()
        await undone.start()
        await tx.execute(f"drop index {index}")
        await orders.page(cast("Tx", Explaining(tx, seen, index, "", LARGE)), known.merchant_id, **asked)
        await undone.rollback()
    assert _worst(seen)


async def test_without_its_index_following_a_short_link_would_be_noticed(store: Database, known: Known) -> None:
    seen: list[Seen] = []
    async with store.system() as tx:
        undone = tx.transaction()
        await undone.start()
        await tx.execute("drop index short_link_code")
        await short_links.find(cast("Tx", Explaining(tx, seen, "short link", "", LARGE)), str(known.message["message_id"]))
        await undone.rollback()
    assert _worst(seen)


@pytest.mark.parametrize("there", [True, False], ids=["with its index", "without"])
async def test_whether_customers_have_more_under_way_is_read_by_their_addresses_alone(store: Database, known: Known, there: bool) -> None:
    seen: list[Seen] = []
    async with store.system() as tx:
        undone = tx.transaction()
        await undone.start()
        if not there:
            await tx.execute("drop index orders_of_email")
        kept = await orders.read(tx, [(known.merchant_id, one) for one in known.ids[:50]])
        mine = [
            msgspec.structs.replace(one, order=msgspec.structs.replace(one.order, customer=Customer(email=f"stored.{n}@customer.example")))
            for n, one in enumerate(kept.values())
        ]
        await orders.accompanied(cast("Tx", Explaining(tx, seen, "accompanied", "", LARGE)), mine)
        await undone.rollback()
    assert bool(_worst(seen)) is not there
