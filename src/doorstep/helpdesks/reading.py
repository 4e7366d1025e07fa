"""What helpdesks read the same way: numbers in settings, signatures' times, documents, failures."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from doorstep.domain.plugins import Raw, Response, Settings
from doorstep.domain.reading import redacted, retry_after_s, setting_of
from doorstep.errors import BadInputError, BadSignatureError, DoorstepError, MisconfiguredError, RefusedError, TryLaterError

_BAD_CREDENTIAL = frozenset({401, 402, 403, 407})
_OK, _REDIRECTS, _BAD_REQUEST, _NOT_FOUND, _TIMED_OUT, _CONFLICT, _TOO_MANY, _SERVERS = 200, 300, 400, 404, 408, 409, 429, 500
#: A signature is taken this long after its time, and as much before it: clocks differ, and a webhook is tried again for minutes.
_SIGNED_FOR_S = 3600.0


def number_setting(settings: Settings, name: str) -> str:
    """Return a required setting that is a number, as it goes into a path.

    Raises:
        MisconfiguredError: the connection has none, or it is no number.
    """
    value = setting_of(settings, name)
    if not numeral(value):
        raise MisconfiguredError(f"{name} is a number, not {value[:40]!r}")
    return value


def check_time(signed_at: datetime | None, now: datetime) -> None:
    """Let nobody send what was signed long ago a second time.

    Raises:
        BadSignatureError: the time cannot be read, or lies far from now.
    """
    if signed_at is None or abs((now - signed_at).total_seconds()) > _SIGNED_FOR_S:
        raise BadSignatureError("the signature's time is missing, or more than an hour from now")


def document_of(raw: Raw) -> dict[str, Any]:
    """Decode a webhook's body.

    Raises:
        BadInputError: it is no JSON object.
    """
    try:
        found = msgspec.json.decode(raw.body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInputError("the body is not JSON") from error
    if not isinstance(found, dict):
        raise BadInputError("the body is not a JSON object")
    return found


def answered(response: Response) -> Any:
    """Decode an answer; None where it is no JSON."""
    try:
        return msgspec.json.decode(response.body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def part(tree: Any, *path: str) -> Any:
    """Follow names into nested objects; None where one is missing."""
    for name in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(name)
    return tree


def rows(tree: Any) -> list[Any]:
    """Return a list; nothing for anything else."""
    return tree if isinstance(tree, list) else []


def worded(value: Any) -> str:
    """Return a text or a number as text; "" for anything else."""
    if isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def numeral(value: Any) -> str:
    """Return a whole number as text, so that it may stand in a path; "" for anything else."""
    found = worded(value)
    return found if found.isascii() and found.isdigit() else ""


def moment(value: Any) -> datetime | None:
    """Read an ISO 8601 time with an offset, or seconds since 1970; None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None


def is_well(response: Response) -> bool:
    """Tell whether the call was taken."""
    return _OK <= response.status < _REDIRECTS


def failure_of(response: Response, who: str, now: datetime, *, what: str) -> DoorstepError:
    """Say who must act on an answer that is none; `what`: what was asked for, for a text that a merchant reads."""
    said = redacted(worded(_words(answered(response))))
    text = f"{who} answered {response.status} when asked to {what}" + (f": {said}" if said else "")
    if response.status in _BAD_CREDENTIAL:
        return MisconfiguredError(f"{text}. It refuses the credential; check it and what it may do")
    if response.status < _OK or _REDIRECTS <= response.status < _BAD_REQUEST:
        return MisconfiguredError(f"{text}. The address of its interface leads elsewhere")
    if response.status in {_TIMED_OUT, _CONFLICT, _TOO_MANY} or response.status >= _SERVERS:
        return TryLaterError(text, after_s=retry_after_s(response, now))
    return RefusedError(text, suppress=False, code=str(response.status))


def is_gone(response: Response) -> bool:
    """Tell whether what was asked for is not there."""
    return response.status == _NOT_FOUND


def _words(tree: Any) -> Any:
    for name in ("message", "error", "description", "title"):
        found = part(tree, name)
        if isinstance(found, str) and found:
            return found
        if isinstance(part(found, "title"), str):
            return part(found, "title")
    return ""
