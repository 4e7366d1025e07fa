"""A connection's key, a push service → the header by which the service knows the shop.

Source: RFC 8292 (VAPID), as known on 2026-11-29.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from doorstep.channels.web_push.encryption import from_text, private_key, public_bytes, to_text
from doorstep.domain.plugins import Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import BadInputError, MisconfiguredError

#: A statement is good for so long; the RFC allows a day.
_LASTS = timedelta(hours=12)
_SCALAR = 32
_HEADER = b'{"typ":"JWT","alg":"ES256"}'


def new_key(chance: bytes) -> str:
    """Make a connection's private key: 32 bytes, base64url."""
    return to_text(private_key(chance).private_numbers().private_value.to_bytes(_SCALAR))


def key_of(settings: Settings) -> ec.EllipticCurvePrivateKey:
    """Read a connection's private key.

    Raises:
        MisconfiguredError: there is none, or it is no key of P-256.
    """
    try:
        scalar = from_text(setting_of(settings, "private_key"))
        if len(scalar) != _SCALAR:
            raise MisconfiguredError("the connection's private_key is not 32 bytes in base64url")
        return ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1())
    except (BadInputError, ValueError) as error:
        raise MisconfiguredError("the connection's private_key is no key of P-256 in base64url") from error


def public_key(settings: Settings) -> str:
    """Write the key that browsers subscribe with: base64url.

    Raises:
        MisconfiguredError: as `key_of`.
    """
    return to_text(public_bytes(key_of(settings)))


def authorization(key: ec.EllipticCurvePrivateKey, endpoint: str, subject: str, now: datetime) -> str:
    """Write the Authorization header for the service that an endpoint belongs to.

    Args:
        key: the connection's.
        endpoint: of the subscription.
        subject: "mailto:…" or an https address, at which the service may complain.
        now: aware.
    """
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + _LASTS).timestamp()), "sub": subject}
    signed = f"{to_text(_HEADER)}.{to_text(msgspec.json.encode(claims))}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{to_text(r.to_bytes(_SCALAR) + s.to_bytes(_SCALAR))},k={to_text(public_bytes(key))}"
