"""Answers that agents use again and again ↔ rows."""

from collections.abc import Mapping

import asyncpg
import msgspec

from doorstep.domain.talking.inbox import MacroAct
from doorstep.errors import ConflictError
from doorstep.store.database import Row, Tx

_COLUMNS = "macro_id, name, texts, act, queue, used"
# By name; a merchant has some dozens.
_ALL = f"select {_COLUMNS} from macro where merchant_id = $1 order by lower(name) limit 500"
_ONE = f"select {_COLUMNS} from macro where merchant_id = $1 and macro_id = $2"
_ADD = "insert into macro (merchant_id, name, texts, act, queue) values ($1, $2, $3::json, $4, $5) returning macro_id"
_WRITE = "update macro set name = $3, texts = $4::json, act = $5, queue = $6 where merchant_id = $1 and macro_id = $2 returning macro_id"
_DROP = "delete from macro where merchant_id = $1 and macro_id = $2 returning macro_id"
_USED = "update macro set used = used + 1 where merchant_id = $1 and macro_id = $2"


async def every(tx: Tx, merchant_id: int) -> list[Row]:
    """List them by name: `macro_id, name, texts (JSON), act, queue, used`."""
    return await tx.fetch(_ALL, merchant_id)


async def one(tx: Tx, merchant_id: int, macro_id: int) -> Row | None:
    """Read one; None: there is none such."""
    return await tx.fetchrow(_ONE, merchant_id, macro_id)


async def add(tx: Tx, merchant_id: int, name: str, texts: Mapping[str, str], act: MacroAct | None, queue: str) -> int:
    """Add one.

    Raises:
        ConflictError: another one has this name.
    """
    try:
        macro_id: int = await tx.fetchval(_ADD, merchant_id, name, msgspec.json.encode(texts).decode(), act or "", queue)
    except asyncpg.UniqueViolationError as error:
        raise ConflictError("another macro has this name") from error
    return macro_id


async def write(tx: Tx, merchant_id: int, macro_id: int, name: str, texts: Mapping[str, str], act: MacroAct | None, queue: str) -> bool:
    """Change one; False: there is none such.

    Raises:
        ConflictError: another one has this name.
    """
    try:
        return await tx.fetchval(_WRITE, merchant_id, macro_id, name, msgspec.json.encode(texts).decode(), act or "", queue) is not None
    except asyncpg.UniqueViolationError as error:
        raise ConflictError("another macro has this name") from error


async def drop(tx: Tx, merchant_id: int, macro_id: int) -> bool:
    """Remove one; False: there is none such."""
    return await tx.fetchval(_DROP, merchant_id, macro_id) is not None


async def used(tx: Tx, merchant_id: int, macro_id: int) -> None:
    """Count that one was used."""
    await tx.execute(_USED, merchant_id, macro_id)
