"""What the shops' payloads share: bytes → JSON, and its values → texts, moments, money, phone numbers, languages; signatures."""

import hmac
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
import phonenumbers

from doorstep.domain.money import Money
from doorstep.domain.plugins import Raw, Settings
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError

#: No order was placed before; later moments are typing errors. Also keeps a few days' arithmetic within what a clock can say.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?")
#: The tags shops send: language, perhaps a script, perhaps a region. Source: RFC 5646 section 2.1, as known on 2026-11-22.
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?:-.*)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}")


def json_of(raw: Raw) -> Any:
    """Decode a JSON body. Integers stay exact.

    Raises:
        BadInputError: not JSON.
    """
    try:
        return msgspec.json.decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(f"the body is not JSON: {error}") from error


def dig(tree: Any, *path: str) -> Any:
    """Follow keys through decoded JSON; None wherever the path ends early or a type does not fit."""
    for step in path:
        if not isinstance(tree, dict):
            return None
        tree = tree.get(step)
    return tree


def listed(value: Any) -> list[Any]:
    """Return a list as it is, anything else as []."""
    return value if isinstance(value, list) else []


def worded(value: Any) -> str | None:
    """Return a text without the spaces around it, or a whole number's digits; None for anything else and for nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**100 else None
    if not isinstance(value, str):
        return None
    return value.replace("\0", "").strip() or None


def first_worded(tree: Any, *names: str) -> str | None:
    """Return the first of these fields that says something."""
    return next((text for name in names if (text := worded(dig(tree, name)))), None)


def moment_of(value: Any) -> datetime | None:
    """Read an ISO 8601 moment that says its offset, as aware UTC; None where it is none or absurd."""
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
        at = told.astimezone(UTC) if told and told.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return at if at and EARLIEST <= at < LATEST else None


def money_of(amount: Any, currency: Any) -> Money | None:
    """Read a decimal text (or whole number) and an ISO 4217 code; None where one of them is neither."""
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    text = worded(amount)
    if text is None or not _AMOUNT.fullmatch(text):
        return None
    try:
        return Money.of(text, currency)
    except ValueError:
        return None


def country_of(value: Any) -> str | None:
    """Read an ISO 3166-1 alpha-2 code."""
    code = (worded(value) or "").upper()
    return code if _COUNTRY.fullmatch(code) else None


def email_of(value: Any) -> str | None:
    """Read an e-mail address, lower case; None where it cannot be one."""
    text = (worded(value) or "").lower()
    return text if _EMAIL.fullmatch(text) else None


@lru_cache(maxsize=4096)
def phone_of(text: str | None, country: str | None) -> str | None:
    """Read a phone number as people of `country` (alpha-2, or None) write it, as E.164; None where it is no number that can exist."""
    if not text or len(text) > 40:  # noqa: PLR2004 - longer than any spelling of a number
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written


def language_of(value: Any) -> str | None:
    """Read a language tag ("pt_br", "zh-hant-tw") as BCP 47; None where it is none."""
    found = _LANGUAGE.fullmatch((worded(value) or "").replace("_", "-"))
    if found is None:
        return None
    language, script, region = found.groups()
    return "-".join(part for part in (language.lower(), script.title() if script else "", region.upper() if region else "") if part)


def web_address_of(value: Any) -> str | None:
    """Read an http or https address; one without a scheme ("//cdn...") is taken as https."""
    text = worded(value) or ""
    text = f"https:{text}" if text.startswith("//") else text
    return text if text.startswith(("https://", "http://")) and len(text) <= 2000 and not any(sign.isspace() for sign in text) else None  # noqa: PLR2004


def secrets_of(settings: Settings, name: str) -> list[str]:
    """Return the secrets a setting holds: several, separated by spaces, while one is being replaced.

    Raises:
        MisconfiguredError: there is none.
    """
    if not (secrets := settings.get(name, "").split()):
        raise MisconfiguredError(f"the connection has no {name}; without it no signature can be checked")
    return secrets


def require_one_of(given: str | None, expected: list[str], header: str) -> None:
    """Compare a signature with those that would be right, each in constant time.

    Raises:
        BadSignatureError: it is missing, or none of them.
    """
    if not given:
        raise BadSignatureError(f"the header {header} is missing")
    told = given.strip().encode("utf-8", "replace")
    if not any(hmac.compare_digest(told, right.encode()) for right in expected):
        raise BadSignatureError("the signature does not fit the body; check the secret of this connection")
