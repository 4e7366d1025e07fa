"""Arrivals among what is new, beside the other parcels of their orders → which one completes its order, which is a part of it."""

from collections.abc import Mapping, Sequence

import msgspec

from doorstep.domain.arrivals import Arrival, arrival_of
from doorstep.domain.vocabulary import Status
from doorstep.journeys import PART, PARTLY
from doorstep.steps.happenings import Happening
from doorstep.store.shipments import KeptShipment

_DELIVERED = "shipment.delivered"
#: Merchant and order.
_Key = tuple[int, int]


def arriving(happenings: Sequence[Happening]) -> set[_Key]:
    """Name the orders of which something has arrived."""
    return {(h.merchant_id, h.order_id) for h in happenings if h.order_id is not None and h.moment.change.trigger in {PARTLY, _DELIVERED}}


def apart(fresh: Sequence[Happening], parcels: Mapping[_Key, Sequence[KeptShipment]]) -> tuple[list[Happening], list[Happening]]:
    """Split what is new into all the rest and the deliveries that are only a part of their order, under their own occurrence.

    Left out is what the delivery of the whole order says: that a part of it is there.
    """
    counts = {key: arrived(parcels[key]) for key in arriving(fresh)}
    rest, parts = [], []
    for happening in fresh:
        change, count = happening.moment.change, counts.get((happening.merchant_id, happening.order_id or 0))
        if change.trigger == _DELIVERED and count and count.coming and happening.moment.skip is None:
            moment = msgspec.structs.replace(happening.moment, change=msgspec.structs.replace(change, occurrence=PART))
            parts.append(msgspec.structs.replace(happening, moment=moment))
        elif change.trigger != PARTLY or not count or count.coming or not _tells_itself(happening):
            rest.append(happening)
    return rest, parts


def arrived(parcels: Sequence[KeptShipment]) -> Arrival:
    """Count an order's parcels."""
    return arrival_of(one.folded for one in parcels)


def _tells_itself(happening: Happening) -> bool:
    """Whether the shipment's own delivery tells of the arrival. It has none where another of its pieces goes back."""
    shipment = happening.shipment
    return shipment is not None and shipment.folded is not None and shipment.folded.status is Status.DELIVERED


def waits_for_word(happening: Happening) -> bool:
    """Whether a delivery is told of a shipment some of whose pieces nobody has scanned: one number speaks for all, maybe too soon."""
    shipment = happening.shipment
    if shipment is None or not shipment.ties or happening.moment.change.trigger != _DELIVERED:
        return False
    heard = {scan.tracking_number for scan in shipment.scans}
    parts = {tie.to for tie in shipment.ties if tie.role == "part"}
    spoken_for = {tie.to for tie in shipment.ties if tie.role == "parcel"} - parts
    return not spoken_for <= heard or (len(parts) > 1 and not parts <= heard)
