"""What a Shopify order says of marketing → consents, each with its time; silence gives none."""

from datetime import datetime
from typing import Any

from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.shops.reading import dig, moment_of, worded

#: "pending" awaits the customer's second yes; "not_subscribed", "invalid" and "redacted" were never a yes.
#: Source: shopify.dev, Customer resource, marketing consent `state`, as known on 2026-11-22.
_STATES = {"subscribed": True, "unsubscribed": False}


def read_consents(box: dict[str, Any], placed_at: datetime) -> tuple[Consent, ...]:
    """Read e-mail and SMS consent. Where no time is told it is the order's own, so that a repeated order says nothing new."""
    person = box.get("customer")
    stated = [
        _stated(dig(person, "email_marketing_consent"), ChannelKind.EMAIL, placed_at),
        _stated(dig(person, "sms_marketing_consent"), ChannelKind.SMS, placed_at),
    ]
    if worded(dig(person, "email_marketing_consent", "state")) is None:
        stated.append(_older(box, placed_at))
    return tuple(consent for consent in stated if consent)


def _stated(told: Any, channel: ChannelKind, placed_at: datetime) -> Consent | None:
    state = worded(dig(told, "state"))
    if state not in _STATES:
        return None
    return _consent(channel, granted=_STATES[state], at=moment_of(dig(told, "consent_updated_at")) or placed_at)


def _older(box: dict[str, Any], placed_at: datetime) -> Consent | None:
    """Read the two older forms: the tick at this checkout, and the customer's flag with the time it changed."""
    changed_at = moment_of(dig(box.get("customer"), "accepts_marketing_updated_at"))
    flag = dig(box.get("customer"), "accepts_marketing")
    if isinstance(flag, bool) and changed_at:
        return _consent(ChannelKind.EMAIL, granted=flag, at=changed_at)
    return _consent(ChannelKind.EMAIL, granted=True, at=placed_at) if box.get("buyer_accepts_marketing") is True else None


def _consent(channel: ChannelKind, *, granted: bool, at: datetime) -> Consent:
    return Consent(purpose=Purpose.MARKETING, channel=channel, granted=granted, source="shop", at=at)
