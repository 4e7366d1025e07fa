"""What is to be said, what was said, and what came back."""

from datetime import datetime

import msgspec

from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A moment in the life of an order or a shipment that a journey may answer."""

    #: Name of the trigger, e.g. "shipment.delivered"; see `journeys.triggers`.
    trigger: str
    #: "order" or "shipment".
    subject_kind: str
    subject_id: int
    #: Tells two occurrences of one trigger for one subject apart (an attempt's number, a date); "" where there is one only.
    occurrence: str = ""
    #: Aware UTC; None undated.
    happened_at: datetime | None = None


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What a journey wants done now or at `due_at`."""

    #: Slug of the journey and of the step in it.
    journey: str
    step: str
    template: str
    purpose: Purpose
    #: In order of preference.
    channels: tuple[ChannelKind, ...]
    change: Change
    due_at: datetime
    #: Topic a customer can switch off in the preferences.
    topic: str
    #: May leave during quiet hours.
    urgent: bool = False
    #: Seconds to wait for the other parcels of the order; 0: none.
    digest_s: int = 0


class Pieced(msgspec.Struct, frozen=True):
    """How a page is put together from a frame that many messages share."""

    #: The template's own texts.
    frame: tuple[str, ...]
    #: In order: a position in `frame`, or a text of this message alone.
    parts: list[int | str]


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A template filled in; parts that the channel has no use for are ""."""

    subject: str = ""
    text: str = ""
    html: str = ""
    #: The same page as `html`, so that the store need not keep the template's own texts with each message; None: not known.
    pieced: Pieced | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Rendered, addressed, ready for a provider."""

    message_id: str
    merchant_id: int
    channel: ChannelKind
    #: E-mail address, E.164 number, or URL.
    to: str
    #: Display name of the recipient; None unknown.
    to_name: str | None = None
    content: Rendered
    #: BCP 47.
    locale: str
    purpose: Purpose
    topic: str
    created_at: datetime
    #: Where a human answers; None: the provider's default.
    reply_to: str | None = None
    #: One-click unsubscribe address; None: no unsubscribe header.
    unsubscribe_url: str | None = None
    #: For channel `webhook`: the JSON document; else b"".
    body: bytes = b""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says became of a message."""

    #: Ours, where the provider returns it; else None and `provider_id` finds it.
    message_id: str | None
    provider_id: str | None
    state: MessageState
    #: The provider's own word for it, kept.
    provider_code: str = ""
    provider_text: str = ""
    #: Aware UTC, by the provider's clock; None: now.
    at: datetime | None = None
    #: The address is dead or unwilling: suppress it, with this reason ("bounced", "complained", "unsubscribed", "stop").
    suppress: str | None = None
    #: The address concerned, where the receipt names it.
    address: str | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """Whatever came back from a person."""

    channel: ChannelKind
    sender: str
    #: To which of our addresses.
    to: str
    text: str
    #: The provider's id of it, for once-only handling.
    provider_id: str
    #: "stop", "start", "help", or "" for anything else.
    keyword: str = ""
    at: datetime | None = None


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """An address we must not write to."""

    channel: ChannelKind
    #: Lower-cased e-mail address or E.164.
    address: str
    #: None: for every purpose.
    purpose: Purpose | None
    #: "bounced", "complained", "unsubscribed", "stop", "imported".
    reason: str
    at: datetime
