"""Several numbers of one promise, and where it waits → one shipment, however they arrive."""

import itertools
from datetime import timedelta

import msgspec
import pytest
from steps_shop import HOUR, NOON, TWILIO, Shop, fulfilment, link, open_shop, order, said, scan, stamp, tracking

from doorstep.domain.pickup import PickupPoint
from doorstep.domain.tracking import Tracking
from doorstep.steps.way import point_of, points_of
from doorstep.store.database import Database
from doorstep.web.api.shapes import shipment_shown

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
    point = kept.waits["N1"].point
    assert (point.name, point.code) == ("Locker 9", "222")
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


async def mail(shop: Shop, trigger: str, channel: str = "email") -> str:
    rows = await shop.rows(
        "select text from message where channel = $1 and trigger = $2 order by created_at desc limit 1", channel, f"shipment.{trigger}"
    )
    return rows[0]["text"]


async def test_parcels_that_wait_at_several_points_are_told_in_one_mail_each_with_its_place(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", *(fulfilment(number, number) for number in NAMES))])
    here = [waiting(f"N{n}", NOON - HOUR, f"11{n}", until=NOON + n * DAY, name=f"Locker {n}") for n in (1, 2)]
    goes = waiting("N3", NOON - HOUR, "113", name="Locker 3")
    goes = msgspec.structs.replace(goes, checkpoints=(scan("N3", "picked_up", NOON - 9 * HOUR),))
    await shop.arrive(trackings=[*here, goes])
    await shop.wait_until(NOON + HOUR)
    assert (await shop.sent()).count("shipment.ready_for_pickup") == 1
    text = await mail(shop, "ready_for_pickup")
    assert text.startswith("Your parcels are ready to collect")
    assert "Collect it at: Locker 1 Madrid · until Thu, Nov 19, 11:00 AM · code 111" in text
    assert "Collect it at: Locker 2 Madrid · until Fri, Nov 20, 11:00 AM · code 112" in text
    assert "Goes to: Locker 3 Madrid" in text
    assert "113" not in text


async def test_the_code_of_a_collected_parcel_is_not_told_again(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"))])
    await shop.arrive(trackings=[waiting("N1", NOON - HOUR, "111"), waiting("N2", NOON - HOUR, "222", name="Locker 2")])
    await shop.arrive(trackings=[said("N1", "collected_by_recipient", NOON + DAY)], now=NOON + DAY)
    await shop.wait_until(NOON + DAY + HOUR)
    [row] = await shop.rows("select text from message where channel = 'email' and trigger = 'order.partly_delivered'")
    assert "GLS N2, ready to collect at Locker 2." in row["text"]
    assert "code 222" in row["text"]
    assert "111" not in row["text"]


async def test_pieces_of_one_shipment_have_each_its_place_code_and_deadline(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    first, second = (waiting(f"N{n}", NOON - HOUR, f"11{n}", until=NOON + (4 - n) * DAY, name=f"Locker {n}") for n in (1, 2))
    await shop.arrive(trackings=[msgspec.structs.replace(first, links=(link("N2", "parcel"),)), second])
    await shop.wait_until(NOON + HOUR)
    text = await mail(shop, "ready_for_pickup")
    assert "N1 · Collect it at: Locker 1 Madrid · until Sat, Nov 21, 11:00 AM · code 111" in text
    assert "N2 · Collect it at: Locker 2 Madrid · until Fri, Nov 20, 11:00 AM · code 112" in text
    kept = await shop.parcel("N1")
    assert kept.folded is not None
    assert kept.folded.collect_by == NOON + 2 * DAY
    await shop.arrive(trackings=[said("N2", "collected_by_recipient", NOON + HOUR)], now=NOON + 2 * HOUR)
    kept = await shop.parcel("N1")
    assert kept.folded is not None
    assert kept.folded.collect_by == NOON + 3 * DAY
    assert {number: point.code for number, point in points_of(kept).items()} == {"N1": "111"}
    left = point_of(kept)
    assert left is not None
    assert left.code == "111"


async def test_a_text_message_names_each_place_and_code(database: Database) -> None:
    sms = {"ready_for_pickup": {"channels": ["sms"]}}
    shop = await open_shop(database, channels={"twilio": TWILIO}, settings={"journeys": sms, "policy": {"any_hour": ["sms"]}})
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"), fulfilment("g", "N2"), phone="+34612345678")])
    await shop.arrive(trackings=[waiting("N1", NOON - HOUR, "111"), waiting("N2", NOON - HOUR, "222", name="Locker 2")])
    await shop.wait_until(NOON + HOUR)
    text = await mail(shop, "ready_for_pickup", "sms")
    assert "Locker 9 until Mon, Nov 23, 11:00 AM code 111; Locker 2 until Mon, Nov 23, 11:00 AM code 222;" in text


async def test_a_point_kept_before_pieces_had_their_own_is_still_read(shop: Shop) -> None:
    await shop.arrive(trackings=[waiting("N1", NOON - HOUR, "830417")])
    kept = await shop.parcel("N1")
    old = msgspec.msgpack.encode((kept.scans, kept.estimates, kept.folded, kept.around, kept.ties, kept.waits["N1"]))
    await shop.rows("update shipment set track = $1 where tracking_number = 'N1' returning 1 as n", old)
    assert (await shop.parcel("N1")).waits == kept.waits


async def test_the_api_tells_where_each_piece_is_to_be_collected_and_never_the_code(shop: Shop) -> None:
    first, second = (waiting(f"N{n}", NOON - HOUR, f"11{n}", name=f"Locker {n}") for n in (1, 2))
    await shop.arrive(trackings=[msgspec.structs.replace(first, links=(link("N2", "parcel"),)), second])
    shown = shipment_shown(await shop.parcel("N1"), "https://parcels.example", None)
    assert [piece.pickup.name for piece in shown.pieces if piece.pickup] == ["Locker 1", "Locker 2"]
    assert "111" not in msgspec.json.encode(shown).decode()
    assert "112" not in msgspec.json.encode(shown).decode()


async def test_of_a_shipment_of_which_one_piece_waits_its_number_is_to_be_shown(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1"))])
    there = tracking("N1", scan("N1", "delivered", NOON - 2 * HOUR), links=[link("N2", "parcel")])
    await shop.arrive(trackings=[there, waiting("N2", NOON - HOUR, None)])
    await shop.wait_until(NOON + HOUR)
    assert "the tracking number N2." in await mail(shop, "ready_for_pickup")
