"""Message → one mail by SMTP → receipt; bounces, complaints and mails to us → receipts and replies."""

from datetime import datetime

from doorstep.channels.email.mailbox import read
from doorstep.channels.email.mime import Sender, mail, safe_address
from doorstep.channels.email.replies import error_of
from doorstep.channels.reading import one_line, redacted, setting_of
from doorstep.domain.messages import Message, Receipt
from doorstep.domain.plugins import Channel, Flow, OnUnknown, Setting, Settings, SmtpRequest
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import MisconfiguredError, RefusedError

_SECURITIES = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to the connection's SMTP server.

    Raises:
        RefusedError: the server will never take it; `suppress` where the address is dead.
        TryLaterError: the server says later.
        MisconfiguredError: address, password or sender of this connection are wrong.
    """
    to = safe_address(message.to)
    sender = _sender(settings)
    security = settings.get("security", "").strip() or "starttls"
    if security not in _SECURITIES:
        raise MisconfiguredError("security is none of: starttls, tls, none")
    response = yield SmtpRequest(
        host=setting_of(settings, "host"),
        port=_port(settings, security),
        username=settings.get("username", "").strip() or None,
        password=settings.get("password") or None,
        security=security,
        envelope_from=_envelope(message, sender, settings),
        envelope_to=to,
        content=mail(message, to, sender, now),
    )
    if not 200 <= response.status < 300:  # noqa: PLR2004 - SMTP's success
        raise error_of(response)
    said = response.body.decode("utf-8", "replace")
    return Receipt(
        message_id=message.message_id,
        provider_id=None,
        state=MessageState.SENT,
        provider_code=str(response.status),
        provider_text=redacted(said),
        at=now,
    )


def _sender(settings: Settings) -> Sender:
    return Sender(
        address=_own_address(settings, "from_address", required=True),
        name=one_line(settings.get("from_name", "")),
        reply_to=_own_address(settings, "reply_to"),
        unsubscribe_address=_own_address(settings, "unsubscribe_address"),
    )


def _own_address(settings: Settings, name: str, *, required: bool = False) -> str:
    given = setting_of(settings, name) if required else settings.get(name, "").strip()
    try:
        return safe_address(given) if given else ""
    except RefusedError as error:
        raise MisconfiguredError(f"{name} is not an e-mail address") from error


def _port(settings: Settings, security: str) -> int:
    given = settings.get("port", "").strip() or str(_PORTS[security])
    if not (given.isascii() and given.isdigit() and 0 < int(given[:6]) < 65_536):  # noqa: PLR2004 - ports
        raise MisconfiguredError("port is not a number from 1 to 65535")
    return int(given)


def _envelope(message: Message, sender: Sender, settings: Settings) -> str:
    """Return where bounces go; "{id}" in the setting becomes our message id, so that a bounce names it whatever it quotes."""
    template = settings.get("bounce_address", "").strip()
    if not template:
        return sender.address
    try:
        return safe_address(template.replace("{id}", message.message_id))
    except RefusedError as error:
        raise MisconfiguredError("bounce_address is not an e-mail address") from error


CHANNEL = Channel(
    slug="email",
    name="E-mail (SMTP)",
    kind=ChannelKind.EMAIL,
    settings=(
        Setting(name="host", label="SMTP server", example="smtp.shop.example"),
        Setting(name="port", label="Port", required=False, example="587"),
        Setting(name="username", label="User name", required=False),
        Setting(name="password", label="Password", secret=True, required=False),
        Setting(name="security", label="Security: starttls, tls or none", required=False, default="starttls", example="starttls"),
        Setting(name="from_address", label="Sender's address", example="orders@shop.example"),
        Setting(name="from_name", label="Sender's name", required=False, example="The Shop"),
        Setting(name="reply_to", label="Where answers go", required=False, example="help@shop.example"),
        Setting(
            name="bounce_address",
            label="Where undeliverable mail comes back; {id} becomes the message's id",
            required=False,
            example="bounces+{id}@shop.example",
        ),
        Setting(name="unsubscribe_address", label="Where unsubscribing mails go", required=False, example="unsub@shop.example"),
    ),
    send=send,
    on_unknown=OnUnknown.WAIT,
    read=read,
)
