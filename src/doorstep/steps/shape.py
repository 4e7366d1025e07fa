"""What a payload says beside its scans of numbers that hang together and of the pick-up point → the shipment's row."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from doorstep.domain.pickup import Waits
from doorstep.domain.tracking import Tie, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.store.shipments import KeptShipment

#: Ties kept on a row. A consignment of more pieces than this is followed by its master number.
_TIES = 300


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
        if (newest := newest_of(shipment.waits, waits)) != shipment.waits:
            shipment.waits, changed = newest, True
    return changed


def sent_together(shipment: KeptShipment, numbers: Collection[str]) -> bool:
    """Take in that the shop itself sent these numbers: of those, none speaks for another. Tell whether that is new."""
    back = {Tie(tie.to, tie.of, None, "parcel") for tie in shipment.ties if tie.role == "parcel" and {tie.of, tie.to} <= set(numbers)}
    known = {(tie.of, tie.to, tie.role) for tie in shipment.ties}
    new = sorted((tie for tie in back if (tie.of, tie.to, tie.role) not in known), key=lambda tie: (tie.of, tie.to))
    shipment.ties += new
    return bool(new)


def newest_of(one: Waits | None, other: Waits | None) -> Waits | None:
    """Choose the pick-up point stated last; of two stated at once the one told in more words, whichever came first."""
    return max((waits for waits in (one, other) if waits), key=_rank, default=None)


def _rank(waits: Waits) -> tuple[int, bool, bool, bytes]:
    point = waits.point
    return waits.stated_us, point.code is not None, point.collect_by is not None, msgspec.json.encode(point)


def join_shape(into: KeptShipment, gone: KeptShipment) -> None:
    """Give a shipment what another that turned out to be the same promise knew; what was sent in either is in both together."""
    into.ties += [tie for tie in gone.ties if tie not in into.ties]
    into.waits = newest_of(into.waits, gone.waits)


def collect_by(shipment: KeptShipment) -> datetime | None:
    """Tell until when a parcel waits (aware UTC): where only a day was told, that day's end for the recipient."""
    stamp = shipment.waits.point.collect_by if shipment.waits else None
    if stamp is None:
        return None
    if stamp.precision is not Precision.DATE:
        return stamp.instant
    after = date.fromisoformat(stamp.local[:10]) + timedelta(days=1)
    return datetime.combine(after, time(), ZoneInfo(shipment.zone or "UTC")).astimezone(UTC)
