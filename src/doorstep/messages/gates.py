"""An action, its recipient, the merchant's policy, now → the channel and address, when to try again, or why nothing leaves."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from doorstep.domain.messages import Action
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose, Skip
from doorstep.messages.quiet import QuietHours, next_allowed

#: (channel, purpose or None for every purpose).
Suppressed = tuple[ChannelKind, Purpose | None]
#: Channels that reach no person at night: a machine, a file.
_UNHEARD = frozenset({ChannelKind.WEBHOOK, ChannelKind.CONSOLE})


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a message would go to, and what they allow."""

    #: Channel → e-mail address, E.164 number, URL.
    addresses: Mapping[ChannelKind, str] = {}
    #: In any order; the newest that fits decides.
    consents: tuple[Consent, ...] = ()
    #: Suppressions of exactly these addresses.
    suppressed: frozenset[Suppressed] = frozenset()
    #: Topics switched off in the preferences.
    topics_off: frozenset[str] = frozenset()
    #: Messages of each purpose in the last 24 hours and 7 days.
    day: Mapping[Purpose, int] = {}
    week: Mapping[Purpose, int] = {}
    #: IANA; None unknown: the policy's. See `zones.zone_of`.
    zone: str | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant allows itself."""

    #: Channels with a connected provider.
    connected: frozenset[ChannelKind]
    quiet: QuietHours = QuietHours()
    #: IANA, where the recipient's is unknown.
    zone: str = "UTC"
    #: Purpose → at most so many messages in 24 hours; the transactional one only stops a loop.
    per_day: Mapping[Purpose, int] = msgspec.field(default_factory=lambda: {Purpose.TRANSACTIONAL: 12, Purpose.MARKETING: 1})
    per_week: Mapping[Purpose, int] = msgspec.field(default_factory=lambda: {Purpose.TRANSACTIONAL: 60, Purpose.MARKETING: 3})
    #: Channels on which even a transactional message needs a recorded yes.
    ask_first: frozenset[ChannelKind] = frozenset()
    #: Channels on which a transactional message may leave at any hour.
    any_hour: frozenset[ChannelKind] = frozenset({ChannelKind.EMAIL})


class Go(msgspec.Struct, frozen=True):
    """Send it, to there."""

    channel: ChannelKind
    address: str
    #: Why this channel, for the desk.
    why: str


class Wait(msgspec.Struct, frozen=True):
    """Ask again then."""

    #: Aware UTC, after the `now` that was asked about.
    until: datetime
    why: str


def allow(action: Action, recipient: Recipient, policy: Policy, now: datetime) -> Go | Wait | Skip:
    """Ask every gate in turn; exactly one answer.

    The order: topic, channel (connected, address, suppression, consent), cap, quiet hours. `now` is aware.
    """
    if action.topic in recipient.topics_off:
        return Skip.OPTED_OUT
    chosen = _channel(action, recipient, policy)
    if not isinstance(chosen, Go):
        return chosen
    if _capped(action.purpose, recipient, policy):
        return Skip.CAPPED
    if _may_ring(action, chosen.channel, policy):
        return chosen
    zone = recipient.zone or policy.zone
    until = next_allowed(policy.quiet, zone, now)
    return chosen if until is None else Wait(until, f"quiet hours in {zone}")


#: How far a channel came before a gate closed; the furthest tells why nothing leaves.
_STAGES = (Skip.NO_CHANNEL, Skip.NO_ADDRESS, Skip.SUPPRESSED, Skip.NO_CONSENT)


def _channel(action: Action, recipient: Recipient, policy: Policy) -> Go | Skip:
    """Take the first channel of the step's preference that is open."""
    furthest = 0
    passed: list[str] = []
    for channel in action.channels:
        closed = _closed(action.purpose, channel, recipient, policy)
        if closed is None:
            why = f"{channel}: preferred" if not passed else f"{channel}: first open channel; {', '.join(passed)}"
            return Go(channel, recipient.addresses[channel], why)
        furthest = max(furthest, closed)
        passed.append(f"{channel} {_STAGES[closed]}")
    return _STAGES[furthest]


def _closed(purpose: Purpose, channel: ChannelKind, recipient: Recipient, policy: Policy) -> int | None:
    """Position in `_STAGES` of the gate that is closed; None: the channel is open."""
    if channel not in policy.connected:
        return 0
    if not recipient.addresses.get(channel):
        return 1
    suppressed = recipient.suppressed
    if suppressed and ((channel, purpose) in suppressed or (channel, None) in suppressed):
        return 2
    needs_yes = purpose is Purpose.MARKETING or channel in policy.ask_first
    said = _consent(purpose, channel, recipient.consents) if recipient.consents else None
    return 3 if said is False or (needs_yes and said is None) else None


def _consent(purpose: Purpose, channel: ChannelKind, consents: tuple[Consent, ...]) -> bool | None:
    """Take the newest yes or no for the purpose, on this channel or all; of equally new ones the no. None: nothing recorded."""
    newest = None
    for one in consents:
        if one.purpose is purpose and (one.channel is None or one.channel is channel):
            rank = (one.at, not one.granted)
            if newest is None or rank > newest:
                newest = rank
    return None if newest is None else not newest[1]


def _capped(purpose: Purpose, recipient: Recipient, policy: Policy) -> bool:
    day, week = policy.per_day.get(purpose), policy.per_week.get(purpose)
    return (day is not None and recipient.day.get(purpose, 0) >= day) or (week is not None and recipient.week.get(purpose, 0) >= week)


def _may_ring(action: Action, channel: ChannelKind, policy: Policy) -> bool:
    if channel in _UNHEARD:
        return True
    return action.purpose is Purpose.TRANSACTIONAL and (action.urgent or channel in policy.any_hour)
