"""Bytes and a key → a detached JWS (Ed25519), and back: whether these bytes were signed by that key.

Source: RFC 7515 (JWS; appendix F, detached content), RFC 8037 (EdDSA), RFC 7638 (thumbprints), as known on 2026-11-22.
"""

import base64
import binascii
import hashlib
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorstep.errors import BadInputError, BadSignatureError


class Jwk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A public key as JSON."""

    kid: str
    #: The 32 bytes, base64url.
    x: str
    kty: str = "OKP"
    crv: str = "Ed25519"
    alg: str = "EdDSA"
    use: str = "sig"


def public_of(secret: bytes) -> bytes:
    """Return the public key of a secret one, 32 bytes each."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def jwk_of(public: bytes) -> Jwk:
    """Write a public key as JSON; its id is its thumbprint."""
    x = _base64(public)
    print_of = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()
    return Jwk(kid=_base64(hashlib.sha256(print_of).digest()), x=x)


def sign(content: bytes, secret: bytes) -> str:
    """Sign content; the signature names the key and leaves the content out: "header..signature"."""
    header = _base64(msgspec.json.encode({"alg": "EdDSA", "kid": jwk_of(public_of(secret)).kid, "typ": "JOSE"}))
    signed = Ed25519PrivateKey.from_private_bytes(secret).sign(f"{header}.{_base64(content)}".encode())
    return f"{header}..{_base64(signed)}"


def verify(content: bytes, signature: str, keys: list[Jwk]) -> str:
    """Return the id of the key that signed this content.

    Raises:
        BadInputError: it is no detached JWS.
        BadSignatureError: no such key, another algorithm, or other content.
    """
    header, between, signed = [*signature.strip().split("."), "", ""][:3]
    if between or signature.strip().count(".") != 2:  # noqa: PLR2004 - header, nothing, signature
        raise BadInputError("a detached signature looks like header..signature")
    told = _json(header)
    key = next((one for one in keys if one.kid == told.get("kid")), None)
    if told.get("alg") != "EdDSA" or "crit" in told or key is None or (key.kty, key.crv) != ("OKP", "Ed25519"):
        raise BadSignatureError("the signature names no key of this merchant")
    try:
        public = Ed25519PublicKey.from_public_bytes(_bytes(key.x))
        public.verify(_bytes(signed), f"{header}.{_base64(content)}".encode())
    except (InvalidSignature, ValueError) as error:
        raise BadSignatureError("the signature is not over this content") from error
    return key.kid


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeError, binascii.Error) as error:
        raise BadInputError("a part of the signature is not base64url") from error


def _json(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(_bytes(text), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInputError("the signature's header is not JSON") from error
