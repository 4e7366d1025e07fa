"""Trackings from anywhere, in any order → shipments folded anew, and the moments that are new in them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from doorstep.domain.shipments import Folded
from doorstep.domain.tracking import Checkpoint, Scan, Tie, Tracking
from doorstep.domain.vocabulary import Status
from doorstep.journeys import changes_of_arrival, changes_of_shipment, next_reminder_at
from doorstep.steps.askers import Written
from doorstep.steps.happenings import Happening, page_token
from doorstep.steps.outlook import ENDED, HOUSE, Outlook, facts_of, origin_of, told_where
from doorstep.steps.shape import collect_by, join_shape, take_shape
from doorstep.store import checkpoints, legs, shipments
from doorstep.store.checkpoints import NewCheckpoint
from doorstep.store.database import Tx
from doorstep.store.shipments import KeptShipment, NewShipment
from doorstep.timeline import fold, fold_tied, judge
from doorstep.timeline.estimates import best_estimate
from doorstep.timeline.expecting import expect, look_again_at
from doorstep.timeline.sayings import take_estimates

#: Roles of a linked number under which the same goods travel, so that its scans belong to the same shipment.
_SAME_GOODS = frozenset({"last_mile", "return", "replaced_by", "parcel", "part"})
#: Roles of the numbers that are parcels of their own.
_PIECES = frozenset({"parcel", "part"})
#: So long after the end of a shipment its scans are taken to be all in.
LATE_SCANS = timedelta(days=3)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one inbox row said of one number."""

    merchant_id: int
    inbox_id: int
    received_at: datetime
    tracking: Tracking


async def advance(tx: Tx, seen: Sequence[Seen], now: datetime, written: Written | None = None, outlook: Outlook = HOUSE) -> list[Happening]:
    """Take in what was seen; scans already known change nothing. What is written is told to `written`."""
    if not seen:
        return []
    kept = await shipments_of(tx, seen)
    touched = {shipment.shipment_id: shipment for shipment in await _link(tx, seen, kept)}
    fresh: list[NewCheckpoint] = []
    known: dict[int, set[bytes]] = {}
    latest: dict[bytes, Checkpoint] = {}
    for one in seen:
        for shipment in kept[one.merchant_id, one.tracking.tracking_number]:
            there = known.get(shipment.shipment_id)
            if there is None:
                there = known[shipment.shipment_id] = {scan.fingerprint for scan in shipment.scans}
            added = _take_scans(shipment, one, there)
            for new in added:
                latest[new.scan.fingerprint] = new.checkpoint
            fresh += added
            if _take_rest(shipment, one.tracking) or added:
                touched[shipment.shipment_id] = shipment
    happenings = [h for shipment in touched.values() for h in refold(shipment, latest, now, outlook)]
    if fresh:
        await checkpoints.keep(tx, fresh)
        await _count_unknown(tx, fresh, now)
    if touched:
        await find_words(tx, list(touched.values()))
        await shipments.write(tx, list(touched.values()), now)
    if written is not None:
        written.shipments += touched.values()
        written.fresh += fresh
    return happenings


def _take_scans(shipment: KeptShipment, seen: Seen, there: set[bytes]) -> list[NewCheckpoint]:
    """Add to a shipment the scans whose fingerprints are not `there` yet; return them."""
    added = []
    for checkpoint in seen.tracking.checkpoints:
        scan = Scan.of(checkpoint)
        if scan.fingerprint in there:
            continue
        there.add(scan.fingerprint)
        shipment.scans.append(scan)
        added.append(
            NewCheckpoint(
                merchant_id=seen.merchant_id,
                shipment_id=shipment.shipment_id,
                inbox_id=seen.inbox_id,
                received_at=seen.received_at,
                checkpoint=checkpoint,
                scan=scan,
            )
        )
    if added:
        shipment.around = origin_of(((new.scan, new.checkpoint) for new in added), shipment.around)
    return added


def refold(shipment: KeptShipment, latest: dict[bytes, Checkpoint], now: datetime, outlook: Outlook = HOUSE) -> list[Happening]:
    """Fold a shipment anew in place, judge it at `now`, and tell what is new; `latest` holds the checkpoints just added, by fingerprint.

    Where the newest scan that counts is another than before and not among `latest`, its words are left to `find_words`.
    """
    before = shipment.folded
    scanned = fold_tied(shipment.scans, shipment.estimates, since=shipment.since, ties=shipment.ties)
    if until := collect_by(shipment, scanned):
        scanned = msgspec.structs.replace(scanned, collect_by=until)
    facts = facts_of(shipment)
    foresight = outlook.foresights.of(shipment.merchant_id)
    if (expected := expect(scanned, facts, outlook.experience, now, foresight)) and take_estimates(shipment.estimates, (expected,)):
        scanned = msgspec.structs.replace(scanned, estimate=best_estimate(shipment.estimates))
    if scanned.status is Status.DELIVERED and (telling := latest.get(scanned.decided_by)):
        shipment.around = told_where(shipment.around, Scan.of(telling), telling)
        facts = facts_of(shipment)
    stood = before.open_pitfalls + before.settled if before else shipment.had
    muted = outlook.muted.get(shipment.merchant_id, ())
    if shipment.around.case_id is None:
        after, look_at = judge(scanned, facts, outlook.gaps, now, before=stood, muted=muted)
    else:  # on its way back to the shop: the case has a clock of its own, and nobody waits at a door
        after, look_at = msgspec.structs.replace(scanned, open_pitfalls=()), None
    shipment.folded = after
    newest = after.counted[-1] if after.counted else None
    if newest is not None and (checkpoint := latest.get(newest)):
        _say(shipment, checkpoint)
    elif newest != (before.counted[-1] if before and before.counted else None):
        shipment.last_text = shipment.last_place = shipment.last_local = None
    if shipment.around.case_id is not None:
        shipment.look_at = None
        return []
    expect_at = look_again_at(after, facts, now)
    looks = (look_at, expect_at, next_reminder_at(after, now, ZoneInfo(shipment.zone or "UTC")), _learn_at(shipment, after, now))
    shipment.look_at = min([at for at in looks if at is not None], default=None)
    moments = changes_of_shipment(before, after, shipment.shipment_id)
    if shipment.order_id is not None:
        moments += changes_of_arrival(before, after, shipment.order_id)
    return [Happening(merchant_id=shipment.merchant_id, moment=moment, shipment=shipment) for moment in moments]


def _learn_at(shipment: KeptShipment, folded: Folded, now: datetime) -> datetime | None:
    """An ended shipment is looked at once more, when late scans are in: its gaps teach what silence means."""
    return now.astimezone(UTC) + LATE_SCANS if folded.status in ENDED and not shipment.around.learnt else None


def first_look(shipment: KeptShipment, now: datetime, outlook: Outlook = HOUSE) -> datetime | None:
    """Tell when a shipment of which the carrier has said nothing is to be looked at; `now` where it is overdue already."""
    judged, look_at = judge(fold(()), facts_of(shipment), outlook.gaps, now)
    return now.astimezone(UTC) if judged.open_pitfalls else look_at


def _say(shipment: KeptShipment, newest: Checkpoint) -> None:
    place = newest.place
    shipment.last_text = newest.carrier_text
    shipment.last_place = (place.city or place.text or place.facility or place.country) if place else None
    shipment.last_local = newest.occurred_at.local if newest.occurred_at else None


async def find_words(tx: Tx, folded: Sequence[KeptShipment]) -> None:
    """Read the words of the newest scan where it did not just arrive: another was taken back, or the scans came from elsewhere."""
    speechless = [s for s in folded if s.last_text is None and s.folded and s.folded.counted]
    if not speechless:
        return
    newest = [(s.merchant_id, s.shipment_id, s.folded.counted[-1]) for s in speechless if s.folded]
    found = await checkpoints.these(tx, newest)
    for shipment in speechless:
        if checkpoint := found.get((shipment.merchant_id, shipment.shipment_id)):
            _say(shipment, checkpoint)


async def shipments_of(tx: Tx, seen: Sequence[Seen]) -> dict[tuple[int, str], list[KeptShipment]]:
    """Lock the shipments to which every number seen leads, making those nobody knows yet."""
    first = {(one.merchant_id, one.tracking.tracking_number): one.tracking for one in reversed(seen)}
    await legs.claim_numbers(tx, numbers_in(seen))
    kept = {key: lives.current for key, lives in (await shipments.lives(tx, list(first))).items()}
    new = [
        NewShipment(merchant_id=key[0], tracking_number=key[1], carrier=tracking.carrier, service=tracking.service, token=page_token())
        for key, tracking in first.items()
        if key not in kept
    ]
    made = await shipments.make(tx, new) if new else {}
    return kept | {key: [shipment] for key, shipment in made.items()}


def numbers_in(seen: Sequence[Seen]) -> list[tuple[int, str]]:
    """Name every number that is spoken of, linked ones too: claimed all at once, before any shipment is locked, nobody waits in a ring."""
    spoken = {(one.merchant_id, one.tracking.tracking_number) for one in seen}
    return [*spoken | {(one.merchant_id, link.tracking_number) for one in seen for link in one.tracking.links if link.role in _SAME_GOODS}]


def _take_rest(shipment: KeptShipment, tracking: Tracking) -> bool:
    """Take in estimates, carrier, service and weight; tell whether anything changed."""
    changed = take_shape(shipment, tracking)
    changed = take_estimates(shipment.estimates, tracking.estimates) or changed
    if tracking.service and not shipment.service:
        shipment.service, changed = tracking.service, True
    if shipment.carrier == "unknown" and tracking.carrier != "unknown":
        shipment.carrier, changed = tracking.carrier, True
    if tracking.weight_g and tracking.weight_g != shipment.around.weight_g:
        shipment.around, changed = msgspec.structs.replace(shipment.around, weight_g=tracking.weight_g), True
    return changed


async def _link(tx: Tx, seen: Sequence[Seen], kept: dict[tuple[int, str], list[KeptShipment]]) -> list[KeptShipment]:
    """Lead the numbers under which the same goods travel on to the same shipment, and merge what was apart; return what grew."""
    wanted = dict.fromkeys(
        ((one.merchant_id, link.tracking_number), one.tracking.tracking_number, link.role)
        for one in seen
        for link in one.tracking.links
        if link.role in _SAME_GOODS and link.tracking_number != one.tracking.tracking_number
    )
    if not wanted:
        return []
    grown: dict[int, KeptShipment] = {}
    unread = list(dict.fromkeys(key for key, _, _ in wanted if key not in kept))
    there = {key: lives.current for key, lives in (await shipments.lives(tx, unread)).items()}
    kept |= there
    fresh = []
    for key, number, role in wanted:
        mine, theirs = kept[key[0], number], kept.get(key)
        if theirs is None:
            kept[key] = mine
            fresh += [(key[0], key[1], one.shipment_id, "shared" if position else role) for position, one in enumerate(mine)]
        elif (pair := _mergeable(mine, theirs)) and not (role in _PIECES and _sent_apart(*pair)):
            into, gone = pair
            if role == "parcel" and into.fulfilment_id is not None and gone.fulfilment_id is not None:
                into.ties.append(Tie(key[1], number, None, role))  # the shop told both: neither speaks for the other
            await _merge(tx, into, gone)
            grown.pop(gone.shipment_id, None)
            grown[into.shipment_id] = into
            kept |= {other: [into] for other, those in kept.items() if those == [gone]}
            # Numbers that led to the one that is gone, in this very batch, lead on.
            fresh = [(*leg[:2], into.shipment_id if leg[2] == gone.shipment_id else leg[2], leg[3]) for leg in fresh]
    if fresh:
        await legs.link(tx, fresh)
    return list(grown.values())


def _mergeable(mine: Sequence[KeptShipment], theirs: Sequence[KeptShipment]) -> tuple[KeptShipment, KeptShipment] | None:
    """Tell which of two shipments takes in which: the one with the order stays. None: they are one already, or two orders'."""
    if len(mine) > 1 or len(theirs) > 1 or mine[0].shipment_id == theirs[0].shipment_id:
        return None
    if mine[0].around.case_id != theirs[0].around.case_id:
        return None  # one goes to the customer, the other comes back for a case
    if theirs[0].order_id is None or theirs[0].order_id == mine[0].order_id:
        return mine[0], theirs[0]
    return (theirs[0], mine[0]) if mine[0].order_id is None else None


def _sent_apart(one: KeptShipment, other: KeptShipment) -> bool:
    """Tell whether the shop itself sent two parcels as two fulfilments: what a carrier calls one consignment stays two promises."""
    return None not in (one.fulfilment_id, other.fulfilment_id) and one.fulfilment_id != other.fulfilment_id


async def _merge(tx: Tx, into: KeptShipment, gone: KeptShipment) -> None:
    await legs.merge(tx, into.merchant_id, gone.shipment_id, into.shipment_id)
    known = {scan.fingerprint for scan in into.scans}
    into.scans += [scan for scan in gone.scans if scan.fingerprint not in known]
    join_shape(into, gone)
    take_estimates(into.estimates, [estimate for estimate in gone.estimates if estimate.source != "shop"])
    if into.carrier == "unknown":
        into.carrier = gone.carrier
    mine, theirs = into.around, gone.around
    if theirs.origin_us is not None and (mine.origin_us is None or theirs.origin_us < mine.origin_us):
        into.around = msgspec.structs.replace(mine, origin=theirs.origin, origin_us=theirs.origin_us)


async def _count_unknown(tx: Tx, fresh: Sequence[NewCheckpoint], now: datetime) -> None:
    """Count codes we could not read, once per scan however many shipments share it."""
    unread = {(n.merchant_id, n.scan.fingerprint): n.checkpoint for n in fresh if n.scan.event_type == "unknown"}
    if unread:
        await checkpoints.count_unknown(tx, [(merchant_id, checkpoint) for (merchant_id, _), checkpoint in unread.items()], now)
