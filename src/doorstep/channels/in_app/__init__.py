"""A message for the brand's own app → kept, for the app to fetch; the app's answers → replies. The provider is ourselves."""

from datetime import datetime

import msgspec

from doorstep.channels.in_app.tokens import secrets_of
from doorstep.domain.messages import Message, Receipt, Reply
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, Raw, Setting, Settings
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import BadInputError, BadSignatureError

#: What replies are addressed to: there is one app.
_TO = "app"


class AppReply(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer said in the app, as it is kept until the worker reads it."""

    #: The brand's own id of the customer, out of the signed token.
    customer_id: str
    #: The app's id of this answer: sent twice, it is taken once.
    client_id: str
    at: datetime
    text: str = ""
    #: `Choice.choice_id`; "" none.
    choice: str = ""
    #: Our id of the message that it answers; None: none.
    message_id: str | None = None


_REPLY = msgspec.json.Decoder(AppReply)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Say that it is there: the app sees it by its next look.

    Raises:
        MisconfiguredError: the connection has no secret of enough length, so that no app can come in.
    """
    secrets_of(settings)
    yield from ()
    return Receipt(message_id=message.message_id, provider_id=None, state=MessageState.SENT, provider_code="kept", at=now)


def read(raw: Raw, settings: Settings) -> Inbound:  # noqa: ARG001 - the signature of every channel
    """Read what the API kept of a customer's answer.

    Raises:
        BadInputError: it is none.
    """
    try:
        said = _REPLY.decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError("this is no answer out of an app") from error
    reply = Reply(
        channel=ChannelKind.INAPP,
        sender=said.customer_id,
        to=_TO,
        text=said.text,
        provider_id=f"{said.customer_id}/{said.client_id}",
        at=said.at if said.at.tzinfo else None,
        choice=said.choice,
        message_id=said.message_id,
    )
    return Inbound(replies=(reply,))


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - the signature of every channel
    """Refuse: answers come in by the API, under the customer's own token, and never by the hook's address.

    Raises:
        BadSignatureError: always.
    """
    raise BadSignatureError("an app's answers come by POST /api/v1/app/replies, with the customer's token")


CHANNEL = Channel(
    slug="in_app",
    name="In-app (the brand's own app)",
    kind=ChannelKind.INAPP,
    settings=(
        Setting(
            name="secret",
            label="Signing secret of at least 32 characters, with which your server signs customers' tokens; while changing it, both with a space between",
            secret=True,
        ),
    ),
    send=send,
    on_unknown=OnUnknown.REPEAT,
    reports_reached=True,
    read=read,
    verify=verify,
)
