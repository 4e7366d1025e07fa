"""What is to be said, what was said, and what came back."""

from datetime import datetime

import msgspec

from doorstep.domain.vocabulary import ChannelKind, MessageState, Purpose, Remedy


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A moment in the life of an order, a shipment or a case that a journey may answer."""

    #: Name of the trigger, e.g. "shipment.delivered"; see `journeys.triggers`.
    trigger: str
    #: "order", "shipment" or "case".
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
    #: Seconds to wait for what is told with it; 0: none.
    digest_s: int = 0
    #: It may be told in one message with other news of the customer.
    joins: bool = False
    #: It asks for an answer: a channel on which one is easily given is the better.
    asks: bool = False
    #: Seconds after which the next channel is tried where the first reports what it reached and has not; 0: only where it fails.
    fallback_s: int = 0


class Pieced(msgspec.Struct, frozen=True):
    """How a page is put together from a frame that many messages share."""

    #: The template's own texts.
    frame: tuple[str, ...]
    #: In order: a position in `frame`, or a text of this message alone.
    parts: list[int | str]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that a message offers: a button, a line of a list, or a number to reply with."""

    #: What comes back, and what it means to us: "reschedule".
    choice_id: str
    #: As the customer reads it; each channel has its own limit.
    title: str
    #: A second line, where the channel has room.
    about: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The one page that a message leads to."""

    title: str
    url: str


class Approved(msgspec.Struct, frozen=True, kw_only=True):
    """A template as the provider has approved it, with this message's values."""

    name: str
    #: As the provider writes it: "en_US".
    language: str
    #: In the order of {{1}}, {{2}} …
    values: tuple[str, ...] = ()
    #: What follows the fixed part of its link button's address; None: it has no such button.
    link_end: str | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a notification arrives: a browser's subscription, or a device that holds a pass."""

    #: A push service's address, or a push token.
    endpoint: str
    #: Base64url without padding, of RFC 8291; "" where the device has none.
    p256dh: str = ""
    auth: str = ""


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A template filled in; parts that the channel has no use for are ""."""

    subject: str = ""
    text: str = ""
    html: str = ""
    #: Answers it offers, in order.
    choices: tuple[Choice, ...] = ()
    #: The page it leads to, for channels that have a button for it; `text` then holds no address.
    link: Link | None = None
    #: What may be sent where free text may not; None: nothing.
    approved: Approved | None = None
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
    #: Until when the provider takes free text to this person; None: not now, or the channel knows no such window.
    window_until: datetime | None = None
    #: The provider's id of the message that this one answers.
    in_reply_to: str | None = None
    #: For `push` and `wallet`: where it is to arrive.
    devices: tuple[Device, ...] = ()
    #: A human wrote this very text to this person; False: we made it.
    by_hand: bool = False


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider charges for a message, as far as it says."""

    #: In the currency's whole units, as written by the provider ("0.0075"); "" untold.
    amount: str = ""
    #: ISO 4217; "" untold.
    currency: str = ""
    #: Text parts billed; 0 untold.
    parts: int = 0
    #: The provider's own class of it ("utility"); "" untold.
    category: str = ""
    #: False: the provider says that it is free; None: untold.
    billable: bool | None = None


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
    #: What follows from an error; None: nothing, or it is no error.
    remedy: Remedy | None = None
    cost: Cost | None = None
    #: For CLICKED: where the link led; "" untold.
    url: str = ""
    #: An open or a click by a machine (a scanner, a mail proxy): noted, and no proof that a person saw anything.
    machine: bool = False
    #: Endpoints of `Message.devices` that are no more.
    gone: tuple[str, ...] = ()


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a reply: its bytes, or where they are to be had."""

    #: As the sender named it; never used as a path.
    name: str
    #: As the sender or the provider says; checked before it is shown.
    content_type: str
    content: bytes = b""
    #: Where the provider keeps it; "" where `content` is here.
    url: str = ""
    #: The provider's id of it, where its address must be asked for.
    media_id: str = ""


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a person sent, WGS 84 degrees."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """Whatever came back from a person."""

    channel: ChannelKind
    sender: str
    #: To which of our addresses.
    to: str
    text: str
    #: The provider's id of it, for once-only handling.
    provider_id: str
    #: "stop", "start", "help"; "stop_marketing", "start_marketing" where the provider's own settings say so; "" for anything else.
    keyword: str = ""
    #: The provider has answered the keyword itself: nobody confirms it a second time.
    confirmed: bool = False
    at: datetime | None = None
    #: `Choice.choice_id` of the button or line that was chosen; "" for anything else.
    choice: str = ""
    #: The provider's ids of messages that it answers, the nearest first.
    answers: tuple[str, ...] = ()
    #: Our id of the message that it answers, where what came back says it.
    message_id: str | None = None
    #: As the provider knows the person; "" untold.
    sender_name: str = ""
    #: Other addresses of the same person that the provider vouches for, by kind: "phone", "bsuid".
    also: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    #: Left out of `text`: the quoted mail and the signature below it.
    quoted: str = ""


class TemplateNews(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of an approved template of ours."""

    name: str
    #: As the provider writes it: "en_US".
    language: str
    #: "approved", "rejected", "paused", "disabled", "pending"; "" unchanged.
    status: str = ""
    #: "utility", "marketing", "authentication"; "" unchanged.
    category: str = ""
    #: The provider's reason, cut short.
    reason: str = ""


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
