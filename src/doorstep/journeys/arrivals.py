"""A shipment before and after → the moment of its order that one more parcel of it is there."""

from datetime import datetime

from doorstep.domain.arrivals import arrival_of
from doorstep.domain.messages import Change
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Status
from doorstep.journeys.triggers import Moment

#: The moment that an order's first parcel is there while others are not. Its key is the order alone, so that it is told once.
PARTLY = "order.partly_delivered"
#: What a delivery is called where others of the order still come: the key of the delivery that completes it stays free.
PART = "part"


def changes_of_arrival(before: Folded | None, after: Folded, order_id: int) -> tuple[Moment, ...]:
    """Tell that more parcels of an order are there than before, by what its one shipment says.

    Whether they were the last of the order, so that its delivery says it all, only who knows the others can tell.
    """
    if after.status is not Status.DELIVERED and not after.pieces:
        return ()
    if arrival_of((after,)).there <= (arrival_of((before,)).there if before else 0):
        return ()
    return (Moment(Change(trigger=PARTLY, subject_kind="order", subject_id=order_id, happened_at=_newest(after))),)


def _newest(after: Folded) -> datetime | None:
    """When the last of the parcels that are there arrived; None: no scan says when."""
    arrived = [after.delivered_at, *(piece.delivered_at for piece in after.pieces if piece.status is Status.DELIVERED)]
    return max((at for at in arrived if at is not None), default=None)
