"""Open channels, an action, what is known of the customer → the channel that most speaks for, and what did.

A sum of points, in which one place in the step's order weighs three: the merchant's order stands unless several things, or what
this customer did before, speak against it. docs/rules/channel-choice.md has the table.
"""

from collections.abc import Mapping, Sequence

import msgspec

from doorstep.domain.messages import Action
from doorstep.domain.vocabulary import ChannelKind

EMAIL, SMS, WHATSAPP, MESSENGER = ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.MESSENGER
PUSH, INAPP, CHAT = ChannelKind.PUSH, ChannelKind.INAPP, ChannelKind.CHAT

#: What one place further down the step's order costs.
_PLACE = 3.0
#: Channels that are seen at once, for what is urgent.
_AT_ONCE = frozenset({SMS, WHATSAPP, MESSENGER, PUSH, INAPP, CHAT})
_URGENT = 2.0
#: How easily an answer is given, where one is needed.
_ANSWERS: dict[ChannelKind, float] = {WHATSAPP: 2.0, MESSENGER: 2.0, INAPP: 2.0, CHAT: 2.0, SMS: 1.0}
#: A yes to this very channel.
_CONSENT = 1.0
#: The customer's own device said that it wants to be told.
_DEVICE: dict[ChannelKind, float] = {PUSH: 0.5, INAPP: 0.5}
#: What it costs, in points: a text some cents, a template message about one.
_COST: dict[ChannelKind, float] = {SMS: 1.5, WHATSAPP: 0.5}
#: All messages failed; all were opened or answered.
_FAILED, _OPENED = 8.0, 4.0
#: So many messages of which nothing is known, before what is known counts.
_PRIOR = 2.0
#: Where most people use WhatsApp to talk to businesses, and where texts are the habit. An opinion of the house, after market reports
#: read up to 2026-11-29; points, not facts about a person.
_WHATSAPP_HABIT = frozenset(
    [
        "AE",
        "AR",
        "AT",
        "BO",
        "BR",
        "CH",
        "CL",
        "CO",
        "CR",
        "DE",
        "DO",
        "EC",
        "EG",
        "ES",
        "GT",
        "HK",
        "HN",
        "ID",
        "IE",
        "IL",
        "IN",
        "IT",
        "KE",
        "KW",
        "LB",
        "MA",
        "MX",
        "MY",
        "NG",
        "NI",
        "NL",
        "OM",
        "PA",
        "PE",
        "PK",
        "PT",
        "PY",
        "QA",
        "RO",
        "SA",
        "SG",
        "SV",
        "TR",
        "UY",
        "ZA",
    ]
)
_SMS_HABIT = frozenset(["AU", "CA", "FR", "NZ", "SE", "NO", "DK", "US"])
_MESSENGER_HABIT = frozenset(["PH", "VN", "MN", "LT", "GE"])
_HABIT = 1.5


class Evidence(msgspec.Struct, frozen=True):
    """What became of the messages to one address lately."""

    #: Handed to the provider.
    sent: int = 0
    #: Came back, or refused for the address's sake.
    failed: int = 0
    #: Followed, answered, or opened where that is no guess (half, in mail).
    opened: float = 0.0


class Open(msgspec.Struct, frozen=True):
    """A channel that every gate lets through."""

    channel: ChannelKind
    #: Among the open ones, in the step's order, from 0.
    place: int
    #: The customer said yes to this channel by name.
    consented: bool = False


def choose(open_ones: Sequence[Open], action: Action, country: str | None, evidence: Mapping[ChannelKind, Evidence]) -> tuple[Open, str]:
    """Take the channel with most points, of equal ones the preferred; tell what spoke for it, "" where it is the preferred one."""
    if len(open_ones) == 1:
        return open_ones[0], ""
    scored = [(one, points_of(one, action, country, evidence.get(one.channel))) for one in open_ones]
    best, points = max(scored, key=lambda pair: (sum(pair[1].values()), -pair[0].place))
    if best.place == 0:
        return best, ""
    told = ", ".join(f"{name} {value:+.1f}" for name, value in points.items())
    return best, f"chosen before {open_ones[0].channel}: {told}"


def points_of(one: Open, action: Action, country: str | None, known: Evidence | None) -> dict[str, float]:
    """Add up what speaks for a channel and against it, by name; what is nought is left out."""
    channel = one.channel
    found = {
        "order": -_PLACE * one.place,
        "urgent": _URGENT if action.urgent and channel in _AT_ONCE else 0.0,
        "answer needed": _ANSWERS.get(channel, 0.0) if action.asks else 0.0,
        "habit": _habit(channel, country),
        "consent": _CONSENT if one.consented else 0.0,
        "device": _DEVICE.get(channel, 0.0),
        "cost": -_COST.get(channel, 0.0),
        "failed before": -_FAILED * known.failed / (known.sent + _PRIOR) if known else 0.0,
        "opened before": _OPENED * known.opened / (known.sent + _PRIOR) if known else 0.0,
    }
    return {name: points for name, points in found.items() if points}


def _habit(channel: ChannelKind, country: str | None) -> float:
    users = {WHATSAPP: _WHATSAPP_HABIT, SMS: _SMS_HABIT, MESSENGER: _MESSENGER_HABIT}.get(channel)
    return _HABIT if users and country in users else 0.0
