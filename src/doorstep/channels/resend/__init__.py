"""Message → Resend by SMTP → receipt; its webhooks → receipts and replies."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from doorstep.channels.email.arriving import MOST_BYTES, Parsed, file_at, from_parsed
from doorstep.channels.email.events import About, json_of, list_of, object_of, our_id_in, receipt, text_in, told, unknown
from doorstep.channels.email.hooks import check_standard, mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, api_address, hand_over, probing, provider_settings
from doorstep.channels.fetching import content_of, download
from doorstep.channels.resend.codes import CODES, HARD_WORDS, SUPPRESSED_WORDS, WEBHOOK
from doorstep.domain.messages import Attachment, Message
from doorstep.domain.plugins import (
    Channel,
    FileFlow,
    Flow,
    HttpRequest,
    Inbound,
    IntakeFlow,
    OnUnknown,
    ProviderCode,
    Raw,
    Setting,
    Settings,
)
from doorstep.domain.reading import retry_after_s, setting_of
from doorstep.domain.vocabulary import ChannelKind, Unfetched
from doorstep.errors import BadInputError, MisconfiguredError, TryLaterError

_HEADER = "x-doorstep-message"
_API = "https://api.resend.com"
_UUID = re.compile(r"\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b", re.IGNORECASE)
_FOUND, _GONE = 200, 404
#: What `intake` puts beside an event: the mail it tells of.
_MAIL = "doorstep_mail"
#: Events that are about contacts and domains, not about messages.
_PASSED_OVER = ("contact.", "domain.")


# Our own header comes back among the event's; a key against doubles (Resend-Idempotency-Key) is not sent, since it wants a second try to be
# the same to the letter, and a mail's Date is not. Source: Resend's pages on SMTP and on idempotency keys, as known on 2026-11-29.
_RELAY = Relay(host="smtp.resend.com", username="resend", codes=CODES, taken_as=_UUID)


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to Resend.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _RELAY)


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check that Resend signed this, after Standard Webhooks.

    Raises:
        BadSignatureError: missing, forged, too old, or over another body.
        MisconfiguredError: the connection has no signing secret.
    """
    check_standard(raw, settings, now, "signing_secret")


def intake(raw: Raw, settings: Settings, now: datetime) -> IntakeFlow:
    """Fetch the mail that an event tells of, and keep it beside the event: the webhook itself holds no text.

    Raises:
        BadInputError: the event cannot be read.
        TryLaterError, MisconfiguredError: the mail cannot be had now, or not with this key.
    """
    event = object_of(json_of(raw.body))
    if text_in(event, "type") != "email.received":
        return raw.body
    ident = text_in(object_of(event.get("data")), "email_id")
    if not ident:
        raise BadInputError("the event names no mail")
    response = yield _asked(settings, quote(ident, safe=""))
    if response.status in {401, 403}:
        raise MisconfiguredError("the API key may not read received mails: Resend wants one with full access")
    if response.status == _GONE:
        raise BadInputError("Resend does not have the mail that its event names")
    if response.status != _FOUND:
        raise TryLaterError(f"Resend answered {response.status}", after_s=retry_after_s(response, now))
    try:
        mail = object_of(json_of(response.body))
    except BadInputError as error:
        raise TryLaterError("Resend's answer broke off") from error
    return msgspec.json.encode({**event, _MAIL: mail})


def _asked(settings: Settings, path: str) -> HttpRequest:
    base = (settings.get("api_base_url") or _API).rstrip("/")
    return HttpRequest(
        method="GET",
        url=f"{base}/emails/receiving/{path}",
        headers={"authorization": f"Bearer {setting_of(settings, 'password')}", "accept": "application/json"},
        repeatable=True,
        guarded=base != _API,
        most_bytes=MOST_BYTES,
    )


def fetch(file: Attachment, settings: Settings, now: datetime) -> FileFlow:
    """Ask where an attachment lies, which is told for an hour, and fetch it from there; that address wants no key.

    Source: Resend's pages on received mails' attachments, as known on 2026-11-29.

    Raises:
        TryLaterError: too many calls, or Resend is down.
        MisconfiguredError: the API key may not read received mails.
    """
    mail, _, ident = file.media_id.partition("/")
    if not ident:  # read before the mail's id was kept with it
        return (yield from download("Resend", file.url, now)) if file.url else Unfetched.GONE
    response = yield _asked(settings, f"{quote(mail, safe='')}/attachments/{quote(ident, safe='')}")
    found = content_of("Resend", response, now, shown=True)
    if isinstance(found, Unfetched):
        return found
    try:
        url = text_in(object_of(json_of(found)), "download_url")
    except BadInputError as error:
        raise TryLaterError("Resend's answer cannot be read") from error
    return (yield from download("Resend", url, now)) if url else Unfetched.GONE


def delivery_id(raw: Raw) -> str | None:
    """Return the id of the delivery, the same each time it is tried."""
    return raw.headers.get("svix-id") or raw.headers.get("webhook-id")


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read an event, or a mail that `intake` fetched.

    Raises:
        BadInputError: neither of the two.
    """
    event = object_of(json_of(raw.body))
    kind, data = text_in(event, "type"), object_of(event.get("data"))
    if kind == "email.received":
        return _mail(object_of(event.get(_MAIL)) or data, settings, text_in(data, "email_id"))
    if kind.startswith(_PASSED_OVER):
        return Inbound()
    bounce = object_of(data.get("bounce"))
    if (code := _code(kind, bounce)) is None:
        raise unknown(kind)
    click = object_of(data.get("click")) or object_of(data.get("open"))
    about = About(
        message_id=our_id_in(_header(data.get("headers"))),
        provider_id=text_in(data, "email_id"),
        address=_first_address(data.get("to")),
        at=text_in(event, "created_at"),
    )
    said = text_in(bounce, "message") or text_in(object_of(data.get("failed")), "reason")
    return told(receipt(code, about, said=said, url=text_in(click, "link"), agent=text_in(click, "userAgent")))


def _code(kind: str, bounce: dict[str, Any]) -> ProviderCode | None:
    if kind != "email.bounced":
        return WEBHOOK.get(kind)
    said = text_in(bounce, "message").lower()
    if text_in(bounce, "subType") in {"Suppressed", "OnAccountSuppressionList"} or SUPPRESSED_WORDS in said:
        return WEBHOOK["email.suppressed"]
    if not text_in(bounce, "type") and HARD_WORDS in said:
        return WEBHOOK["email.bounced/Permanent"]
    return WEBHOOK.get(f"email.bounced/{text_in(bounce, 'type')}", WEBHOOK["email.bounced"])


def _header(headers: object) -> str:
    for header in map(object_of, list_of(headers)):
        if text_in(header, "name").lower() == _HEADER:
            return text_in(header, "value")
    return ""


def _first_address(to: object) -> str:
    first = next((one for one in list_of(to) if isinstance(one, str)), "")
    return first.rpartition("<")[2].rstrip("> ")


def _mail(mail: dict[str, Any], settings: Settings, ident: str) -> Inbound:
    """Read a received mail. Source: Resend's page on retrieving received mails, as known on 2026-11-29."""
    headers = [
        (name, value)
        for name, values in object_of(mail.get("headers")).items()
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str)
    ]
    given = {name.lower() for name, _ in headers}
    to = ", ".join(one for one in list_of(mail.get("to")) if isinstance(one, str))
    beside = (
        ("From", text_in(mail, "from")),
        ("To", to),
        ("Subject", text_in(mail, "subject")),
        ("Message-ID", text_in(mail, "message_id")),
    )
    headers += [(name, value) for name, value in beside if name.lower() not in given]
    files = [_file(object_of(one), ident) for one in list_of(mail.get("attachments"))]
    return from_parsed(Parsed(headers, text_in(mail, "text"), text_in(mail, "html"), files, _first_address(mail.get("to"))), settings)


def _file(file: dict[str, Any], mail: str) -> Attachment:
    """Note a file that Resend keeps; to ask for it takes the mail's id and its own."""
    return file_at(
        text_in(file, "filename"),
        text_in(file, "content_type"),
        url=text_in(file, "download_url"),
        media_id=f"{mail}/{text_in(file, 'id')}" if mail and file.get("id") else "",
    )


CHANNEL = Channel(
    slug="resend",
    name="Resend (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        Setting(
            name="signing_secret",
            label="Signing secret of the webhook; while it changes, the new and the old one with a space between",
            secret=True,
            rotates=True,
            required=False,
            example="whsec_…",
        ),
        api_address(_API),
        password="API key",  # noqa: S106 - a label
    ),
    send=send,
    probe=probing(_RELAY),
    on_unknown=OnUnknown.WAIT,
    read=mails_too(read),
    verify=verify,
    intake=intake,
    fetch=fetch,
    delivery_id=delivery_id,
    most_bytes=MOST_BYTES,
    mailbox=mailbox_of,
    codes=CODES,
)
