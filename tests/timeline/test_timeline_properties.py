"""What holds for every history, not only for those somebody thought of."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from timeline_histories import EPOCH, MICROSECOND, scan, utc

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.shipments import Folded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Estimate, Scan
from doorstep.domain.vocabulary import Direction, Phase, Precision, Status, ZoneSource
from doorstep.timeline import fold

DAY_US = 86_400_000_000
START_US = (utc("2026-03-01 00:00") - EPOCH) // MICROSECOND
SLUGS = sorted(EVENT_TYPES)
LATE = sorted(slug for slug, event in EVENT_TYPES.items() if event.phase in {Phase.TRANSIT, Phase.LAST, Phase.PROBLEM})
SILENT = [*sorted(slug for slug, event in EVENT_TYPES.items() if event.phase is Phase.META and slug != "event_retracted"), "never_heard_of"]
WAY_OUT = sorted(
    slug
    for slug, event in EVENT_TYPES.items()
    if event.phase in {Phase.PRE, Phase.PICKUP, Phase.TRANSIT, Phase.CROSS, Phase.LAST, Phase.ATTEMPT}
)
LEGS = [("acme", "N1"), ("bolt", "N2"), ("crow", "N1")]


@st.composite
def scans(draw, slugs=SLUGS, legs=LEGS, days=(0, 40), dated=False, returns=True):
    """One scan of any kind: dated to the second or day or not at all, zoned or not, taking back or not."""
    slug = draw(st.sampled_from(slugs))
    precision = draw(st.sampled_from([0, 1, 2, 2]))
    minutes = draw(st.integers(days[0] * 1440, days[1] * 1440))
    instant = START_US + (minutes // 1440 * DAY_US + DAY_US // 2 if precision == 0 else minutes * 60_000_000)
    if not dated and draw(st.integers(0, 7)) == 0:
        instant, precision = None, 0
    carrier, number = draw(st.sampled_from(legs))
    retracts = draw(st.sampled_from([None, "", *(name.upper() for name in SLUGS[:3]), "DELIVERED"])) if slug == "event_retracted" else None
    return scan(
        slug,
        instant_us=instant,
        precision=precision,
        zoned=draw(st.booleans()),
        carrier=carrier,
        tracking_number=number,
        retracts=retracts,
        is_return=returns and draw(st.integers(0, 9)) == 0,
    )


# Few event types that meet often, among all of them.
MEETING = [
    "label_created",
    "picked_up",
    "facility_arrival",
    "out_for_delivery",
    "delivered",
    "delivered_partial",
    "event_retracted",
    "return_started",
    "attempt_failed",
]
HISTORIES = st.lists(st.one_of(scans(), scans(slugs=MEETING), scans(slugs=MEETING, days=(0, 400))), max_size=9)


@given(HISTORIES, st.randoms(use_true_random=False), st.one_of(st.none(), st.just(utc("2026-03-20 00:00"))))
@settings(max_examples=150, deadline=None)
def test_every_order_and_every_repetition_folds_to_the_same_shipment(history, random, since):
    folded = fold(history, since=since)
    shuffled = history + [random.choice(history) for _ in range(3) if history]
    random.shuffle(shuffled)
    assert fold(shuffled, since=since) == folded
    assert fold(iter(reversed(history)), since=since) == folded


@given(st.lists(scans(), min_size=2, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_two_readings_of_one_scan_fold_the_same_in_every_order(history, random):
    alike = [Scan(*[b"same" if name == "fingerprint" else getattr(each, name) for name in Scan.__struct_fields__]) for each in history]
    folded = fold(alike)
    assert len(folded.counted) <= 1
    random.shuffle(alike)
    assert fold(alike) == folded


@given(st.lists(scans(slugs=WAY_OUT, legs=LEGS[:1], days=(0, 10), dated=True, returns=False), max_size=6), st.data())
@settings(max_examples=120, deadline=None)
def test_delivered_survives_any_later_scan_on_the_way_out(before, data):
    delivered = scan("delivered", "2026-03-12 13:00")
    late = data.draw(st.lists(scans(slugs=LATE, legs=LEGS[:2], days=(11, 100), dated=True, returns=False), max_size=5))
    folded = fold([*before, delivered, *late])
    assert (folded.status, folded.status_since, folded.direction) == (Status.DELIVERED, utc("2026-03-12 13:00"), Direction.OUTBOUND)
    assert folded.delivered_at == utc("2026-03-12 13:00")


@given(HISTORIES, st.integers(41, 60))
@settings(max_examples=120, deadline=None)
def test_nothing_is_delivered_whose_newest_word_is_that_a_part_was(history, day):
    legs = {(each.carrier, each.tracking_number, each.zoned) for each in history} | {("acme", "N1", True)}
    at = START_US + day * DAY_US
    parts = [
        scan("delivered_partial", instant_us=at, precision=2, zoned=zoned, carrier=carrier, tracking_number=number)
        for carrier, number, zoned in sorted(legs)
    ]
    early = [each for each in history if each.instant_us is not None and each.instant_us < at and each.precision]
    folded = fold([*early, *parts])
    assert ((folded.status is not Status.DELIVERED) and folded.delivered_at is None) or folded.direction is Direction.RETURN


@given(HISTORIES, st.data())
@settings(max_examples=120, deadline=None)
def test_nothing_is_delivered_once_it_goes_back(history, data):
    start = scan("return_started", "2026-04-15 10:00")
    kept = [each for each in history if each.retracts is None and each.event_type != "event_retracted"]
    after = data.draw(st.lists(scans(legs=LEGS[:1], days=(46, 55), dated=True), max_size=5))
    early = [each for each in kept if each.instant_us is not None and each.instant_us < START_US + 40 * DAY_US]
    later = [each for each in after if each.event_type != "event_retracted"]
    folded = fold([*early, start, *later])
    assert folded.direction is Direction.RETURN
    assert folded.status not in {Status.DELIVERED, Status.OUT_FOR_DELIVERY}


@given(HISTORIES, st.lists(scans(slugs=SILENT), max_size=4))
@settings(max_examples=120, deadline=None)
def test_scans_that_say_nothing_change_neither_status_nor_since(history, silent):
    # A retraction without a code takes the scan before, and an unread scan may be the one.
    history = [each for each in history if each.event_type != "event_retracted"]
    folded, more = fold(history), fold([*history, *silent])
    if folded.status in {Status.PENDING, Status.UNKNOWN}:
        assert more.status in {Status.PENDING, Status.UNKNOWN}
    else:
        assert (more.status, more.status_since, more.decided_by, more.direction) == (
            folded.status,
            folded.status_since,
            folded.decided_by,
            folded.direction,
        )
    assert more.attempts == folded.attempts


@given(HISTORIES)
@settings(max_examples=150, deadline=None)
def test_a_folded_shipment_agrees_with_itself(history):
    folded: Folded = fold(history)
    names = {each.fingerprint for each in history}
    assert set(folded.counted) <= names
    assert len(set(folded.counted)) == len(folded.counted)
    assert (folded.decided_by == b"") == (folded.status in {Status.PENDING, Status.UNKNOWN})
    assert folded.decided_by == b"" or folded.decided_by in folded.counted
    assert {pitfall.opened_by for pitfall in folded.open_pitfalls} <= set(folded.counted)
    assert len({pitfall.kind for pitfall in folded.open_pitfalls}) == len(folded.open_pitfalls)
    assert folded.status not in {Status.RETURNING, Status.RETURNED} or folded.direction is Direction.RETURN
    assert folded.status is not Status.DELIVERED or folded.direction is Direction.OUTBOUND
    assert folded.first_scan_at is None or folded.first_scan_at <= folded.last_scan_at
    assert {leg.tracking_number for leg in folded.legs} == {each.tracking_number for each in history if each.fingerprint in folded.counted}


ESTIMATES = st.builds(
    lambda day, length, source, stated, time, confidence: Estimate(
        from_on=date(2026, 3, day),
        to_on=date(2026, 3, day + length),
        from_time=time,
        source=source,
        stated_at=None if stated is None else OccurredAt(f"2026-03-{stated:02}T10:00:00", "+00:00", ZoneSource.SENT, Precision.SECOND),
        confidence=confidence,
    ),
    st.integers(1, 25),
    st.integers(0, 3),
    st.sampled_from(["carrier", "aggregator", "shop", "model", "oracle"]),
    st.one_of(st.none(), st.integers(1, 28)),
    st.sampled_from([None, "09:00"]),
    st.sampled_from([None, 0.5]),
)


@given(st.lists(ESTIMATES, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_estimates_in_any_order_and_repetition_give_the_same_one(estimates, random):
    travelling = [scan("picked_up", "2026-03-01 10:00")]
    best = fold(travelling, estimates).estimate
    assert (best is None) == (not estimates)
    shuffled = estimates * 2
    random.shuffle(shuffled)
    assert fold(travelling, shuffled).estimate == best
