"""The problems that scans open: for each kind the history that opens it, and the scan that closes it again."""

from datetime import timedelta

import pytest
from test_timeline_judging import kinds
from timeline_histories import history, utc

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.pitfalls import PITFALL_KINDS, Family
from doorstep.timeline.pitfalls import LEFT, MOVED, NEAR, SEEN, TRIED

DATA, LABEL, PICKED = "2026-03-01 08:00 order_data_received", "2026-03-01 09:00 label_created", "2026-03-01 18:00 picked_up"
ABROAD = (LABEL, PICKED, "2026-03-02 20:00 destination_country_arrival")
ON_TOUR = (LABEL, PICKED, "2026-03-03 07:00 out_for_delivery")
AT_POINT = (LABEL, PICKED, "2026-03-02 10:00 ready_for_pickup")
BACK = (LABEL, PICKED, "2026-03-02 12:00 return_started")

#: Kind → what went before, the scan of 3 March that opens it, the scan of 4 March that closes it.
CASES = {
    "label_failed": ((DATA,), "label_failed", "label_created"),
    "parcel_missing": ((LABEL,), "data_without_parcel", "picked_up"),
    "data_missing": ((), "parcel_without_data", "order_data_received"),
    "pickup_failed": ((LABEL,), "pickup_failed", "pickup_scheduled"),
    "rejected_by_carrier": ((LABEL,), "rejected_at_acceptance", "accepted"),
    "delayed": ((LABEL, PICKED), "delayed_weather", "facility_arrival"),
    "estimate_slipped": ((LABEL, PICKED), "estimated_date_later", "estimated_date_earlier"),
    "misrouted": ((LABEL, PICKED), "misrouted", "forwarded_correct_facility"),
    "customs_held": (ABROAD, "customs_held", "customs_released"),
    "customs_information_required": (ABROAD, "customs_information_required", "customs_released"),
    "duties_due": (ABROAD, "customs_duties_due", "customs_duties_paid"),
    "customs_rejected": (ABROAD, "customs_rejected", "customs_released"),
    "customs_seized": (ABROAD, "customs_seized", "customs_released"),
    "held_for_payment": ((LABEL, PICKED), "held_for_payment", "delivery_facility_arrival"),
    "held_by_carrier": ((LABEL, PICKED), "held_by_carrier", "facility_departure"),
    "address_problem": ((LABEL, PICKED), "address_problem", "address_corrected"),
    "recipient_action_needed": ((LABEL, PICKED), "appointment_required", "appointment_made"),
    "attempt_failed": (ON_TOUR, "attempt_failed_not_home", "redelivery_scheduled"),
    "attempts_repeated": ((*ON_TOUR, "2026-03-02 10:00 attempt_failed"), "attempt_failed", "ready_for_pickup"),
    "refused": (ON_TOUR, "refused", "out_for_delivery"),
    "undeliverable": (ON_TOUR, "undeliverable", "out_for_delivery"),
    "pickup_deadline": (AT_POINT, "pickup_deadline_soon", "pickup_extended"),
    "pickup_expired": (AT_POINT, "pickup_expired", "pickup_extended"),
    "pickup_point_full": (ON_TOUR, "pickup_point_full", "ready_for_pickup"),
    "damaged": ((LABEL, PICKED), "damaged", "claim_paid"),
    "contents_missing": ((LABEL, PICKED), "contents_missing", "claim_paid"),
    "pieces_missing": ((LABEL, PICKED), "partial_arrival", "delivered"),
    "lost": ((LABEL, PICKED), "lost", "found"),
    "stolen": ((LABEL, PICKED), "stolen", "found"),
    "under_investigation": ((LABEL, PICKED), "under_investigation", "found"),
    "disposed": ((LABEL, PICKED), "disposed", "claim_paid"),
    "prohibited_goods": ((LABEL, PICKED), "prohibited_goods", "security_checked"),
    "exceeds_service": ((LABEL, PICKED), "exceeds_service", "facility_departure"),
    "exception": ((LABEL, PICKED), "exception", "exception_resolved"),
    "handover_untracked": ((LABEL, PICKED), "handed_to_partner_untracked", "received_by_partner"),
    "return_failed": (BACK, "return_failed", "return_in_transit"),
    "returning": ((LABEL, PICKED), "return_started", "returned_to_sender"),
}
#: A scan for each word that stands for many.
GROUPS = {
    MOVED: "facility_departure",
    LEFT: "facility_departure",
    NEAR: "out_for_delivery",
    SEEN: "picked_up",
    TRIED: "attempt_failed_not_home",
}
CLOSERS = [(kind.kind, GROUPS.get(word, word)) for kind in PITFALL_KINDS.values() for word in kind.closed_by]


def standing(before, *slugs):
    lines = [f"2026-03-{day:02} 10:00 {slug}" for day, slug in enumerate(slugs, 3)]
    return kinds(history(*before, *lines), utc("2026-03-02 11:00") + timedelta(days=len(slugs)))


def test_every_kind_that_a_scan_opens_has_a_history_that_opens_it_and_one_that_closes_it():
    assert set(CASES) == {kind.kind for kind in PITFALL_KINDS.values() if kind.family is Family.EVENT}


@pytest.mark.parametrize("kind", CASES)
def test_its_scan_opens_a_kind_and_nothing_before_does(kind):
    before, opener, _ = CASES[kind]
    assert kind not in standing(before)
    assert kind in standing(before, opener)


@pytest.mark.parametrize("kind", CASES)
def test_another_scan_closes_it(kind):
    before, opener, closer = CASES[kind]
    assert kind not in standing(before, opener, closer)


@pytest.mark.parametrize(("kind", "closer"), CLOSERS)
def test_every_closer_that_a_row_names_closes_it(kind, closer):
    before, opener, _ = CASES[kind]
    assert closer in EVENT_TYPES
    assert kind not in standing(before, opener, closer)


@pytest.mark.parametrize("kind", [kind for kind in CASES if not PITFALL_KINDS[kind].survives])
def test_delivery_or_the_end_of_the_way_back_closes_what_bad_goods_do_not_keep_open(kind):
    before, opener, _ = CASES[kind]
    assert kind not in standing(before, opener, "delivered")
    assert kind not in standing(before, opener, "return_started", "returned_to_sender")
