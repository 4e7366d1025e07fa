"""A shipment's legs, ties and pick-up point → whose hands it goes through and where it can be collected, as pages and messages tell it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from doorstep.carriers import carriers
from doorstep.domain.orders import Order, OrderLine
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.shipments import Folded, Leg
from doorstep.domain.vocabulary import Direction, Status
from doorstep.messages import Hop
from doorstep.steps.shape import newest_of, waiting_of
from doorstep.store.shipments import KeptShipment

_OVER = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
_NEVER = datetime.max.replace(tzinfo=UTC)


def hops_of(shipment: KeptShipment) -> tuple[Hop, ...]:
    """Tell whose hands a shipment goes through, in order; () where one carrier has it from end to end, as most do."""
    folded = shipment.folded
    if folded is None or (len(folded.legs) <= 1 and not shipment.ties and all(leg.tracked for leg in folded.legs)):
        return ()
    pieces = {tie.to for tie in shipment.ties if tie.role in {"parcel", "part"}} | {piece.tracking_number for piece in folded.pieces}
    legs = [leg for leg in folded.legs if leg.tracking_number not in pieces]
    holder = _holder(legs, folded)
    found = (*(_hop(leg, has_it=leg is holder) for leg in legs), *_announced(shipment, folded))
    return found if len(found) > 1 or any(not hop.tracked for hop in found) else ()


def _holder(legs: Sequence[Leg], folded: Folded) -> Leg | None:
    """Name the leg that began last on the present way; nobody's once it is over or before anybody had it."""
    if folded.status in _OVER or folded.first_scan_at is None:
        return None
    ahead = [leg for leg in legs if leg.direction is folded.direction]
    newest = max(ahead, key=lambda leg: (leg.first_at is not None, leg.first_at or _NEVER), default=None)
    return newest if newest is not None and newest.tracked else None


def _hop(leg: Leg, *, has_it: bool) -> Hop:
    return Hop(
        carrier=leg.carrier,
        carrier_name=carrier_name(leg.carrier),
        tracking_number=leg.tracking_number,
        url=carrier_url(leg.carrier, leg.tracking_number),
        direction=leg.direction,
        tracked=leg.tracked,
        has_it=has_it,
        from_at=leg.first_at,
        to_at=leg.last_at,
    )


def _announced(shipment: KeptShipment, folded: Folded) -> Iterator[Hop]:
    """Numbers under which it is to travel on and that nobody has scanned yet."""
    scanned = {leg.tracking_number for leg in folded.legs}
    for tie in sorted({(tie.to, tie.carrier or "", tie.role) for tie in shipment.ties if tie.role in {"last_mile", "replaced_by"}}):
        number, carrier, _ = tie
        if number not in scanned:
            scanned.add(number)
            url = carrier_url(carrier, number)
            yield Hop(carrier=carrier, carrier_name=carrier_name(carrier) if carrier else "", tracking_number=number, url=url)


def carrier_name(slug: str) -> str:
    """The carrier as customers know it."""
    carrier = carriers().get(slug)
    return carrier.name if carrier else slug.replace("_", " ").title()


def carrier_url(slug: str, number: str) -> str | None:
    """The carrier's own public page of a number; None: none known."""
    carrier = carriers().get(slug)
    return carrier.tracking_url.replace("{number}", number) if carrier and carrier.tracking_url else None


def point_of(shipment: KeptShipment) -> PickupPoint | None:
    """Tell where a shipment is to be collected, while it still is; with the code only while it waits there.

    Where pieces of it wait, each with a point of its own, it is that of one of them: see `points_of`.
    """
    folded = shipment.folded
    if folded is None or folded.status in _OVER or folded.direction is Direction.RETURN:
        return None
    newest = newest_of(waiting_of(shipment, folded).values())
    return _as_told(newest.point, folded.status) if newest else None


def points_of(shipment: KeptShipment) -> dict[str, PickupPoint]:
    """Tell where each piece of a shipment is to be collected that has a point of its own and is not there yet: number → point."""
    folded = shipment.folded
    return {
        piece.tracking_number: _as_told(shipment.waits[piece.tracking_number].point, piece.status)
        for piece in (folded.pieces if folded else ())
        if piece.tracking_number in shipment.waits and piece.status not in _OVER and piece.status is not Status.RETURNING
    }


def _as_told(point: PickupPoint, status: Status) -> PickupPoint:
    return point if status is Status.READY_FOR_PICKUP else msgspec.structs.replace(point, code=None, collect_by=None)


def lines_waiting(order: Order, shipments: Sequence[KeptShipment]) -> tuple[OrderLine, ...]:
    """Return the lines, or what is left of them, that no parcel holds yet."""
    sending = [one for one in shipments if not (one.folded and one.folded.status is Status.CANCELLED)]
    if order.cancelled_at or any(not one.lines for one in sending):
        return ()
    gone: dict[str, int] = {}
    for quantities in (*(one.lines for one in sending), *(refund.lines for refund in order.refunds)):
        for line_id, quantity in quantities.items():
            gone[line_id] = gone.get(line_id, 0) + quantity
    left = ((line, line.quantity - gone.get(line.line_id, 0)) for line in order.lines)
    return tuple(msgspec.structs.replace(line, quantity=quantity) for line, quantity in left if quantity > 0)
