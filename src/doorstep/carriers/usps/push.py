"""USPS Subscriptions - Tracking: the envelope of a push → the answer inside it, its signature checked.

Source: developers.usps.com/subscriptions-trackingv3r2 as hookdeck/webhook-skills restates it, read 2026-11-22.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

import msgspec

from doorstep.carriers.reading import dig, json_of
from doorstep.carriers.signatures import require_equal
from doorstep.domain.plugins import Raw, Setting, Settings
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

SECRET = Setting(
    name="secret",
    label="Secret of the USPS tracking subscription (32 characters)",
    secret=True,
    required=False,
    example="0123456789abcdef0123456789abcdef",
)


def inside(answer: Any) -> Any:
    """Take the answer out of a push's envelope; any other answer comes back as it is.

    Raises:
        BadInputError: an envelope whose payload is not JSON.
    """
    payload = dig(answer, "payload")
    if not isinstance(payload, str):
        return answer
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInputError("the payload of the push is not JSON") from error


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check `X-HMAC`: base64 of HMAC-SHA256 over the envelope's timestamp and payload, joined.

    USPS signs only for subscriptions made with a secret; without one the hook's unguessable address is the proof. The age is not
    checked: USPS names no limit, and a repeated push changes nothing.

    Raises:
        BadSignatureError: forged, cut or missing.
        MisconfiguredError: USPS signs and the connection has no secret.
    """
    del now
    given = raw.headers.get("x-hmac") or raw.headers.get("hmac-header")
    secret = settings.get("secret")
    if not secret:
        if given:
            raise MisconfiguredError("USPS signs its pushes and the connection has no secret to check them with")
        return
    if not given:
        raise BadSignatureError("the header x-hmac is missing")
    try:
        envelope = json_of(raw)
    except BadInputError as error:
        raise BadSignatureError("the signed body is not the envelope it was") from error
    timestamp, payload = dig(envelope, "timestamp"), dig(envelope, "payload")
    if not isinstance(timestamp, str) or not isinstance(payload, str):
        raise BadSignatureError("the envelope lacks what its signature covers")
    signed = hmac.new(secret.encode(), (timestamp + payload).encode("utf-8", "surrogatepass"), hashlib.sha256)
    require_equal(given, base64.b64encode(signed.digest()).decode())
