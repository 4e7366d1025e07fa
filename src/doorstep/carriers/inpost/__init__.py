"""InPost: its international tracking with webhooks, and parcels as the recipient's app gets them (JSON) → checkpoints and notes."""

import base64
import hmac
from datetime import datetime

from doorstep.carriers.inpost import group_json, parcels_json
from doorstep.carriers.reading import json_of
from doorstep.carriers.signatures import require_equal
from doorstep.domain.plugins import Carrier, Raw, Setting, Settings
from doorstep.domain.reading import header_of, same
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read parcels or events in any of InPost's forms, or an error.

    Raises:
        BadInputError: none of them.
    """
    answer = json_of(raw)
    return group_json.read(answer) if group_json.fits(answer) else parcels_json.read(answer)


def verify(raw: Raw, settings: Settings, _now: datetime) -> None:
    """Check `x-inpost-signature`, the base64 HMAC-SHA256 of the body or of "timestamp.body", for connections that agreed on a secret.

    Which of the two is set up for each client; the other way, by InPost's certificate, leaves the connection without a secret.
    Source: InPost's "Webhook signature verification", as public clients repeat it, read 2026-11-22.

    Raises:
        BadSignatureError: missing or another.
    """
    if not (secret := settings.get("hmac_secret")):
        return
    given = header_of(raw, "x-inpost-signature").strip()
    plain = base64.b64encode(hmac.digest(secret.encode(), raw.body, "sha256")).decode()
    if same(given, plain):
        return
    timed = raw.headers.get("x-inpost-timestamp", "").encode() + b"." + raw.body
    require_equal(given, base64.b64encode(hmac.digest(secret.encode(), timed, "sha256")).decode())


def delivery_id(raw: Raw) -> str | None:
    """Return InPost's own id of the webhook event."""
    return raw.headers.get("x-inpost-event-id") or None


CARRIER = Carrier(
    slug="inpost",
    name="InPost",
    parse=parse,
    verify=verify,
    settings=(Setting(name="hmac_secret", label="HMAC secret agreed on with InPost for webhooks, if any", secret=True, required=False),),
    delivery_id=delivery_id,
    tracking_url="https://inpost.pl/sledzenie-przesylek?number={number}",
)
