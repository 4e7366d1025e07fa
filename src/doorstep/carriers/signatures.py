"""The checks that several carriers' webhooks share: HMAC over the raw body, compared in constant time."""

import hmac

from doorstep.domain.plugins import Raw, Settings
from doorstep.errors import BadSignatureError, MisconfiguredError


def secret_of(settings: Settings, name: str) -> str:
    """Return a required secret.

    Raises:
        MisconfiguredError: the connection has none.
    """
    if not (secret := settings.get(name)):
        raise MisconfiguredError(f"the connection has no {name}; without it no signature can be checked")
    return secret


def header_of(raw: Raw, name: str) -> str:
    """Return a signature header.

    Raises:
        BadSignatureError: it is missing.
    """
    if not (value := raw.headers.get(name)):
        raise BadSignatureError(f"the header {name} is missing")
    return value


def require_equal(given: str, expected: str) -> None:
    """Compare two signatures in constant time.

    Raises:
        BadSignatureError: they differ.
    """
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise BadSignatureError("the signature does not fit the body; check the secret of this connection")
