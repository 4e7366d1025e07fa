"""Message → Mailgun by SMTP → receipt; its webhooks and routes → receipts and replies."""

import base64
import json
from datetime import datetime
from typing import Any

from doorstep.channels.email.arriving import MOST_BYTES, Field, Parsed, fields_of, file_at, from_parsed, from_raw
from doorstep.channels.email.attachments import safe_name, safe_type
from doorstep.channels.email.events import About, json_of, list_of, object_of, our_id_in, receipt, text_in, told, unknown
from doorstep.channels.email.hooks import mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, api_address, hand_over, probing, provider_settings
from doorstep.channels.fetching import download, is_theirs
from doorstep.channels.mailgun.codes import CODES, WEBHOOK
from doorstep.channels.mailgun.signatures import delivery_id, verify
from doorstep.domain.messages import Attachment, Message
from doorstep.domain.plugins import Channel, FileFlow, Flow, Inbound, OnUnknown, ProviderCode, Raw, Setting, Settings
from doorstep.domain.reading import setting_of
from doorstep.domain.vocabulary import ChannelKind, Unfetched
from doorstep.errors import BadInputError

_KEY = "doorstep_message"
_API = "https://api.mailgun.net"


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Put our id among the variables. Source: Mailgun's page on SMTP headers, as known on 2026-11-29."""
    return (f"X-Mailgun-Variables: {json.dumps({_KEY: ident})}",)


_RELAY = Relay(host="smtp.mailgun.org", lines=_lines, codes=CODES)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to Mailgun.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read an event, or a mail that a route hands on.

    Raises:
        BadInputError: neither of the two.
    """
    if raw.content_type.lower().startswith("application/json") or raw.body[:1] == b"{":
        outer = object_of(json_of(raw.body))
        return _event(object_of(outer["event-data"]) if "event-data" in outer else outer)
    fields = fields_of(raw)
    texts: dict[str, str] = {}
    for field in fields:
        if field.filename is None:
            texts.setdefault(field.name, field.text)
    if texts.get("event", "inbound") != "inbound":
        return _event(dict(texts))
    return _mail(fields, texts, settings)


def _event(event: dict[str, Any]) -> Inbound:
    name = text_in(event, "event")
    status = object_of(event.get("delivery-status"))
    if (code := _code(name, event)) is None:
        raise unknown(name)
    headers = object_of(object_of(event.get("message")).get("headers"))
    variables = event.get("user-variables")
    about = About(
        message_id=our_id_in(object_of(variables).get(_KEY) if variables else None, event.get(_KEY)),
        provider_id=(text_in(headers, "message-id") or text_in(event, "Message-Id", "message-id")).strip("<> "),
        address=text_in(event, "recipient") or text_in(headers, "to").rpartition("<")[2].rstrip("> "),
        at=event.get("timestamp"),
    )
    client = object_of(event.get("client-info"))
    said = " ".join(
        part
        for part in (
            text_in(status, "code") or text_in(event, "code"),
            text_in(status, "enhanced-code"),
            text_in(status, "message", "description") or text_in(event, "error", "description", "notification"),
            text_in(object_of(event.get("reject")), "reason"),
        )
        if part
    )
    agent = text_in(client, "user-agent") or text_in(event, "user-agent")
    return told(receipt(code, about, said=said, url=text_in(event, "url"), agent=agent, machine=bool(text_in(client, "bot"))))


def _code(name: str, event: dict[str, Any]) -> ProviderCode | None:
    if name == "failed":
        if text_in(event, "severity") == "temporary":
            return WEBHOOK["failed/temporary"]
        return WEBHOOK.get(f"failed/{text_in(event, 'reason')}", WEBHOOK["failed"])
    if name == "dropped":
        return WEBHOOK.get(f"dropped/{text_in(event, 'code')}", WEBHOOK["dropped"])
    return WEBHOOK.get(name)


def _mail(fields: list[Field], texts: dict[str, str], settings: Settings) -> Inbound:
    """Read a mail: raw where the route's address ends in "mime". Source: Mailgun's page on routes, as known on 2026-11-29."""
    to = texts.get("recipient", "")
    raw = next((field.content for field in fields if field.name == "body-mime"), None)
    if raw is not None:
        return from_raw(raw, settings, to)
    if "message-headers" not in texts:
        raise BadInputError("the form is neither an event nor a mail")
    pairs = [list_of(pair) for pair in list_of(json_of(texts["message-headers"]))]
    headers = [(str(pair[0]), str(pair[1])) for pair in pairs if len(pair) == 2]  # noqa: PLR2004 - name and value
    if not any(name.lower() == "from" for name, _ in headers):
        headers.append(("From", texts.get("from") or texts.get("sender", "")))
    files = [_file(field) for field in fields if field.filename is not None]
    files += [_stored(object_of(one)) for one in list_of(json_of(texts["attachments"]))] if "attachments" in texts else []
    return from_parsed(Parsed(headers, texts.get("body-plain", ""), texts.get("body-html", ""), files, to), settings)


def _file(field: Field) -> Attachment:
    return Attachment(name=safe_name(field.filename or ""), content_type=safe_type(field.content_type), content=field.content)


def _stored(file: dict[str, Any]) -> Attachment:
    """Note a file that Mailgun keeps, where the route stores mails and only tells of them."""
    return file_at(text_in(file, "name"), text_in(file, "content-type"), url=text_in(file, "url"))


def fetch(file: Attachment, settings: Settings, now: datetime) -> FileFlow:
    """Fetch a file of a stored mail, which Mailgun keeps for some days.

    Source: Mailgun's pages on routes and on stored messages, as known on 2026-11-29.

    Raises:
        TryLaterError: too many calls, or Mailgun is down.
        MisconfiguredError: the connection has no API key, or Mailgun does not take it.
    """
    if not is_theirs(file.url, settings.get("api_base_url") or _API, "mailgun.net", "mailgun.org"):
        return Unfetched.ELSEWHERE
    pair = f"api:{setting_of(settings, 'api_key')}"
    return (yield from download("Mailgun", file.url, now, {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}))


CHANNEL = Channel(
    slug="mailgun",
    name="Mailgun (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        Setting(
            name="signing_key",
            label="HTTP webhook signing key; while it changes, the new and the old one with a space between",
            secret=True,
            rotates=True,
            required=False,
        ),
        Setting(name="api_key", label="API key, to fetch the files of mails that a route stores", secret=True, required=False),
        api_address(_API),
        username="SMTP login",
        password="SMTP password",  # noqa: S106 - a label
    ),
    send=send,
    probe=probing(_RELAY),
    on_unknown=OnUnknown.WAIT,
    read=mails_too(read),
    verify=verify,
    delivery_id=delivery_id,
    most_bytes=MOST_BYTES,
    fetch=fetch,
    mailbox=mailbox_of,
    codes=CODES,
)
