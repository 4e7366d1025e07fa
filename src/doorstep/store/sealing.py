"""Secrets ↔ sealed bytes (AES-256-GCM), and tokens that carry what they mean without showing it."""

import base64
import hashlib
import os
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doorstep.errors import MisconfiguredError, NotFoundError

_NONCE = 12
#: Characters: 128 bits in hex.
_SHORTEST = 32


class Sealer:
    """Seals and opens with one installation's key; what it sealed for one purpose opens for no other."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(hashlib.sha256(b"doorstep sealing\x00" + key).digest())
        # Of the key too: with one that everybody knows, whoever holds a token could try what it says.
        self._nonces = hashlib.sha256(b"doorstep nonces\x00" + key).digest()

    def seal(self, settings: dict[str, str], purpose: bytes = b"connection") -> bytes:
        """Encrypt settings, authenticated for `purpose`."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, msgspec.json.encode(settings), purpose)

    def open(self, sealed: bytes, purpose: bytes = b"connection") -> dict[str, str]:
        """Decrypt what `seal` made.

        Raises:
            MisconfiguredError: sealed with another key, or damaged.
        """
        try:
            plain = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose)
        except (InvalidTag, ValueError) as error:
            raise MisconfiguredError(
                "stored secrets do not open with this DOORSTEP_SECRET_KEY; set the key they were sealed with"
            ) from error
        return msgspec.json.decode(plain, type=dict[str, str])

    def token(self, *parts: str) -> str:
        """Make a URL-safe token that only this installation can read or make. The same parts give the same token."""
        plain = msgspec.json.encode(parts)
        nonce = hashlib.blake2b(plain, digest_size=_NONCE, key=self._nonces).digest()
        return base64.urlsafe_b64encode(nonce + self._aead.encrypt(nonce, plain, b"token")).rstrip(b"=").decode()

    def read_token(self, token: str) -> tuple[str, ...]:
        """Return the parts of a token.

        Raises:
            NotFoundError: not a token of ours.
        """
        try:
            sealed = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
            return msgspec.json.decode(self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"token"), type=tuple[str, ...])
        except (InvalidTag, ValueError, msgspec.DecodeError) as error:
            raise NotFoundError("this link is not complete; copy it again from the message") from error


def secret_key(configured: str | None, data_dir: Path) -> tuple[bytes, bool]:
    """Return the installation's key and whether it was made just now.

    The configured one wins; else the one kept in the data folder, made there on the first start.

    Raises:
        MisconfiguredError: the configured key or the kept one is too short, or the folder cannot be written.
    """
    if configured is not None:
        if len(configured) < _SHORTEST:
            raise MisconfiguredError("DOORSTEP_SECRET_KEY needs at least 32 characters, for example from: openssl rand -hex 32")
        return configured.encode(), False
    path = data_dir / "secret.key"
    try:
        made = not path.exists() and _make(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise MisconfiguredError(
            f"the secret key {path} can be neither read nor made: {error.strerror}; set DOORSTEP_SECRET_KEY"
        ) from error
    if len(key) < _SHORTEST:
        raise MisconfiguredError(f"the secret key {path} is cut short; put back the one that was kept there, or set DOORSTEP_SECRET_KEY")
    return key, made


def _make(path: Path) -> bool:
    """Make a key under its name at once whole, so that no crash leaves half of one; tell whether nobody else was quicker."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(32).hex().encode())
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True
