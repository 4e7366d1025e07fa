"""What a step found to be new, for the step `decide`."""

import secrets
from collections.abc import Sequence

import msgspec

from doorstep.domain.vocabulary import Skip
from doorstep.journeys import Moment
from doorstep.store.cases import KeptCase
from doorstep.store.orders import KeptOrder
from doorstep.store.shipments import KeptShipment


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One moment in one merchant's order, shipment or case."""

    merchant_id: int
    moment: Moment
    #: The subject, or the subject's order; None where the moment is a shipment's without an order.
    order: KeptOrder | None = None
    #: None for an order's moment, unless a shipment made it.
    shipment: KeptShipment | None = None
    #: The subject of a case's moment; None: it is read.
    case: KeptCase | None = None
    #: Who made a case's moment: "customer", "policy", "user 12", "carrier", "time"; "" untold.
    actor: str = ""

    @property
    def order_id(self) -> int | None:
        """Our id of the order concerned."""
        if self.order is not None:
            return self.order.order_id
        if self.shipment is not None:
            return self.shipment.order_id
        return self.case.case.order_id if self.case is not None else None


def outshone(happenings: Sequence[Happening]) -> list[Happening]:
    """Mark as superseded that a parcel is packed, where the carrier's news of the same parcel is learnt at the same time."""
    moving = {(h.merchant_id, h.order_id, h.shipment.fulfilment_id) for h in happenings if h.shipment and h.moment.skip is None}
    if not moving:
        return list(happenings)
    return [
        msgspec.structs.replace(h, moment=Moment(h.moment.change, Skip.SUPERSEDED))
        if h.moment.change.trigger == "order.packed" and (h.merchant_id, h.order_id, h.moment.change.occurrence) in moving
        else h
        for h in happenings
    ]


def page_token() -> str:
    """Make the unguessable part of a page's address: 128 random bits."""
    return secrets.token_urlsafe(16)
