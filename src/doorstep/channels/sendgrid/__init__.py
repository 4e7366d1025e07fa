"""Message → SendGrid by SMTP → receipt; its event webhook and inbound parse → receipts and replies."""

import json
import re
from datetime import datetime
from typing import Any

from doorstep.channels.email.arriving import MOST_BYTES, Field, Parsed, fields_of, from_parsed, from_raw
from doorstep.channels.email.attachments import safe_name, safe_type
from doorstep.channels.email.events import About, inbound_of, json_of, list_of, object_of, our_id_in, receipt, text_in, told
from doorstep.channels.email.hooks import LOGIN_SETTINGS, mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, hand_over, probing, provider_settings
from doorstep.channels.sendgrid.codes import CODES, WEBHOOK
from doorstep.channels.sendgrid.signatures import verify
from doorstep.domain.messages import Attachment, Message
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, ProviderCode, Raw, Setting, Settings
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError

_KEY = "doorstep_message"
#: Events that say nothing of a message.
_PASSED_OVER = frozenset({"group_resubscribe"})


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Put our id among the unique arguments. Source: SendGrid's page on X-SMTPAPI, as known on 2026-11-29."""
    return (f"X-SMTPAPI: {json.dumps({'unique_args': {_KEY: ident}})}",)


_RELAY = Relay(
    host="smtp.sendgrid.net", username="apikey", lines=_lines, codes=CODES, taken_as=re.compile(r"queued as ([A-Za-z0-9_-]{5,100})")
)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to SendGrid.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read a batch of events, or a mail that the inbound parse hands on.

    Raises:
        BadInputError: neither of the two.
    """
    if raw.content_type.lower().startswith("multipart/form-data"):
        return _mail(fields_of(raw), settings)
    return inbound_of(list_of(json_of(raw.body)), _event)


def _event(event: dict[str, Any]) -> Inbound | None:
    name = text_in(event, "event")
    if name in _PASSED_OVER:
        return Inbound()
    if (code := _code(name, event)) is None:
        return None
    about = About(
        # The first part is what SMTP answered; the rest names the machine that sent it.
        provider_id=text_in(event, "sg_message_id").partition(".")[0],
        message_id=our_id_in(event.get(_KEY)),
        address=text_in(event, "email"),
        at=event.get("timestamp"),
    )
    said = " ".join(part for part in (text_in(event, "status"), text_in(event, "reason", "response")) if part)
    machine = event.get("sg_machine_open") is True
    return told(receipt(code, about, said=said, url=text_in(event, "url"), agent=text_in(event, "useragent"), machine=machine))


def _code(name: str, event: dict[str, Any]) -> ProviderCode | None:
    if name == "bounce":
        classified = WEBHOOK.get(f"classified/{text_in(event, 'bounce_classification').lower()}")
        named = WEBHOOK.get(f"bounce/{text_in(event, 'type').lower() or 'bounce'}")
        return classified if classified and named and named.suppress else named
    if name == "dropped":
        return WEBHOOK.get(f"dropped/{text_in(event, 'reason').lower()}", WEBHOOK["dropped"])
    return WEBHOOK.get(name)


def _mail(fields: list[Field], settings: Settings) -> Inbound:
    """Read a mail of the inbound parse: raw where the merchant chose so. Source: SendGrid's page on it, as known on 2026-11-29."""
    texts = {field.name: field for field in fields if field.filename is None}
    envelope = object_of(json_of(texts["envelope"].content)) if "envelope" in texts else {}
    to = next((one for one in list_of(envelope.get("to")) if isinstance(one, str)), "")
    if "email" in texts:
        return from_raw(texts["email"].content, settings, to)
    if "headers" not in texts:
        raise BadInputError("the form is no mail: it has neither email nor headers")
    charsets = object_of(json_of(texts["charsets"].content)) if "charsets" in texts else {}
    headers = [(name, value) for line in _unfolded(texts["headers"].text) for name, colon, value in [line.partition(":")] if colon]
    text, html = (_decoded(texts.get(name), charsets.get(name)) for name in ("text", "html"))
    return from_parsed(Parsed(headers, text, html, map(_file, (field for field in fields if field.filename is not None)), to), settings)


def _unfolded(headers: str) -> list[str]:
    return re.sub(r"\r?\n[ \t]+", " ", headers).splitlines()


def _decoded(field: Field | None, charset: object) -> str:
    if field is None:
        return ""
    try:
        return field.content.decode(charset if isinstance(charset, str) else "utf-8", "replace")
    except (LookupError, ValueError):
        return field.text


def _file(field: Field) -> Attachment:
    return Attachment(name=safe_name(field.filename or ""), content_type=safe_type(field.content_type), content=field.content)


CHANNEL = Channel(
    slug="sendgrid",
    name="SendGrid (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        Setting(
            name="verification_key",
            label="Verification key of the signed event webhook; while it changes, the new and the old one with a space between",
            rotates=True,
            required=False,
            example="MFkwEwYHKoZIzj0CAQ…",
        ),
        *LOGIN_SETTINGS,
        password="API key",  # noqa: S106 - a label
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
