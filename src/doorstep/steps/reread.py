"""A mapping of an unknown code, made or taken back → the scans under that code with their new meaning, and what is new in their shipments."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.carriers.mapping import MappedCodes, checked_key
from doorstep.domain.tracking import Checkpoint
from doorstep.errors import NotFoundError
from doorstep.steps.advance import find_words, refold
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.steps.happenings import outshone
from doorstep.store import checkpoints, connections, mappings, shipments
from doorstep.store.database import Database, Tx
from doorstep.store.mappings import Replay, ScanKey

Changed = Sequence[tuple[ScanKey, Checkpoint]]


class NewMapping(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says an unknown code means."""

    carrier: str
    #: "" where the carrier sends words only.
    carrier_code: str
    #: "" for any words under the code.
    carrier_text: str
    event_type: str
    #: For every merchant of this installation.
    everywhere: bool


async def map_code(tx: Tx, merchant_id: int, wanted: NewMapping, made_by: str, now: datetime) -> int:
    """Keep a mapping and return its id; workers replay the history under its code at once.

    Raises:
        BadInputError: neither code nor words, or an event type that does not exist.
    """
    key = checked_key(wanted.carrier, wanted.carrier_code, wanted.carrier_text, wanted.event_type)
    mapping_id = await mappings.put(tx, merchant_id, key, wanted.event_type, made_by, now, everywhere=wanted.everywhere)
    where = "everywhere" if wanted.everywhere else "here"
    await connections.audit(tx, merchant_id, made_by, "code mapped", f"{'/'.join(filter(None, key))} is {wanted.event_type}, {where}")
    return mapping_id


async def unmap_code(tx: Tx, merchant_id: int, mapping_id: int, removed_by: str, now: datetime, *, operator: bool) -> None:
    """Take a mapping back; workers replay the history under its code at once.

    Raises:
        NotFoundError: the merchant has no such mapping, or it stands everywhere and the asker is no operator.
    """
    if not await mappings.remove(tx, merchant_id, mapping_id, now, operator=operator):
        raise NotFoundError("there is no such mapping")
    await connections.audit(tx, merchant_id, removed_by, "mapping taken back", f"mapping {mapping_id}")


async def reread(database: Database, directory: Directory, now: datetime, most: int) -> int:
    """Read up to `most` scans of one replay again; return how many, or 1 where that ended it."""
    async with database.system() as tx:
        replay = await mappings.due(tx, now)
        if replay is None:
            return 0
        # Not the directory's: a mapping made this moment must be among them.
        own, everywhere = await mappings.in_force(tx)
        found = await mappings.scans(tx, replay, most)
        changed = [
            (key, read)
            for key, kept in found
            if (read := MappedCodes(own.get(key.merchant_id, {}), everywhere).reread(kept)).event_type != kept.event_type
        ]
        if changed:
            await _retell(tx, directory, changed, now)
        if len(found) == most:
            await mappings.go_on(tx, replay, found[-1][0], len(changed))
            return most
        await _strike(
            tx, replay, {merchant: MappedCodes(table, everywhere) for merchant, table in own.items()}, MappedCodes({}, everywhere)
        )
        await mappings.finish(tx, replay, len(changed), now)
    return len(found) or 1


async def _retell(tx: Tx, directory: Directory, changed: Changed, now: datetime) -> None:
    """Write scans with their new meaning, fold their shipments anew, and decide whom to tell."""
    meanings: dict[tuple[int, int], dict[bytes, Checkpoint]] = {}
    for key, read in changed:
        meanings.setdefault((key.merchant_id, key.shipment_id), {})[key.fingerprint] = read
    kept = await shipments.these(tx, list(meanings))
    happenings = []
    for shipment in kept:
        anew = meanings[shipment.merchant_id, shipment.shipment_id]
        shipment.scans = [
            msgspec.structs.replace(scan, event_type=anew[scan.fingerprint].event_type) if scan.fingerprint in anew else scan
            for scan in shipment.scans
        ]
        happenings += refold(shipment, anew, now, directory.outlook)
    await mappings.reread(tx, changed)
    unread = {(key.merchant_id, key.fingerprint): read for key, read in changed if not read.mapped}
    if unread:
        await checkpoints.count_unknown(tx, [(merchant_id, read) for (merchant_id, _), read in unread.items()], now)
    if kept:
        await find_words(tx, kept)
        await shipments.write(tx, kept, now)
    await decide(tx, outshone(happenings), directory, now)


async def _strike(tx: Tx, replay: Replay, codes: dict[int, MappedCodes], others: MappedCodes) -> None:
    """Take from the list of unknown codes what is known now."""
    known = [
        (merchant_id, words)
        for merchant_id, words in await mappings.unknown_under(tx, replay)
        if codes.get(merchant_id, others).meaning(replay.carrier, replay.carrier_code, words) != "unknown"
    ]
    if known:
        await mappings.strike(tx, replay, known)
