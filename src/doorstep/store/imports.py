"""How far the import of a file has come, written in the same transaction as what it brought in."""

from datetime import datetime

from doorstep.errors import ConflictError
from doorstep.store.database import Tx

# How many lines of a file are done.
_DONE = "select lines_done from import_progress where merchant_id = $1 and file_hash = $2"

# Begin, or go on from where we think the import stands; no row comes back if somebody else has moved it or begun anew.
_BEGIN = """
insert into import_progress (merchant_id, file_hash, lines_done, at) values ($1, $2, $4, $5)
on conflict (merchant_id, file_hash) do update set lines_done = excluded.lines_done, at = excluded.at
    where import_progress.lines_done = $3
returning lines_done
"""
_ADVANCE = """
update import_progress set lines_done = $4, at = $5 where merchant_id = $1 and file_hash = $2 and lines_done = $3 returning lines_done
"""

# Forget a file.
_FORGET = "delete from import_progress where merchant_id = $1 and file_hash = $2"


async def lines_done(tx: Tx, merchant_id: int, file_hash: bytes) -> int:
    """Return how many lines of a file are imported; 0 where none is."""
    return await tx.fetchval(_DONE, merchant_id, file_hash) or 0


async def advance(tx: Tx, merchant_id: int, file_hash: bytes, *, before: int, after: int, now: datetime) -> None:
    """Note that the lines up to `after` are done, of which `before` were.

    Raises:
        ConflictError: another import of the same file is running.
    """
    if await tx.fetchval(_ADVANCE if before else _BEGIN, merchant_id, file_hash, before, after, now) is None:
        raise ConflictError("another import of this file is running; its orders are not lost, wait for it or stop it")


async def forget(tx: Tx, merchant_id: int, file_hash: bytes) -> None:
    """Forget how far a file was imported, so that it begins anew."""
    await tx.execute(_FORGET, merchant_id, file_hash)
