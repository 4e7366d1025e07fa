"""Message → Mailjet by SMTP → receipt; its event and parse webhooks → receipts and replies."""

from datetime import datetime
from email.message import Message as Letter
from typing import Any

from doorstep.channels.email.arriving import MOST_BYTES, Parsed, file_in, from_parsed
from doorstep.channels.email.events import About, inbound_of, json_of, list_of, object_of, our_id_in, receipt, text_in, told
from doorstep.channels.email.hooks import LOGIN_SETTINGS, check_login, mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, hand_over, probing, provider_settings
from doorstep.channels.mailjet.codes import CODES, WEBHOOK
from doorstep.domain.messages import Attachment, Message
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, ProviderCode, Raw, Settings
from doorstep.domain.reading import one_line
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Send our id as the custom id. Source: Mailjet's page on SMTP headers, as known on 2026-11-29."""
    return (f"X-MJ-CustomID: {ident}",)


_RELAY = Relay(host="in-v3.mailjet.com", lines=_lines, codes=CODES)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to Mailjet.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - a login holds no time
    """Check that the webhook brings what the merchant gave to Mailjet, which signs nothing.

    Raises:
        BadSignatureError: it does not.
        MisconfiguredError: the connection has nothing to check by.
    """
    check_login(raw, settings)


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read one event, a batch of them, or a mail.

    Raises:
        BadInputError: none of these.
    """
    body = json_of(raw.body)
    if isinstance(body, dict) and "event" not in body and "Headers" in body:
        return _mail(body, settings)
    return inbound_of(body if isinstance(body, list) else [body], _event)


def _event(event: dict[str, Any]) -> Inbound | None:
    code = _code(text_in(event, "event"), event)
    if code is None:
        return None
    about = About(
        message_id=our_id_in(event.get("CustomID")),
        provider_id=text_in(event, "MessageID"),
        address=text_in(event, "email"),
        at=event.get("time"),
    )
    said = text_in(event, "smtp_reply") or " ".join(
        part for part in (text_in(event, "error_related_to"), text_in(event, "error"), text_in(event, "comment")) if part
    )
    return told(receipt(code, about, said=said, url=text_in(event, "url"), agent=text_in(event, "agent")))


def _code(name: str, event: dict[str, Any]) -> ProviderCode | None:
    error = text_in(event, "error").lower()
    if name == "blocked":
        return WEBHOOK.get(f"blocked/{error}", WEBHOOK["blocked"])
    if name != "bounce":
        return WEBHOOK.get(name)
    if str(event.get("hard_bounce")).lower() in {"true", "1"}:
        # A full mailbox or a blocked sender is called hard, and is not the address's fault.
        return WEBHOOK.get(f"error/{error}", WEBHOOK["bounce/hard"])
    return WEBHOOK.get(f"bounce/soft/{error}", WEBHOOK["bounce/soft"])


def _mail(mail: dict[str, Any], settings: Settings) -> Inbound:
    """Read a mail that Mailjet took apart. Source: Mailjet's page on its Parse API, as known on 2026-11-29."""
    headers = _flat(mail.get("Headers"))
    if not any(name.lower() == "from" for name, _ in headers):
        headers.append(("From", text_in(mail, "From")))
    parts = [object_of(part) for part in list_of(mail.get("Parts"))]
    files = [_file(part, mail) for part in parts if "Attachment" in text_in(part, "ContentRef")]
    text, html = text_in(mail, "Text-part"), text_in(mail, "Html-part")
    return from_parsed(Parsed(headers, text, html, files, text_in(mail, "Recipient")), settings)


def _flat(headers: object) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in object_of(headers).items()
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str)
    ]


def _file(part: dict[str, Any], mail: dict[str, Any]) -> Attachment:
    about = Letter()
    for name, value in _flat(part.get("Headers")):
        about[one_line(name).replace(":", "")] = one_line(value)
    try:
        name = about.get_filename() or ""
    except (ValueError, LookupError, TypeError) as error:
        raise BadInputError("an attachment has no readable name") from error
    return file_in(name, about.get_content_type(), text_in(mail, text_in(part, "ContentRef")))


CHANNEL = Channel(
    slug="mailjet",
    name="Mailjet (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(_RELAY, *LOGIN_SETTINGS, username="API key", password="Secret key"),  # noqa: S106 - a label
    send=send,
    probe=probing(_RELAY),
    on_unknown=OnUnknown.WAIT,
    read=mails_too(read),
    verify=verify,
    most_bytes=MOST_BYTES,
    mailbox=mailbox_of,
    codes=CODES,
)
