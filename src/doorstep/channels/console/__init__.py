"""Message → a receipt and nothing else: for the demo, where messages are kept and shown in the desk only."""

from datetime import datetime

from doorstep.domain.messages import Message, Receipt
from doorstep.domain.plugins import Channel, Flow, OnUnknown, Settings
from doorstep.domain.vocabulary import ChannelKind, MessageState


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Call nobody and say it is sent."""
    yield from ()
    return Receipt(message_id=message.message_id, provider_id=None, state=MessageState.SENT, provider_code="console", at=now)


CHANNEL = Channel(slug="console", name="Console (nothing leaves)", kind=ChannelKind.CONSOLE, send=send, on_unknown=OnUnknown.REPEAT)
