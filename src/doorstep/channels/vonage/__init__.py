"""Text → Vonage, by its Messages API or its older SMS API → receipt; the webhooks of both → receipts and replies."""

from datetime import datetime

import msgspec

from doorstep.channels.senders import SENDERS, answered_by, one_way_of, sender_for, text_from
from doorstep.channels.vonage import messages_api, sms_api
from doorstep.channels.vonage.codes import CODES, SOURCE
from doorstep.channels.vonage.fields import document_of, fields_of
from doorstep.channels.vonage.signatures import METHODS, verify
from doorstep.domain.messages import Message, Receipt
from doorstep.domain.plugins import Channel, Flow, Inbound, OnUnknown, Raw, Setting, Settings
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import MisconfiguredError

_APIS = {"messages": messages_api.send, "sms": sms_api.send}


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:
    """Send one text by the API that the connection names. `hook_url` is this connection's own hook; "": no statuses are asked for.

    Raises:
        RefusedError: the number or the text will never be taken, or only parts of it were.
        TryLaterError: too many calls, or Vonage is down.
        MisconfiguredError: credentials, credit or sender are wrong.
        UnknownOutcomeError: a gateway answered in place of Vonage, or what answered cannot be read; the text may have left.
    """
    chosen = settings.get("api", "").strip() or "messages"
    if chosen not in _APIS:
        raise MisconfiguredError(f"api is one of {', '.join(_APIS)}")
    sender = sender_for(settings, message.to)
    return (yield from _APIS[chosen](message, settings, sender, text_from(sender, message), now, hook_url))


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask for the balance with key and secret; of an application's key alone, tell only that it can be read.

    Raises:
        TryLaterError, MisconfiguredError, RefusedError: as `send`.
    """
    application = settings.get("application_id", "").strip() or settings.get("private_key", "").strip()
    if application:
        messages_api.authorization("probe", settings, now)
    if application and not settings.get("api_key", "").strip():
        text = "the private key can be read; whether Vonage knows the application, only a message tells"
        return Receipt(message_id=None, provider_id=None, state=MessageState.SENT, provider_text=text, at=now)
    return (yield from sms_api.probe(settings, now))


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read a webhook of either API: an account may send by one and be told by the other.

    Raises:
        BadInputError: none of Vonage's.
    """
    if raw.body.lstrip()[:1] == b"{" and "message_uuid" in (document := document_of(raw)):
        return messages_api.read(document, settings)
    return sms_api.read(fields_of(raw), settings)


CHANNEL = Channel(
    slug="vonage",
    name="Vonage (SMS)",
    kind=ChannelKind.SMS,
    settings=(
        msgspec.structs.replace(SENDERS, required=True),
        Setting(name="api", label="API: messages, or sms for the older one", required=False, default="messages", example="messages"),
        Setting(name="application_id", label="Application ID, for the Messages API", required=False, example="aaaaaaaa-bbbb-cccc-dddd-…"),
        Setting(name="private_key", label="The application's private key, PEM", secret=True, required=False),
        Setting(name="api_key", label="API key, in place of an application; always for the SMS API", required=False, example="a1b2c3d4"),
        Setting(name="api_secret", label="API secret", secret=True, required=False),
        Setting(name="signature_secret", label="Signature secret, which signs the webhooks", secret=True, required=False),
        Setting(
            name="signature_method",
            label=f"How the SMS API signs: {', '.join(METHODS)}",
            required=False,
            default="md5hash",
            example="sha256",
        ),
        answered_by("vonage"),
        Setting(name="base_url", label="Address of the Messages API", required=False, default=messages_api.BASE, example=messages_api.BASE),
        Setting(name="sms_base_url", label="Address of the SMS API", required=False, default=sms_api.BASE, example=sms_api.BASE),
    ),
    send=send,
    probe=probe,
    on_unknown=OnUnknown.WAIT,
    reports_reached=True,
    #: Source: Vonage's limit of 30 calls a second for both APIs, as known on 2026-11-29.
    rate_per_s=30.0,
    read=read,
    verify=verify,
    by_get=True,
    one_way=one_way_of(sender_for),
    codes=CODES,
    codes_source=SOURCE,
)
