"""What only some channels need of a message ↔ one small column; empty for the plain mail that most messages are."""

from datetime import datetime

import msgspec

from doorstep.domain.messages import Approved, Choice, Device, Link, Message


class Extras(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """As in `domain.messages.Rendered` and `Message`."""

    choices: tuple[Choice, ...] = ()
    link: Link | None = None
    approved: Approved | None = None
    window_until: datetime | None = None
    in_reply_to: str | None = None
    devices: tuple[Device, ...] = ()
    by_hand: bool = False


_NONE = Extras()
_DECODER = msgspec.msgpack.Decoder(Extras)


def packed_extras(message: Message) -> bytes:
    """Write a message's extras; b"" where it has none."""
    content = message.content
    extras = Extras(
        choices=content.choices,
        link=content.link,
        approved=content.approved,
        window_until=message.window_until,
        in_reply_to=message.in_reply_to,
        devices=message.devices,
        by_hand=message.by_hand,
    )
    return msgspec.msgpack.encode(extras) if extras != _NONE else b""


def extras_of(kept: bytes) -> Extras:
    """Read what `packed_extras` wrote."""
    return _DECODER.decode(kept) if kept else _NONE
