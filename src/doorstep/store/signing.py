"""A merchant's signing keys ↔ rows; the secret ones sealed."""

import base64
from datetime import datetime

from doorstep.store.database import Tx
from doorstep.store.sealing import Sealer

_PURPOSE = b"signing"

# Keep a key.
_ADD = "insert into signing_key (merchant_id, key_id, public, secret, made_at) values ($1, $2, $3, $4, $5) on conflict do nothing"

# All public keys, newest first.
_PUBLIC = "select public from signing_key where merchant_id = $1 order by made_at desc, key_id limit 20"

# The key that signs.
_SECRET = "select secret from signing_key where merchant_id = $1 order by made_at desc, key_id limit 1"  # noqa: S105 - a statement


async def add(tx: Tx, sealer: Sealer, merchant_id: int, key_id: str, public: bytes, secret: bytes, now: datetime) -> None:
    """Keep a key pair; from now on it signs."""
    sealed = sealer.seal({"d": base64.b64encode(secret).decode()}, _PURPOSE)
    await tx.execute(_ADD, merchant_id, key_id, public, sealed, now)


async def public(tx: Tx, merchant_id: int) -> list[bytes]:
    """Read the public keys, newest first."""
    return [row["public"] for row in await tx.fetch(_PUBLIC, merchant_id)]


async def secret(tx: Tx, sealer: Sealer, merchant_id: int) -> bytes | None:
    """Read the key that signs; None: none was made.

    Raises:
        MisconfiguredError: it was sealed with another key of the installation.
    """
    sealed = await tx.fetchval(_SECRET, merchant_id)
    return base64.b64decode(sealer.open(sealed, _PURPOSE)["d"]) if sealed else None
