"""Trunkrs: tracing details, tracking page, webhooks and answers of API v2 → checkpoints and notes."""

from datetime import datetime

from doorstep.carriers.reading import html_of, json_of, looks_like
from doorstep.carriers.signatures import require_equal, secret_of
from doorstep.carriers.trunkrs.shipment_json import read
from doorstep.carriers.trunkrs.tracing_json import read_details, read_page
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read anything of Trunkrs's that tells of shipments.

    Raises:
        BadInputError: none of it.
    """
    if looks_like(raw) == "html":
        return read_page(html_of(raw))
    answer = json_of(raw)
    return read_details(answer) if isinstance(answer, dict) and "currentState" in answer else read(answer)


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check the token that Trunkrs sends back in the header named at subscription. Source: Trunkrs API v2, webhooks, read 2026-11-22.

    Raises:
        BadSignatureError: missing or another.
        MisconfiguredError: the connection has none.
    """
    token = secret_of(settings, "token")
    require_equal(header_of(raw, (settings.get("header") or "x-api-key").lower()), token)


CARRIER = Carrier(
    slug="trunkrs",
    name="Trunkrs",
    parse=parse,
    verify=verify,
    settings=(
        Setting(name="token", label="Header token of the webhook subscription", secret=True),
        Setting(name="header", label="Header key of the webhook subscription", required=False, default="x-api-key", example="x-api-key"),
    ),
)
