"""Message → Brevo by SMTP → receipt; its webhooks and inbound mails → receipts and replies."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from doorstep.channels.brevo.codes import BY_PROXY, CODES, WEBHOOK
from doorstep.channels.email.arriving import MOST_BYTES, Parsed, file_at, from_parsed
from doorstep.channels.email.events import About, inbound_of, json_of, list_of, object_of, our_id_in, receipt, text_in, told
from doorstep.channels.email.hooks import LOGIN_SETTINGS, check_login, mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, api_address, hand_over, probing, provider_settings
from doorstep.channels.fetching import download
from doorstep.domain.messages import Attachment, Message
from doorstep.domain.plugins import Channel, FileFlow, Flow, Inbound, OnUnknown, Raw, Setting, Settings
from doorstep.domain.reading import setting_of
from doorstep.domain.vocabulary import ChannelKind, Unfetched
from doorstep.errors import BadInputError

_KEY = "doorstep_message"
_API = "https://api.brevo.com"


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Send our id in the header that Brevo brings back. Source: Brevo's page on SMTP headers, as known on 2026-11-29."""
    return (f"X-Mailin-custom: {json.dumps({_KEY: ident})}",)


_RELAY = Relay(host="smtp-relay.brevo.com", lines=_lines, codes=CODES, taken_as=re.compile(r"queued as <?([^\s<>]{5,200})"))


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to Brevo.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - a login holds no time
    """Check that the webhook brings what the merchant gave to Brevo, which signs nothing.

    Raises:
        BadSignatureError: it does not.
        MisconfiguredError: the connection has nothing to check by.
    """
    check_login(raw, settings)


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read one event, a batch of them, or mails.

    Raises:
        BadInputError: none of these.
    """
    body = json_of(raw.body)
    if isinstance(body, dict) and "items" in body:
        return inbound_of(list_of(body["items"]), lambda mail: _mail(mail, settings))
    return inbound_of(body if isinstance(body, list) else [body], _event)


def _event(event: dict[str, Any]) -> Inbound | None:
    name = text_in(event, "event")
    if name == "list_addition":
        return Inbound()
    if (code := WEBHOOK.get(name)) is None:
        return None
    about = About(
        message_id=our_id_in(_custom(text_in(event, "X-Mailin-custom"))),
        provider_id=text_in(event, "message-id").strip("<> "),
        address=text_in(event, "email"),
        # The other times follow the zone set in the account.
        at=event.get("ts_epoch"),
    )
    link, agent = text_in(event, "link"), text_in(event, "user_agent")
    return told(receipt(code, about, said=text_in(event, "reason"), url=link, agent=agent, machine=name in BY_PROXY))


def _custom(value: str) -> object:
    try:
        found = json_of(value)
    except BadInputError:
        return None
    return found.get(_KEY) if isinstance(found, dict) else None


def _mail(mail: dict[str, Any], settings: Settings) -> Inbound:
    """Read a mail that Brevo took apart. Source: Brevo's page on inbound parsing, as known on 2026-11-29."""
    headers = [
        (name, value)
        for name, values in object_of(mail.get("Headers")).items()
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str)
    ]
    given = {name.lower() for name, _ in headers}
    sender = object_of(mail.get("From"))
    beside = (
        ("From", f"{text_in(sender, 'Name')} <{text_in(sender, 'Address')}>" if sender else ""),
        ("Message-ID", text_in(mail, "MessageId")),
        ("In-Reply-To", text_in(mail, "InReplyTo")),
        ("Subject", text_in(mail, "Subject")),
    )
    headers += [(name, value) for name, value in beside if value and name.lower() not in given]
    recipients = [text_in(object_of(one), "Address") for one in list_of(mail.get("To"))]
    arrived = next((value for name, value in headers if name.lower() == "delivered-to"), recipients[0] if recipients else "")
    files = [_file(object_of(one)) for one in list_of(mail.get("Attachments"))]
    return from_parsed(Parsed(headers, text_in(mail, "RawTextBody"), text_in(mail, "RawHtmlBody"), files, arrived), settings)


def _file(file: dict[str, Any]) -> Attachment:
    return file_at(text_in(file, "Name"), text_in(file, "ContentType"), media_id=text_in(file, "DownloadToken"))


def fetch(file: Attachment, settings: Settings, now: datetime) -> FileFlow:
    """Fetch an attachment by its download token. Source: Brevo's reference of inbound attachments, as known on 2026-11-29.

    Raises:
        TryLaterError: too many calls, or Brevo is down.
        MisconfiguredError: the connection has no API key, or Brevo does not take it.
    """
    if not file.media_id:
        return Unfetched.GONE
    url = f"{(settings.get('api_base_url') or _API).rstrip('/')}/v3/inbound/attachments/{quote(file.media_id, safe='')}"
    return (yield from download("Brevo", url, now, {"api-key": setting_of(settings, "api_key")}))


CHANNEL = Channel(
    slug="brevo",
    name="Brevo (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        *LOGIN_SETTINGS,
        Setting(name="api_key", label="API key, to fetch the files of mails that come in", secret=True, required=False),
        api_address(_API),
        username="SMTP login",
        password="SMTP key",  # noqa: S106 - a label
    ),
    send=send,
    probe=probing(_RELAY),
    on_unknown=OnUnknown.WAIT,
    read=mails_too(read),
    verify=verify,
    most_bytes=MOST_BYTES,
    fetch=fetch,
    mailbox=mailbox_of,
    codes=CODES,
)
