"""A merchant's signing keys ↔ rows; the secret ones sealed."""

import base64
from datetime import datetime

import msgspec

from doorstep.store.database import Row, Tx
from doorstep.store.sealing import Sealer

_PURPOSE = b"signing"


class KeptKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as kept, its secret left out."""

    #: Thumbprint of the public key.
    key_id: str
    #: Ed25519, 32 bytes.
    public: bytes
    made_at: datetime
    #: Set: it verifies nothing any more.
    withdrawn_at: datetime | None


# Keep a key.
_ADD = "insert into signing_key (merchant_id, key_id, public, secret, made_at) values ($1, $2, $3, $4, $5) on conflict do nothing"

# The keys that verify, newest first.
_VERIFYING = """
select key_id, public, made_at, withdrawn_at from signing_key
where merchant_id = $1 and withdrawn_at is null order by made_at desc, key_id limit 20
"""
# All keys, withdrawn ones too, newest first.
_ALL = "select key_id, public, made_at, withdrawn_at from signing_key where merchant_id = $1 order by made_at desc, key_id limit 100"

# Keep others from making or withdrawing keys of a merchant until the transaction ends.
_ALONE = "select pg_advisory_xact_lock(hashtextextended('signing keys', $1))"

# Withdraw a key; its secret goes for good.
_WITHDRAW = """
update signing_key set withdrawn_at = $3, secret = '' where merchant_id = $1 and key_id = $2 and withdrawn_at is null returning key_id
"""
# The secret of a key that verifies.
_SECRET = "select secret from signing_key where merchant_id = $1 and key_id = $2 and withdrawn_at is null"  # noqa: S105 - a statement


def _kept(row: Row) -> KeptKey:
    return KeptKey(**dict(row))


async def alone(tx: Tx, merchant_id: int) -> None:
    """Wait until nobody else makes or withdraws keys of this merchant, and let nobody until this transaction ends."""
    await tx.execute(_ALONE, merchant_id)


async def add(tx: Tx, sealer: Sealer, merchant_id: int, key_id: str, public: bytes, secret: bytes, now: datetime) -> None:
    """Keep a key pair."""
    sealed = sealer.seal({"d": base64.b64encode(secret).decode()}, _PURPOSE)
    await tx.execute(_ADD, merchant_id, key_id, public, sealed, now)


async def verifying(tx: Tx, merchant_id: int) -> list[KeptKey]:
    """Read the keys that verify, newest first."""
    return [_kept(row) for row in await tx.fetch(_VERIFYING, merchant_id)]


async def every(tx: Tx, merchant_id: int) -> list[KeptKey]:
    """Read all keys, withdrawn ones too, newest first."""
    return [_kept(row) for row in await tx.fetch(_ALL, merchant_id)]


async def withdraw(tx: Tx, merchant_id: int, key_id: str, now: datetime) -> bool:
    """Let a key verify nothing any more, and forget its secret; tell whether it verified until now."""
    return await tx.fetchval(_WITHDRAW, merchant_id, key_id, now) is not None


async def secret(tx: Tx, sealer: Sealer, merchant_id: int, key_id: str) -> bytes | None:
    """Read a key's secret; None: there is no such key that verifies.

    Raises:
        MisconfiguredError: it was sealed with another key of the installation.
    """
    sealed = await tx.fetchval(_SECRET, merchant_id, key_id)
    return base64.b64decode(sealer.open(sealed, _PURPOSE)["d"]) if sealed else None
