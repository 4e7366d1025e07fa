"""A shipment that we call late, by the API → how often such warnings were right; null of a carrier's word, of few, and of a stranger's."""

from datetime import UTC, datetime, timedelta

import pytest

from doorstep.domain.orders import Fulfilment, Order, Promise
from doorstep.domain.plugins import OrderSeen
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Tracking
from doorstep.domain.vocabulary import Precision, ZoneSource
from doorstep.steps.advance import Seen, advance
from doorstep.steps.order import Told, take_orders
from doorstep.store import connections, shipments, tallies
from doorstep.store.connections import Connection
from doorstep.store.tallies import KeptTally

_NOW = datetime.now(UTC).replace(microsecond=0)
_DAY = timedelta(days=1)


async def called_late(installation, source="model", chance=0.9):
    """A parcel picked up yesterday and promised for tomorrow, of which a source says three days more; its id."""
    stamps = [OccurredAt((_NOW - ago).isoformat()[:19], "+00:00", ZoneSource.SENT, Precision.SECOND) for ago in (_DAY, timedelta())]
    picked_up = Checkpoint(
        event_type="picked_up", occurred_at=stamps[0], carrier="gls", carrier_code="PU", carrier_text="", tracking_number="N1"
    )
    late_on = (_NOW + 4 * _DAY).date()
    word = Estimate(from_on=late_on, to_on=late_on, source=source, stated_at=stamps[1], late_chance=chance)
    sent = Fulfilment(fulfilment_id="f", created_at=_NOW - _DAY, updated_at=_NOW - _DAY, tracking_numbers=("N1",))
    bought = Order(
        external_id="1",
        number="#1",
        placed_at=_NOW - 2 * _DAY,
        updated_at=_NOW - _DAY,
        fulfilments=(sent,),
        promise=Promise(None, (_NOW + _DAY).date()),
    )
    house = installation.house
    async with house.database.system() as tx:
        made = Connection(
            merchant_id=installation.ours,
            connection_id=0,
            kind="shop",
            provider="generic",
            name="Shop",
            hook_token="reliability-hook-token",
            settings={},
            active=True,
            paused_why=None,
        )
        shop = await connections.connect(tx, house.directory.sealer, made, frozenset())
        await take_orders(tx, [Told(merchant_id=installation.ours, connection_id=shop, fact=OrderSeen(bought))], _NOW)
        told = Tracking(tracking_number="N1", carrier="gls", checkpoints=(picked_up,), estimates=(word,))
        await advance(tx, [Seen(merchant_id=installation.ours, inbox_id=1, received_at=_NOW, tracking=told)], _NOW)
    return (await installation.get("/shipments")).json()["shipments"][0]["id"]


async def put_to_test(installation, merchant_id, warnings, right):
    monday = _NOW.date() - timedelta(days=_NOW.weekday())
    right_or_not = ({"warned": 1, "warned_late": 1} if one < right else {"warned": 1} for one in range(warnings))
    counted = {(merchant_id, 9_000 + one): KeptTally(monday, "gls", "", "", counts) for one, counts in enumerate(right_or_not)}
    async with installation.house.database.system() as tx:
        await tallies.replace(tx, counted)


async def records(installation, shipment_id):
    """What stands beside each open problem, in the list and on the shipment alone: the same."""
    [listed] = (await installation.get("/shipments")).json()["shipments"]
    alone = (await installation.get(f"/shipments/{shipment_id}")).json()
    assert listed["open_pitfalls"] == alone["open_pitfalls"]
    problems = (await installation.get("/pitfalls")).json()["pitfalls"]
    assert [(one["kind"], one["track_record"]) for one in problems] == [
        (one["kind"], one["track_record"]) for one in alone["open_pitfalls"]
    ]
    return {one["kind"]: one["track_record"] for one in alone["open_pitfalls"]}


async def test_our_own_warning_comes_with_its_record_from_twenty_on(installation):
    shipment_id = await called_late(installation)
    await put_to_test(installation, installation.theirs, 500, 100)
    await put_to_test(installation, installation.ours, 19, 15)
    assert await records(installation, shipment_id) == {"will_be_late": None}
    await put_to_test(installation, installation.ours, 20, 15)
    assert await records(installation, shipment_id) == {"will_be_late": {"weeks": 26, "warnings": 20, "right": 15}}


@pytest.mark.parametrize("source", ["carrier", "aggregator"])
async def test_a_carriers_word_has_no_record_of_ours(installation, source):
    shipment_id = await called_late(installation, source, None)
    await put_to_test(installation, installation.ours, 30, 15)
    assert await records(installation, shipment_id) == {"will_be_late": None}


async def test_a_list_of_problems_reads_the_shipments_that_warn_at_once_and_none_where_none_does(installation, monkeypatch):
    await called_late(installation)
    asked = []

    async def counted(tx, keys):
        asked.append(keys)
        return await read(tx, keys)

    read = shipments.read
    monkeypatch.setattr(shipments, "read", counted)
    [problem] = (await installation.get("/pitfalls")).json()["pitfalls"]
    assert [[shipment_id for _, shipment_id in keys] for keys in asked] == [[int(problem["shipment_id"])]]
    await installation.get("/pitfalls", kind="lost")
    assert len(asked) == 1
