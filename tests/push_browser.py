"""A browser's side of Web Push: keys of its own, and RFC 8291 read backwards with another library's HKDF."""

import base64
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorstep.domain.messages import Device


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _derived(salt: bytes, secret: bytes, about: bytes, size: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=size, salt=salt, info=about).derive(secret)


class Browser:
    """One subscription."""

    def __init__(self, endpoint: str, key: ec.EllipticCurvePrivateKey | None = None, auth: bytes | None = None) -> None:
        self.endpoint = endpoint
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.auth = auth or os.urandom(16)
        self.point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def device(self) -> Device:
        return Device(endpoint=self.endpoint, p256dh=_text(self.point), auth=_text(self.auth))

    @property
    def subscription(self) -> dict[str, object]:
        """As `PushSubscription.toJSON` writes it."""
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": self.device.p256dh, "auth": self.device.auth},
        }

    def read(self, body: bytes) -> bytes:
        """Decrypt a push."""
        salt, size, theirs = body[:16], body[20], body[21 : 21 + body[20]]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = _derived(self.auth, self.key.exchange(ec.ECDH(), point), b"WebPush: info\0" + self.point + theirs, 32)
        key = _derived(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, shared, b"Content-Encoding: nonce\0", 12)
        text = AESGCM(key).decrypt(nonce, body[21 + size :], None).rstrip(b"\0")
        assert text.endswith(b"\x02")
        return text[:-1]
