"""What plug-ins of every kind read the same way: settings, signature headers, how long to wait, texts without addresses."""

import hmac
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from doorstep.domain.plugins import Raw, Response, Settings
from doorstep.errors import BadSignatureError, MisconfiguredError

_ADDRESS = re.compile(r"[^\s<>()\[\]{},;:\"']+@[^\s<>()\[\]{},;:\"']+")
#: With a plus, or nine digits and more; an SMTP code with its enhanced status is neither.
_NUMBER = re.compile(r"\+\d[\d\s().-]{5,20}\d|(?<![\d.])\d(?:[\s()-]?\d){8,}(?![\d.])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_LONGEST_WAIT_S = 86_400.0


def setting_of(settings: Settings, name: str) -> str:
    """Return a required setting, trimmed.

    Raises:
        MisconfiguredError: the connection has none.
    """
    if not (value := settings.get(name, "").strip()):
        raise MisconfiguredError(f"the connection has no {name}")
    return value


def header_of(raw: Raw, name: str) -> str:
    """Return a signature header.

    Raises:
        BadSignatureError: it is missing.
    """
    if not (value := raw.headers.get(name)):
        raise BadSignatureError(f"the header {name} is missing")
    return value


def same(given: str, expected: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def retry_after_s(response: Response, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, at most a day; None without a readable one."""
    text = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_WAIT_S)


def one_line(text: str) -> str:
    """Replace every run of control characters and line breaks by one space: safe in a header."""
    return _CONTROL.sub(" ", text).strip()


def redacted(text: str, limit: int = 300) -> str:
    """Cut a provider's text short, on one line, and take addresses and telephone numbers out of it."""
    return _NUMBER.sub("<number>", _ADDRESS.sub("<address>", one_line(text[:2_000])))[:limit]
