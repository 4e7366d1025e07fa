"""Trackings from anywhere, in any order → shipments folded anew, and the moments that are new in them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Checkpoint, Estimate, Scan, Tracking
from doorstep.journeys import changes_of_shipment, next_reminder_at
from doorstep.steps.happenings import Happening, page_token
from doorstep.store import checkpoints, shipments
from doorstep.store.checkpoints import NewCheckpoint
from doorstep.store.database import Tx
from doorstep.store.shipments import KeptShipment, NewShipment
from doorstep.timeline import fold

#: Roles of a linked number under which the same goods travel, so that its scans belong to the same shipment.
_SAME_GOODS = frozenset({"last_mile", "return", "replaced_by"})
#: Estimates kept on the row; the oldest stated go first.
_ESTIMATES = 40


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one inbox row said of one number."""

    merchant_id: int
    inbox_id: int
    received_at: datetime
    tracking: Tracking


async def advance(tx: Tx, seen: Sequence[Seen], now: datetime) -> list[Happening]:
    """Take in what was seen; scans already known change nothing."""
    if not seen:
        return []
    kept = await shipments_of(tx, seen)
    touched = {shipment.shipment_id: shipment for shipment in await _link(tx, seen, kept)}
    fresh: list[NewCheckpoint] = []
    known: dict[int, set[bytes]] = {}
    latest: dict[bytes, Checkpoint] = {}
    for one in seen:
        shipment = kept[one.merchant_id, one.tracking.tracking_number]
        there = known.setdefault(shipment.shipment_id, set()) or {scan.fingerprint for scan in shipment.scans}
        known[shipment.shipment_id] = there
        added = [(scan, c) for c in one.tracking.checkpoints if (scan := Scan.of(c)).fingerprint not in there]
        for scan, checkpoint in added:
            if scan.fingerprint in there:
                continue
            there.add(scan.fingerprint)
            shipment.scans.append(scan)
            latest[scan.fingerprint] = checkpoint
            fresh.append(
                NewCheckpoint(
                    merchant_id=one.merchant_id,
                    shipment_id=shipment.shipment_id,
                    inbox_id=one.inbox_id,
                    received_at=one.received_at,
                    checkpoint=checkpoint,
                    scan=scan,
                )
            )
        if _take_rest(shipment, one.tracking) or added:
            touched[shipment.shipment_id] = shipment
    happenings = [h for shipment in touched.values() for h in refold(shipment, latest, now)]
    if touched:
        await shipments.write(tx, list(touched.values()), now)
    if fresh:
        await checkpoints.keep(tx, fresh)
        await _count_unknown(tx, fresh, now)
    return happenings


def refold(shipment: KeptShipment, latest: dict[bytes, Checkpoint], now: datetime) -> list[Happening]:
    """Fold a shipment anew in place and tell what is new; `latest` holds the checkpoints just added, by fingerprint."""
    before = shipment.folded
    after = fold(shipment.scans, shipment.estimates, since=shipment.since)
    shipment.folded = after
    if after.counted and (newest := latest.get(after.counted[-1])):
        place = newest.place
        shipment.last_text = newest.carrier_text
        shipment.last_place = (place.city or place.text or place.facility or place.country) if place else None
        shipment.last_local = newest.occurred_at.local if newest.occurred_at else None
    shipment.look_at = next_reminder_at(after, now, ZoneInfo(shipment.zone or "UTC"))
    return [
        Happening(merchant_id=shipment.merchant_id, moment=moment, shipment=shipment)
        for moment in changes_of_shipment(before, after, shipment.shipment_id)
    ]


async def shipments_of(tx: Tx, seen: Sequence[Seen]) -> dict[tuple[int, str], KeptShipment]:
    """Lock the shipment of every number seen, making those nobody knows yet."""
    first = {(one.merchant_id, one.tracking.tracking_number): one.tracking for one in reversed(seen)}
    await shipments.claim_numbers(tx, numbers_in(seen))
    kept = await shipments.lock(tx, list(first))
    new = [
        NewShipment(merchant_id=key[0], tracking_number=key[1], carrier=tracking.carrier, service=tracking.service, token=page_token())
        for key, tracking in first.items()
        if key not in kept
    ]
    return kept | (await shipments.make(tx, new) if new else {})


def numbers_in(seen: Sequence[Seen]) -> list[tuple[int, str]]:
    """Name every number that is spoken of, linked ones too: claimed all at once, before any shipment is locked, nobody waits in a ring."""
    spoken = {(one.merchant_id, one.tracking.tracking_number) for one in seen}
    return [*spoken | {(one.merchant_id, link.tracking_number) for one in seen for link in one.tracking.links if link.role in _SAME_GOODS}]


def _take_rest(shipment: KeptShipment, tracking: Tracking) -> bool:
    """Take in estimates, carrier and service; tell whether anything changed."""
    changed = False
    for estimate in tracking.estimates:
        changed = take_estimate(shipment.estimates, estimate) or changed
    if len(shipment.estimates) > _ESTIMATES:
        shipment.estimates.sort(key=lambda e: e.stated_at.instant.timestamp() if e.stated_at else 0.0)
        del shipment.estimates[:-_ESTIMATES]
    if tracking.service and not shipment.service:
        shipment.service, changed = tracking.service, True
    if shipment.carrier == "unknown" and tracking.carrier != "unknown":
        shipment.carrier, changed = tracking.carrier, True
    return changed


def take_estimate(kept: list[Estimate], new: Estimate) -> bool:
    """Add an estimate to those kept; tell whether anything changed.

    Of the same word said again only the newest saying is kept: carriers repeat their estimate with every scan.
    """
    for position, known in enumerate(kept):
        if known == new:
            return False
        if known.to_on == new.to_on and known.source == new.source and msgspec.structs.replace(known, stated_at=new.stated_at) == new:
            if not _is_later(new.stated_at, known.stated_at):
                return False
            kept[position] = new
            return True
    kept.append(new)
    return True


def _is_later(new: OccurredAt | None, known: OccurredAt | None) -> bool:
    if new is None or known is None:
        return new is not None
    return new.instant > known.instant or (new.instant == known.instant and str(new) > str(known))


async def _link(tx: Tx, seen: Sequence[Seen], kept: dict[tuple[int, str], KeptShipment]) -> list[KeptShipment]:
    """Lead the numbers under which the same goods travel on to the same shipment, and merge what was apart; return what grew."""
    wanted = {
        (one.merchant_id, link.tracking_number): (kept[one.merchant_id, one.tracking.tracking_number], link.role)
        for one in seen
        for link in one.tracking.links
        if link.role in _SAME_GOODS and link.tracking_number != one.tracking.tracking_number
    }
    if not wanted:
        return []
    grown: list[KeptShipment] = []
    there = await shipments.lock(tx, list(wanted))
    fresh = []
    for key, (shipment, role) in wanted.items():
        other = kept.get(key) or there.get(key)
        if other is None:
            fresh.append((key[0], key[1], shipment.shipment_id, role))
        elif other.shipment_id != shipment.shipment_id and (other.order_id is None or other.order_id == shipment.order_id):
            await shipments.merge(tx, key[0], other.shipment_id, shipment.shipment_id)
            shipment.scans += [scan for scan in other.scans if scan not in shipment.scans]
            for number, one in list(kept.items()):
                if one.shipment_id == other.shipment_id:
                    kept[number] = shipment
            grown.append(shipment)
    if fresh:
        await shipments.link(tx, fresh)
    return grown


async def _count_unknown(tx: Tx, fresh: Sequence[NewCheckpoint], now: datetime) -> None:
    unknown = Counter(
        (n.merchant_id, n.checkpoint.carrier, n.checkpoint.carrier_code, n.checkpoint.carrier_text)
        for n in fresh
        if n.checkpoint.event_type == "unknown"
    )
    if unknown:
        await checkpoints.count_unknown(tx, unknown, now)
