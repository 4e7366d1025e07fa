"""Several numbers of one promise, and where it waits → one shipment, however they arrive."""

import itertools
from datetime import timedelta

import pytest
from steps_shop import HOUR, NOON, Shop, fulfilment, link, open_shop, order, said, scan, stamp, tracking

from doorstep.domain.pickup import PickupPoint
from doorstep.domain.tracking import Tracking
from doorstep.store.database import Database

DAY = timedelta(days=1)
NAMES = ("N1", "N2", "N3")


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await open_shop(database)


def waiting(number: str, at, code: str | None, until=NOON + 5 * DAY, name: str = "Locker 9") -> Tracking:
    point = PickupPoint(kind="locker", name=name, city="Madrid", collect_by=stamp(until), code=code)
    return Tracking(tracking_number=number, carrier="gls", checkpoints=(scan(number, "ready_for_pickup_locker", at),), pickup=point)


async def status_of(shop: Shop, number: str) -> tuple[str, list[tuple[str, str]]]:
    folded = (await shop.parcel(number)).folded
    assert folded is not None
    return folded.status.value, [(piece.tracking_number, piece.status.value) for piece in folded.pieces]


TOLD = (
    tracking("N1", scan("N1", "picked_up", NOON - 9 * HOUR), scan("N1", "delivered", NOON - 2 * HOUR), links=[link("N2", "parcel")]),
    said("N2", "picked_up", NOON - 9 * HOUR),
)


@pytest.mark.parametrize("turn", list(itertools.permutations(["order", 0, 1])), ids=str)
async def test_pieces_become_one_shipment_in_whatever_order_they_are_told_of(shop: Shop, turn: tuple[object, ...]) -> None:
    for one in turn:
        if isinstance(one, int):
            await shop.arrive(trackings=[TOLD[one]])
        else:
            await shop.arrive(facts=[order("1", fulfilment("f", "N1", "N2"))])
    [only] = await shop.parcels()
    assert only.order_id is not None
    assert await status_of(shop, "N1") == ("in_transit", [("N1", "delivered"), ("N2", "in_transit")])
    assert "shipment.delivered" not in await shop.sent()
    await shop.arrive(trackings=[said("N2", "delivered", NOON)])
    assert (await status_of(shop, "N2"))[0] == "delivered"
    assert (await shop.sent()).count("shipment.delivered") == 1


async def test_parcels_of_two_fulfilments_stay_two_promises(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=list(TOLD))
    assert len(await shop.parcels()) == 2
    assert (await status_of(shop, "N1"))[0] == "delivered"
    assert (await status_of(shop, "N2"))[0] == "in_transit"


async def test_a_number_that_replaces_another_carriers_takes_its_place(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    old = tracking(
        "N1",
        scan("N1", "label_created", NOON - 9 * HOUR),
        scan("N1", "order_cancelled", NOON - 8 * HOUR),
        links=[link("X1", "replaced_by")],
    )
    await shop.arrive(trackings=[said("X1", "picked_up", NOON - HOUR, carrier="ups"), old])
    [only] = await shop.parcels()
    assert (await status_of(shop, "N1"))[0] == "in_transit"
    assert only.folded is not None
    assert only.folded.legs[-1].carrier == "ups"


async def test_the_way_back_under_a_number_of_its_own_is_the_same_shipments(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[tracking("N1", scan("N1", "delivered", NOON - 5 * DAY), links=[link("R1", "return")])])
    await shop.arrive(trackings=[said("R1", "label_created", NOON - DAY)])
    assert (await status_of(shop, "N1"))[0] == "delivered"
    await shop.arrive(trackings=[said("R1", "picked_up", NOON - HOUR)])
    assert (await status_of(shop, "N1"))[0] == "returning"


@pytest.mark.parametrize("turned", [False, True])
async def test_the_point_last_spoken_of_is_kept_whichever_payload_comes_first(shop: Shop, turned: bool) -> None:
    told = [waiting("N1", NOON - 9 * HOUR, "111", name="Locker 1"), waiting("N1", NOON - HOUR, "222")]
    for one in told[::-1] if turned else told:
        await shop.arrive(trackings=[one])
    kept = await shop.parcel("N1")
    assert kept.waits is not None
    assert (kept.waits.point.name, kept.waits.point.code) == ("Locker 9", "222")
    assert kept.folded is not None
    assert kept.folded.collect_by == NOON + 5 * DAY


async def test_the_message_says_where_until_when_and_the_code_and_the_reminder_keeps_the_deadline(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))], trackings=[waiting("N1", NOON - HOUR, "830417", until=NOON + 2 * DAY)])
    await shop.wait_until(NOON + HOUR)
    texts = [
        row["text"] for row in await shop.rows("select text from message where channel = 'email' and trigger = 'shipment.ready_for_pickup'")
    ]
    assert len(texts) == 1
    assert "Locker 9" in texts[0]
    assert "830417" in texts[0]
    kept = await shop.parcel("N1")
    assert kept.look_at is not None
    assert kept.look_at <= NOON + DAY


async def test_a_shipped_message_says_what_follows(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", lines={"1": 1}))])
    await shop.arrive(trackings=[said("N1", "picked_up", NOON)])
    await shop.wait_until(NOON + HOUR)
    [row] = await shop.rows("select text from message where channel = 'email' and trigger = 'shipment.shipped'")
    assert "The rest follows" in row["text"]


async def test_a_piece_nobody_else_told_of_is_spoken_for_by_its_master(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    await shop.arrive(trackings=[TOLD[0]])
    assert await status_of(shop, "N1") == ("delivered", [])


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3))), ids=str)
async def test_parcels_that_each_name_the_others_in_one_batch_become_one_shipment(shop: Shop, turn: tuple[int, ...]) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    told = [tracking(n, scan(n, "picked_up", NOON - HOUR), links=[link(m, "parcel") for m in NAMES if m != n]) for n in NAMES]
    await shop.arrive(trackings=[told[place] for place in turn])
    [only] = await shop.parcels()
    assert only.order_id is not None
    assert await status_of(shop, "N2") == ("in_transit", [(number, "in_transit") for number in NAMES])
