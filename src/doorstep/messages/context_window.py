"""What the fold says, the shop's promise → the window a customer may still be told, or None where it no longer stands."""

from doorstep.domain.orders import Order
from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Estimate
from doorstep.domain.vocabulary import Direction, Status

#: Nothing is awaited any more, or (at a pick-up point) it is the parcel that awaits.
WITHOUT_WINDOW = frozenset({Status.DELIVERED, Status.READY_FOR_PICKUP, Status.RETURNING, Status.RETURNED, Status.CANCELLED})
#: Open problems after which no delivery of these goods is in sight, whatever was announced before.
_NO_DELIVERY = frozenset(
    {
        "contents_missing",
        "customs_rejected",
        "customs_seized",
        "damaged",
        "disposed",
        "exceeds_service",
        "gone_silent",
        "lost",
        "pickup_expired",
        "presumed_lost",
        "prohibited_goods",
        "refused",
        "rejected_by_carrier",
        "return_failed",
        "returning",
        "stolen",
        "under_investigation",
        "undeliverable",
    }
)


def standing_window(folded: Folded, order: Order | None) -> Estimate | None:
    """Return the carrier's estimate, else the shop's promise; None: neither is there, or what happened since has overtaken it.

    After something went wrong (held, a failed attempt) only what was announced afterwards stands, and after a failed attempt what
    begins on a later day.
    """
    if folded.status in WITHOUT_WINDOW or folded.direction is Direction.RETURN or (order is not None and order.cancelled_at is not None):
        return None
    if folded.open_pitfalls and any(one.kind in _NO_DELIVERY for one in folded.open_pitfalls):
        return None
    estimate = folded.estimate
    if estimate is None and order is not None and order.promise is not None:
        estimate = Estimate(from_on=order.promise.from_on or order.promise.to_on, to_on=order.promise.to_on, source="shop")
    if estimate is None or folded.status not in {Status.EXCEPTION, Status.FAILED_ATTEMPT}:
        return estimate
    return estimate if _is_newer(estimate, folded) else None


def _is_newer(estimate: Estimate, folded: Folded) -> bool:
    """Tell whether an estimate speaks of the time after the trouble. Where the trouble has no date nothing can be told."""
    since = folded.status_since
    if since is None:
        return False
    if estimate.stated_at is not None and estimate.stated_at.instant >= since:
        return True
    return folded.status is Status.FAILED_ATTEMPT and estimate.from_on > since.date()
