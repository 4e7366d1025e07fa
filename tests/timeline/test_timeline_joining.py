"""Several numbers of one shipment: pieces, a label replaced by another, the way back under a number of its own."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_timeline_properties import scans
from timeline_histories import history, scan, utc

from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Tie
from doorstep.domain.vocabulary import Direction, Status
from doorstep.timeline import fold, fold_tied

NUMBERS = ["N1", "N2", "N3"]


def tie(of: str, to: str, role: str, carrier: str | None = None) -> Tie:
    return Tie(of, to, carrier, role)


def way(number: str, *lines: str, **changed):
    return history(*lines, tracking_number=number, **changed)


def stands(folded: Folded) -> dict[str, Status]:
    return {piece.tracking_number: piece.status for piece in folded.pieces}


# -- pieces -------------------------------------------------------------------------------------------------------------------------

PIECES = [tie("N1", "N2", "parcel"), tie("N1", "N3", "parcel")]
OUT = way("N1", "2026-03-01 09:00 picked_up", "2026-03-02 10:00 delivered")
SECOND = way("N2", "2026-03-01 09:00 picked_up", "2026-03-03 11:00 delivered")
THIRD = way("N3", "2026-03-01 09:00 picked_up", "2026-03-02 08:00 out_for_delivery")


def test_a_shipment_is_not_delivered_before_every_piece_is():
    folded = fold_tied([*OUT, *SECOND, *THIRD], ties=PIECES)
    assert folded.status is Status.OUT_FOR_DELIVERY
    assert folded.delivered_at is None
    assert stands(folded) == {"N1": Status.DELIVERED, "N2": Status.DELIVERED, "N3": Status.OUT_FOR_DELIVERY}


def test_a_shipment_is_delivered_with_its_last_piece():
    folded = fold_tied([*OUT, *SECOND, *THIRD, scan("delivered", "2026-03-02 12:00", tracking_number="N3")], ties=PIECES)
    assert (folded.status, folded.delivered_at, folded.status_since) == (Status.DELIVERED, utc("2026-03-03 11:00"), utc("2026-03-03 11:00"))
    assert folded.last_scan_at == utc("2026-03-03 11:00")
    assert len(folded.counted) == 7


def test_a_piece_without_scans_is_spoken_for_by_the_number_that_names_it():
    assert fold_tied(OUT, ties=PIECES) == fold(OUT)
    partly = fold_tied([*OUT, *THIRD], ties=PIECES)
    assert stands(partly) == {"N2": Status.DELIVERED, "N3": Status.OUT_FOR_DELIVERY}


def test_a_piece_nobody_has_spoken_of_holds_delivery_back():
    folded = fold_tied(SECOND, ties=PIECES)
    assert folded.status is Status.PENDING
    assert stands(folded) == {"N2": Status.DELIVERED, "N3": Status.PENDING}


def test_trouble_with_one_piece_is_the_shipments_trouble():
    held = way("N3", "2026-03-01 09:00 picked_up", "2026-03-02 08:00 damaged")
    folded = fold_tied([*OUT, *SECOND, *held], ties=PIECES)
    assert folded.status is Status.EXCEPTION
    assert [one.kind for one in folded.open_pitfalls] == ["damaged"]
    assert folded.must_act == fold(held).must_act


def test_a_cancelled_piece_does_not_keep_the_others_from_being_delivered():
    folded = fold_tied([*OUT, *SECOND, *way("N3", "2026-03-01 08:00 order_cancelled")], ties=PIECES)
    assert folded.status is Status.DELIVERED


def test_a_last_mile_number_belongs_to_the_piece_that_it_continues():
    ties = [*PIECES, tie("N3", "L3", "last_mile")]
    onward = way("L3", "2026-03-02 07:00 received_by_partner", "2026-03-02 15:00 delivered", carrier="bolt")
    folded = fold_tied([*OUT, *SECOND, *THIRD, *onward], ties=ties)
    assert folded.status is Status.DELIVERED
    assert stands(folded) == dict.fromkeys(NUMBERS, Status.DELIVERED)
    assert {piece.tracking_number: piece.carrier for piece in folded.pieces}["N3"] == "bolt"


# -- a whole that is no piece itself --------------------------------------------------------------------------------------------------

PARTS = [tie("N1", "N2", "part"), tie("N1", "N3", "part")]
WHOLE = way("N1", "2026-03-01 09:00 picked_up", "2026-03-02 07:00 out_for_delivery")


def test_a_whole_is_delivered_with_its_last_part_though_nobody_says_so_of_itself():
    there = [scan("delivered", "2026-03-02 10:00", tracking_number="N2"), scan("delivered", "2026-03-03 11:00", tracking_number="N3")]
    first = fold_tied([*WHOLE, there[0]], ties=PARTS)
    assert (first.status, first.delivered_at) == (Status.OUT_FOR_DELIVERY, None)
    assert stands(first) == {"N2": Status.DELIVERED, "N3": Status.OUT_FOR_DELIVERY}
    both = fold_tied([*WHOLE, *there], ties=PARTS)
    assert (both.status, both.delivered_at) == (Status.DELIVERED, utc("2026-03-03 11:00"))
    assert stands(both) == {"N2": Status.DELIVERED, "N3": Status.DELIVERED}


def test_what_befalls_the_whole_befalls_a_part_with_scans_of_its_own():
    behind = scan("missorted", "2026-03-02 06:00", tracking_number="N3")
    assert fold_tied([*WHOLE, behind, scan("delivered", "2026-03-03 11:00", tracking_number="N1")], ties=PARTS).status is Status.DELIVERED


def test_a_part_nobody_has_spoken_of_holds_delivery_back():
    folded = fold_tied([scan("delivered", "2026-03-02 10:00", tracking_number="N2")], ties=PARTS)
    assert (folded.status, stands(folded)) == (Status.PENDING, {"N2": Status.DELIVERED, "N3": Status.PENDING})


def test_a_whole_known_as_a_parcel_before_is_one_no_more():
    there = [scan("delivered", f"2026-03-0{day} 10:00", tracking_number=number) for day, number in ((2, "N2"), (3, "N3"))]
    assert fold_tied([*WHOLE, *there], ties=[*PIECES, *PARTS, tie("N2", "N1", "parcel")]).status is Status.DELIVERED


def test_parts_and_whole_are_one_leg():
    own = [scan("missorted", "2026-03-01 20:00", tracking_number="N3"), scan("delivered", "2026-03-02 10:00", tracking_number="N2")]
    [leg] = fold_tied([*WHOLE, *own], ties=PARTS).legs
    assert (leg.tracking_number, leg.first_at, leg.last_at) == ("N1", utc("2026-03-01 09:00"), utc("2026-03-02 10:00"))


def test_a_part_that_travels_on_under_another_number_is_there_when_that_is():
    onward = way("L3", "2026-03-02 08:00 received_by_partner", "2026-03-02 15:00 delivered", carrier="bolt")
    other = scan("delivered", "2026-03-02 10:00", tracking_number="N2")
    assert fold_tied([*WHOLE, other, *onward], ties=[*PARTS, tie("N3", "L3", "last_mile")]).status is Status.DELIVERED


def test_a_whole_that_travels_on_under_another_number_takes_its_parts_along():
    onward = way("L1", "2026-03-02 08:00 received_by_partner", "2026-03-02 15:00 delivered", carrier="bolt")
    behind = scan("missorted", "2026-03-01 20:00", tracking_number="N3")
    assert fold_tied([*WHOLE, behind, *onward], ties=[*PARTS, tie("N1", "L1", "last_mile")]).status is Status.DELIVERED


PARTLY = scan("delivered_partial", "2026-03-02 10:00", tracking_number="N1")


def test_a_whole_delivered_in_part_is_delivered_with_its_last_part():
    folded = fold_tied([*WHOLE, PARTLY], ties=PARTS)
    assert (folded.status, folded.delivered_at, [one.kind for one in folded.open_pitfalls]) == (Status.IN_TRANSIT, None, ["pieces_missing"])
    there = [scan("delivered", "2026-03-02 09:50", tracking_number="N2"), scan("delivered", "2026-03-03 11:00", tracking_number="N3")]
    first = fold_tied([*WHOLE, PARTLY, there[0]], ties=PARTS)
    assert (first.status, stands(first)) == (Status.IN_TRANSIT, {"N2": Status.DELIVERED, "N3": Status.IN_TRANSIT})
    both = fold_tied([*WHOLE, PARTLY, *there], ties=PARTS)
    assert (both.status, both.delivered_at, both.open_pitfalls) == (Status.DELIVERED, utc("2026-03-03 11:00"), ())
    assert PARTLY.fingerprint in both.counted


def test_a_whole_delivered_in_part_is_delivered_when_it_says_so():
    said = scan("delivered", "2026-03-04 09:00", tracking_number="N1")
    assert fold_tied([*WHOLE, PARTLY, said], ties=PARTS).delivered_at == utc("2026-03-04 09:00")


def test_a_number_delivered_in_part_speaks_for_pieces_that_nobody_has_scanned():
    folded = fold_tied([*OUT[:1], PARTLY, *SECOND], ties=PIECES)
    assert (folded.status, stands(folded)) == (Status.IN_TRANSIT, {"N2": Status.DELIVERED, "N3": Status.IN_TRANSIT})
    rest = scan("delivered", "2026-03-04 09:00", tracking_number="N1")
    assert fold_tied([*OUT[:1], PARTLY, *SECOND, rest], ties=PIECES).status is Status.DELIVERED


def test_ordinary_shipments_fold_as_ever():
    assert fold_tied(OUT) == fold(OUT)


# -- a label that another replaced ---------------------------------------------------------------------------------------------------

REPLACED = [tie("N1", "X9", "replaced_by", "bolt")]


def test_the_cancellation_of_a_replaced_label_is_not_the_shipments():
    old = way("N1", "2026-03-01 09:00 label_created", "2026-03-01 12:00 order_cancelled")
    assert fold_tied(old, ties=REPLACED).status is Status.INFO_RECEIVED
    moving = fold_tied([*old, *way("X9", "2026-03-01 18:00 picked_up", carrier="bolt")], ties=REPLACED)
    assert moving.status is Status.IN_TRANSIT
    assert moving.legs[-1].carrier == "bolt"


def test_a_parcel_that_came_back_and_left_under_a_new_number_is_on_its_way_out():
    old = way("N1", "2026-03-01 09:00 picked_up", "2026-03-03 09:00 return_started", "2026-03-05 09:00 returned_to_sender")
    new = way("X9", "2026-03-06 18:00 picked_up", "2026-03-08 10:00 delivered", carrier="bolt")
    assert fold_tied(old, ties=REPLACED).status is Status.RETURNED
    folded = fold_tied([*old, *new], ties=REPLACED)
    assert (folded.status, folded.direction) == (Status.DELIVERED, Direction.OUTBOUND)


def test_two_numbers_that_each_replace_the_other_both_count():
    both = [tie("N1", "N2", "replaced_by"), tie("N2", "N1", "replaced_by")]
    assert fold_tied([*OUT, *SECOND], ties=both) == fold([*OUT, *SECOND])


# -- the way back --------------------------------------------------------------------------------------------------------------------


def test_the_same_number_on_its_way_back_is_a_leg_of_its_own():
    folded = fold(way("N1", "2026-03-01 09:00 picked_up", "2026-03-03 09:00 refused", "2026-03-04 09:00 return_started"))
    assert [(leg.tracking_number, leg.direction) for leg in folded.legs] == [("N1", Direction.OUTBOUND), ("N1", Direction.RETURN)]


def test_a_linked_return_number_turns_the_shipment_once_it_moves():
    ties = [tie("N1", "R1", "return")]
    label = way("R1", "2026-03-01 09:30 label_created")
    assert fold_tied([*OUT, *label], ties=ties).status is Status.DELIVERED
    assert fold_tied(label, ties=ties).direction is Direction.OUTBOUND
    back = way("R1", "2026-03-09 10:00 picked_up", "2026-03-11 10:00 delivered")
    folded = fold_tied([*OUT, *label, *back], ties=ties)
    assert (folded.status, folded.direction) == (Status.RETURNED, Direction.RETURN)
    assert [(leg.tracking_number, leg.direction) for leg in folded.legs] == [("N1", Direction.OUTBOUND), ("R1", Direction.RETURN)]


def test_a_carrier_that_hands_on_and_reports_no_more_says_so_on_its_leg():
    [leg] = fold(way("N1", "2026-03-01 09:00 picked_up", "2026-03-02 09:00 handed_to_partner_untracked")).legs
    assert not leg.tracked
    first, second = fold(
        [
            *way("N1", "2026-03-01 09:00 picked_up", "2026-03-02 09:00 handed_to_partner_untracked"),
            *way("L1", "2026-03-03 09:00 received_by_partner", carrier="bolt"),
        ]
    ).legs
    assert (first.tracked, second.tracked) == (False, True)


# -- whatever comes ------------------------------------------------------------------------------------------------------------------

LEGS = [("acme", "N1"), ("acme", "N2"), ("acme", "N3"), ("bolt", "L1"), ("acme", "R1")]
HISTORIES = st.lists(
    st.one_of(scans(legs=LEGS), scans(legs=LEGS, slugs=["picked_up", "delivered", "delivered_partial", "order_cancelled"])), max_size=10
)
TIES = st.lists(
    st.builds(
        tie,
        st.sampled_from([n for _, n in LEGS]),
        st.sampled_from([n for _, n in LEGS]),
        st.sampled_from(["parcel", "part", "last_mile", "return", "replaced_by"]),
    ),
    max_size=5,
)


@given(HISTORIES, TIES, st.randoms(use_true_random=False))
@settings(max_examples=250, deadline=None)
def test_every_order_and_every_repetition_of_scans_and_ties_folds_the_same(history, ties, random):
    folded = fold_tied(history, ties=ties)
    shuffled = history + [random.choice(history) for _ in range(3) if history]
    tied = ties + [random.choice(ties) for _ in range(2) if ties]
    random.shuffle(shuffled)
    random.shuffle(tied)
    assert fold_tied(shuffled, ties=tied) == folded


@given(HISTORIES, TIES)
@settings(max_examples=150, deadline=None)
def test_a_joined_shipment_agrees_with_itself(history, ties):
    folded = fold_tied(history, ties=ties)
    assert set(folded.counted) <= {each.fingerprint for each in history}
    assert len(set(folded.counted)) == len(folded.counted)
    assert len({one.kind for one in folded.open_pitfalls}) == len(folded.open_pitfalls)
    assert folded.status is not Status.DELIVERED or all(p.status in {Status.DELIVERED, Status.CANCELLED} for p in folded.pieces)
    assert len(folded.pieces) != 1
