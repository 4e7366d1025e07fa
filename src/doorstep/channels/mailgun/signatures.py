"""Mailgun's webhook signature: HMAC over a time and a token that is used once.

It covers no body: the body is vouched for by the secret address of the hook alone, and a token that was seen is kept no second time.
Source: Mailgun's page on securing webhooks, as known on 2026-11-29.
"""

import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple

from doorstep.channels.email.arriving import fields_of
from doorstep.channels.email.events import json_of, object_of, text_in
from doorstep.channels.email.hooks import check_one_of, check_time, secrets_of
from doorstep.domain.plugins import Raw, Settings
from doorstep.errors import BadInputError, BadSignatureError

#: Mailgun tries again for eight hours.
_OLDEST_S = 12 * 3_600


class Signed(NamedTuple):
    """What Mailgun puts into a webhook to vouch for it."""

    timestamp: str
    token: str
    signature: str


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check that Mailgun sent this.

    Raises:
        BadSignatureError: missing, forged or too old.
        MisconfiguredError: the connection has no signing key.
    """
    keys = secrets_of(settings, "signing_key")
    try:
        stamp, token, given = signed_in(raw)
    except BadInputError as error:
        raise BadSignatureError("the webhook cannot be read, so it is signed by nobody") from error
    if not token or not given:
        raise BadSignatureError("the webhook has no signature")
    content = (stamp + token).encode("utf-8", "replace")
    check_one_of(given, [hmac.digest(key.encode(), content, hashlib.sha256).hex() for key in keys])
    check_time(stamp, now, _OLDEST_S)


def delivery_id(raw: Raw) -> str | None:
    """Return the token; None where there is none, or the webhook cannot be read."""
    return signed_in(raw).token or None


def signed_in(raw: Raw) -> Signed:
    """Return what vouches for a webhook; of fields that stand twice in a form the last, since the first may be a customer's variable.

    Raises:
        BadInputError: neither JSON nor a form.
    """
    if raw.content_type.lower().startswith("application/json") or raw.body[:1] == b"{":
        inner = object_of(object_of(json_of(raw.body)).get("signature"))
        return Signed(*(text_in(inner, name) for name in Signed._fields))
    found = {field.name: field.text for field in fields_of(raw) if field.name in Signed._fields}
    return Signed(*(found.get(name, "") for name in Signed._fields))
