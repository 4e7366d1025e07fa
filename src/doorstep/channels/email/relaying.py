"""Message → one mail handed to an SMTP server → receipt: what plain SMTP and every e-mail provider share."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from doorstep.channels import codes
from doorstep.channels.email.dkim import signed
from doorstep.channels.email.mime import Sender, ident_of, mail, safe_address
from doorstep.channels.email.replies import error_of
from doorstep.domain.messages import Message, Receipt
from doorstep.domain.plugins import Flow, ProviderCode, Response, Setting, Settings, SmtpRequest
from doorstep.domain.reading import one_line, redacted, setting_of
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import DoorstepError, MisconfiguredError, RefusedError

_SECURITIES = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_HEADER_WORD = re.compile(r"[\x20-\x7e]{1,200}")


def _no_lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    return ()


class Relay(NamedTuple):
    """How one provider takes mail by SMTP."""

    #: Its server; "": the setting `host` must be given.
    host: str = ""
    #: The one user name it knows; "": the setting `username`.
    username: str = ""
    #: Message id as it may stand in a header, message, settings → header lines by which the provider brings the id back.
    lines: Callable[[str, Message, Settings], tuple[str, ...]] = _no_lines
    #: Those without a state are looked for in the server's answers.
    codes: tuple[ProviderCode, ...] = ()
    #: Finds the provider's own id, its first group, in the answer to a mail that was taken.
    taken_as: re.Pattern[str] | None = None


def hand_over(message: Message, settings: Settings, now: datetime, relay: Relay) -> Flow:
    """Hand one mail to the connection's SMTP server.

    Raises:
        RefusedError: the server will never take it; `suppress` where the address is dead.
        TryLaterError: the server says later.
        MisconfiguredError: address, password or sender of this connection are wrong.
    """
    to = safe_address(message.to)
    sender = _sender(settings, message.message_id)
    security = _security_of(settings)
    lines = relay.lines(ident_of(message), message, settings)
    response = yield SmtpRequest(
        host=settings.get("host", "").strip() or relay.host or setting_of(settings, "host"),
        port=_port(settings, security),
        username=relay.username or settings.get("username", "").strip() or None,
        password=settings.get("password") or None,
        security=security,
        envelope_from=_envelope(message, sender, settings),
        envelope_to=to,
        content=signed(mail(message, to, sender, now, lines), settings, now),
    )
    if not 200 <= response.status < 300:  # noqa: PLR2004 - SMTP's success
        raise _refusal(response, relay)
    said = response.body.decode("utf-8", "replace")
    found = relay.taken_as.search(said) if relay.taken_as else None
    return Receipt(
        message_id=message.message_id,
        provider_id=found[1] if found else None,
        state=MessageState.SENT,
        provider_code=str(response.status),
        provider_text=redacted(said),
        at=now,
    )


def probing(relay: Relay) -> Callable[[Settings, datetime], Flow]:
    """Make a channel's `probe`: the server is greeted and logged in to, and nobody is written to."""

    def probe(settings: Settings, now: datetime) -> Flow:
        """Ask whether the server lets us in.

        Raises:
            RefusedError, TryLaterError, MisconfiguredError: as `hand_over`.
        """
        _sender(settings, "")
        security = _security_of(settings)
        host = settings.get("host", "").strip() or relay.host or setting_of(settings, "host")
        name = relay.username or settings.get("username", "").strip() or None
        response = yield SmtpRequest(
            host=host,
            port=_port(settings, security),
            username=name,
            password=settings.get("password") or None,
            security=security,
            greets=True,
        )
        if not 200 <= response.status < 300:  # noqa: PLR2004 - SMTP's success
            raise _refusal(response, relay)
        text = f"the server takes our {'login' if name else 'greeting, without a login'}"
        return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=text, at=now)

    return probe


def _security_of(settings: Settings) -> str:
    security = settings.get("security", "").strip() or "starttls"
    if security not in _SECURITIES:
        raise MisconfiguredError("security is none of: starttls, tls, none")
    return security


def _refusal(response: Response, relay: Relay) -> DoorstepError:
    """Say who must act: by the provider's own words where they are known, else by SMTP's rules."""
    said = response.body.decode("utf-8", "replace").lower()
    known = next((one for one in relay.codes if one.state is None and one.code in said), None)
    if known is None:
        return error_of(response)
    return codes.error_of(known, f"the server answered {response.status}")


def header_word(settings: Settings, name: str) -> str:
    """Return an optional setting that goes into a header; "" without one.

    Raises:
        MisconfiguredError: it holds what no header may.
    """
    value = settings.get(name, "").strip()
    if value and not _HEADER_WORD.fullmatch(value):
        raise MisconfiguredError(f"{name} has letters that cannot stand in a mail's header")
    return value


def _sender(settings: Settings, message_id: str) -> Sender:
    template = settings.get("reply_to", "").strip()
    return Sender(
        address=_own_address(settings.get("from_address", "").strip() or setting_of(settings, "from_address"), "from_address"),
        name=one_line(settings.get("from_name", "")),
        reply_to=_own_address(template.replace("{id}", message_id), "reply_to"),
        unsubscribe_address=_own_address(settings.get("unsubscribe_address", "").strip(), "unsubscribe_address"),
        reply_to_first="{id}" in template,
    )


@lru_cache(maxsize=512)
def _own_address(given: str, name: str) -> str:
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
    return _own_address(template.replace("{id}", message.message_id), "bounce_address") if template else sender.address


_SENDER = (
    Setting(name="from_address", label="Sender's address", example="orders@shop.example"),
    Setting(name="from_name", label="Sender's name", required=False, example="The Shop"),
    Setting(
        name="reply_to",
        label="Where answers go; {id} becomes the message's id, so that an answer names it",
        required=False,
        example="help+{id}@shop.example",
    ),
    Setting(name="unsubscribe_address", label="Where unsubscribing mails go", required=False, example="unsub@shop.example"),
)
#: For answers and bounces that arrive in a mailbox rather than at our hook.
MAILBOX_SETTINGS = (
    Setting(name="imap_host", label="IMAP server of the mailbox in which answers arrive", required=False, example="imap.shop.example"),
    Setting(name="imap_port", label="Its port", required=False, example="993"),
    Setting(name="imap_username", label="Its user name", required=False, example="help@shop.example"),
    Setting(name="imap_password", label="Its password", secret=True, required=False),
    Setting(name="imap_folder", label="Its folder", required=False, default="INBOX", example="INBOX"),
    Setting(name="imap_security", label="Its security: tls, starttls or none", required=False, default="tls", example="tls"),
)


def plain_settings() -> tuple[Setting, ...]:
    """Return the settings of any SMTP server."""
    bounces = Setting(
        name="bounce_address",
        label="Where undeliverable mail comes back; {id} becomes the message's id",
        required=False,
        example="bounces+{id}@shop.example",
    )
    return (
        Setting(name="host", label="SMTP server", example="smtp.shop.example"),
        Setting(name="port", label="Port", required=False, example="587"),
        Setting(name="username", label="User name", required=False),
        Setting(name="password", label="Password", secret=True, required=False),
        _security(),
        *_SENDER[:3],
        bounces,
        *_SENDER[3:],
    )


def provider_settings(relay: Relay, *more: Setting, username: str = "", password: str) -> tuple[Setting, ...]:
    """Return the settings of a provider; `username` and `password` are what it calls them, the first "" where it is fixed."""
    name = () if relay.username else (Setting(name="username", label=username),)
    return (
        *name,
        Setting(name="password", label=password, secret=True),
        *_SENDER,
        *more,
        Setting(name="host", label="SMTP server, where it is another", required=False, default=relay.host or None, example=relay.host),
        Setting(name="port", label="Its port", required=False, default="587", example="587"),
        _security(),
        *MAILBOX_SETTINGS,
    )


def api_address(base: str) -> Setting:
    """Return the setting for the address of a provider's API beside its SMTP server."""
    return Setting(name="api_base_url", label="Address of the API", required=False, default=base, example=base)


def _security() -> Setting:
    return Setting(name="security", label="Security: starttls, tls or none", required=False, default="starttls", example="starttls")
