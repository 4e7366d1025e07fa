"""What opens a delivery problem, and what ends it."""

import pytest
from timeline_histories import history, utc

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.vocabulary import Actor, Status
from doorstep.timeline import PITFALLS, fold

OUTWARD = ("2026-03-01 09:00 label_created", "2026-03-01 18:00 picked_up")


def kinds(*lines):
    return [pitfall.kind for pitfall in fold(history(*OUTWARD, *lines)).open_pitfalls]


def test_the_table_names_only_event_types_that_exist():
    words = {word for pitfall in PITFALLS for word in (*pitfall.opened_by, *pitfall.closed_by) if not word.startswith("*")}
    assert words <= set(EVENT_TYPES)
    assert len({pitfall.kind for pitfall in PITFALLS}) == len(PITFALLS) >= 30


@pytest.mark.parametrize(("kind", "slug"), [(pitfall.kind, slug) for pitfall in PITFALLS for slug in pitfall.opened_by])
def test_each_opener_opens_its_kind_with_the_time_of_the_scan(kind, slug):
    folded = fold(history(f"2026-03-03 08:00 {slug}"))
    opened = {pitfall.kind: pitfall for pitfall in folded.open_pitfalls}
    assert opened[kind].since == utc("2026-03-03 08:00")
    assert opened[kind].must_act is EVENT_TYPES[slug].must_act


@pytest.mark.parametrize("pitfall", [pitfall for pitfall in PITFALLS if pitfall.opened_by], ids=lambda pitfall: pitfall.kind)
def test_a_delivery_ends_every_problem_but_bad_goods(pitfall):
    slug = pitfall.opened_by[0]
    if EVENT_TYPES[slug].status in {Status.DELIVERED, Status.RETURNING, Status.RETURNED} or slug == "return_failed":
        return
    left = kinds(f"2026-03-03 08:00 {slug}", "2026-03-05 12:00 delivered")
    assert left == ([pitfall.kind] if pitfall.survives else [])


@pytest.mark.parametrize(
    ("opener", "closer"),
    [
        ("delayed", "facility_arrival"),
        ("delayed_weather", "out_for_delivery"),
        ("misrouted", "forwarded_correct_facility"),
        ("customs_held", "customs_released"),
        ("customs_held", "facility_departure"),
        ("customs_information_required", "out_for_delivery"),
        ("customs_duties_due", "customs_duties_paid"),
        ("address_problem", "address_corrected"),
        ("attempt_failed_not_home", "out_for_delivery"),
        ("attempt_failed_not_home", "ready_for_pickup"),
        ("attempt_failed_not_home", "redelivery_scheduled"),
        ("pickup_deadline_soon", "pickup_extended"),
        ("lost", "found"),
        ("held_by_carrier", "exception_resolved"),
        ("estimated_date_later", "on_time_confirmed"),
        ("delayed_weather", "attempt_failed_business_closed"),
        ("customs_held", "attempt_failed"),
        ("handed_to_partner_untracked", "received_by_partner"),
    ],
)
def test_later_progress_closes_a_problem(opener, closer):
    opened = kinds(f"2026-03-03 08:00 {opener}")
    assert opened != []
    assert not {*opened} & {*kinds(f"2026-03-03 08:00 {opener}", f"2026-03-04 08:00 {closer}")}


@pytest.mark.parametrize(
    ("opener", "other"),
    [
        ("customs_held", "customs_processing"),
        ("address_problem", "facility_arrival"),
        ("refused", "facility_arrival"),
        ("delayed", "misrouted"),
    ],
)
def test_what_is_no_progress_closes_nothing(opener, other):
    assert kinds(f"2026-03-03 08:00 {opener}")[0] in kinds(f"2026-03-03 08:00 {opener}", f"2026-03-04 08:00 {other}")


def test_progress_before_the_problem_closes_nothing():
    assert kinds("2026-03-03 08:00 out_for_delivery", "2026-03-03 12:00 address_problem") == ["address_problem"]


def test_a_repeated_problem_is_one_since_the_first():
    folded = fold(history(*OUTWARD, "2026-03-03 08:00 delayed", "2026-03-04 08:00 delayed_weather"))
    assert [(pitfall.kind, pitfall.since) for pitfall in folded.open_pitfalls] == [("delayed", utc("2026-03-03 08:00"))]


def test_a_second_attempt_is_a_problem_of_its_own():
    assert kinds("2026-03-03 10:00 attempt_failed", "2026-03-04 10:00 attempt_failed") == ["attempt_failed", "attempts_repeated"]


def test_a_return_that_nobody_delivered_is_a_problem_until_it_is_back():
    assert kinds("2026-03-03 10:00 undeliverable", "2026-03-04 10:00 return_started") == ["returning"]
    assert kinds("2026-03-04 10:00 return_started", "2026-03-07 10:00 returned_to_sender") == []
    assert kinds("2026-03-03 10:00 delivered", "2026-03-04 10:00 return_started") == []


def test_damage_found_after_delivery_opens_and_a_late_delay_does_not():
    assert kinds("2026-03-03 10:00 delivered", "2026-03-04 10:00 damaged") == ["damaged"]
    assert kinds("2026-03-03 10:00 delivered", "2026-03-04 10:00 delayed", "2026-03-04 11:00 address_problem") == []


def test_the_newest_open_problem_says_who_must_act():
    lines = ("2026-03-03 08:00 customs_held", "2026-03-03 09:00 customs_duties_due")
    assert fold(history(*OUTWARD, *lines)).must_act is Actor.CUSTOMER


def test_a_card_scanned_after_the_parcel_waits_at_the_point_is_no_attempt_there():
    folded = fold(history(*OUTWARD, "2026-03-03 16:55 ready_for_pickup", "2026-03-03 16:59 notice_left"))
    assert (folded.status, folded.open_pitfalls) == (Status.READY_FOR_PICKUP, ())
    tried = fold(
        history(*OUTWARD, "2026-03-03 16:55 ready_for_pickup", "2026-03-05 10:00 out_for_delivery", "2026-03-05 12:00 notice_left")
    )
    assert tried.status is Status.FAILED_ATTEMPT
