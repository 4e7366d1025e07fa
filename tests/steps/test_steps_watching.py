"""Looking again and again: whatever the shipment, a look at one instant is the last, and the next look lies ahead."""

from datetime import datetime, timedelta

import msgspec
from steps_shop import HOUR, NOON, Shop, fulfilment, order, promised, said, stamp, tracking

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.pitfalls import PITFALL_KINDS, Family
from doorstep.domain.tracking import Estimate
from doorstep.steps.watch import watch

DAY = timedelta(days=1)
#: Ways of a parcel: events a day apart, the last of them at noon of the first look.
WAYS = {
    "announced": ("label_created",),
    "collected": ("label_created", "pickup_scheduled"),
    "nowhere": ("tracking_not_found",),
    "unread": ("unknown",),
    "moving": ("label_created", "picked_up"),
    "abroad": ("picked_up", "origin_country_departed"),
    "customs": ("picked_up", "customs_duties_due"),
    "handed": ("picked_up", "handed_to_partner"),
    "untracked": ("picked_up", "handed_to_partner_untracked"),
    "depot": ("picked_up", "delivery_facility_arrival"),
    "tour": ("picked_up", "out_for_delivery"),
    "circles": ("out_for_delivery", "out_for_delivery", "out_for_delivery"),
    "attempt": ("picked_up", "attempt_failed_not_home"),
    "carded": ("picked_up", "notice_left"),
    "held": ("picked_up", "held_by_carrier"),
    "lost": ("picked_up", "lost"),
    "point": ("picked_up", "ready_for_pickup"),
    "back": ("picked_up", "refused", "return_started"),
    "returned": ("picked_up", "return_started", "returned_to_sender"),
    "delivered": ("picked_up", "delivered"),
    "moved on": ("picked_up", "delivered", "facility_departure"),
    "cancelled": ("label_created", "label_voided"),
    "retracted": ("picked_up", "out_for_delivery", "event_retracted"),
}
SILENT = {kind.kind for kind in PITFALL_KINDS.values() if kind.family is Family.SILENCE}
OVER = {"returned", "delivered", "moved on", "cancelled"}


async def carry(shop: Shop) -> None:
    """Let a parcel come each way, sent, promised and expected; one that no carrier speaks of; one without an order."""
    expected = Estimate(from_on=NOON.date(), to_on=(NOON + 3 * DAY).date(), source="carrier", stated_at=stamp(NOON - HOUR))
    assert {event for events in WAYS.values() for event in events} <= {*EVENT_TYPES, "unknown"}
    ways = [*WAYS, "unheard of"]
    facts = [order(f"10{at}", fulfilment(f"f{at}", f"N{at}"), promise=promised("2026-11-20")) for at, _ in enumerate(ways)]
    await shop.arrive(facts=facts)
    seen = [
        msgspec.structs.replace(said(f"N{at}", event, NOON - (len(events) - step) * DAY), estimates=(expected,) if at % 2 else ())
        for at, events in enumerate(WAYS.values())
        for step, event in enumerate(events, 1)
    ]
    await shop.arrive(trackings=[*seen, said("ALONE", "picked_up", NOON), tracking("EMPTY")])


async def due(shop: Shop, now: datetime) -> list[tuple[str, datetime]]:
    rows = await shop.rows("select tracking_number, look_at from shipment where look_at <= $1", now)
    return [(row["tracking_number"], row["look_at"]) for row in rows]


async def looked(shop: Shop, now: datetime, most: int) -> int:
    """Watch until nothing is due; a shipment that is due once more at the same instant would never end it."""
    before, times = len(await due(shop, now)), 0
    while done := await watch(shop.database, shop.directory, now, most):
        times += done
        assert times <= before, await due(shop, now)
    assert times == before
    return times


async def test_at_one_instant_every_shipment_is_looked_at_once_and_no_more(shop: Shop) -> None:
    await carry(shop)
    for now in (NOON, NOON + 1 * DAY, NOON + 5 * DAY, NOON + 40 * DAY, NOON + 400 * DAY):
        await looked(shop, now, 7)
        assert await looked(shop, now, 7) == 0
        assert await due(shop, now) == []


async def test_looks_move_on_and_come_to_an_end_with_one_problem_a_silence(shop: Shop) -> None:
    await carry(shop)
    now, looks = NOON, 0
    while (row := (await shop.rows("select min(look_at) as next from shipment"))[0])["next"] is not None:
        assert row["next"] > now or looks == 0
        now = max(now, row["next"])
        looks += await looked(shop, now, 500)
        assert looks < 30 * len(WAYS), "looking does not end"
    assert now < NOON + 400 * DAY
    rows = await shop.rows("select tracking_number, pitfalls from shipment where merchant_id = $1", shop.merchant_id)
    left = {row["tracking_number"]: set(row["pitfalls"]) for row in rows}
    for at, way in enumerate(WAYS):
        silent = way not in OVER | {"unread"}
        assert ("gone_silent" in left[f"N{at}"]) is silent, (way, left[f"N{at}"])
        assert not left[f"N{at}"] & SILENT - {"gone_silent"}, (way, left[f"N{at}"])
    assert {row["kind"] for row in await shop.rows("select distinct kind from pitfall")} >= SILENT
