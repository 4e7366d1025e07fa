"""One field of a merchant's JSON → its value, or an error that names the field's path."""

from datetime import date
from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp
from doorstep.domain.times import OccurredAt
from doorstep.errors import BadInputError


def object_at(value: Any, path: str) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        BadInputError: something else.
    """
    if not isinstance(value, dict):
        raise BadInputError(f"{path or 'the body'}: must be an object")
    return value


def list_at(box: dict[str, Any], key: str, path: str) -> list[Any]:
    """Return a list; a missing one or null is empty.

    Raises:
        BadInputError: something else.
    """
    value = box.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadInputError(f"{join(path, key)}: must be a list")
    return value


def text_at(box: dict[str, Any], key: str, path: str, *, required: bool = False) -> str:
    """Return a text, trimmed; "" for a missing one or null.

    Raises:
        BadInputError: no text, or a required one that is missing or blank.
    """
    value = box.get(key)
    if value is not None and not isinstance(value, str):
        raise BadInputError(f"{join(path, key)}: must be a text")
    text = (value or "").strip()
    if required and not text:
        raise BadInputError(f"{join(path, key)}: is required")
    return text


def flag_at(box: dict[str, Any], key: str, path: str) -> bool:
    """Return true or false; false for a missing one or null.

    Raises:
        BadInputError: something else.
    """
    value = box.get(key)
    if value is not None and not isinstance(value, bool):
        raise BadInputError(f"{join(path, key)}: must be true or false")
    return bool(value)


def number_at(box: dict[str, Any], key: str, path: str, *, least: float, most: float) -> float | None:
    """Return a number within its limits; None for a missing one or null.

    Raises:
        BadInputError: no number, or outside.
    """
    value = box.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadInputError(f"{join(path, key)}: must be a number from {least:g} to {most:g}")
    return value


def stamp_at(box: dict[str, Any], key: str, path: str, *, country: str | None = None, region: str = "") -> OccurredAt | None:
    """Return an ISO 8601 time; None for a missing one or null.

    Raises:
        BadInputError: not such a time.
    """
    text = text_at(box, key, path)
    try:
        return iso_stamp(text, country=country, region=region) if text else None
    except BadInputError as error:
        raise BadInputError(f"{join(path, key)}: {error}") from error


def day_at(box: dict[str, Any], key: str, path: str) -> date | None:
    """Return the day of an ISO 8601 date or time; None for a missing one or null.

    Raises:
        BadInputError: not such a date.
    """
    text = text_at(box, key, path)
    try:
        return iso_day(text) if text else None
    except BadInputError as error:
        raise BadInputError(f"{join(path, key)}: {error}") from error


def join(path: str, key: str) -> str:
    """Write the path of a field within an object."""
    return f"{path}.{key}" if path else key
