"""Customers' sessions → alive as long as they are used, ended by whoever has them."""

from datetime import datetime, timedelta

from doorstep.store.access import token_hash
from doorstep.store.database import Tx

#: A session that is in use is written down this often.
_SEEN = timedelta(minutes=1)
_SWEPT = 1000

_OPEN = "insert into customer_session (merchant_id, session_hash, seen_at, expires_at) values ($1, $2, $3, $4)"
_SEEN_AT = "select seen_at from customer_session where merchant_id = $1 and session_hash = $2 and expires_at > $3 and seen_at > $4"
_TOUCH = "update customer_session set seen_at = $3 where merchant_id = $1 and session_hash = $2 and seen_at < $3"
_CLOSE = "delete from customer_session where merchant_id = $1 and session_hash = $2"
_SWEEP = """
delete from customer_session where ctid = any(array(select ctid from customer_session where expires_at < $1 order by expires_at limit $2))
"""


async def open_one(tx: Tx, merchant_id: int, session: str, now: datetime, until: datetime) -> None:
    """Let a session begin under a random name."""
    await tx.execute(_OPEN, merchant_id, token_hash(session), now, until)


async def is_alive(tx: Tx, merchant_id: int, session: str, now: datetime, idle: timedelta) -> bool:
    """Tell whether a session was used within `idle` and has not ended; if so it is used now."""
    seen_at: datetime | None = await tx.fetchval(_SEEN_AT, merchant_id, token_hash(session), now, now - idle)
    if seen_at is None:
        return False
    if now - seen_at > _SEEN:
        await tx.execute(_TOUCH, merchant_id, token_hash(session), now)
    return True


async def close(tx: Tx, merchant_id: int, session: str) -> None:
    """End a session."""
    await tx.execute(_CLOSE, merchant_id, token_hash(session))


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget sessions that ran out, of all merchants."""
    await tx.execute(_SWEEP, now, _SWEPT)
