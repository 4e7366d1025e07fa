"""Zoom2u: booking status and webhooks (JSON) → checkpoints and notes."""

from datetime import datetime

from doorstep.carriers.reading import json_of
from doorstep.carriers.signatures import header_of, require_equal, secret_of
from doorstep.carriers.zoom2u.booking_json import read
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer or a webhook of Zoom2u.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check the key that Zoom2u sends back, "Basic" before it. Source: Zoom2u developer pages, webhooks, read 2026-11-22.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: the connection has none.
    """
    key = secret_of(settings, "api_key")
    require_equal(header_of(raw, "authorization").removeprefix("Basic ").strip(), key)


CARRIER = Carrier(
    slug="zoom2u",
    name="Zoom2u",
    parse=parse,
    verify=verify,
    settings=(Setting(name="api_key", label="Customer API key, as given to Zoom2u with the webhook's address", secret=True),),
)
