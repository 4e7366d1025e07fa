"""The window on the page and in the mail: never one that what happened since has overtaken."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from doorstep.domain.orders import Order, Promise
from doorstep.domain.shipments import OpenPitfall
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Scan
from doorstep.domain.vocabulary import Actor, Precision, ZoneSource
from doorstep.messages import standing_window
from doorstep.timeline import fold
from doorstep.web.track.parcels import _window
from doorstep.web.track.words import Words, languages

DAY = date(2026, 11, 24)
PROMISED = Order(external_id="1", number="1", promise=Promise(DAY, DAY))


def at(day, hour):
    return OccurredAt(f"2026-11-{day:02}T{hour:02}:00", "+01:00", ZoneSource.SENT, Precision.MINUTE)


def scan(kind, day, hour=9):
    said = Checkpoint(
        event_type=kind,
        occurred_at=at(day, hour),
        place=None,
        carrier_code=f"{kind}/{day}",
        carrier_text="",
        carrier="ups",
        tracking_number="1Z",
    )
    return Scan.of(said)


def told(*kinds, stated=None, on=DAY):
    return fold([scan(kind, 20 + place) for place, kind in enumerate(kinds)], [Estimate(from_on=on, to_on=on, stated_at=stated)])


@pytest.mark.parametrize("last", ["facility_arrival", "delayed_weather", "customs_released", "out_for_delivery"])
def test_an_estimate_stands_while_the_parcel_is_on_its_way(last):
    assert standing_window(told("picked_up", last), None).to_on == DAY


@pytest.mark.parametrize(
    "last",
    [
        *("damaged", "contents_missing", "lost", "stolen", "disposed", "undeliverable", "refused", "customs_seized", "customs_rejected"),
        *("prohibited_goods", "held_by_carrier", "customs_held", "attempt_failed", "under_investigation", "exceeds_service"),
        *("return_started", "returned_to_sender", "order_cancelled", "label_voided", "delivered", "ready_for_pickup", "pickup_expired"),
    ],
)
def test_what_was_announced_before_the_trouble_is_not_promised_after_it(last):
    folded = told("label_created", last, stated=at(20, 8), on=date(2026, 11, 21))
    assert standing_window(folded, PROMISED) is None, folded.status
    unsaid = fold([scan("label_created", 20), scan(last, 21)])
    if last != "attempt_failed":  # a promise for a later day may still be kept after a failed attempt
        assert standing_window(unsaid, PROMISED) is None, unsaid.status


@pytest.mark.parametrize("last", ["held_by_carrier", "customs_held", "attempt_failed"])
def test_what_the_carrier_announces_after_a_hold_or_an_attempt_stands(last):
    assert standing_window(told("picked_up", last, stated=at(21, 12)), None).to_on == DAY


def test_after_a_failed_attempt_a_window_on_a_later_day_stands_though_nobody_said_when_it_was_stated():
    assert standing_window(told("picked_up", "attempt_failed"), None).to_on == DAY
    assert standing_window(told("picked_up", "attempt_failed", on=date(2026, 11, 21)), None) is None


def test_damage_is_not_forgotten_when_the_parcel_moves_on():
    assert standing_window(told("picked_up", "damaged", "facility_arrival", stated=at(23, 9)), None) is None


def test_a_cancelled_order_promises_nothing():
    cancelled = Order(external_id="1", number="1", promise=Promise(None, DAY), cancelled_at=datetime(2026, 11, 21, tzinfo=UTC))
    assert standing_window(told("picked_up"), cancelled) is None


def test_the_shops_promise_stands_where_the_carrier_says_nothing():
    folded = fold([scan("picked_up", 20)])
    assert standing_window(folded, PROMISED).source == "shop"
    assert standing_window(folded, None) is None
    assert standing_window(folded, Order(external_id="1", number="1", promise=Promise(None, DAY + timedelta(days=1)))).from_on.day == 25


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "8 of 10 parcels like yours arrive in this time"),
        ("es", "8 de cada 10 paquetes como el tuyo llegan en este plazo"),
    ],
)
def test_our_own_window_says_how_often_such_windows_hold(language, sentence):
    ours = Estimate(from_on=DAY, to_on=DAY + timedelta(days=1), source="model", stated_at=at(20, 9), confidence=0.8)
    folded = fold([scan("picked_up", 20)], [ours])
    words = Words(language, languages()[language])
    (_, _, source), late = _window(folded, None, "Europe/Madrid", "UPS", words, datetime(2026, 11, 21, tzinfo=UTC))
    assert (source, late) == (sentence, False)


@pytest.mark.parametrize("kind", ["presumed_lost", "gone_silent"])
def test_no_window_is_shown_beside_the_news_that_the_parcel_may_be_lost(kind):
    folded = told("picked_up", stated=at(20, 8), on=date(2026, 11, 21))
    assert standing_window(folded, PROMISED) is not None
    silent = msgspec.structs.replace(folded, open_pitfalls=(OpenPitfall(kind, None, Actor.SHOP, b""),))
    assert standing_window(silent, PROMISED) is None
