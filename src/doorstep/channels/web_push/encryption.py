"""A text, a browser's keys → the bytes that only this browser reads.

Source: RFC 8291 (message encryption for Web Push) over RFC 8188 (aes128gcm), as known on 2026-11-29.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorstep.domain.messages import Device
from doorstep.errors import BadInputError

#: Bytes of a body that every push service takes.
LARGEST_BODY = 4096
#: Of which a text may have: all but salt, size, key, end mark and seal.
LARGEST_TEXT = LARGEST_BODY - 16 - 4 - 1 - 65 - 1 - 16
_POINT, _AUTH = 65, 16
_LAST_RECORD = b"\x02"
#: One less than the number of points: every number below it, plus one, is a private key.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 - 1


def to_text(value: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """Read base64url, with or without padding.

    Raises:
        BadInputError: it is none.
    """
    try:
        return base64.b64decode(text.rstrip("=").encode("ascii") + b"=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError) as error:
        raise BadInputError("a key is not base64url") from error


def private_key(chance: bytes) -> ec.EllipticCurvePrivateKey:
    """Make a P-256 key out of at least 40 bytes of chance."""
    return ec.derive_private_key(int.from_bytes(chance) % _ORDER + 1, ec.SECP256R1())


def public_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a key's public point, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def browsers_keys(p256dh: str, auth: str) -> tuple[ec.EllipticCurvePublicKey, bytes, bytes]:
    """Read the keys of a subscription: the point, its bytes, and the secret.

    Raises:
        BadInputError: they are none.
    """
    point, secret = from_text(p256dh), from_text(auth)
    if len(point) != _POINT or len(secret) != _AUTH:
        raise BadInputError("the subscription's keys have another length")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point), point, secret
    except ValueError as error:
        raise BadInputError("the subscription's key is no point of P-256") from error


def encrypted(text: bytes, device: Device, salt: bytes, own: ec.EllipticCurvePrivateKey) -> bytes:
    """Encrypt for one browser.

    Args:
        text: at most `LARGEST_TEXT` bytes.
        device: the browser.
        salt: 16 bytes that are used for nothing else.
        own: a key that is used for nothing else.

    Raises:
        BadInputError: the browser's keys are none.
    """
    theirs, point, secret = browsers_keys(device.p256dh, device.auth)
    ours = public_bytes(own)
    shared = _derived(secret, own.exchange(ec.ECDH(), theirs), b"WebPush: info\0" + point + ours, 32)
    key = _derived(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, shared, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, text + _LAST_RECORD, None)
    return salt + LARGEST_BODY.to_bytes(4) + bytes([_POINT]) + ours + sealed


def _derived(salt: bytes, secret: bytes, about: bytes, size: int) -> bytes:
    """HKDF with SHA-256, up to 32 bytes (RFC 5869)."""
    return hmac.digest(hmac.digest(salt, secret, hashlib.sha256), about + b"\x01", hashlib.sha256)[:size]
