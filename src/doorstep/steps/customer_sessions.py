"""A proof of who asks → a sealed cookie that holds it for as long as it is used; one customer each, ended by whoever has it."""

import secrets
from datetime import UTC, datetime, timedelta

from doorstep.domain.actions.kinds import Assurance
from doorstep.errors import NotFoundError
from doorstep.steps.identity import Proof
from doorstep.store import customer_sessions
from doorstep.store.database import Tx
from doorstep.store.sealing import Sealer

#: A session ends so long after it was last used, and at the latest so long after it began.
IDLE, LASTS = timedelta(minutes=30), timedelta(hours=12)
_KIND, _PARTS = "asker", 8


async def begin(tx: Tx, sealer: Sealer, merchant_id: int, proof: Proof, before: str, now: datetime) -> str:
    """Open a session for what was shown, and end the one there was (`before`, its cookie; "" none): one customer each."""
    await end(tx, sealer, merchant_id, before)
    session = secrets.token_urlsafe(16)
    await customer_sessions.open_one(tx, merchant_id, session, now, now + LASTS)
    ids = ",".join(map(str, proof.order_ids))
    return sealer.token(
        _KIND, str(merchant_id), session, str(int(proof.assurance)), proof.kind, proof.value, ids, str(int(proof.at.timestamp()))
    )


async def read(tx: Tx, sealer: Sealer, merchant_id: int, cookie: str, now: datetime) -> Proof | None:
    """Read what a cookie holds; None: it is none, another shop's, or its session has ended."""
    parts = _parts(sealer, merchant_id, cookie)
    if parts is None:
        return None
    _, _, session, assurance, kind, value, ids, at = parts
    proved_at = datetime.fromtimestamp(int(at), UTC)
    if now - proved_at >= LASTS or not await customer_sessions.is_alive(tx, merchant_id, session, now, IDLE):
        return None
    order_ids = tuple(int(one) for one in ids.split(",") if one)
    return Proof(assurance=Assurance(int(assurance)), kind=kind, value=value, order_ids=order_ids, at=proved_at)


async def end(tx: Tx, sealer: Sealer, merchant_id: int, cookie: str) -> None:
    """End a session; its cookie opens nothing any more, wherever it was copied to."""
    parts = _parts(sealer, merchant_id, cookie)
    if parts is not None:
        await customer_sessions.close(tx, merchant_id, parts[2])


def _parts(sealer: Sealer, merchant_id: int, cookie: str) -> tuple[str, ...] | None:
    if not cookie:
        return None
    try:
        parts = sealer.read_token(cookie)
    except NotFoundError:
        return None
    return parts if len(parts) == _PARTS and parts[:2] == (_KIND, str(merchant_id)) else None
