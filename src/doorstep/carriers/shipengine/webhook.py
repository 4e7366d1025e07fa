"""ShipEngine's webhook signature → true or refused."""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.reading import dig, listed
from doorstep.carriers.signatures import secret_of
from doorstep.domain.plugins import Raw, Setting, Settings
from doorstep.domain.reading import header_of
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

KEYS = Setting(
    name="jwks",
    label="ShipEngine's public keys: the JSON found at https://api.shipengine.com/jwks",
    example='{"keys": [{"kid": "…", "kty": "RSA", "n": "…", "e": "AQAB"}]}',
)
#: How old, or early, a signed webhook may be. Source: ShipStation API, webhook validation, read 2026-11-22.
_TOLERANCE = timedelta(minutes=5)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check the RSA-SHA256 signature over timestamp, full stop and body. Source: ShipStation API, webhook validation, read 2026-11-22.

    Raises:
        BadSignatureError: missing, forged, cut, old, or made with a key that is not among those of the connection.
        MisconfiguredError: the connection has no readable keys.
    """
    told, key_id = header_of(raw, "x-shipengine-timestamp"), header_of(raw, "x-shipengine-rsa-sha256-key-id")
    try:
        signature = base64.b64decode(header_of(raw, "x-shipengine-rsa-sha256-signature"), validate=True)
        moment = iso_stamp(told).instant
    except (BadInputError, binascii.Error, ValueError) as error:
        raise BadSignatureError("the signature or its timestamp is not written as one") from error
    if abs(now - moment) > _TOLERANCE:
        raise BadSignatureError("the signature is older than five minutes")
    try:
        _key(secret_of(settings, "jwks"), key_id).verify(signature, told.encode() + b"." + raw.body, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise BadSignatureError("the signature does not fit the body; check the keys of this connection") from error


def _key(keys: str, key_id: str) -> RSAPublicKey:
    try:
        known = [key for key in listed(dig(msgspec.json.decode(keys), "keys")) if isinstance(key, dict)]
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MisconfiguredError("the connection's jwks is not JSON") from error
    found = next((key for key in known if key.get("kid") == key_id), None)
    if found is None:
        raise BadSignatureError("the signature was made with a key that is not among those of this connection")
    try:
        return RSAPublicNumbers(e=_number(found.get("e")), n=_number(found.get("n"))).public_key()
    except (TypeError, ValueError) as error:
        raise MisconfiguredError("a key of the connection's jwks cannot be read") from error


def _number(text: Any) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
