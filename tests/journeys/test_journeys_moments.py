"""What is told when a shipment or an order changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import journeys
from doorstep.domain.orders import Fulfilment, Order, Payment, Refund
from doorstep.domain.pitfalls import Severity
from doorstep.domain.shipments import Folded, OpenPitfall
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Actor, Direction, Phase, Skip, Status

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
BEGIN, END = AT.replace(month=1, tzinfo=None), AT.replace(month=12, tzinfo=None)


def shipment(status: Status = Status.IN_TRANSIT, **changes) -> Folded:
    start = Folded(
        status=status,
        status_since=AT,
        event_type="in_transit",
        phase=Phase.TRANSIT,
        direction=Direction.OUTBOUND,
        must_act=Actor.NOBODY,
        estimate=None,
        open_pitfalls=(),
        legs=(),
        first_scan_at=AT if status not in (Status.PENDING, Status.INFO_RECEIVED) else None,
        last_scan_at=AT,
        delivered_at=AT if status is Status.DELIVERED else None,
        attempts=1 if status is Status.FAILED_ATTEMPT else 0,
        counted=(),
        decided_by=b"",
    )
    return msgspec.structs.replace(start, **changes)


def order(**changes) -> Order:
    return msgspec.structs.replace(Order(external_id="1", number="#1", placed_at=AT, payment=Payment.PAID), **changes)


def told(moments) -> list[tuple[str, str]]:
    return [(one.change.trigger, one.change.occurrence) for one in moments if one.skip is None]


def superseded(moments) -> list[str]:
    assert all(one.skip in (None, Skip.SUPERSEDED) for one in moments)
    return [one.change.trigger for one in moments if one.skip]


def pitfall(kind: str, must_act: Actor = Actor.CARRIER, superseded_by: str = "") -> OpenPitfall:
    return OpenPitfall(kind, AT, must_act, b"", superseded_by=superseded_by)


folded = st.builds(
    shipment,
    st.sampled_from(Status),
    attempts=st.integers(0, 3),
    status_since=st.none() | st.datetimes(BEGIN, END, timezones=st.just(UTC)),
    event_type=st.sampled_from(["in_transit", "redelivery_scheduled", "pickup_reminder", "delivery_facility_arrival", "unknown"]),
    open_pitfalls=st.lists(
        st.builds(
            pitfall,
            st.sampled_from(["delayed", "duties_due", "lost", "missed_promise", "odd"]),
            superseded_by=st.sampled_from(["", "lost"]),
        ),
        max_size=2,
    ).map(tuple),
    estimate=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 1)).map(lambda day: Estimate(from_on=day, to_on=day)),
)


@given(folded)
def test_a_replayed_history_tells_nothing(after):
    assert journeys.changes_of_shipment(after, msgspec.structs.replace(after), 7) == ()


@given(st.none() | folded, folded)
def test_one_change_of_a_shipment_tells_at_most_one_moment_and_always_the_same(before, after):
    moments = journeys.changes_of_shipment(before, after, 7)
    assert len(told(moments)) <= 1
    assert moments == journeys.changes_of_shipment(before, after, 7)
    assert not moments or moments[-1].skip is None
    assert all(one.change.trigger in journeys.TRIGGERS and one.change.subject_id == 7 for one in moments)


@given(st.lists(folded, max_size=5))
def test_no_key_is_told_twice_along_a_way_that_only_moves_on(history):
    ways = sorted(history, key=lambda one: (one.status_since or AT, one.attempts))
    attempts = 0
    keys = []
    before = None
    for one in ways:
        attempts = max(attempts, one.attempts)
        after = msgspec.structs.replace(one, attempts=attempts)
        keys += [key for key in told(journeys.changes_of_shipment(before, after, 7)) if key[0] == "shipment.failed_attempt"]
        before = after
    assert len(keys) == len(set(keys))


def test_the_first_physical_scan_is_told_as_shipped():
    moments = journeys.changes_of_shipment(shipment(Status.INFO_RECEIVED), shipment(), 7)
    assert told(moments) == [("shipment.shipped", "")]


def test_a_shipment_first_seen_delivered_tells_only_that_and_counts_the_rest():
    moments = journeys.changes_of_shipment(None, shipment(Status.DELIVERED, attempts=1), 7)
    assert told(moments) == [("shipment.delivered", "")]
    assert sorted(superseded(moments)) == ["shipment.failed_attempt", "shipment.shipped"]


def test_each_failed_attempt_is_a_new_occurrence():
    once = shipment(Status.FAILED_ATTEMPT, attempts=1)
    assert told(journeys.changes_of_shipment(shipment(Status.OUT_FOR_DELIVERY), once, 7)) == [("shipment.failed_attempt", "1")]
    assert told(journeys.changes_of_shipment(once, shipment(Status.FAILED_ATTEMPT, attempts=2), 7)) == [("shipment.failed_attempt", "2")]


def test_a_failed_attempt_left_behind_by_the_next_tour_is_superseded():
    moments = journeys.changes_of_shipment(shipment(), shipment(Status.OUT_FOR_DELIVERY, attempts=1), 7)
    assert told(moments) == [("shipment.out_for_delivery", "2026-11-22")]
    assert superseded(moments) == ["shipment.failed_attempt"]


def test_two_vehicle_scans_on_either_side_of_midnight_are_one_tour():
    first = shipment(Status.OUT_FOR_DELIVERY, status_since=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    second = shipment(Status.OUT_FOR_DELIVERY, status_since=datetime(2026, 11, 23, 0, 30, tzinfo=UTC))
    third = shipment(Status.OUT_FOR_DELIVERY, status_since=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert journeys.changes_of_shipment(first, second, 7) == ()
    assert told(journeys.changes_of_shipment(second, third, 7)) == [("shipment.out_for_delivery", "2026-11-23")]


def test_the_date_of_a_tour_is_the_recipients():
    after = shipment(Status.OUT_FOR_DELIVERY, status_since=datetime(2026, 11, 22, 19, tzinfo=UTC))
    assert told(journeys.changes_of_shipment(None, after, 7, zone=ZoneInfo("Pacific/Auckland"))) == [
        ("shipment.out_for_delivery", "2026-11-23")
    ]


@pytest.mark.parametrize(
    ("kind", "must_act", "trigger"),
    [
        ("delayed", Actor.CARRIER, "shipment.delayed"),
        ("address_problem", Actor.CUSTOMER, "shipment.address_question"),
        ("duties_due", Actor.CUSTOMER, "shipment.customs_action"),
        ("customs_information_required", Actor.SHOP, "shipment.delayed"),
        ("lost", Actor.SHOP, "shipment.problem"),
        ("pickup_deadline", Actor.CUSTOMER, "shipment.pickup_deadline"),
        ("no_scan_silence", Actor.CARRIER, "shipment.delayed"),
        ("never_heard_of", Actor.CARRIER, "shipment.problem"),
    ],
)
def test_a_problem_is_told_as_its_own_moment(kind, must_act, trigger):
    moments = journeys.changes_of_shipment(shipment(), shipment(open_pitfalls=(pitfall(kind, must_act),)), 7)
    assert told(moments) == [(trigger, f"{kind}/{AT.isoformat()}")]


def test_problems_that_are_the_shops_own_are_not_told():
    assert journeys.changes_of_shipment(shipment(), shipment(open_pitfalls=(pitfall("label_failed"),)), 7) == ()


def changed(before, after):
    return journeys.changes_of_shipment(shipment(open_pitfalls=before), shipment(open_pitfalls=after), 7)


def test_a_problem_in_another_s_shadow_is_for_the_shop_s_systems_only():
    lost = pitfall("presumed_lost")
    moments = changed((lost,), (lost, pitfall("missed_promise", superseded_by="presumed_lost")))
    assert told(moments) == [("shipment.shop_action", f"missed_promise/{AT.isoformat()}")]
    assert changed((), (pitfall("duties_due", Actor.CUSTOMER, superseded_by="lost"),)) == ()


def test_out_of_the_shadow_it_is_told_after_all_that_is_new_and_before_the_end_of_the_other():
    lost, charge = pitfall("lost"), pitfall("duties_due", Actor.CUSTOMER)
    behind = msgspec.structs.replace(charge, superseded_by="lost")
    moments = changed((lost, behind), (charge,))
    assert told(moments) == [("shipment.customs_action", f"duties_due/{AT.isoformat()}")]
    assert superseded(moments) == ["shipment.problem_closed"]
    assert told(changed((lost, behind), (msgspec.structs.replace(charge, severity=Severity.CRITICAL),))) == told(moments)
    arrived = journeys.changes_of_shipment(
        shipment(open_pitfalls=(lost, behind)), shipment(newest_event="destination_country_arrival", open_pitfalls=(charge,)), 7
    )
    assert told(arrived) == [("shipment.in_transit", "destination_country_arrival")]


def test_what_worsens_or_ends_in_the_shadow_is_not_told():
    lost, behind = pitfall("lost"), pitfall("missed_promise", superseded_by="lost")
    assert changed((lost, behind), (lost, msgspec.structs.replace(behind, severity=Severity.CRITICAL))) == ()
    assert changed((lost, behind), (lost,)) == ()


def test_a_later_estimate_is_a_delay_and_an_earlier_one_is_not():
    day = date(2026, 11, 24)
    early, late = (shipment(estimate=Estimate(from_on=one, to_on=one)) for one in (day, day + timedelta(days=2)))
    assert told(journeys.changes_of_shipment(early, late, 7)) == [("shipment.delayed", "estimate/2026-11-26")]
    assert journeys.changes_of_shipment(late, early, 7) == ()


def test_a_new_order_is_told_as_placed_and_a_later_payment_as_paid():
    waiting = order(payment=Payment.PENDING)
    assert told(journeys.changes_of_order(None, waiting, 3)) == [("order.placed", "")]
    assert told(journeys.changes_of_order(waiting, order(), 3)) == [("order.paid", "")]
    assert told(journeys.changes_of_order(None, order(), 3)) == [("order.placed", "")]


def test_an_order_known_from_its_fulfilment_only_is_placed_when_it_arrives():
    partial = order(placed_at=None)
    assert journeys.changes_of_order(None, partial, 3) == ()
    assert told(journeys.changes_of_order(partial, order(), 3)) == [("order.placed", "")]


def test_each_fulfilment_is_told_once_and_one_without_a_number_as_shipped():
    tracked = Fulfilment(fulfilment_id="f1", created_at=AT, updated_at=AT, tracking_numbers=("X1",))
    bare = Fulfilment(fulfilment_id="f2", created_at=AT, updated_at=AT)
    first = order(fulfilments=(tracked,))
    assert told(journeys.changes_of_order(order(), first, 3)) == [("order.packed", "f1")]
    assert told(journeys.changes_of_order(first, order(fulfilments=(tracked, bare)), 3)) == [("order.shipped_untracked", "f2")]
    assert journeys.changes_of_order(order(fulfilments=(bare,)), order(fulfilments=(bare,)), 3) == ()


def test_a_cancelled_order_supersedes_its_refund():
    gone = order(cancelled_at=AT, refunds=(Refund(refund_id="r1", at=AT),))
    moments = journeys.changes_of_order(order(), gone, 3)
    assert told(moments) == [("order.cancelled", "")]
    assert superseded(moments) == ["order.refunded"]
    assert told(journeys.changes_of_order(order(), order(refunds=(Refund(refund_id="r1", at=AT),)), 3)) == [("order.refunded", "r1")]


def test_tomorrow_is_told_on_the_eve_in_the_recipients_zone_and_with_cash_as_cod():
    zone = ZoneInfo("Europe/Madrid")
    after = shipment(estimate=Estimate(from_on=date(2026, 11, 24), to_on=date(2026, 11, 24)))
    eve = datetime(2026, 11, 23, 15, tzinfo=zone)
    assert journeys.next_reminder_at(after, AT, zone) == eve
    assert journeys.next_reminder_at(after, AT, zone).tzinfo is UTC
    assert journeys.reminders_of_shipment(after, 7, order(), eve - timedelta(seconds=1), zone) == ()
    assert told(journeys.reminders_of_shipment(after, 7, order(), eve, zone)) == [("shipment.delivery_tomorrow", "2026-11-24")]
    cash = order(payment=Payment.COD)
    assert told(journeys.reminders_of_shipment(after, 7, cash, eve, zone)) == [("shipment.cod_due", "2026-11-24")]
    assert journeys.reminders_of_shipment(after, 7, order(), eve + timedelta(hours=9), zone) == ()
    assert journeys.next_reminder_at(after, eve, zone) is None


def test_a_parcel_at_the_point_is_recalled_twice():
    waiting = shipment(Status.READY_FOR_PICKUP)
    assert told(journeys.reminders_of_shipment(waiting, 7, None, AT + timedelta(days=3), UTC)) == [("shipment.pickup_deadline", "day-3")]
    assert told(journeys.reminders_of_shipment(waiting, 7, None, AT + timedelta(days=6, hours=1), UTC)) == [
        ("shipment.pickup_deadline", "day-6")
    ]
    assert journeys.next_reminder_at(waiting, AT + timedelta(days=4), UTC) == AT + timedelta(days=6)


@given(folded, st.datetimes(BEGIN, END, timezones=st.just(UTC)))
def test_the_next_reminder_lies_ahead_and_is_due_when_it_comes(after, now):
    at = journeys.next_reminder_at(after, now, ZoneInfo("America/Santiago"))
    if at is not None:
        assert at > now
        assert journeys.reminders_of_shipment(after, 7, None, at, ZoneInfo("America/Santiago"))
