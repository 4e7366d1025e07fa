"""Message → Postmark by SMTP → receipt; its webhooks and inbound mails → receipts and replies."""

import re
from datetime import datetime
from typing import Any

from doorstep.channels.email.arriving import MOST_BYTES, Parsed, file_in, from_parsed, from_raw
from doorstep.channels.email.events import About, json_of, list_of, object_of, our_id_in, receipt, text_in, told, unknown
from doorstep.channels.email.hooks import LOGIN_SETTINGS, check_login, mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, hand_over, header_word, probing, provider_settings
from doorstep.channels.postmark.codes import CODES, WEBHOOK
from doorstep.domain.messages import Attachment, Message
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, Raw, Setting, Settings
from doorstep.domain.vocabulary import ChannelKind

#: Postmark takes twenty letters. Source: its page on metadata, as known on 2026-11-29.
_KEY = "doorstep-message"
_UUID = re.compile(r"\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b", re.IGNORECASE)


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Put our id among the metadata and keep our Message-ID. Source: Postmark's page on SMTP, as known on 2026-11-29."""
    stream = header_word(settings, "message_stream")
    return (f"X-PM-Metadata-{_KEY}: {ident}", "X-PM-KeepID: true", *((f"X-PM-Message-Stream: {stream}",) if stream else ()))


_RELAY = Relay(host="smtp.postmarkapp.com", lines=_lines, codes=CODES, taken_as=_UUID)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to Postmark.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - a login holds no time
    """Check that the webhook brings what the merchant gave to Postmark, which signs nothing.

    Raises:
        BadSignatureError: it does not.
        MisconfiguredError: the connection has nothing to check by.
    """
    check_login(raw, settings)


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read an event or a mail.

    Raises:
        BadInputError: neither of the two.
    """
    event = object_of(json_of(raw.body))
    kind = text_in(event, "RecordType")
    if kind == "Inbound" or (not kind and "FromFull" in event):
        return _mail(event, settings)
    detail = {"Bounce": "Type", "SubscriptionChange": "SuppressionReason"}.get(kind)
    if kind == "SubscriptionChange" and event.get("SuppressSending") is False:
        return Inbound()
    name = f"{kind}/{text_in(event, detail)}" if detail else kind
    code = WEBHOOK.get(name)
    if code is None:
        raise unknown(name)
    metadata = event.get("Metadata")
    about = About(
        message_id=our_id_in(object_of(metadata).get(_KEY) if metadata else None),
        provider_id=text_in(event, "MessageID"),
        address=text_in(event, "Email", "Recipient"),
        at=text_in(event, "DeliveredAt", "BouncedAt", "ReceivedAt", "ChangedAt"),
    )
    said = text_in(event, "Details", "Description")
    return told(receipt(code, about, said=said, url=text_in(event, "OriginalLink"), agent=text_in(event, "UserAgent")))


def _mail(event: dict[str, Any], settings: Settings) -> Inbound:
    to = text_in(event, "OriginalRecipient")
    if raw := text_in(event, "RawEmail"):
        return from_raw(raw, settings, to)
    headers = [(text_in(one, "Name"), text_in(one, "Value")) for one in map(object_of, list_of(event.get("Headers")))]
    # Postmark takes these out of the headers and puts them beside.
    sender = object_of(event.get("FromFull"))
    headers += [
        ("From", f"{text_in(sender, 'Name')} <{text_in(sender, 'Email')}>"),
        ("To", text_in(event, "To") or ", ".join(text_in(object_of(one), "Email") for one in list_of(event.get("ToFull")))),
        ("Subject", text_in(event, "Subject")),
        ("Date", text_in(event, "Date")),
    ]
    files = [_file(object_of(one)) for one in list_of(event.get("Attachments"))]
    return from_parsed(Parsed(headers, text_in(event, "TextBody"), text_in(event, "HtmlBody"), files, to), settings)


def _file(file: dict[str, Any]) -> Attachment:
    # Postmark's own test calls the content Data.
    return file_in(text_in(file, "Name"), text_in(file, "ContentType"), text_in(file, "Content", "Data"))


CHANNEL = Channel(
    slug="postmark",
    name="Postmark (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        Setting(name="message_stream", label="Message stream", required=False, example="outbound"),
        *LOGIN_SETTINGS,
        username="Server API token, or the stream's access key",
        password="Server API token again, or the stream's secret key",  # noqa: S106 - a label
    ),
    send=send,
    probe=probing(_RELAY),
    on_unknown=OnUnknown.WAIT,
    read=mails_too(read),
    verify=verify,
    most_bytes=MOST_BYTES,
    mailbox=mailbox_of,
    codes=CODES,
)
