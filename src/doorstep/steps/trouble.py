"""What a customer or an agent says of one shipment's problems → the shipment judged anew, and the moments that follow."""

from datetime import UTC, datetime

import msgspec

from doorstep.domain.pitfalls import PITFALL_KINDS, Family
from doorstep.domain.shipments import Around, OpenPitfall
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.advance import refold
from doorstep.steps.decide import decide
from doorstep.steps.directory import Directory
from doorstep.store import pitfalls, shipments
from doorstep.store.database import Row, Tx
from doorstep.store.shipments import KeptShipment

#: Occurrences that an agent closed are remembered per shipment, the newest of them.
_REMEMBERED = 40


async def say(tx: Tx, directory: Directory, merchant_id: int, shipment_id: int, kind: str, note: str, now: datetime) -> Row:
    """Open a problem on the customer's word and return its row; said again while it is open, it is the same one.

    Raises:
        BadInputError: no customer can say this kind.
        NotFoundError: there is no such shipment.
    """
    if kind not in PITFALL_KINDS or PITFALL_KINDS[kind].family is not Family.WORD:
        raise BadInputError("kind: one of not_received, reported_damaged, wrong_item, missing_item")
    shipment = await _locked(tx, merchant_id, shipment_id)
    if all(one.kind != kind for one in (shipment.folded.open_pitfalls if shipment.folded else ())):
        at = now.astimezone(UTC).replace(microsecond=0)
        row = PITFALL_KINDS[kind]
        stays = tuple(one for one in shipment.around.said if one.kind != kind)
        said = (*stays, OpenPitfall(kind, at, row.must_act, b"", row.severity))
        await _judge(tx, directory, shipment, msgspec.structs.replace(shipment.around, said=said), now)
        if note:
            await pitfalls.annotate(tx, merchant_id, shipment_id, kind, at, note)
    found = next((row for row in await pitfalls.of_shipments(tx, merchant_id, [shipment_id]) if row["kind"] == kind), None)
    if found is None:
        raise NotFoundError("there is no such problem")
    return found


async def settle(tx: Tx, directory: Directory, merchant_id: int, pitfall_id: int, note: str, now: datetime) -> Row:
    """Close a problem by an agent's word, for this occurrence; closed already, it stays as it is.

    Raises:
        NotFoundError: there is no such problem.
    """
    row = await _problem(tx, merchant_id, pitfall_id)
    shipment = await _locked(tx, merchant_id, row["shipment_id"])
    opened = _standing(shipment, row)
    if opened is None:
        return row
    said = tuple(one for one in shipment.around.said if (one.kind, one.since) != (opened.kind, opened.since))
    settled = (*shipment.around.settled, (opened.kind, opened.since))[-_REMEMBERED:]
    await _judge(tx, directory, shipment, msgspec.structs.replace(shipment.around, said=said, settled=settled), now)
    await pitfalls.settled(tx, merchant_id, pitfall_id, note)
    return await _problem(tx, merchant_id, pitfall_id)


async def mute(tx: Tx, directory: Directory, merchant_id: int, pitfall_id: int, now: datetime, *, on: bool) -> Row:
    """Hide a problem's kind on its shipment from customer and lists, or show it again; it lives on underneath.

    Raises:
        ConflictError: a kind for which waiting costs the customer, or a problem that is closed.
        NotFoundError: there is no such problem.
    """
    row = await _problem(tx, merchant_id, pitfall_id)
    kind: str = row["kind"]
    if not PITFALL_KINDS[kind].mutable:
        raise ConflictError("this kind may not be muted: waiting costs the customer")
    shipment = await _locked(tx, merchant_id, row["shipment_id"])
    if _standing(shipment, row) is None:
        raise ConflictError("this problem is closed")
    muted = tuple(sorted({*shipment.around.muted, kind} if on else {*shipment.around.muted} - {kind}))
    if muted != shipment.around.muted:
        await _judge(tx, directory, shipment, msgspec.structs.replace(shipment.around, muted=muted), now)
    return await _problem(tx, merchant_id, pitfall_id)


async def _locked(tx: Tx, merchant_id: int, shipment_id: int) -> KeptShipment:
    found = await shipments.these(tx, [(merchant_id, shipment_id)])
    if not found:
        raise NotFoundError("there is no such shipment")
    return found[0]


async def _problem(tx: Tx, merchant_id: int, pitfall_id: int) -> Row:
    row = await pitfalls.one(tx, merchant_id, pitfall_id)
    if row is None:
        raise NotFoundError("there is no such problem")
    return row


def _standing(shipment: KeptShipment, row: Row) -> OpenPitfall | None:
    """The open problem of which a row is the life; one whose scan is undated is known by its kind alone."""
    if row["closed_at"] is not None or shipment.folded is None:
        return None
    same = (one for one in shipment.folded.open_pitfalls if one.kind == row["kind"] and one.since in {None, row["opened_at"]})
    return next(same, None)


async def _judge(tx: Tx, directory: Directory, shipment: KeptShipment, around: Around, now: datetime) -> None:
    shipment.around = around
    happenings = refold(shipment, {}, now, directory.outlook)
    await shipments.write(tx, [shipment], now)
    await decide(tx, happenings, directory, now)
