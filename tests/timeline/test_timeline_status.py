"""Each hard case that carriers are known for, as a small history."""

from itertools import permutations

import pytest
from timeline_histories import history, scan, utc

from doorstep.domain.vocabulary import Actor, Direction, Phase, Status
from doorstep.timeline import fold

OUTWARD = ("2026-03-01 09:00 label_created", "2026-03-01 18:00 picked_up", "2026-03-02 06:00 facility_arrival")
DELIVERED = (*OUTWARD, "2026-03-03 08:00 out_for_delivery", "2026-03-03 13:00 delivered")


def told(*lines, since=None, **changed):
    return fold(history(*lines, **changed), since=since)


def test_no_scan_is_pending():
    folded = fold([])
    assert (folded.status, folded.status_since, folded.counted, folded.decided_by) == (Status.PENDING, None, (), b"")
    assert (folded.event_type, folded.phase, folded.direction) == ("unknown", Phase.META, Direction.OUTBOUND)


def test_a_plain_journey_ends_delivered():
    folded = told(*DELIVERED)
    assert folded.status is Status.DELIVERED
    assert folded.status_since == folded.delivered_at == folded.last_scan_at == utc("2026-03-03 13:00")
    assert folded.first_scan_at == utc("2026-03-01 18:00")
    assert folded.direction is Direction.OUTBOUND
    assert len(folded.counted) == 5


def test_the_first_scan_of_a_stretch_says_since_when():
    folded = told(*OUTWARD)
    assert (folded.status, folded.status_since, folded.event_type) == (Status.IN_TRANSIT, utc("2026-03-01 18:00"), "picked_up")


@pytest.mark.parametrize(
    "late", ["delayed", "exception", "facility_departure", "out_for_delivery", "attempt_failed", "in_transit", "ready_for_pickup"]
)
@pytest.mark.parametrize("hours", ["03-03 13:00", "03-03 14:30", "03-04 10:00", "03-20 10:00"])
def test_delivered_survives_a_late_scan(late, hours):
    folded = told(*DELIVERED, f"2026-{hours} {late}")
    assert (folded.status, folded.status_since) == (Status.DELIVERED, utc("2026-03-03 13:00"))
    assert folded.open_pitfalls == ()


def test_delivered_survives_a_tour_dated_after_it_in_another_zone():
    scans = [*history("2026-03-03 13:00 delivered", zoned=False), *history("2026-03-03 17:00 out_for_delivery", zoned=True)]
    assert fold(scans).status is Status.DELIVERED


def test_delivered_survives_the_origin_hubs_later_wall_clock():
    lines = ("2026-03-03 04:23 delivered", "2026-03-03 07:56 accepted", "2026-03-03 06:10 facility_departure")
    folded = told(*lines, zoned=False)
    assert (folded.status, folded.direction) == (Status.DELIVERED, Direction.OUTBOUND)


def test_a_new_pick_up_after_delivery_is_the_way_back():
    folded = told(*DELIVERED, "2026-03-08 10:00 picked_up", "2026-03-08 20:00 facility_arrival")
    assert (folded.status, folded.direction) == (Status.RETURNING, Direction.RETURN)
    assert folded.status_since == utc("2026-03-08 10:00")
    assert folded.delivered_at == utc("2026-03-03 13:00")
    folded = told(*DELIVERED, "2026-03-08 10:00 picked_up", "2026-03-09 20:00 delivered")
    assert folded.status is Status.RETURNED


def test_a_pick_up_within_hours_of_the_delivery_is_a_late_scan():
    assert told(*DELIVERED, "2026-03-03 16:00 picked_up").status is Status.DELIVERED


def test_a_lone_return_scan_is_a_problem_and_a_customers_return_is_none():
    assert [pitfall.kind for pitfall in told("2026-03-04 10:00 return_started").open_pitfalls] == ["returning"]
    assert told("2026-03-04 10:00 return_started", is_return=True).open_pitfalls == ()
    flagged = fold([*history(*OUTWARD), scan("facility_departure", "2026-03-04 10:00", is_return=True)])
    assert [pitfall.kind for pitfall in flagged.open_pitfalls] == ["returning"]


def test_delivered_after_a_return_started_is_returned():
    back = (*OUTWARD, "2026-03-03 10:00 refused", "2026-03-04 10:00 return_started")
    folded = told(*back, "2026-03-05 09:00 out_for_delivery")
    assert (folded.status, folded.status_since) == (Status.RETURNING, utc("2026-03-04 10:00"))
    assert [pitfall.kind for pitfall in folded.open_pitfalls] == ["returning"]
    folded = told(*back, "2026-03-05 09:00 out_for_delivery", "2026-03-05 12:00 delivered")
    assert (folded.status, folded.status_since) == (Status.RETURNED, utc("2026-03-05 12:00"))
    assert folded.delivered_at is None
    assert folded.open_pitfalls == ()


def test_a_return_after_delivery_keeps_the_delivery():
    folded = told(*DELIVERED, "2026-03-10 10:00 return_started", "2026-03-12 10:00 delivered")
    assert (folded.status, folded.delivered_at) == (Status.RETURNED, utc("2026-03-03 13:00"))


def test_a_number_that_is_a_return_ends_returned():
    assert told(*DELIVERED, is_return=True).status is Status.RETURNED
    folded = told(*OUTWARD, is_return=True)
    assert (folded.status, folded.direction, folded.open_pitfalls) == (Status.RETURNING, Direction.RETURN, ())
    folded = told("2026-03-01 09:00 label_created", is_return=True)
    assert (folded.status, folded.direction) == (Status.INFO_RECEIVED, Direction.RETURN)


def test_a_return_announced_under_a_delivered_number_has_not_started():
    folded = fold([*history(*DELIVERED), scan("label_created", "2026-03-06 10:00", is_return=True)])
    assert (folded.status, folded.direction) == (Status.DELIVERED, Direction.OUTBOUND)


def test_a_retracted_delivery_is_none():
    scans = [*history(*DELIVERED), scan("event_retracted", "2026-03-03 13:05", retracts="DELIVERED")]
    folded = fold(scans)
    assert (folded.status, folded.delivered_at) == (Status.OUT_FOR_DELIVERY, None)
    assert scans[4].fingerprint not in folded.counted
    assert scans[5].fingerprint in folded.counted


def test_a_retraction_without_a_code_takes_the_scan_before():
    for retracts in (None, ""):
        folded = fold([*history(*DELIVERED), scan("event_retracted", "2026-03-03 13:00", retracts=retracts)])
        assert folded.status is Status.OUT_FOR_DELIVERY


def test_a_retraction_spares_a_later_scan_of_the_same_code():
    scans = [
        *history(*OUTWARD, "2026-03-03 13:00 delivered"),
        scan("event_retracted", "2026-03-03 13:05", retracts="DELIVERED"),
        scan("delivered", "2026-03-03 15:00"),
    ]
    assert fold(scans).delivered_at == utc("2026-03-03 15:00")


def test_a_retracted_return_start_turns_nothing():
    scans = [*history(*OUTWARD, "2026-03-03 09:00 return_started"), scan("event_retracted", "2026-03-03 10:00", retracts="RETURN_STARTED")]
    folded = fold([*scans, *history("2026-03-04 10:00 delivered")])
    assert (folded.status, folded.direction) == (Status.DELIVERED, Direction.OUTBOUND)


def test_an_undated_scan_never_beats_a_dated_one():
    folded = told("- label_created", "2026-03-01 18:00 picked_up", "- delivered")
    assert folded.status is Status.IN_TRANSIT
    assert len(folded.counted) == 3


def test_undated_scans_alone_go_by_the_order_of_a_parcels_way():
    folded = told("- out_for_delivery", "- label_created", "- picked_up")
    assert (folded.status, folded.status_since, folded.first_scan_at) == (Status.OUT_FOR_DELIVERY, None, None)


def test_a_date_only_pick_up_does_not_jump_before_the_label_of_its_day():
    scans = history("2026-03-01 10:36 label_created", "2026-03-01 picked_up", "2026-03-01 20:00 facility_departure")
    for order in permutations(scans):
        folded = fold(order)
        assert (folded.status, folded.event_type) == (Status.IN_TRANSIT, "picked_up")
        assert folded.counted == tuple(each.fingerprint for each in scans)


def test_date_only_scans_of_one_day_go_by_the_order_of_a_parcels_way():
    scans = history("2026-03-01 label_created", "2026-03-01 picked_up", "2026-03-01 facility_arrival", "2026-03-01 out_for_delivery")
    for order in permutations(scans):
        assert fold(order).counted == tuple(each.fingerprint for each in scans)


def test_a_date_only_delivery_is_behind_the_timed_scans_of_its_day_only():
    folded = told(
        "2026-03-02 08:00 out_for_delivery", "2026-03-03 08:00 out_for_delivery", "2026-03-03 delivered", "2026-03-03 18:00 attempt_failed"
    )
    assert (folded.status, folded.attempts) == (Status.DELIVERED, 1)


def test_an_unknown_event_changes_nothing():
    folded = told(*OUTWARD, "2026-03-05 10:00 unknown", "2026-03-06 10:00 no_such_slug")
    assert (folded.status, folded.status_since) == (Status.IN_TRANSIT, utc("2026-03-01 18:00"))
    assert folded.last_scan_at == utc("2026-03-06 10:00")


def test_only_unknown_events_are_unknown():
    assert told("2026-03-05 10:00 unknown").status is Status.UNKNOWN
    assert told("- unknown", "2026-03-05 10:00 informational").status is Status.UNKNOWN
    assert told("2026-03-05 10:00 informational").status is Status.PENDING


def test_a_late_announcement_does_not_pull_back():
    assert told(*OUTWARD, "2026-03-03 10:00 order_data_received").status is Status.IN_TRANSIT


def test_a_cancellation_counts_only_before_the_carrier_had_it():
    assert told("2026-03-01 09:00 label_created", "2026-03-01 10:00 label_voided").status is Status.CANCELLED
    assert told(*OUTWARD, "2026-03-03 10:00 label_voided").status is Status.IN_TRANSIT
    assert told("2026-03-01 09:00 label_voided", "2026-03-01 18:00 picked_up").status is Status.IN_TRANSIT


def test_movement_ends_an_exception():
    folded = told(*OUTWARD, "2026-03-03 08:00 held_by_carrier")
    assert (folded.status, folded.status_since) == (Status.EXCEPTION, utc("2026-03-03 08:00"))
    folded = told(*OUTWARD, "2026-03-03 08:00 held_by_carrier", "2026-03-03 12:00 facility_departure")
    assert (folded.status, folded.status_since) == (Status.IN_TRANSIT, utc("2026-03-03 12:00"))


def test_a_new_exception_is_a_new_status():
    folded = told(
        *OUTWARD, "2026-03-03 08:00 exception", "2026-03-04 08:00 exception", "2026-03-05 08:00 address_problem", "2026-03-06 09:00 lost"
    )
    assert (folded.event_type, folded.status_since) == ("lost", utc("2026-03-06 09:00"))


def test_attempts_of_one_day_count_once():
    lines = (*OUTWARD, "2026-03-03 10:00 attempt_failed_not_home", "2026-03-03 10:01 notice_left", "2026-03-04 09:00 attempt_failed")
    for zoned in (True, False):
        folded = told(*lines, zoned=zoned)
        assert (folded.status, folded.attempts) == (Status.FAILED_ATTEMPT, 2)
        assert folded.status_since == utc("2026-03-04 09:00")
    assert told(*lines[:-1]).status_since == utc("2026-03-03 10:00")


def test_attempts_on_the_way_back_do_not_count():
    folded = told(*OUTWARD, "2026-03-03 10:00 attempt_failed", "2026-03-04 10:00 return_started", "2026-03-06 10:00 attempt_failed")
    assert (folded.attempts, folded.status) == (1, Status.RETURNING)


def test_a_second_attempt_means_two():
    assert told(*OUTWARD, "2026-03-03 10:00 second_attempt_failed").attempts == 2


def test_delivery_to_an_agent_gives_way_to_the_collection():
    agent = (*OUTWARD, "2026-03-03 10:00 delivered_to_agent")
    assert told(*agent, "2026-03-03 12:00 ready_for_pickup").status is Status.READY_FOR_PICKUP
    folded = told(*agent, "2026-03-03 12:00 ready_for_pickup", "2026-03-05 17:00 collected_by_recipient")
    assert (folded.status, folded.delivered_at) == (Status.DELIVERED, utc("2026-03-05 17:00"))
    folded = told(*agent, "2026-03-05 17:00 collected_by_recipient")
    assert (folded.status_since, folded.event_type) == (utc("2026-03-05 17:00"), "collected_by_recipient")


PART = (*OUTWARD, "2026-03-03 08:00 out_for_delivery", "2026-03-03 13:00 delivered_partial")


def test_what_was_delivered_in_part_is_still_on_its_way():
    folded = told(*PART)
    assert (folded.status, folded.status_since, folded.delivered_at) == (Status.IN_TRANSIT, utc("2026-03-03 13:00"), None)
    assert (folded.telling_event, folded.must_act) == ("delivered_partial", Actor.CARRIER)
    assert [(one.kind, one.since) for one in folded.open_pitfalls] == [("pieces_missing", utc("2026-03-03 13:00"))]


def test_it_is_delivered_with_the_rest_in_whatever_order_the_scans_come():
    rest = ("2026-03-04 08:00 out_for_delivery", "2026-03-04 12:00 delivered_partial", "2026-03-05 11:00 delivered_signed")
    for order in permutations(history(*PART[-2:], *rest)):
        folded = fold(order)
        assert (folded.status, folded.delivered_at, folded.open_pitfalls) == (Status.DELIVERED, utc("2026-03-05 11:00"), ())
    assert told(*PART, *rest[:-1]).status is Status.IN_TRANSIT
    assert [one.kind for one in told(*PART, *rest[:1]).open_pitfalls] == ["pieces_missing"]


def test_a_rest_that_goes_back_is_returned_and_not_delivered():
    back = ("2026-03-05 10:00 refused", "2026-03-06 09:00 return_started", "2026-03-09 10:00 returned_to_sender")
    assert [told(*PART, *back[:n]).status for n in (1, 2, 3)] == [Status.EXCEPTION, Status.RETURNING, Status.RETURNED]


def test_what_is_delivered_in_part_to_the_sender_is_still_on_its_way_back():
    back = (*OUTWARD, "2026-03-03 10:00 return_started", "2026-03-05 10:00 delivered_partial")
    assert told(*back).status is Status.RETURNING
    assert told(*back, "2026-03-06 10:00 delivered").status is Status.RETURNED


def test_a_delivery_that_the_same_carrier_then_calls_one_of_a_part_is_none():
    later = told(*DELIVERED, "2026-03-03 13:05 delivered_partial")
    assert (later.status, later.delivered_at, [one.kind for one in later.open_pitfalls]) == (Status.IN_TRANSIT, None, ["pieces_missing"])
    assert told(*DELIVERED, "2026-03-03 13:05 delivered_partial", "2026-03-04 09:00 delivered").delivered_at == utc("2026-03-04 09:00")


@pytest.mark.parametrize(
    "late",
    [
        scan("delivered_partial", "2026-03-03 13:00"),
        scan("delivered_partial", "2026-03-03 11:00"),
        scan("delivered_partial", "2026-03-03"),
        scan("delivered_partial", None),
        scan("delivered_partial", "2026-03-03 14:00", zoned=False),
        scan("delivered_partial", "2026-03-03 14:00", carrier="bolt"),
    ],
    ids=["at once", "before", "that day", "undated", "another clock", "another carrier"],
)
def test_a_delivery_stands_where_the_part_may_have_come_before(late):
    folded = fold([*history(*DELIVERED), late])
    assert (folded.status, folded.delivered_at, folded.open_pitfalls) == (Status.DELIVERED, utc("2026-03-03 13:00"), ())


def test_two_readings_of_one_scan_are_one_whichever_comes_first():
    read = scan("picked_up", "2026-03-01 18:00", fingerprint=b"same")
    unread = scan("unknown", "2026-03-01 18:00", fingerprint=b"same")
    assert fold([read, unread]) == fold([unread, read]) == fold([read])


def test_handover_keeps_the_earlier_carriers_scans_from_pulling_back():
    second = history("2026-03-04 06:00 received_by_partner", "2026-03-05 08:00 out_for_delivery", carrier="bolt", tracking_number="N2")
    late = history("2026-03-05 09:00 in_transit", "2026-03-05 09:30 delayed")
    folded = fold([*history(*OUTWARD), *second, *late])
    assert (folded.status, folded.open_pitfalls) == (Status.OUT_FOR_DELIVERY, ())
    assert [(leg.carrier, leg.tracking_number) for leg in folded.legs] == [("acme", "N1"), ("bolt", "N2")]
    assert folded.legs[0].first_at == utc("2026-03-01 09:00")
    assert folded.legs[0].last_at == utc("2026-03-05 09:30")
    assert fold([*history(*OUTWARD), *second, *history("2026-03-05 12:00 delivered")]).status is Status.DELIVERED


def test_delivered_to_the_partner_is_not_yet_delivered():
    second = history("2026-03-04 06:00 received_by_partner", "2026-03-05 08:00 out_for_delivery", carrier="bolt", tracking_number="N2")
    folded = fold([*history(*DELIVERED), *second])
    assert (folded.status, folded.delivered_at, folded.direction) == (Status.OUT_FOR_DELIVERY, None, Direction.OUTBOUND)


def test_a_reused_number_shows_the_newest_life():
    old = ("2025-06-01 18:00 picked_up", "2025-06-03 13:00 delivered")
    folded = told(*old, *OUTWARD)
    assert (folded.status, folded.delivered_at, len(folded.counted)) == (Status.IN_TRANSIT, None, 3)
    assert folded.direction is Direction.OUTBOUND
    assert folded.first_scan_at == utc("2026-03-01 18:00")


def test_a_label_two_weeks_after_delivery_is_a_new_life():
    folded = told(*DELIVERED, "2026-03-20 09:00 label_created")
    assert (folded.status, len(folded.counted)) == (Status.INFO_RECEIVED, 1)
    assert told(*DELIVERED, "2026-03-06 09:00 label_created").status is Status.DELIVERED


def test_a_number_never_delivered_is_reused_after_half_a_year():
    assert len(told("2025-06-01 18:00 picked_up", *OUTWARD).counted) == 3


def test_a_scan_after_a_long_silence_continues_an_open_journey():
    assert len(told("2025-10-01 18:00 picked_up", "2026-03-01 18:00 facility_arrival").counted) == 2


def test_since_leaves_out_the_life_before_the_shop_sent_the_goods():
    old = ("2026-01-20 18:00 picked_up", "2026-01-23 13:00 delivered")
    assert told(*old).status is Status.DELIVERED
    folded = told(*old, since=utc("2026-03-01 00:00"))
    assert (folded.status, folded.counted) == (Status.PENDING, ())
    assert told(*old, "2026-03-01 18:00 picked_up", since=utc("2026-03-01 00:00")).status is Status.IN_TRANSIT


def test_since_keeps_a_delivery_that_the_shop_recorded_late():
    assert told(*DELIVERED, since=utc("2026-03-08 00:00")).status is Status.DELIVERED


def test_since_keeps_a_label_printed_ahead():
    assert len(told("2026-02-10 09:00 label_created", *OUTWARD, since=utc("2026-03-01 00:00")).counted) == 4


def test_who_must_act_follows_the_newest_open_problem():
    assert told(*DELIVERED).must_act.value == "nobody"
    assert told(*OUTWARD, "2026-03-03 08:00 customs_duties_due").must_act.value == "customer"


def test_a_leg_that_said_nothing_of_the_parcel_was_not_left():
    taken = [scan("accepted", "2026-03-02 10:00"), scan("refused", "2026-03-03 10:00", carrier="bolt", tracking_number="N2")]
    early = scan("informational", "2026-03-01 10:00", carrier="bolt", tracking_number="N2")
    assert fold([early, *taken]).status is fold(taken).status is Status.EXCEPTION
