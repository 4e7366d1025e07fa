"""SendGrid's webhook signature: ECDSA on P-256 over the time and the raw body.

Source: Twilio SendGrid's page on the signed Event Webhook, as known on 2026-11-29; proved on the vector of its own library.
"""

import base64
import binascii
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from doorstep.channels.email.hooks import check_login, check_time, has_login
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.errors import BadSignatureError, MisconfiguredError

_SIGNATURE, _STAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"
#: SendGrid tries again for a day, and whether it then signs anew is not said.
_OLDEST_S = 26 * 3_600


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check that SendGrid sent this: signed, or (inbound mail of an account that signs none) with the connection's login.

    Raises:
        BadSignatureError: missing, forged, too old, or over another body.
        MisconfiguredError: the connection has neither a key nor a login.
    """
    keys = settings.get("verification_key", "").split()
    if _SIGNATURE not in raw.headers and has_login(settings):
        check_login(raw, settings)
        return
    if not keys:
        raise MisconfiguredError("the connection has no verification_key; without it no webhook can be checked")
    given, stamp = header_of(raw, _SIGNATURE), header_of(raw, _STAMP)
    if not any([_fits(_key(key), given, stamp.encode("utf-8", "replace") + raw.body) for key in keys]):  # noqa: C419 - each is tried
        raise BadSignatureError("the signature does not fit; check the verification key of this connection")
    check_time(stamp, now, _OLDEST_S)


def _fits(key: ec.EllipticCurvePublicKey, given: str, content: bytes) -> bool:
    try:
        key.verify(base64.b64decode(given, validate=True), content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _key(encoded: str) -> ec.EllipticCurvePublicKey:
    try:
        key = serialization.load_der_public_key(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise MisconfiguredError("verification_key is not the key that SendGrid shows") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise MisconfiguredError("verification_key is not the key that SendGrid shows")
    return key
