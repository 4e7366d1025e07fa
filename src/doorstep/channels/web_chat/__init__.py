"""Message → a receipt and nothing else, for the transcript is our own table; what a visitor wrote → a reply."""

from datetime import datetime

from doorstep.channels.web_chat.writing import read
from doorstep.domain.messages import Message, Receipt
from doorstep.domain.plugins import Channel, Flow, OnUnknown, Raw, Setting, Settings
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import BadSignatureError, MisconfiguredError


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Call nobody: the visitor's page fetches the message from us.

    Raises:
        MisconfiguredError: no site may show the chat.
    """
    if not settings.get("allowed_origins", "").strip():
        raise MisconfiguredError("the connection has no allowed_origins: no site may show the chat")
    yield from ()
    return Receipt(message_id=message.message_id, provider_id=None, state=MessageState.SENT, provider_code="chat", at=now)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - the signature of every channel
    """Take nothing at the hook: visitors write below /chat, where they show their own token.

    Raises:
        BadSignatureError: always.
    """
    raise BadSignatureError("the chat takes nothing at a hook; visitors write through the chat on the shop's pages")


CHANNEL = Channel(
    slug="web_chat",
    name="Chat on the shop's pages",
    kind=ChannelKind.CHAT,
    settings=(
        Setting(
            name="allowed_origins",
            label="Sites that may show the chat, separated by spaces",
            example="https://shop.example https://www.shop.example",
        ),
        Setting(name="greeting", label="First line of a new conversation", required=False, example="Ask us about your order."),
        Setting(
            name="customer_secret",
            label="Secret with which the shop signs who is logged in, 32 characters or more",
            secret=True,
            required=False,
            rotates=True,
        ),
    ),
    send=send,
    on_unknown=OnUnknown.REPEAT,
    reports_reached=True,
    read=read,
    verify=verify,
)
