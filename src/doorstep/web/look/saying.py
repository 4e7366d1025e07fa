"""The house's words → what the desk says of them, in plain English."""

from doorstep.carriers import carriers
from doorstep.domain.vocabulary import Skip

#: Why a due action became no message.
REASONS = {
    Skip.NO_JOURNEY: "No journey answers this moment, or it is switched off",
    Skip.SUPERSEDED: "The parcel had already moved past this moment",
    Skip.TOO_OLD: "The news was too old to be worth telling",
    Skip.NO_ORDER: "The parcel belongs to no order we know, so there is nobody to tell",
    Skip.NO_ADDRESS: "The customer has no address on any channel this step allows",
    Skip.NO_CHANNEL: "No channel that this step allows is connected",
    Skip.NO_CONSENT: "The customer has not agreed, or took it back",
    Skip.SUPPRESSED: "The address is suppressed: bounced, complained or unsubscribed",
    Skip.CAPPED: "The customer already got as many messages as allowed",
    Skip.DIGESTED: "Told in one message together with other news of the same customer",
    Skip.OPTED_OUT: "The customer switched this topic off",
    Skip.ORDER_CANCELLED: "The order was cancelled",
    Skip.BAD_TEMPLATE: "The template could not be rendered",
}
_OUTCOMES = {"waiting": "Waits for its time", "queued": "Became a message"}
#: What each channel is called.
CHANNELS = {
    "email": "E-mail",
    "sms": "Text message",
    "whatsapp": "WhatsApp",
    "messenger": "Messenger",
    "inapp": "In the app",
    "push": "Notification",
    "wallet": "Apple Wallet",
}
_IDENTITIES = {
    "email": "E-mail",
    "phone": "Telephone, WhatsApp",
    "bsuid": "WhatsApp, number hidden",
    "psid": "Messenger",
    "app": "App of the shop",
    "chat": "Chat on the site",
}
#: Colour of a word: "good", "warn", "bad"; others stay plain.
TONES = {
    "delivered": "good",
    "returned": "warn",
    "returning": "warn",
    "failed_attempt": "warn",
    "ready_for_pickup": "warn",
    "exception": "bad",
    "sent": "good",
    "reached": "good",
    "read": "good",
    "unknown": "warn",
    "bounced": "bad",
    "refused": "bad",
    "cancelled": "warn",
    "active": "good",
    "approved": "good",
    "rejected": "bad",
    "disabled": "bad",
    "paused": "bad",
    "deactivated": "warn",
    "try_later": "warn",
    "low": "warn",
    "high": "bad",
    "critical": "bad",
}


def plain(word: object) -> str:
    """Write a house word for reading: "out_for_delivery" → "Out for delivery"."""
    return str(word).replace("_", " ").replace(".", ": ", 1).capitalize()


def outcome_text(outcome: str) -> str:
    """Say what was decided."""
    if outcome in _OUTCOMES:
        return _OUTCOMES[outcome]
    return REASONS[Skip(outcome)] if outcome in set(Skip) else plain(outcome)


def carrier_name(slug: str) -> str:
    """The carrier as customers know it."""
    carrier = carriers().get(slug)
    return carrier.name if carrier else slug.replace("_", " ").title()


def channel_name(channel: object) -> str:
    """The channel as people call it."""
    return CHANNELS.get(str(channel)) or plain(channel)


def identity_name(kind: object) -> str:
    """What kind of name somebody goes by, in plain English."""
    return _IDENTITIES.get(str(kind)) or plain(kind)


def sentence(words: object) -> str:
    """Begin with a capital, and leave the rest as it is."""
    text = str(words)
    return text[:1].upper() + text[1:]


def tone(word: object) -> str:
    """The colour of a word: "good", "warn", "bad" or ""."""
    return TONES.get(str(word), "")
