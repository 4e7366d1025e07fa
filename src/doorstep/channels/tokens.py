"""A JSON Web Token → its claims, once its signature is checked; claims → a token signed with RSA.

Source: RFC 7515, 7518 and 7519.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from doorstep.domain.reading import same
from doorstep.errors import BadSignatureError, MisconfiguredError

#: The signatures by a shared secret; "none" and signatures by public keys are never taken.
_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
#: A token beyond this is nobody's.
_LONGEST = 8_000


def claims_of(token: str, secret: str, algorithms: frozenset[str]) -> dict[str, Any]:
    """Check a token's signature with a shared secret and return its claims; times in them are the caller's to judge.

    Raises:
        BadSignatureError: no token, another algorithm than these, or another secret.
    """
    signed, _, signature = token.rpartition(".")
    head, dot, body = signed.partition(".")
    if not dot or len(token) > _LONGEST:
        raise BadSignatureError("the signature is no token")
    algorithm = _object(head).get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise BadSignatureError("the token is signed in another way than agreed")
    expected = _text(hmac.digest(secret.encode(), signed.encode("utf-8", "replace"), _HASHES[algorithm]))
    if not same(signature, expected):
        raise BadSignatureError("the token's signature does not fit: check the signing secret")
    return _object(body)


def signed_token(claims: Mapping[str, Any], private_key: str) -> str:
    """Write a token signed with RSA and SHA-256. A key pasted into one line may hold backslash and n for its line breaks.

    Raises:
        MisconfiguredError: the key is no RSA private key in PEM.
    """
    key = _key(private_key)
    signed = ".".join(_text(msgspec.json.encode(part)) for part in ({"alg": "RS256", "typ": "JWT"}, dict(claims)))
    return f"{signed}.{_text(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@lru_cache(maxsize=32)
def _key(text: str) -> rsa.RSAPrivateKey:
    """Read a key; kept, as its check costs more than the signature."""
    try:
        key = serialization.load_pem_private_key(text.replace("\\n", "\n").strip().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise MisconfiguredError("the private key cannot be read: paste the whole file, with its first and last line") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise MisconfiguredError("the private key is not an RSA key")
    return key


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _object(part: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(base64.b64decode(part.encode() + b"=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise BadSignatureError("the token cannot be read") from None
    if not isinstance(found, dict):
        raise BadSignatureError("the token cannot be read")
    return found
