"""Shipments as stored, beside what their checkpoints say → the differences, mended if wanted."""

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec

from doorstep.domain.pitfalls import PITFALL_KINDS, Family
from doorstep.domain.shipments import Folded, OpenPitfall
from doorstep.domain.tracking import Checkpoint, Scan
from doorstep.domain.vocabulary import Actor
from doorstep.steps.advance import refold
from doorstep.store import health, shipments
from doorstep.store.database import Database
from doorstep.store.shipments import KeptShipment
from doorstep.timeline.silence import PIECES_MISSING

_BATCH = 500


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment whose row does not say what its checkpoints say."""

    merchant_id: int
    shipment_id: int
    tracking_number: str
    #: What differs, in words.
    what: str


class Refolded(msgspec.Struct, frozen=True):
    """One batch: how many were compared, and those that differ."""

    compared: int
    differing: list[Difference]


async def refold_all(database: Database, now: datetime, *, write: bool) -> AsyncIterator[Refolded]:
    """Compare every shipment with its checkpoints, batch by batch; `write` mends the rows. Nobody is told of anything."""
    after = (0, 0)
    while True:
        async with database.system() as tx:
            batch = await shipments.sweep(tx, after, _BATCH)
            if not batch:
                return
            kept = await health.checkpoints_of(tx, batch)
            differing, mended = [], []
            for stored in batch:
                anew = folded_anew(stored, kept.get((stored.merchant_id, stored.shipment_id), []), now)
                if what := _difference(stored, anew):
                    differing.append(
                        Difference(
                            merchant_id=stored.merchant_id,
                            shipment_id=stored.shipment_id,
                            tracking_number=stored.tracking_number,
                            what=what,
                        )
                    )
                    mended.append(anew)
            if write and mended:
                await shipments.write(tx, mended, now)
        yield Refolded(len(batch), differing)
        after = (batch[-1].merchant_id, batch[-1].shipment_id)


def folded_anew(stored: KeptShipment, checkpoints: list[Checkpoint], now: datetime) -> KeptShipment:
    """Make the row that a shipment's checkpoints lead to; estimates are kept as they are."""
    anew = msgspec.structs.replace(stored, scans=[Scan.of(checkpoint) for checkpoint in checkpoints])
    if anew.scans or stored.folded is not None:
        refold(anew, {scan.fingerprint: checkpoint for scan, checkpoint in zip(anew.scans, checkpoints, strict=True)}, now)
    return anew


def _difference(stored: KeptShipment, anew: KeptShipment) -> str:
    had, has = set(stored.scans), set(anew.scans)
    told = []
    if missing := len(has - had):
        told.append(f"{missing} checkpoints not on the row")
    if extra := len(had - has):
        told.append(f"{extra} scans on the row without a checkpoint")
    if _scanned(stored) != _scanned(anew):
        was, is_now = (one.folded.status if one.folded else "none" for one in (stored, anew))
        told.append(f"status {was} instead of {is_now}" if was != is_now else "another fold with the same status")
    return "; ".join(told)


def _scanned(shipment: KeptShipment) -> Folded | None:
    """What a fold says by its scans alone: time, estimates and people may have added problems since, or worsened them."""
    folded = shipment.folded
    if folded is None:
        return None
    opened = tuple(
        OpenPitfall(one.kind, one.since, one.must_act, one.opened_by)
        for one in folded.open_pitfalls
        if PITFALL_KINDS[one.kind].family is Family.EVENT and one.kind != PIECES_MISSING
    )
    return msgspec.structs.replace(folded, open_pitfalls=opened, must_act=Actor.NOBODY)
