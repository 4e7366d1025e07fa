"""Message → SparkPost by SMTP → receipt; its event and relay webhooks → receipts and replies."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from doorstep.channels.email.arriving import MOST_BYTES, from_raw
from doorstep.channels.email.events import About, inbound_of, json_of, list_of, object_of, our_id_in, receipt, text_in, told
from doorstep.channels.email.hooks import LOGIN_SETTINGS, check_login, mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, hand_over, probing, provider_settings
from doorstep.channels.sparkpost.codes import CODES, WEBHOOK
from doorstep.domain.messages import Message
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, ProviderCode, Raw, Settings
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError

_KEY = "doorstep_message"
#: The token that relay webhooks send. Source: SparkPost's page on relay webhooks, as known on 2026-11-29.
_TOKEN = "x-messagesystems-webhook-token"  # noqa: S105 - the name of a header


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Put our id among the metadata. Source: SparkPost's page on X-MSYS-API, as known on 2026-11-29."""
    options = {"transactional": message.purpose is Purpose.TRANSACTIONAL}
    return (f"X-MSYS-API: {json.dumps({'metadata': {_KEY: ident}, 'options': options})}",)


_RELAY = Relay(host="smtp.sparkpostmail.com", username="SMTP_Injection", lines=_lines, codes=CODES)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to SparkPost.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - a login holds no time
    """Check that the webhook brings what the merchant gave to SparkPost, which signs nothing.

    Raises:
        BadSignatureError: it does not.
        MisconfiguredError: the connection has nothing to check by.
    """
    check_login(raw, settings, _TOKEN)


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read a batch of events and mails.

    Raises:
        BadInputError: neither of the two.
    """
    # An empty envelope is SparkPost's own test of the address.
    inner = [object_of(object_of(one).get("msys")) for one in list_of(json_of(raw.body))]
    return inbound_of([one for one in inner if one], lambda one: _one(one, settings))


def _one(event: dict[str, Any], settings: Settings) -> Inbound | None:
    kind, about = next(iter(event.items()))
    return _mail(object_of(about), settings) if kind == "relay_message" else _event(object_of(about))


def _event(event: dict[str, Any]) -> Inbound | None:
    code = _code(text_in(event, "type"), event)
    if code is None:
        return None
    metadata, parsed = event.get("rcpt_meta"), object_of(event.get("user_agent_parsed"))
    about = About(
        message_id=our_id_in(object_of(metadata).get(_KEY) if metadata else None),
        provider_id=text_in(event, "transmission_id"),
        address=text_in(event, "raw_rcpt_to", "rcpt_to"),
        at=text_in(event, "timestamp"),
    )
    machine = any(str(fields.get(name)).lower() == "true" for fields in (event, parsed) for name in ("is_proxy", "is_prefetched", "is_bot"))
    said, url = text_in(event, "raw_reason", "reason"), text_in(event, "target_link_url")
    return told(receipt(code, about, said=said, url=url, agent=text_in(event, "user_agent"), machine=machine))


def _code(name: str, event: dict[str, Any]) -> ProviderCode | None:
    if name in {"bounce", "out_of_band"}:
        return WEBHOOK.get(f"bounce/{text_in(event, 'bounce_class')}", WEBHOOK["bounce"])
    return WEBHOOK.get(name)


def _mail(mail: dict[str, Any], settings: Settings) -> Inbound:
    content = object_of(mail.get("content"))
    raw: str | bytes = text_in(content, "email_rfc822")
    if content.get("email_rfc822_is_base64") is True:
        try:
            raw = base64.b64decode(raw, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadInputError("the mail is not base64") from error
    return from_raw(raw, settings, text_in(mail, "rcpt_to"))


CHANNEL = Channel(
    slug="sparkpost",
    name="SparkPost (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(_RELAY, *LOGIN_SETTINGS, password="API key that may send by SMTP"),  # noqa: S106 - a label
    send=send,
    probe=probing(_RELAY),
    on_unknown=OnUnknown.WAIT,
    read=mails_too(read),
    verify=verify,
    most_bytes=MOST_BYTES,
    mailbox=mailbox_of,
    codes=CODES,
)
