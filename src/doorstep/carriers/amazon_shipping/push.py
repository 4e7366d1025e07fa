"""Amazon Shipping's pushes: the merchant's own key in a header → accepted or refused; the envelope's id."""

from datetime import datetime

from doorstep.carriers.reading import dig, json_of, worded
from doorstep.carriers.signatures import require_equal
from doorstep.domain.plugins import Raw, Settings
from doorstep.domain.reading import header_of
from doorstep.errors import BadInputError

_HEADER = "x-api-key"


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Compare the key in the header with the merchant's; who chose another way of Amazon's has none, and nothing is compared.

    Source: Amazon's page on push notifications for tracking, read 2026-11-22.

    Raises:
        BadSignatureError: the key is missing or another.
    """
    if expected := settings.get("api_key"):
        require_equal(header_of(raw, _HEADER), expected)


def delivery_id(raw: Raw) -> str | None:
    """Find the id of a push; None for an answer, or for what is no push at all."""
    try:
        push = json_of(raw)
    except BadInputError:
        return None
    return (worded(dig(push, "id")) or None) if dig(push, "detail") is not None else None
