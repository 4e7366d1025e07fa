"""A merchant's signing keys: made, chosen to sign, withdrawn; each change in the changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from os import urandom

import msgspec

from doorstep.errors import ConflictError, NotFoundError
from doorstep.insights.signing import jwk_of, public_of
from doorstep.store import connections, signing
from doorstep.store.database import Tx
from doorstep.store.sealing import Sealer
from doorstep.store.signing import KeptKey

#: How long a list of public keys may be kept by whoever read it: a new key signs only once every such list has it.
SETTLES = timedelta(minutes=10)
#: Keys that verify at once at most.
MOST_KEYS = 10


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key, and what it does."""

    #: Its `kid`: the thumbprint of the public key (RFC 7638).
    key_id: str
    made_at: datetime
    #: Set: it verifies nothing any more.
    withdrawn_at: datetime | None
    #: It signs what is published now.
    signs: bool
    #: Set: it will sign from then on.
    signs_from: datetime | None = None


def signer_of(kept: Sequence[KeptKey], now: datetime) -> KeptKey | None:
    """Choose who signs of the keys that verify: the newest that everybody can know by now, else the oldest; None: there is none."""
    settled = [key for key in kept if key.made_at <= now - SETTLES]
    if settled:
        return max(settled, key=lambda key: (key.made_at, key.key_id))
    return min(kept, key=lambda key: (key.made_at, key.key_id), default=None)


async def signing_keys(tx: Tx, merchant_id: int, now: datetime) -> list[SigningKey]:
    """List a merchant's keys, newest first, withdrawn ones too."""
    kept = await signing.every(tx, merchant_id)
    verifying = [key for key in kept if key.withdrawn_at is None]
    signer = signer_of(verifying, now)
    return [
        SigningKey(
            key_id=key.key_id,
            made_at=key.made_at,
            withdrawn_at=key.withdrawn_at,
            signs=key is signer,
            signs_from=key.made_at + SETTLES if signer and key.withdrawn_at is None and key.made_at > signer.made_at else None,
        )
        for key in kept
    ]


async def signer_secret(tx: Tx, sealer: Sealer, merchant_id: int, now: datetime) -> bytes | None:
    """Read the secret of the key that signs now; None: there is none.

    Raises:
        MisconfiguredError: it was sealed with another key of the installation.
    """
    signer = signer_of(await signing.verifying(tx, merchant_id), now)
    return await signing.secret(tx, sealer, merchant_id, signer.key_id) if signer else None


async def make_key(tx: Tx, sealer: Sealer, merchant_id: int, actor: str, now: datetime) -> str:
    """Make a key and return its id; it signs once it has settled, or at once where there is no other.

    Raises:
        ConflictError: there are `MOST_KEYS` that verify already.
    """
    await signing.alone(tx, merchant_id)
    if len(await signing.verifying(tx, merchant_id)) >= MOST_KEYS:
        raise ConflictError(f"{MOST_KEYS} keys verify already; withdraw one first")
    return await _make(tx, sealer, merchant_id, actor, now)


async def make_first_key(tx: Tx, sealer: Sealer, merchant_id: int, actor: str, now: datetime) -> None:
    """Make a key where none verifies."""
    await signing.alone(tx, merchant_id)
    if not await signing.verifying(tx, merchant_id):
        await _make(tx, sealer, merchant_id, actor, now)


async def _make(tx: Tx, sealer: Sealer, merchant_id: int, actor: str, now: datetime) -> str:
    secret = urandom(32)
    public = public_of(secret)
    key_id = jwk_of(public).kid
    await signing.add(tx, sealer, merchant_id, key_id, public, secret, now)
    await connections.audit(tx, merchant_id, actor, "make_signing_key", key_id)
    return key_id


async def withdraw_key(tx: Tx, sealer: Sealer, merchant_id: int, key_id: str, actor: str, now: datetime) -> None:
    """Withdraw a key: it verifies nothing any more and its secret is forgotten. Where it was the last, another is made at once.

    Raises:
        NotFoundError: the merchant has no such key that verifies.
    """
    await signing.alone(tx, merchant_id)
    if not await signing.withdraw(tx, merchant_id, key_id, now):
        raise NotFoundError("there is no such key that verifies")
    await connections.audit(tx, merchant_id, actor, "withdraw_signing_key", key_id)
    if not await signing.verifying(tx, merchant_id):
        await _make(tx, sealer, merchant_id, actor, now)
