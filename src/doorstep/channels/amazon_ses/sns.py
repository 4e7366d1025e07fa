"""A message of Amazon SNS → whether Amazon signed it; a subscription → confirmed.

The certificate is named by the message itself, so it is fetched, from Amazon's hosts only, before anything is kept; see
docs/decisions/0011-what-a-webhook-must-ask-first.md.

Source: Amazon SNS's page on verifying signatures of messages, as known on 2026-11-29.
"""

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from doorstep.channels.email.events import json_of, object_of, text_in, time_of
from doorstep.channels.email.hooks import check_login, has_login
from doorstep.domain.plugins import HttpRequest, IntakeFlow, Raw, Response, Settings
from doorstep.domain.reading import header_of, retry_after_s, same
from doorstep.errors import BadInputError, BadSignatureError, MisconfiguredError, TryLaterError

_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]{1,12}){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?")
_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{8,64}\.pem")
_NOTIFICATION, _CONFIRMATION = "Notification", "SubscriptionConfirmation"
_TYPES = {
    _NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    _CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES: dict[str, type[hashes.SHA1 | hashes.SHA256]] = {"1": hashes.SHA1, "2": hashes.SHA256}
#: The longest that a topic can be set to try again, with room for clocks.
_OLDEST = timedelta(hours=24)
_NEWEST = timedelta(minutes=15)
_CERTIFICATE_BYTES = 16_384
_OK, _FAULT, _TOO_MANY = 200, 500, 429


def verify(raw: Raw, settings: Settings, now: datetime) -> None:
    """Check all that can be told without the certificate: form, topic, age, the hosts it names; `confirmed` checks the signature itself.

    Raises:
        BadSignatureError: it cannot have come from this connection's topic.
        MisconfiguredError: the connection names no topic.
    """
    topics = settings.get("topic_arn", "").split()
    if not topics:
        raise MisconfiguredError("the connection has no topic_arn; without it anybody's topic could write here")
    if has_login(settings):
        check_login(raw, settings)
    kind, ident = header_of(raw, "x-amz-sns-message-type"), header_of(raw, "x-amz-sns-message-id")
    try:
        message = object_of(json_of(raw.body))
        fields = {name: text_in(message, name) for name in ("Type", "MessageId", "TopicArn", "SignatureVersion", "Signature", "Timestamp")}
        addresses = text_in(message, "SigningCertURL", "SigningCertUrl"), text_in(message, "SubscribeURL")
    except BadInputError as error:
        raise BadSignatureError("the message cannot be read; raw message delivery must be off") from error
    if kind not in _TYPES or fields["Type"] != kind or fields["MessageId"] != ident:
        raise BadSignatureError("the message is not what its headers say")
    if not sum(same(fields["TopicArn"], topic) for topic in topics):
        raise BadSignatureError("the message comes from another topic than topic_arn")
    if fields["SignatureVersion"] not in _HASHES or not fields["Signature"]:
        raise BadSignatureError("the message is not signed")
    if not _is_of_amazon(addresses[0], _PATH) or (kind == _CONFIRMATION and not _is_of_amazon(addresses[1], None)):
        raise BadSignatureError("the message names a host that is not Amazon's")
    sent = time_of(fields["Timestamp"])
    if sent is None or not -_NEWEST <= now - sent <= _OLDEST:
        raise BadSignatureError("the message is too old, or from the future")


def confirmed(raw: Raw, now: datetime) -> IntakeFlow:
    """Check the signature by the certificate that the message names, and confirm a subscription; returns the body.

    Raises:
        BadSignatureError: Amazon did not sign this.
        BadInputError: Amazon does not take the confirmation.
        TryLaterError: Amazon does not answer now.
    """
    message = object_of(json_of(raw.body))
    address = text_in(message, "SigningCertURL", "SigningCertUrl")
    if not _is_of_amazon(address, _PATH):
        raise BadSignatureError("the message names a host that is not Amazon's")
    answer = yield HttpRequest(method="GET", url=address, repeatable=True, guarded=True, most_bytes=_CERTIFICATE_BYTES, lasting=True)
    _check_answer(answer, now, "the certificate")
    _check_signature(message, answer.body, now)
    if text_in(message, "Type") == _CONFIRMATION:
        address = text_in(message, "SubscribeURL")
        if not _is_of_amazon(address, None):
            raise BadSignatureError("the message names a host that is not Amazon's")
        answer = yield HttpRequest(method="GET", url=address, repeatable=True, guarded=True, most_bytes=_CERTIFICATE_BYTES)
        _check_answer(answer, now, "the confirmation")
    return raw.body


def signed_text(message: dict[str, Any]) -> bytes:
    """Return what SNS signs: each name and value on a line of its own, a subject only where there is one."""
    names = _TYPES[text_in(message, "Type")]
    return "".join(f"{name}\n{text_in(message, name)}\n" for name in names if name != "Subject" or message.get(name) is not None).encode()


def _check_answer(answer: Response, now: datetime, what: str) -> None:
    if answer.status >= _FAULT or answer.status == _TOO_MANY:
        raise TryLaterError(f"Amazon answered {answer.status} for {what}", after_s=retry_after_s(answer, now))
    if answer.status != _OK:
        raise BadInputError(f"Amazon answered {answer.status} for {what}")


def _check_signature(message: dict[str, Any], pem: bytes, now: datetime) -> None:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TryLaterError("Amazon's host gave a certificate that cannot be read") from error
    try:
        signature = base64.b64decode(text_in(message, "Signature"), validate=True)
        algorithm = _HASHES[text_in(message, "SignatureVersion")]()
        content = signed_text(message)
    except (ValueError, KeyError, binascii.Error) as error:
        raise BadSignatureError("the signature cannot be read") from error
    if not isinstance(key, rsa.RSAPublicKey) or not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise BadSignatureError("the certificate is not one that signs now")
    try:
        key.verify(signature, content, padding.PKCS1v15(), algorithm)
    except InvalidSignature as error:
        raise BadSignatureError("the signature does not fit the message") from error


def _is_of_amazon(address: str, path: re.Pattern[str] | None) -> bool:
    """Say whether an address is https at an SNS host of Amazon's, without login, port or fragment."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme != "https" or not _HOST.fullmatch(parts.netloc) or parts.fragment:
        return False
    return parts.path == "/" if path is None else bool(path.fullmatch(parts.path)) and not parts.query
