"""The checks that several carriers' webhooks share: HMAC over the raw body, compared in constant time."""

from doorstep.domain.plugins import Settings
from doorstep.domain.reading import same
from doorstep.errors import BadSignatureError, MisconfiguredError


def secret_of(settings: Settings, name: str) -> str:
    """Return a required secret.

    Raises:
        MisconfiguredError: the connection has none.
    """
    if not (secret := settings.get(name)):
        raise MisconfiguredError(f"the connection has no {name}; without it no signature can be checked")
    return secret


def require_equal(given: str, expected: str) -> None:
    """Compare two signatures in constant time.

    Raises:
        BadSignatureError: they differ.
    """
    if not same(given, expected):
        raise BadSignatureError("the signature does not fit the body; check the secret of this connection")
