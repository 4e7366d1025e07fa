"""Message → one mail by SMTP → receipt; bounces, complaints and mails to us → receipts and replies."""

from datetime import datetime

from doorstep.channels.email.arriving import MOST_BYTES
from doorstep.channels.email.dkim import DKIM_SETTINGS
from doorstep.channels.email.mailbox import read
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import MAILBOX_SETTINGS, Relay, hand_over, plain_settings, probing
from doorstep.domain.messages import Message
from doorstep.domain.plugins import Channel, Flow, OnUnknown, Settings
from doorstep.domain.vocabulary import ChannelKind


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to the connection's SMTP server, signed with DKIM where the connection has a key.

    Raises:
        RefusedError: the server will never take it; `suppress` where the address is dead.
        TryLaterError: the server says later.
        MisconfiguredError: address, password, sender or key of this connection are wrong.
    """
    return hand_over(message, settings, now, Relay())


CHANNEL = Channel(
    slug="email",
    name="E-mail (SMTP)",
    kind=ChannelKind.EMAIL,
    settings=(*plain_settings(), *DKIM_SETTINGS, *MAILBOX_SETTINGS),
    send=send,
    probe=probing(Relay()),
    on_unknown=OnUnknown.WAIT,
    read=read,
    most_bytes=MOST_BYTES,
    mailbox=mailbox_of,
)
