"""How many of an order's parcels are there, and when one more is."""

from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from test_journeys_moments import AT, pitfall, shipment

from doorstep import journeys
from doorstep.domain.arrivals import Arrival, arrival_of
from doorstep.domain.shipments import Piece
from doorstep.domain.vocabulary import Status


def in_pieces(*statuses: Status, status: Status = Status.IN_TRANSIT):
    pieces = tuple(
        Piece(str(n), "ups", one, AT, AT + timedelta(hours=n) if one is Status.DELIVERED else None) for n, one in enumerate(statuses)
    )
    return shipment(status, pieces=pieces)


folds = (
    st.none()
    | st.builds(shipment, st.sampled_from(Status))
    | st.lists(st.sampled_from(Status), min_size=2, max_size=5).map(lambda s: in_pieces(*s))
)


@given(st.lists(folds, max_size=5))
def test_no_parcel_is_counted_twice(parcels):
    count = arrival_of(parcels)
    assert min(count.there, count.coming) >= 0
    assert count.there + count.coming <= count.total
    assert count == arrival_of(parcels[::-1])


def test_each_piece_counts_and_a_shipment_without_scans_is_still_to_come():
    assert arrival_of([in_pieces(Status.DELIVERED, Status.IN_TRANSIT), shipment(Status.DELIVERED), None]) == Arrival(2, 2, 4)


def test_what_goes_back_or_is_lost_is_not_coming_and_a_voided_label_is_no_parcel():
    lost = shipment(Status.EXCEPTION, open_pitfalls=(pitfall("lost"),))
    held = shipment(Status.EXCEPTION, open_pitfalls=(pitfall("customs_held"),))
    assert arrival_of([lost]) == Arrival(0, 0, 1)
    assert arrival_of([held]) == Arrival(0, 1, 1)
    assert arrival_of([shipment(Status.RETURNING), shipment(Status.RETURNED)]) == Arrival(0, 0, 2)
    assert arrival_of([shipment(Status.CANCELLED)]) == Arrival(0, 0, 0)


def test_one_more_piece_that_is_there_is_a_moment_of_the_order_dated_by_it():
    before = in_pieces(Status.DELIVERED, Status.IN_TRANSIT, Status.IN_TRANSIT)
    after = in_pieces(Status.DELIVERED, Status.IN_TRANSIT, Status.DELIVERED)
    [moment] = journeys.changes_of_arrival(before, after, 3)
    assert (moment.change.trigger, moment.change.subject_kind, moment.change.subject_id) == (journeys.PARTLY, "order", 3)
    assert (moment.change.occurrence, moment.change.happened_at) == ("", AT + timedelta(hours=2))
    assert journeys.changes_of_arrival(after, after, 3) == ()
    assert journeys.changes_of_arrival(after, before, 3) == ()


def test_a_delivery_is_an_arrival_and_what_comes_after_it_is_not():
    there = shipment(Status.DELIVERED)
    assert len(journeys.changes_of_arrival(None, there, 3)) == 1
    assert len(journeys.changes_of_arrival(shipment(Status.OUT_FOR_DELIVERY), there, 3)) == 1
    later = msgspec.structs.replace(there, last_scan_at=AT + timedelta(days=1))
    assert journeys.changes_of_arrival(there, later, 3) == ()
    assert journeys.changes_of_arrival(None, shipment(Status.RETURNED), 3) == ()


def test_a_piece_that_comes_to_light_beside_one_that_is_there_is_no_arrival():
    assert journeys.changes_of_arrival(shipment(Status.DELIVERED), in_pieces(Status.DELIVERED, Status.IN_TRANSIT), 3) == ()
