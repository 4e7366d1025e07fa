"""An action, its recipient, the merchant's policy, now → the channel and address, when to try again, or why nothing leaves."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from doorstep.domain.messages import Action
from doorstep.domain.orders import Consent
from doorstep.domain.vocabulary import ChannelKind, Purpose, Skip
from doorstep.messages.choosing import Evidence, Open, choose
from doorstep.messages.peace import hours_for, marketing_law
from doorstep.messages.quiet import QuietHours, next_allowed

#: (channel, purpose or None for every purpose).
Suppressed = tuple[ChannelKind, Purpose | None]
#: Channels that reach no person at night: a machine, a file.
_UNHEARD = frozenset({ChannelKind.WEBHOOK, ChannelKind.CONSOLE, ChannelKind.WALLET, ChannelKind.ERRAND, ChannelKind.HELPDESK})
#: Channels whose provider takes free text only for a while after the person wrote; else only what it has approved.
_WINDOWED = frozenset({ChannelKind.WHATSAPP, ChannelKind.MESSENGER})


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a message would go to, and what they allow."""

    #: Channel → e-mail address, E.164 number, URL, a provider's id of the person.
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
    #: ISO 3166-1 alpha-2; None unknown.
    country: str | None = None
    #: Channel → until when free text is taken (aware UTC).
    windows: Mapping[ChannelKind, datetime] = {}
    #: What became of earlier messages on each channel.
    evidence: Mapping[ChannelKind, Evidence] = {}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant allows itself."""

    #: Channels with a connected provider.
    connected: frozenset[ChannelKind]
    quiet: QuietHours = QuietHours()
    #: Stricter hours for marketing alone; None: the same.
    quiet_marketing: QuietHours | None = None
    #: IANA, where the recipient's is unknown.
    zone: str = "UTC"
    #: Purpose → at most so many messages in 24 hours; the transactional one only stops a loop.
    per_day: Mapping[Purpose, int] = msgspec.field(default_factory=lambda: {Purpose.TRANSACTIONAL: 12, Purpose.MARKETING: 1})
    per_week: Mapping[Purpose, int] = msgspec.field(default_factory=lambda: {Purpose.TRANSACTIONAL: 60, Purpose.MARKETING: 3})
    #: Channels on which even a transactional message needs a recorded yes (a person who wrote to us there said it for as long as
    #: the window lasts). WhatsApp's rules ask for one. Source: WhatsApp Business Messaging Policy, as known on 2026-11-29.
    ask_first: frozenset[ChannelKind] = frozenset({ChannelKind.WHATSAPP})
    #: Channels on which a transactional message may leave at any hour.
    any_hour: frozenset[ChannelKind] = frozenset({ChannelKind.EMAIL})
    #: Channels whose provider needs an approved template outside the window, and takes none from this merchant: it makes one itself.
    direct: frozenset[ChannelKind] = frozenset()
    #: Countries (ISO 3166-1) whose people's yes to marketing counts only once they said it again by a link, unless it comes with its proof.
    #: Source: Germany's UWG section 7 as its courts read it (BGH I ZR 164/09), Austria's TKG 2021 section 174; as known on 2026-11-29.
    confirm_in: frozenset[str] = frozenset({"AT", "DE"})
    #: True: the first open channel of the step's order, whatever else speaks for another.
    strict_order: bool = False


class Go(msgspec.Struct, frozen=True):
    """Send it, to there."""

    channel: ChannelKind
    address: str
    #: Why this channel, for the desk.
    why: str
    #: The gates it went through, for the desk.
    gates: str = ""


class Wait(msgspec.Struct, frozen=True):
    """Ask again then."""

    #: Aware UTC, after the `now` that was asked about.
    until: datetime
    why: str


class Stop(msgspec.Struct, frozen=True):
    """Nothing leaves."""

    skip: Skip
    #: The gate that is closed and how far each channel came, for the desk.
    why: str = ""


def allow(
    action: Action,
    recipient: Recipient,
    policy: Policy,
    now: datetime,
    *,
    approved: frozenset[ChannelKind] = frozenset(),
    avoid: frozenset[ChannelKind] = frozenset(),
) -> Go | Wait | Stop:
    """Ask every gate in turn; exactly one answer.

    The order: topic, channel (connected, address, suppression, consent, window), cap, quiet hours. `now` is aware; `approved` names
    the channels on which the provider has approved the action's template, `avoid` those that were tried before.
    """
    if action.topic in recipient.topics_off:
        return Stop(Skip.OPTED_OUT, f"the customer switched the topic {action.topic!r} off")
    chosen = _channel(action, recipient, policy, now, approved, avoid)
    if isinstance(chosen, Stop):
        return chosen
    if (capped := _capped(action.purpose, recipient, policy)) is not None:
        return Stop(Skip.CAPPED, capped)
    if (rings := _may_ring(action, chosen.channel, policy)) is not None:
        return _passed(chosen, action, recipient, policy, now, rings)
    zone = recipient.zone or policy.zone
    quiet, law = _hours(action, chosen.channel, recipient, policy)
    until = next_allowed(quiet, zone, now, recipient.country)
    if until is not None:
        return Wait(until, f"quiet hours in {zone}{law}")
    return _passed(chosen, action, recipient, policy, now, f"it may ring now in {zone}")


def _passed(go: Go, action: Action, recipient: Recipient, policy: Policy, now: datetime, rings: str) -> Go:
    """Write the gates down that a message went through, as they stood."""
    purpose, channel = action.purpose, go.channel
    said = _consent(purpose, channel, recipient.consents) if recipient.consents else None
    window = recipient.windows.get(channel)
    in_window = window is not None and now < window
    consent = "yes" if said else "the customer wrote lately" if in_window and channel in policy.ask_first else "not needed"
    day, week = recipient.day.get(purpose, 0), recipient.week.get(purpose, 0)
    told = f"topic {action.topic} on; not suppressed; consent {consent}; {day} today and {week} this week before it; {rings}"
    if channel in _WINDOWED:
        told += "; free text is taken" if in_window else "; as an approved template"
    return Go(go.channel, go.address, go.why, told)


def _hours(action: Action, channel: ChannelKind, recipient: Recipient, policy: Policy) -> tuple[QuietHours, str]:
    """The merchant's hours, and for marketing what the recipient's country asks beyond them."""
    if action.purpose is not Purpose.MARKETING:
        return policy.quiet, ""
    own = hours_for(policy.quiet, policy.quiet_marketing)
    law = marketing_law(recipient.country, channel)
    return (own, "") if law is None else (hours_for(own, law), f" and for marketing in {recipient.country}")


#: How far a channel came before a gate closed; the furthest tells why nothing leaves.
_STAGES = (Skip.NO_CHANNEL, Skip.NO_ADDRESS, Skip.SUPPRESSED, Skip.NO_CONSENT, Skip.NOT_APPROVED)
_TRIED = "tried before"


def _channel(
    action: Action,
    recipient: Recipient,
    policy: Policy,
    now: datetime,
    approved: frozenset[ChannelKind],
    avoid: frozenset[ChannelKind],
) -> Go | Stop:
    """Of the step's channels that are open, take the one that most speaks for."""
    furthest = 0
    before: list[str] = []
    open_ones: list[Open] = []
    for channel in action.channels:
        stage = None if channel in avoid else _closed(action.purpose, channel, recipient, policy, now, approved)
        if channel not in avoid and stage is None:
            said = _consent(action.purpose, channel, recipient.consents, own=True) if recipient.consents else None
            open_ones.append(Open(channel, len(open_ones), bool(said)))
            if policy.strict_order:
                break
        else:
            furthest = max(furthest, stage or 0)
            if not open_ones:
                before.append(f"{channel} {_TRIED if stage is None else _STAGES[stage]}")
    if not open_ones:
        return Stop(_STAGES[furthest], ", ".join(before))
    best, told = choose(open_ones, action, recipient.country, recipient.evidence)
    why = told or ("first open channel" if before else "preferred")
    return Go(
        best.channel, recipient.addresses[best.channel], "; ".join((f"{best.channel}: {why}", *([", ".join(before)] if before else ())))
    )


def _closed(
    purpose: Purpose, channel: ChannelKind, recipient: Recipient, policy: Policy, now: datetime, approved: frozenset[ChannelKind]
) -> int | None:
    """Position in `_STAGES` of the gate that is closed; None: the channel is open."""
    if channel not in policy.connected:
        return 0
    if not recipient.addresses.get(channel):
        return 1
    suppressed = recipient.suppressed
    if suppressed and ((channel, purpose) in suppressed or (channel, None) in suppressed):
        return 2
    until = recipient.windows.get(channel)
    in_window = until is not None and now < until
    needs_yes = purpose is Purpose.MARKETING or (channel in policy.ask_first and not in_window)
    said = _consent(purpose, channel, recipient.consents) if recipient.consents else None
    if said is False or (needs_yes and said is None):
        return 3
    if channel in _WINDOWED and not in_window and channel not in approved and channel not in policy.direct:
        return 4
    return None


def _consent(purpose: Purpose, channel: ChannelKind, consents: tuple[Consent, ...], *, own: bool = False) -> bool | None:
    """Take the newest yes or no for the purpose, on this channel or all (`own`: this alone); of equally new ones the no. None: nothing recorded."""
    newest = None
    for one in consents:
        if one.purpose is purpose and (one.channel is channel or (one.channel is None and not own)):
            rank = (one.at, not one.granted)
            if newest is None or rank > newest:
                newest = rank
    return None if newest is None else not newest[1]


def _capped(purpose: Purpose, recipient: Recipient, policy: Policy) -> str | None:
    """Say which cap is reached; None: neither."""
    for span, most, count in (("24 hours", policy.per_day, recipient.day), ("7 days", policy.per_week, recipient.week)):
        limit = most.get(purpose)
        if limit is not None and count.get(purpose, 0) >= limit:
            return f"{count.get(purpose, 0)} {purpose} messages in {span}, at most {limit}"
    return None


def _may_ring(action: Action, channel: ChannelKind, policy: Policy) -> str | None:
    """Say why it may leave at any hour; None: only when it may ring."""
    if channel in _UNHEARD:
        return "it rings nowhere"
    if action.purpose is not Purpose.TRANSACTIONAL:
        return None
    return "urgent" if action.urgent else f"{channel} may leave at any hour" if channel in policy.any_hour else None
