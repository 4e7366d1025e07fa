"""Photos of customers and labels ↔ rows; a photo is handed in first and belongs to a case once that is opened."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from doorstep.store.database import Row, Tx


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file with its bytes."""

    #: Our id; 0: not kept yet.
    file_id: int = 0
    #: The unguessable part of its address; of a photo it is the id that actions name.
    token: str
    order_id: int
    #: None: handed in, not yet part of a case.
    case_id: int | None = None
    #: "photo" or "label".
    kind: str
    content_type: str
    body: bytes


# Keep a file.
_KEEP = """
insert into case_file (merchant_id, token, order_id, case_id, kind, content_type, body, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8) returning file_id
"""
# How many photos of an order are no part of a case yet.
_LOOSE = "select count(*) from case_file where merchant_id = $1 and order_id = $2 and case_id is null"
# Of tokens, those of photos of an order that are no part of a case yet.
_HANDED_IN = """
select token from case_file where token = any($3::text[]) and merchant_id = $1 and order_id = $2 and case_id is null and kind = 'photo'
"""
# Make photos of an order part of a case.
_ADOPT = """
update case_file set case_id = $3 where token = any($4::text[]) and merchant_id = $1 and order_id = $2 and case_id is null and kind = 'photo'
"""
_COLUMNS = "file_id, token, order_id, case_id, kind, content_type, body"
# A file of an order by the unguessable part of its address.
_READ = f"select {_COLUMNS} from case_file where token = $3 and merchant_id = $1 and order_id = $2"
# A file by our id.
_BY_ID = f"select {_COLUMNS} from case_file where merchant_id = $1 and file_id = $2"
# The photos of a case, oldest first, without their bytes.
_PHOTOS_OF = "select token from case_file where case_id = $2 and merchant_id = $1 and kind = 'photo' order by file_id"
# Forget a photo that is no part of a case.
_DROP = "delete from case_file where token = $3 and merchant_id = $1 and order_id = $2 and case_id is null"
# Forget photos that never became part of a case.
_SWEEP = """
delete from case_file where ctid = any(array(
    select ctid from case_file where case_id is null and created_at < $1 order by created_at limit $2 for update skip locked
))
"""


def _file(row: Row) -> CaseFile:
    return CaseFile(**dict(row))


async def keep(tx: Tx, merchant_id: int, file: CaseFile, now: datetime) -> int:
    """Keep a file under its unguessable token and return its id; the one it comes with does not count."""
    kept = (file.token, file.order_id, file.case_id, file.kind, file.content_type, file.body)
    return int(await tx.fetchval(_KEEP, merchant_id, *kept, now))


async def loose(tx: Tx, merchant_id: int, order_id: int) -> int:
    """Count an order's photos that are no part of a case yet."""
    return int(await tx.fetchval(_LOOSE, merchant_id, order_id))


async def handed_in(tx: Tx, merchant_id: int, order_id: int, tokens: Collection[str]) -> set[str]:
    """Of photos that somebody names, return those that are this order's and no part of a case yet."""
    return {row["token"] for row in await tx.fetch(_HANDED_IN, merchant_id, order_id, list(tokens))} if tokens else set()


async def adopt(tx: Tx, merchant_id: int, order_id: int, case_id: int, tokens: Collection[str]) -> None:
    """Make photos of an order part of a case."""
    if tokens:
        await tx.execute(_ADOPT, merchant_id, order_id, case_id, list(tokens))


async def read(tx: Tx, merchant_id: int, order_id: int, token: str) -> CaseFile | None:
    """Read a file of an order; None: there is none of this order."""
    row = await tx.fetchrow(_READ, merchant_id, order_id, token)
    return _file(row) if row else None


async def by_id(tx: Tx, merchant_id: int, file_id: int) -> CaseFile | None:
    """Read a merchant's file by our id."""
    row = await tx.fetchrow(_BY_ID, merchant_id, file_id)
    return _file(row) if row else None


async def photos_of(tx: Tx, merchant_id: int, case_id: int) -> list[str]:
    """List the tokens of a case's photos, oldest first."""
    return [row["token"] for row in await tx.fetch(_PHOTOS_OF, merchant_id, case_id)]


async def drop(tx: Tx, merchant_id: int, order_id: int, token: str) -> None:
    """Forget a photo that is no part of a case."""
    await tx.execute(_DROP, merchant_id, order_id, token)


async def sweep(tx: Tx, before: datetime, most: int = 1000) -> int:
    """Forget photos handed in before a moment that never became part of a case, of all merchants; return how many went."""
    done: str = await tx.execute(_SWEEP, before, most)
    return int(done.rpartition(" ")[2])
