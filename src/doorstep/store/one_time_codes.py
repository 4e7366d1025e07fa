"""One-time codes → kept as keyed hashes, tried a few times within their minutes, used once."""

from datetime import datetime, timedelta

import msgspec

from doorstep.store.access import token_hash
from doorstep.store.database import Row, Tx

#: Rows tell for so long how often somebody asked; then they are swept.
_KEPT = timedelta(days=2)
#: Rows swept at once.
_SWEPT = 1000


class NewCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that is asked for; of a question that fits nobody, one that nothing opens."""

    #: What it is handed in with, at least 128 random bits.
    handle: str
    code_hash: bytes
    #: Whom it was asked for, hashed under our key.
    person: bytes
    #: "email" or "phone"; None: it fits nobody.
    kind: str | None
    address: str | None
    expires_at: datetime


_ADD = """
insert into one_time_code (merchant_id, handle_hash, code_hash, person, kind, address, made_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# How often somebody was asked about, and how often something went to an address, since then.
_ASKED = "select count(*) from one_time_code where merchant_id = $1 and person = $2 and made_at > $3"
_SENT = "select count(*) from one_time_code where merchant_id = $1 and address = $2 and made_at > $3"
# Let nobody else count for this person until this transaction ends.
_CLAIM = "select pg_advisory_xact_lock(hashtextextended('one-time code ' || encode($2, 'hex'), $1))"
# Take one try of a code that may still be tried; the row stays locked until the transaction ends.
_TRY = """
update one_time_code set tries = tries + 1
where merchant_id = $1 and handle_hash = $2 and used_at is null and expires_at > $3 and tries < $4
returning code_id, code_hash, kind, address
"""
# A code is used: with it all others end that went to its address.
_USE = """
update one_time_code set used_at = $4 where merchant_id = $1 and used_at is null and (code_id = $2 or address = $3 and expires_at > $4)
"""
_SWEEP = "delete from one_time_code where ctid = any(array(select ctid from one_time_code where made_at < $1 order by made_at limit $2))"


async def add(tx: Tx, merchant_id: int, new: NewCode, now: datetime) -> None:
    """Keep a code."""
    hashed = token_hash(new.handle)
    await tx.execute(_ADD, merchant_id, hashed, new.code_hash, new.person, new.kind, new.address, now, new.expires_at)


async def claim(tx: Tx, merchant_id: int, person: bytes) -> None:
    """Have others who ask for the same person wait until this transaction ends."""
    await tx.execute(_CLAIM, merchant_id, person)


async def asked(tx: Tx, merchant_id: int, person: bytes, since: datetime) -> int:
    """Count how often a code was asked for a person since then, whether or not they exist."""
    times: int = await tx.fetchval(_ASKED, merchant_id, person, since)
    return times


async def sent(tx: Tx, merchant_id: int, address: str, since: datetime) -> int:
    """Count how often a code went to an address since then."""
    times: int = await tx.fetchval(_SENT, merchant_id, address, since)
    return times


async def take_try(tx: Tx, merchant_id: int, handle: str, now: datetime, most: int) -> Row | None:
    """Take one of `most` tries and read `code_id, code_hash, kind, address`; None: there is none left, or no such code any more."""
    return await tx.fetchrow(_TRY, merchant_id, token_hash(handle), now, most)


async def use(tx: Tx, merchant_id: int, code_id: int, address: str, now: datetime) -> None:
    """End a code that was right, and whatever else went to its address."""
    await tx.execute(_USE, merchant_id, code_id, address, now)


async def sweep(tx: Tx, now: datetime) -> None:
    """Forget codes that count for nothing any more, of all merchants."""
    await tx.execute(_SWEEP, now - _KEPT, _SWEPT)
