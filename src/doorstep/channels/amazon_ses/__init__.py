"""Message → Amazon SES by SMTP → receipt; its events and mails, by way of SNS → receipts and replies."""

import base64
import binascii
import re
from datetime import datetime
from typing import Any

import msgspec

from doorstep.channels.amazon_ses.codes import CODES, WEBHOOK
from doorstep.channels.amazon_ses.s3 import fetching
from doorstep.channels.amazon_ses.sns import confirmed, verify
from doorstep.channels.email.arriving import MOST_BYTES, from_raw
from doorstep.channels.email.events import About, json_of, list_of, object_of, our_id_in, receipt, text_in, told, unknown
from doorstep.channels.email.hooks import LOGIN_SETTINGS, mails_too
from doorstep.channels.email.mailboxes import mailbox_of
from doorstep.channels.email.relaying import Relay, hand_over, header_word, probing, provider_settings
from doorstep.domain.messages import Message, Receipt
from doorstep.domain.plugins import Channel, Flow, Inbound, IntakeFlow, OnUnknown, ProviderCode, Raw, Setting, Settings
from doorstep.domain.reading import retry_after_s
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, MisconfiguredError, TryLaterError

_TAG = "doorstep_message"
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]{1,12}){1,3}-\d{1,2}")
#: What `intake` puts beside a message: the mail that lies in S3, base64.
_MAIL = "doorstep_mail"
_VALIDATED = "Successfully validated SNS topic"
_FOUND = 200


def _lines(ident: str, message: Message, settings: Settings) -> tuple[str, ...]:  # noqa: ARG001 - the signature of every relay
    """Put our id among the message's tags. Source: Amazon SES's page on event publishing, as known on 2026-11-29."""
    configuration = header_word(settings, "configuration_set")
    return (f"X-SES-MESSAGE-TAGS: {_TAG}={ident}", *((f"X-SES-CONFIGURATION-SET: {configuration}",) if configuration else ()))


_RELAY = Relay(lines=_lines, codes=CODES, taken_as=re.compile(r"(?i)^\s*Ok ([0-9a-z-]{10,100})\s*$"))


def send(message: Message, settings: Settings, now: datetime, hook_url: str) -> Flow:  # noqa: ARG001 - the signature of every channel
    """Hand one mail to SES in the connection's region.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as every mail server's answers.
    """
    return hand_over(message, settings, now, _relay_in(settings))


def probe(settings: Settings, now: datetime) -> Flow:
    """Ask whether SES lets us in.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError: as `send`.
    """
    return probing(_relay_in(settings))(settings, now)


def _relay_in(settings: Settings) -> Relay:
    region = settings.get("region", "").strip() or "us-east-1"
    if not _REGION.fullmatch(region):
        raise MisconfiguredError("region is not a region of Amazon's, such as eu-west-1")
    return _RELAY._replace(host=f"email-smtp.{region}.amazonaws.com")


def intake(raw: Raw, settings: Settings, now: datetime) -> IntakeFlow:
    """Check the signature, confirm a subscription, fetch a mail that lies in S3.

    Raises:
        BadSignatureError: Amazon did not sign this.
        BadInputError: the message cannot be read.
        TryLaterError, MisconfiguredError: Amazon does not answer now, or not with this access key.
    """
    body = yield from confirmed(raw, now)
    message = object_of(json_of(body))
    action = object_of(object_of(_event_in(message).get("receipt")).get("action"))
    if text_in(action, "type") != "S3":
        return body
    bucket, key, topic = text_in(action, "bucketName"), text_in(action, "objectKey"), text_in(message, "TopicArn")
    response = yield fetching(bucket, key, topic, settings, now, MOST_BYTES)
    if response.status in {401, 403}:
        raise MisconfiguredError("the access key may not read the bucket in which SES lays mails")
    if response.status != _FOUND:
        raise TryLaterError(f"S3 answered {response.status}", after_s=retry_after_s(response, now))
    return msgspec.json.encode({**message, _MAIL: base64.b64encode(response.body).decode()})


def delivery_id(raw: Raw) -> str | None:
    """Return the id of the message, the same each time it is tried."""
    return raw.headers.get("x-amz-sns-message-id")


def read(raw: Raw, settings: Settings) -> Inbound:
    """Read a message of the topic.

    Raises:
        BadInputError: it is none, or tells of nothing we know.
    """
    message = object_of(json_of(raw.body))
    kind = text_in(message, "Type")
    if kind == "UnsubscribeConfirmation":
        return Inbound(fault="the subscription of the SNS topic was ended: no more receipts come")
    if kind == "SubscriptionConfirmation" or (kind == "Notification" and text_in(message, "Message").startswith(_VALIDATED)):
        return Inbound()
    if kind != "Notification":
        raise unknown(kind)
    event = object_of(json_of(text_in(message, "Message")))
    name = text_in(event, "eventType", "notificationType")
    if name == "Received":
        return _mail(event, text_in(message, _MAIL), settings)
    receipts = _receipts(name, event)
    if receipts is None:
        raise unknown(name)
    return told(*receipts)


def _event_in(message: dict[str, Any]) -> dict[str, Any]:
    """Return the event in a message; an empty one where it is none."""
    try:
        return object_of(json_of(text_in(message, "Message")))
    except BadInputError:
        return {}


def _receipts(name: str, event: dict[str, Any]) -> tuple[Receipt, ...] | None:
    field = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}.get(name, name.lower())
    about, mail = object_of(event.get(field)), object_of(event.get("mail"))
    if name == "Subscription" and object_of(about.get("newTopicPreferences")).get("unsubscribeAll") is not True:
        return ()
    if (code := _code(name, about)) is None:
        return None
    at = text_in(about, "timestamp") or text_in(mail, "timestamp")
    said = text_in(about, "smtpResponse", "reason", "errorMessage", "complaintFeedbackType", "delayType")
    url, agent = text_in(about, "link"), text_in(about, "userAgent") if name in {"Open", "Click"} else ""
    return tuple(
        receipt(code, About(_ours(mail), text_in(mail, "messageId"), address, at), said=diagnosis or said, url=url, agent=agent)
        for address, diagnosis in _recipients(name, about, mail)
    )


def _code(name: str, about: dict[str, Any]) -> ProviderCode | None:
    if name == "Bounce":
        return WEBHOOK.get(f"Bounce/{text_in(about, 'bounceType')}/{text_in(about, 'bounceSubType')}", WEBHOOK["Bounce"])
    if name == "Complaint":
        detail = text_in(about, "complaintSubType") or text_in(about, "complaintFeedbackType")
        return WEBHOOK.get(f"Complaint/{detail}", WEBHOOK["Complaint"])
    return WEBHOOK.get(name)


def _recipients(name: str, about: dict[str, Any], mail: dict[str, Any]) -> list[tuple[str, str]]:
    """Return whom an event is about, and what was said of each; one without a name where SES does not tell which of several."""
    field = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients", "DeliveryDelay": "delayedRecipients"}.get(name)
    if field and (named := [object_of(one) for one in list_of(about.get(field))]):
        return [(text_in(one, "emailAddress"), text_in(one, "diagnosticCode")) for one in named]
    sent_to = list_of(about.get("recipients")) or list_of(mail.get("destination"))
    return [(sent_to[0] if len(sent_to) == 1 and isinstance(sent_to[0], str) else "", "")]


def _ours(mail: dict[str, Any]) -> str | None:
    tagged = list_of(object_of(mail.get("tags")).get(_TAG))
    headers = [object_of(one) for one in list_of(mail.get("headers"))]
    return our_id_in(*tagged, *(text_in(one, "value") for one in headers if text_in(one, "name").lower() == "x-doorstep-message"))


def _mail(event: dict[str, Any], fetched: str, settings: Settings) -> Inbound:
    about = object_of(event.get("receipt"))
    to = next((one for one in list_of(about.get("recipients")) if isinstance(one, str)), "")
    content = text_in(event, "content")
    encoded = fetched or (content if text_in(object_of(about.get("action")), "encoding").upper() == "BASE64" else "")
    if not encoded:
        if not content:
            raise BadInputError("the message tells of a mail and holds none: let SES lay it into S3, or publish it whole")
        return from_raw(content, settings, to)
    try:
        return from_raw(base64.b64decode(encoded, validate=True), settings, to)
    except (binascii.Error, ValueError) as error:
        raise BadInputError("the mail is not base64") from error


CHANNEL = Channel(
    slug="amazon_ses",
    name="Amazon SES (e-mail)",
    kind=ChannelKind.EMAIL,
    settings=provider_settings(
        _RELAY,
        Setting(name="region", label="Region", required=False, default="us-east-1", example="eu-west-1"),
        Setting(name="configuration_set", label="Configuration set that publishes events", required=False, example="doorstep"),
        Setting(
            name="topic_arn",
            label="ARN of the SNS topic that writes to the hook; several with spaces between",
            required=False,
            example="arn:aws:sns:eu-west-1:123456789012:doorstep",
        ),
        Setting(name="aws_access_key_id", label="Access key that reads the bucket of received mails", required=False, example="AKIA…"),
        Setting(name="aws_secret_access_key", label="Its secret", secret=True, required=False),
        *LOGIN_SETTINGS,
        username="SMTP user name",
        password="SMTP password",  # noqa: S106 - a label
    ),
    send=send,
    probe=probe,
    on_unknown=OnUnknown.WAIT,
    read=mails_too(read),
    verify=verify,
    intake=intake,
    delivery_id=delivery_id,
    most_bytes=MOST_BYTES,
    mailbox=mailbox_of,
    codes=CODES,
)
