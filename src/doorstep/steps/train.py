"""Merchants whose parcels taught something new → models trained on them, a process of its own for each training, one at a time."""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from doorstep.domain.orders import Order
from doorstep.domain.shipments import Folded
from doorstep.errors import TryLaterError
from doorstep.steps.experience import arrived_at
from doorstep.steps.outlook import around_of, facts_of
from doorstep.store import estimators
from doorstep.store.database import Database
from doorstep.store.estimators import Past
from doorstep.store.shipments import KeptShipment
from doorstep.timeline.estimating.learning import Learnt, learn_packed
from doorstep.timeline.estimating.training import ENOUGH
from doorstep.timeline.foreseeing import delivery_of, local_days

_LOG = structlog.get_logger()
_ENCODE = msgspec.msgpack.Encoder()
#: How much the training gives way to everything else on the machine.
_NICE = 15


def past_of(shipment: KeptShipment, folded: Folded, order: Order | None) -> Past | None:
    """Tell an ended shipment as models learn from it; None: it was not delivered, never scanned on its way, or nobody says when it was bought."""
    ends_at = arrived_at(shipment, folded)
    if ends_at is None or folded.first_scan_at is None or folded.first_scan_at > ends_at:
        return None
    facts = facts_of(shipment)
    if order is not None:
        facts = msgspec.structs.replace(facts, around=around_of(shipment.around, order, shipment.around.sent_at))
    delivery = delivery_of(facts, folded, ends_at, str(shipment.shipment_id))
    if delivery is None:
        return None
    ended_on = ends_at.astimezone(UTC).date()
    return Past(shipment.merchant_id, shipment.shipment_id, ended_on, _ENCODE.encode(delivery))


async def train(database: Database, now: datetime, stopping: asyncio.Event) -> int:
    """Train the model of one merchant whose turn it is; return 1, or 0 where it is nobody's. Told to stop, it ends unfinished."""
    async with database.system() as tx:
        claimed = await estimators.claim(tx, now, ENOUGH)
        documents = await estimators.history(tx, claimed[0]) if claimed else []
    if claimed is None:
        return 0
    merchant_id, fresh = claimed
    try:
        packed = await _in_another_process(documents, local_days(now, None), stopping)
    except BaseException:
        async with database.system() as tx:
            await estimators.let_go(tx, merchant_id, None if stopping.is_set() else now)
        raise
    async with database.system() as tx:
        if packed is None:
            await estimators.let_go(tx, merchant_id, None if stopping.is_set() else now)
            return 0
        learnt = msgspec.msgpack.decode(packed, type=Learnt)
        figures = msgspec.json.encode({"purchase": learnt.purchase.figures, "handover": learnt.handover.figures}).decode()
        await estimators.keep(tx, merchant_id, packed, now, deliveries=learnt.deliveries, figures=figures, fresh=fresh)
    _LOG.info("model_trained", merchant=merchant_id, deliveries=learnt.deliveries)
    return 1


async def _in_another_process(documents: Sequence[bytes], now: float, stopping: asyncio.Event) -> bytes | None:
    """Train beside the worker's loop, which would otherwise stand still; None: too little to learn from, or told to stop.

    Raises:
        TryLaterError: the process failed.
    """
    question = _ENCODE.encode((now, [msgspec.Raw(document) for document in documents]))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    talk, told = asyncio.create_task(child.communicate(question)), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((talk, told), return_when=asyncio.FIRST_COMPLETED)
        if not talk.done():
            return None
        answer, _ = talk.result()
    finally:
        told.cancel()
        if child.returncode is None:
            child.kill()
        await asyncio.wait((talk,))
    if child.returncode != 0:
        raise TryLaterError("training a model failed in its process; its output says why", after_s=60)
    return answer or None


def _answer() -> None:
    """Train on what stands on standard input, as the process that `train` starts."""
    os.nice(_NICE)
    now, history = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=tuple[float, msgspec.Raw])
    sys.stdout.buffer.write(learn_packed(bytes(history), now) or b"")


if __name__ == "__main__":
    _answer()
