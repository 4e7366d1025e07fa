"""A webhook of the SMS API, by GET, as a form or as JSON → its fields."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from doorstep.channels.reading import form_of
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError

#: Fields of a GET at most; the longest webhook known has twenty.
_MOST_FIELDS = 100


def document_of(raw: Raw) -> dict[str, Any]:
    """Return a webhook's JSON object.

    Raises:
        BadInputError: none.
    """
    try:
        found = msgspec.json.decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError("the body is not JSON") from error
    if not isinstance(found, dict):
        raise BadInputError("the body is not a JSON object")
    return found


def fields_of(raw: Raw) -> dict[str, str]:
    """Return the fields by name, as texts.

    Raises:
        BadInputError: neither a query, nor a form, nor a JSON object.
    """
    if not raw.body:
        try:
            return dict(parse_qsl(raw.url.partition("?")[2], keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
        except ValueError as error:
            raise BadInputError("the query cannot be read") from error
    if raw.body.lstrip()[:1] == b"{":
        return {name: value if isinstance(value, str) else msgspec.json.encode(value).decode() for name, value in document_of(raw).items()}
    return dict(form_of(raw))


def time_of(text: object) -> datetime | None:
    """Read a time as Vonage writes it, UTC where it names no zone; None for none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text.strip().replace(" +", "+"))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
