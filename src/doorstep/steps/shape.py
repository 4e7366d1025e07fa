"""What a payload says beside its scans of numbers that hang together and of the pick-up point → the shipment's row."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from doorstep.domain.pickup import Waits
from doorstep.domain.shipments import Folded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Tie, Tracking
from doorstep.domain.vocabulary import Precision, Status
from doorstep.store.shipments import KeptShipment

#: Ties kept on a row. A consignment of more pieces than this is followed by its master number.
_TIES = 300
#: Numbers whose points are kept on a row.
_POINTS = 30


def take_shape(shipment: KeptShipment, tracking: Tracking) -> bool:
    """Take in links and pick-up point; tell whether anything changed."""
    changed = False
    for link in tracking.links:
        tie = Tie(tracking.tracking_number, link.tracking_number, link.carrier, link.role)
        if tie.of != tie.to and tie not in shipment.ties and len(shipment.ties) < _TIES:
            shipment.ties.append(tie)
            changed = True
    if tracking.pickup is not None:
        stated = [c.occurred_at.instant_us for c in tracking.checkpoints if c.occurred_at]
        waits = Waits(max(stated, default=0), tracking.pickup)
        changed = _take_point(shipment, tracking.tracking_number, waits) or changed
    return changed


def sent_together(shipment: KeptShipment, numbers: Collection[str]) -> bool:
    """Take in that the shop itself sent these numbers: of those, none speaks for another. Tell whether that is new."""
    back = {Tie(tie.to, tie.of, None, "parcel") for tie in shipment.ties if tie.role == "parcel" and {tie.of, tie.to} <= set(numbers)}
    known = {(tie.of, tie.to, tie.role) for tie in shipment.ties}
    new = sorted((tie for tie in back if (tie.of, tie.to, tie.role) not in known), key=lambda tie: (tie.of, tie.to))
    shipment.ties += new
    return bool(new)


def _take_point(shipment: KeptShipment, number: str, waits: Waits) -> bool:
    """Keep the point told last of a number; tell whether that is this one."""
    known = shipment.waits.get(number)
    if known is None and len(shipment.waits) >= _POINTS:
        return False
    if known is not None and _rank(known) >= _rank(waits):
        return False
    shipment.waits = shipment.waits | {number: waits}
    return True


def newest_of(told: Iterable[Waits]) -> Waits | None:
    """Choose the pick-up point stated last; of two stated at once the one told in more words, whichever came first."""
    return max(told, key=_rank, default=None)


def _rank(waits: Waits) -> tuple[int, bool, bool, bytes]:
    point = waits.point
    return waits.stated_us, point.code is not None, point.collect_by is not None, msgspec.json.encode(point)


def join_shape(into: KeptShipment, gone: KeptShipment) -> None:
    """Give a shipment what another that turned out to be the same promise knew; what was sent in either is in both together."""
    into.ties += [tie for tie in gone.ties if tie not in into.ties]
    for number, waits in gone.waits.items():
        _take_point(into, number, waits)


def waiting_of(shipment: KeptShipment, folded: Folded) -> dict[str, Waits]:
    """Leave out the points of pieces that do not wait, where others of the shipment do: number → point."""
    waiting = {piece.tracking_number for piece in folded.pieces if piece.status is Status.READY_FOR_PICKUP}
    elsewhere = {piece.tracking_number for piece in folded.pieces} - waiting if waiting else frozenset[str]()
    return {number: waits for number, waits in shipment.waits.items() if number not in elsewhere}


def collect_by(shipment: KeptShipment, folded: Folded) -> datetime | None:
    """Tell until when (aware UTC) a shipment waits: of several pieces that wait, until when the first does."""
    if folded.status is not Status.READY_FOR_PICKUP or not shipment.waits:
        return None
    waiting = waiting_of(shipment, folded)
    of_pieces = [waiting[piece.tracking_number] for piece in folded.pieces if piece.tracking_number in waiting]
    told = of_pieces or [waits for waits in [newest_of(waiting.values())] if waits]
    stamps = (waits.point.collect_by for waits in told)
    return min((last_moment(stamp, shipment.zone) for stamp in stamps if stamp is not None), default=None)


def last_moment(stamp: OccurredAt, zone: str | None) -> datetime:
    """Tell until when (aware UTC): where only a day was told, that day's end for the recipient."""
    if stamp.precision is not Precision.DATE:
        return stamp.instant
    after = date.fromisoformat(stamp.local[:10]) + timedelta(days=1)
    return datetime.combine(after, time(), ZoneInfo(zone or "UTC")).astimezone(UTC)
