"""A webhook of FedEx Advanced Integrated Visibility and its header → signed by FedEx, or refused."""

import base64
import hmac
from datetime import datetime

from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of


def verify_signature(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check `fdx-signature`: HMAC-SHA256 over the body, keyed by the security token of the webhook project, in base64.

    FedEx's business rules show the same digest in hexadecimal; both spellings are taken. The header holds no time, so an old
    delivery cannot be told from a new one; the body's hash keeps it from counting twice.
    Source: FedEx developer portal, Advanced Integrated Visibility, business rules and FAQ, read 2026-11-22.

    Raises:
        BadSignatureError: missing or forged.
        MisconfiguredError: the connection has no security token.
    """
    digest = hmac.digest(secret_of(settings, "security_token").encode(), raw.body, "sha256")
    given = header_of(raw, "fdx-signature").strip()
    is_hex = len(given) == 2 * len(digest)
    require_equal(given.lower() if is_hex else given, digest.hex() if is_hex else base64.b64encode(digest).decode())
