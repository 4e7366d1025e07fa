"""The shipments of an order as they stand → how many of its parcels are there, and how many still come."""

from collections.abc import Iterable, Iterator

import msgspec

from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Status

#: Nothing comes any more: it is there, or it goes back.
_SETTLED = frozenset({Status.DELIVERED, Status.RETURNING, Status.RETURNED})
#: Problems after which the goods will not come, whatever their status.
_GONE = frozenset({"lost", "stolen", "disposed", "customs_seized"})


class Arrival(msgspec.Struct, frozen=True):
    """How much of an order is there, in parcels: the pieces of a shipment that has any, else the shipment itself.

    Cancelled ones are left out: a label that was made and voided is no parcel. `total` may be more than `there` and `coming`
    together, where some go back or are lost.
    """

    there: int
    coming: int
    total: int


def arrival_of(parcels: Iterable[Folded | None]) -> Arrival:
    """Count an order's parcels; None is a shipment of which its carrier has said nothing."""
    states = [state for folded in parcels for state in _states(folded)]
    return Arrival(
        there=sum(status is Status.DELIVERED for status, _ in states),
        coming=sum(status not in _SETTLED and not gone for status, gone in states),
        total=len(states),
    )


def _states(folded: Folded | None) -> Iterator[tuple[Status, bool]]:
    """Tell of each parcel its status, and whether it is lost for good."""
    if folded is None:
        yield Status.PENDING, False
        return
    gone = any(one.kind in _GONE for one in folded.open_pitfalls)
    for status in [piece.status for piece in folded.pieces] or [folded.status]:
        if status is not Status.CANCELLED:
            yield status, gone and status is Status.EXCEPTION
