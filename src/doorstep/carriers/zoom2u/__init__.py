"""Zoom2u: booking status and webhooks (JSON) → checkpoints and notes."""

from datetime import datetime

from doorstep.carriers.reading import json_of
from doorstep.carriers.signatures import require_equal
from doorstep.carriers.zoom2u.booking_json import read
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer or a webhook of Zoom2u.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check the key that Zoom2u sends back, "Basic" before it, for connections that gave it one.

    Zoom2u lets a merchant do without, the address being secret. Source: Zoom2u developer pages, webhooks, read 2026-11-22.

    Raises:
        BadSignatureError: missing or another.
    """
    if key := settings.get("api_key"):
        require_equal(header_of(raw, "authorization").removeprefix("Basic ").strip(), key)


CARRIER = Carrier(
    slug="zoom2u",
    name="Zoom2u",
    parse=parse,
    verify=verify,
    settings=(
        Setting(name="api_key", label="Customer API key, if given to Zoom2u with the webhook's address", secret=True, required=False),
    ),
)
