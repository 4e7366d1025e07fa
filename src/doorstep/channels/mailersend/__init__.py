"""Message → MailerSend by SMTP → receipt; its webhooks and inbound routes → receipts and replies."""

import hashlib
import hmac
import re
from datetime import datetime

from doorstep.channels.email.arriving import MOST_BYTES, from_raw
from doorstep.channels.email.events import About, json_of, list_of, object_of, our_id_in, receipt, text_in, told, unknown
from doorstep.channels.email.hooks import check_one_of, mails_too, secrets_of
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, hand_over, probing, provider_settings
from doorstep.channels.mailersend.codes import CODES, WEBHOOK
from doorstep.domain.messages import Message
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, Raw, Setting, Settings
from doorstep.domain.reading import header_of
from doorstep.domain.vocabulary import ChannelKind

_TAG = "doorstep:"
#: What says that nothing became of a message: the state of the domain, a check, a list.
_PASSED_OVER = ("sender_identity.", "maintenance.", "inbound_forward.", "email_list.", "bulk_email.")


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Send our id as a tag, which every plan brings back. Source: MailerSend's page on its SMTP relay, as known on 2026-11-29."""
    return (f"X-MailerSend-Tags: {_TAG}{ident}",)


_RELAY = Relay(host="smtp.mailersend.net", lines=_lines, codes=CODES, taken_as=re.compile(r"queued as ([0-9A-Za-z]{5,100})"))


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to MailerSend.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:  # noqa: ARG001 - MailerSend's signature holds no time
    """Check that MailerSend signed this: HMAC over the body. Source: its page on webhooks, as known on 2026-11-29.

    Raises:
        BadSignatureError: missing, forged, or over another body.
        MisconfiguredError: the connection has no signing secret.
    """
    keys = secrets_of(settings, "signing_secret")
    given = header_of(raw, "signature")
    check_one_of(given, [hmac.digest(key.encode(), raw.body, hashlib.sha256).hex() for key in keys])


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read an activity or a mail.

    Raises:
        BadInputError: neither of the two.
    """
    event = object_of(json_of(raw.body))
    kind, data = text_in(event, "type"), object_of(event.get("data"))
    if kind == "inbound.message":
        recipients = [object_of(one) for one in list_of(object_of(data.get("recipients")).get("rcptTo"))]
        return from_raw(text_in(data, "raw"), settings, text_in(recipients[0], "email") if recipients else "")
    if kind.startswith(_PASSED_OVER):
        return Inbound()
    if (code := WEBHOOK.get(kind)) is None:
        raise unknown(kind)
    mail, more = object_of(data.get("email")), object_of(data.get("morph"))
    tags = [tag.removeprefix(_TAG) for tag in list_of(mail.get("tags")) if isinstance(tag, str) and tag.startswith(_TAG)]
    about = About(
        message_id=our_id_in(*tags),
        provider_id=text_in(object_of(mail.get("message")), "id"),
        address=text_in(object_of(mail.get("recipient")), "email"),
        at=text_in(data, "created_at"),
    )
    said, agent = text_in(more, "readable_reason", "reason"), text_in(more, "user_agent")
    return told(receipt(code, about, said=said, url=text_in(more, "url"), agent=agent))


CHANNEL = Channel(
    slug="mailersend",
    name="MailerSend (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        Setting(
            name="signing_secret",
            label="Signing secret of the webhook (an inbound route has its own: give both, with a space between)",
            secret=True,
            required=False,
        ),
        username="SMTP user name",
        password="SMTP password",  # noqa: S106 - a label
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
