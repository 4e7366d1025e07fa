"""Message → Mandrill (Mailchimp Transactional) by SMTP → receipt; its webhooks → receipts and replies."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from doorstep.channels.email.arriving import MOST_BYTES, fields_of, from_raw
from doorstep.channels.email.events import About, inbound_of, json_of, list_of, object_of, our_id_in, receipt, text_in, told
from doorstep.channels.email.hooks import check_one_of, mails_too, secrets_of
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, hand_over, probing, provider_settings
from doorstep.channels.mandrill.codes import CODES, WEBHOOK
from doorstep.domain.messages import Message
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, Raw, Setting, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, BadSignatureError

_KEY = "doorstep_message"
_FIELD = "mandrill_events"


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Put our id among the metadata. Source: Mandrill's page on SMTP headers, as known on 2026-11-29."""
    return (f"X-MC-Metadata: {json.dumps({_KEY: ident})}",)


_RELAY = Relay(host="smtp.mandrillapp.com", lines=_lines, codes=CODES)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to Mandrill.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - Mandrill's signature holds no time
    """Check that Mandrill signed this: HMAC over the address and the form. Source: its page on webhooks, as known on 2026-11-29.

    Raises:
        BadSignatureError: missing, forged, or over another address or body.
        MisconfiguredError: the connection has no webhook key.
    """
    keys = secrets_of(settings, "webhook_key")
    given = header_of(raw, "x-mandrill-signature")
    try:
        fields = {field.name: field.text for field in fields_of(raw)}
    except BadInputError as error:
        raise BadSignatureError("the webhook cannot be read, so its signature fits nothing") from error
    content = (raw.url + "".join(name + fields[name] for name in sorted(fields))).encode("utf-8", "replace")
    check_one_of(given, [base64.b64encode(hmac.digest(key.encode(), content, hashlib.sha1)).decode() for key in keys])


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read a batch of events and mails.

    Raises:
        BadInputError: neither of the two.
    """
    events = next((field.content for field in fields_of(raw) if field.name == _FIELD), None)
    if events is None:
        raise BadInputError(f"the form has no {_FIELD}")
    return inbound_of(list_of(json_of(events)), lambda event: _event(event, settings))


def _event(event: dict[str, Any], settings: Settings) -> Inbound | None:
    name, mail = text_in(event, "event"), object_of(event.get("msg"))
    if name == "inbound":
        return from_raw(text_in(mail, "raw_msg"), settings, text_in(mail, "email"))
    if not name and text_in(event, "type") in {"blacklist", "whitelist", "allowlist", "denylist"}:
        return Inbound()  # the account's own list changed: it is Mandrill's, and says nothing of a message
    reason = text_in(object_of(mail.get("reject")), "reason") if isinstance(mail.get("reject"), dict) else text_in(mail, "reject")
    code = WEBHOOK.get(f"reject/{reason}", WEBHOOK["reject"]) if name == "reject" else WEBHOOK.get(name)
    if code is None:
        return None
    metadata = mail.get("metadata")
    about = About(
        message_id=our_id_in(object_of(metadata).get(_KEY) if metadata else None),
        provider_id=text_in(event, "_id"),
        address=text_in(mail, "email"),
        at=event.get("ts"),
    )
    said = " ".join(part for part in (text_in(mail, "bounce_description"), text_in(mail, "diag")) if part)
    return told(receipt(code, about, said=said, url=text_in(event, "url"), agent=text_in(event, "user_agent")))


CHANNEL = Channel(
    slug="mandrill",
    name="Mandrill, Mailchimp Transactional (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        Setting(
            name="webhook_key",
            label="Webhook key (each webhook has its own: give all, with spaces between)",
            secret=True,
            required=False,
        ),
        username="Any text, such as the account's name",
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
