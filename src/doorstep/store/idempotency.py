"""An idempotency key → the answer given the first time."""

from datetime import datetime, timedelta

from doorstep.errors import ConflictError
from doorstep.store.database import Tx

#: How long an answer is kept.
KEPT_FOR = timedelta(hours=24)

_BEGIN = """
insert into idempotency (merchant_id, key, request_hash, created_at) values ($1, $2, $3, $4)
on conflict (merchant_id, key) do update set request_hash = excluded.request_hash, created_at = excluded.created_at, status = null, response = null
    where idempotency.created_at < $5
returning key
"""
_FIND = "select request_hash, status, response from idempotency where merchant_id = $1 and key = $2"
_ANSWER = "update idempotency set status = $3, response = $4 where merchant_id = $1 and key = $2"
_SWEEP = "delete from idempotency where created_at < $1"


async def begin(tx: Tx, merchant_id: int, key: str, request_hash: bytes, now: datetime) -> tuple[int, bytes] | None:
    """Claim a key within the transaction that does the work; return the first answer where there is one.

    Raises:
        ConflictError: the key was used for another request.
    """
    if await tx.fetchval(_BEGIN, merchant_id, key, request_hash, now, now - KEPT_FOR):
        return None
    row = await tx.fetchrow(_FIND, merchant_id, key)
    if row is None or row["request_hash"] != request_hash:
        raise ConflictError("this Idempotency-Key was used for a different request; use a new one")
    if row["status"] is None:
        raise ConflictError("the first request with this Idempotency-Key is still being answered")
    return row["status"], row["response"]


async def answer(tx: Tx, merchant_id: int, key: str, status: int, response: bytes) -> None:
    """Keep the answer to a claimed key."""
    await tx.execute(_ANSWER, merchant_id, key, status, response)


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget answers nobody will ask for again."""
    await tx.execute(_SWEEP, now - KEPT_FOR)
