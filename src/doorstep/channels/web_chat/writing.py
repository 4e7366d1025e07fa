"""What a visitor wrote ↔ bytes for the inbox, and these bytes → the reply."""

from datetime import datetime

import msgspec

from doorstep.domain.messages import Attachment, Reply
from doorstep.domain.plugins import Inbound, Raw, Settings
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the visitor sent it, its kind found out from its own bytes."""

    name: str
    content_type: str
    content: bytes


class Written(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="doorstep", tag="chat 1"):
    """One thing a visitor wrote."""

    #: The visitor's address on the channel.
    visitor: str
    #: The page's own id of it, so that sending again has no second effect.
    client_id: str
    #: When we took it, aware UTC.
    at: datetime
    text: str = ""
    #: `Choice.choice_id`; "": none was chosen.
    choice: str = ""
    #: Our id of the message that it answers; "": none.
    answers: str = ""
    files: tuple[File, ...] = ()

    @property
    def once(self) -> str:
        """Name it for ever: no two visitors' ids meet."""
        return f"{self.visitor}/{self.client_id}"


_DECODER = msgspec.json.Decoder(Written)


def packed(written: Written) -> bytes:
    """Write down for the inbox what a visitor wrote."""
    return msgspec.json.encode(written)


def read(raw: Raw, settings: Settings) -> Inbound:  # noqa: ARG001 - the signature of every channel
    """Read what `packed` wrote.

    Raises:
        BadInputError: it did not write this.
    """
    try:
        written = _DECODER.decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError("these bytes are nothing that a visitor wrote") from error
    reply = Reply(
        channel=ChannelKind.CHAT,
        sender=written.visitor,
        to="chat",
        text=written.text,
        provider_id=written.once,
        at=written.at,
        choice=written.choice,
        message_id=written.answers or None,
        attachments=tuple(Attachment(name=one.name, content_type=one.content_type, content=one.content) for one in written.files),
    )
    return Inbound(replies=(reply,))
