"""A moment that waited, its order's parcels as they stand now → whether it is still worth telling, and whether it is still so."""

from collections.abc import Sequence

from doorstep.domain.messages import Change
from doorstep.domain.vocabulary import Status
from doorstep.journeys import PARTLY
from doorstep.steps.arrivals import arrived
from doorstep.store.shipments import KeptShipment

_DELIVERED = "shipment.delivered"
_PACKED = "order.packed"
#: The carrier has not moved it yet.
_UNMOVED = frozenset({Status.PENDING, Status.INFO_RECEIVED, Status.UNKNOWN})
#: A moment that waited and is overtaken once its shipment says one of these.
_OVERTAKES = {
    "shipment.out_for_delivery": {"delivered", "returned", "returning", "failed_attempt", "ready_for_pickup"},
    "shipment.shipped": {"out_for_delivery", "delivered", "returned", "returning", "ready_for_pickup"},
    "shipment.delayed": {"out_for_delivery", "delivered", "returned", "returning", "ready_for_pickup"},
    "shipment.delivery_tomorrow": {"out_for_delivery", "delivered", "returned", "returning", "ready_for_pickup"},
    "shipment.cod_due": {"delivered", "returned", "returning"},
    "shipment.failed_attempt": {"delivered", "returned", "ready_for_pickup"},
    "shipment.ready_for_pickup": {"delivered", "returned", "returning"},
    "shipment.pickup_deadline": {"delivered", "returned", "returning"},
    "shipment.problem": {"delivered", "returned"},
    "shipment.address_question": {"delivered", "returned"},
    _DELIVERED: {"returned", "returning"},
}


def is_overtaken(change: Change, parcels: Sequence[KeptShipment], *, completed: bool) -> bool:
    """Whether what waited has passed. `completed`: that the whole order is there was decided about since."""
    if change.trigger == PARTLY:
        return completed and not arrived(parcels).coming
    if change.trigger == _PACKED:
        mine = [one.folded for one in parcels if one.fulfilment_id == change.occurrence]
        return bool(mine) and all(folded is not None and folded.status not in _UNMOVED for folded in mine)
    if change.subject_kind != "shipment":
        return False
    own = own_of(change, parcels)
    if own is None:  # taken off the order, or one with another of its shipments: then it may be that one's delivery
        count = arrived(parcels)
        return change.trigger != _DELIVERED or not count.there or bool(count.coming)
    return own.folded is not None and own.folded.status in _OVERTAKES.get(change.trigger, ())


def was_untrue(change: Change, parcels: Sequence[KeptShipment]) -> bool:
    """Whether an arrival that waited to be told is none: it was taken back, or another piece of the shipment came to light."""
    if change.trigger == PARTLY:
        return not arrived(parcels).there
    own = own_of(change, parcels) if change.trigger == _DELIVERED else None
    return own is not None and (own.folded is None or own.folded.status is not Status.DELIVERED)


def own_of(change: Change, parcels: Sequence[KeptShipment]) -> KeptShipment | None:
    """The shipment a moment is about; None: an order's moment, or it is not the order's any more."""
    return next((one for one in parcels if change.subject_kind == "shipment" and one.shipment_id == change.subject_id), None)
