"""Days of rest: whose they are, and that silence is learnt and judged by the same ones."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timeline_histories import history, scan, utc

from doorstep.domain.shipments import Around
from doorstep.timeline import Facts, Gaps, fold, gaps_of, judge
from doorstep.timeline.estimating.workdays import is_working_day
from doorstep.timeline.gaps import bucket_of
from doorstep.timeline.public_holidays import public_holidays
from doorstep.timeline.rests import calendar_of, wait_until, waited_h
from doorstep.timeline.spans import moment_of, us_of
from doorstep.timeline.stages import STAGE_OF, Stage
from doorstep.timeline.whereabouts import calendar_at

HOUR, GAPS = timedelta(hours=1), Gaps()
COUNTRIES = ["ES", "DE", "JP", "SA", "CN", "US", None, "XX"]
#: Hours from the beginning of November 2026: over Christmas, New Year, the Spring Festival, Ramadan's end, Easter, the Golden Week.
STARTS = st.integers(0, 24 * 270).map(lambda hours: utc("2026-11-01 00:00") + hours * HOUR)


def worked(start: datetime, end: datetime, country: str | None, *, offices: bool) -> int:
    """Count hours one by one: those of no weekly rest and no public holiday."""
    friday = country == "SA"
    rest = ({4, 5} if friday else {5, 6}) if offices else ({4} if friday else {6})
    hours, at = 0, start
    while at < end:
        hours += at.weekday() not in rest and at.date() not in public_holidays(country or "", "", at.year)
        at += HOUR
    return hours


@given(STARTS, st.integers(0, 24 * 60), st.sampled_from(COUNTRIES), st.booleans())
@settings(max_examples=120, deadline=None)
def test_hours_are_counted_outside_weekly_rest_and_public_holidays(start, hours, country, offices):
    end = start + hours * HOUR
    told = waited_h(us_of(start), us_of(end), calendar_of(country, offices))
    assert told == pytest.approx(worked(start, end, country, offices=offices))


@given(STARTS, st.integers(0, 2000), st.sampled_from(COUNTRIES), st.sampled_from([None, "CN"]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_waiting_so_many_working_hours_is_measured_as_so_many(start, hours, country, also, offices):
    calendar = calendar_of(country, offices, also)
    until = wait_until(us_of(start), hours, calendar)
    assert until >= us_of(start)
    assert waited_h(us_of(start), until, calendar) == pytest.approx(hours)


@pytest.mark.parametrize("year", [1, 1969, 2101, 9999])
def test_a_year_of_which_no_holidays_are_known_has_its_weekly_rest(year):
    start = round((datetime(year, 6, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
    assert waited_h(start, wait_until(start, 100, calendar_of("DE", False)), calendar_of("DE", False)) == 100


def test_sundays_do_not_count():
    until = wait_until(us_of(utc("2026-03-07 12:00")), 24, calendar_of("ES", False))
    assert moment_of(until) == utc("2026-03-09 12:00")


def test_estimates_and_silence_keep_the_same_holidays():
    for day in sorted(public_holidays("DE", "", 2026)):
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        assert not is_working_day("DE", "", day)
        assert waited_h(us_of(start), us_of(start + 24 * HOUR), calendar_of("DE", False)) == 0


@pytest.mark.parametrize(
    ("stage", "origin", "destination", "so_far", "country"),
    [
        (Stage.ANNOUNCED, "CN", "DE", "label_created", "CN"),
        (Stage.COLLECTION, "CN", "DE", "pickup_scheduled", "CN"),
        (Stage.TRANSIT, "CN", "DE", "picked_up facility_arrival", "CN"),
        (Stage.BORDER, "CN", "DE", "picked_up export_hub_arrival", "CN"),
        (Stage.CUSTOMS, "CN", "DE", "picked_up export_customs_held", "CN"),
        (Stage.BORDER, "CN", "DE", "picked_up origin_country_departed", "DE"),
        (Stage.CUSTOMS, "CN", "DE", "picked_up customs_held", "DE"),
        (Stage.TRANSIT, "CN", "DE", "picked_up customs_released facility_arrival", "DE"),
        (Stage.HELD, "CN", "DE", "picked_up out_for_delivery exception", "DE"),
        (Stage.DEPOT, "CN", "DE", "picked_up", "DE"),
        (Stage.TRANSIT, None, "DE", "picked_up", "DE"),
        (Stage.TRANSIT, "CN", None, "picked_up", "CN"),
        (Stage.DEPOT, "CN", None, "picked_up delivery_facility_arrival", "CN"),
        (Stage.TRANSIT, "CN", None, "picked_up destination_country_arrival", None),
        (Stage.TRANSIT, None, None, "picked_up", None),
    ],
)
def test_before_the_export_the_origin_rests_and_after_it_the_destination(stage, origin, destination, so_far, country):
    offices = stage in {Stage.ANNOUNCED, Stage.COLLECTION, Stage.CUSTOMS}
    assert calendar_at(stage, Around(origin=origin, destination=destination), so_far.split()) is calendar_of(country, offices)


def test_on_the_way_back_both_rest():
    around = Around(origin="CN", destination="DE")
    assert calendar_at(Stage.RETURNING, around, ["return_started"]) is calendar_of("DE", False, "CN")
    assert calendar_at(Stage.RETURNING, Around(origin="SA"), []) is calendar_of("SA", False, "SA")


def opened(scans, around):
    facts = Facts(1, "acme", None, None, scans, [], around)
    judged, look_at = judge(fold(scans), facts, GAPS, moment_of(max(one.instant_us for one in scans)))
    return look_at if not judged.open_pitfalls else None


def test_a_parcel_under_way_at_christmas_is_called_silent_after_the_holidays():
    scans = history("2026-12-22 09:00 label_created", "2026-12-23 18:00 picked_up")
    days = {country: opened(scans, Around(origin=country, destination=country)).date().day for country in (None, "ES", "DE")}
    assert days == {None: 26, "ES": 28, "DE": 29}  # Spain keeps Friday the 25th, Germany the 26th, too; the 27th is a Sunday


@pytest.mark.parametrize(
    ("country", "from_on", "holidays"),
    [("JP", "2027-04-28", 3), ("SA", "2027-03-07", 3), ("CN", "2027-02-04", 5)],
    ids=["Golden Week", "Eid al-Fitr", "Spring Festival"],
)
def test_silence_waits_for_the_end_of_long_holidays(country, from_on, holidays):
    scans = history(f"{from_on} 09:00 picked_up")
    calendar = calendar_of(country, False)
    due = opened(scans, Around(origin=country, destination=country))
    kept = [day for day in public_holidays(country, "", 2027) if from_on <= str(day) <= str(due.date())]
    assert len(kept) >= holidays
    assert waited_h(scans[0].instant_us, us_of(due), calendar) == pytest.approx(patience(Stage.TRANSIT, Around()), abs=0.02)


def patience(stage, around, *, abroad=False):
    return GAPS.patience_h(1, "acme", None, around.origin, around.destination, stage, abroad=abroad)


NEWEST = {
    Stage.ANNOUNCED: "label_created",
    Stage.TRANSIT: "facility_arrival",
    Stage.BORDER: "origin_country_departed",
    Stage.CUSTOMS: "customs_processing",
    Stage.PARTNER: "handed_to_partner",
    Stage.UNTRACKED: "handed_to_partner_untracked",
    Stage.DEPOT: "delivery_facility_arrival",
    Stage.TOUR: "out_for_delivery",
    Stage.ATTEMPT: "attempt_failed_not_home",
    Stage.CARDED: "notice_left",
    Stage.HELD: "exception",
    Stage.POINT: "ready_for_pickup",
    Stage.RETURNING: "return_started",
}
#: Of silence that is measured by gaps; a parcel at a point is recalled by house rules before.
BY_GAPS = {"late_dispatch", "pickup_pending", "pickup_expiring"}


@pytest.mark.parametrize("stage", NEWEST)
@pytest.mark.parametrize("ends", [("DE", "DE"), ("CN", "DE"), (None, "SA"), ("CN", None)])
def test_a_gap_as_long_as_the_patience_is_learnt_as_just_so_long(stage, ends):
    around, anchor = Around(origin=ends[0], destination=ends[1]), utc("2026-12-23 15:00")
    before = history("2026-12-18 09:00 picked_up") if stage is not Stage.ANNOUNCED else []
    newest = scan(NEWEST[stage], "2026-12-23 15:00")
    facts = Facts(1, "acme", None, None, [*before, newest], [], around)
    at = anchor
    while True:  # look as `watch` does, until the silence opens
        judged, look_at = judge(fold(facts.scans), facts, GAPS, at)
        silent = [
            one
            for one in judged.open_pitfalls
            if one.kind not in BY_GAPS and one.opened_by in {b"", newest.fingerprint} and one.since > anchor
        ]
        if silent:
            break
        at = look_at
    last = scan("delivered" if stage is not Stage.RETURNING else "returned_to_sender", None, instant_us=us_of(silent[0].since), precision=2)
    scans = [*facts.scans, last]
    measured = gaps_of(fold(scans), scans, around)
    abroad = ends == ("CN", "DE") or (stage in {Stage.BORDER, Stage.CUSTOMS})
    assert measured[-1] == (stage, bucket_of(patience(stage, around, abroad=abroad) - 0.02))
    assert STAGE_OF[newest.event_type] is stage


def test_the_way_back_and_a_depot_after_an_attempt_are_learnt_as_they_are_judged():
    there = history("2026-03-02 09:00 picked_up", "2026-03-03 09:00 attempt_failed", "2026-03-03 12:00 delivery_facility_arrival")
    back = history("2026-03-05 12:00 return_started", "2026-03-06 12:00 facility_arrival", "2026-03-09 12:00 returned_to_sender")
    told = [stage for stage, _ in gaps_of(fold([*there, *back]), [*there, *back], Around())]
    assert told == [Stage.TRANSIT, Stage.ATTEMPT, Stage.ATTEMPT, Stage.RETURNING, Stage.RETURNING]
