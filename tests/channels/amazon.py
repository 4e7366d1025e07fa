"""A stand-in for Amazon SNS: a key, its certificate, and messages signed as SNS signs them."""

import base64
import json
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from doorstep.domain.plugins import Raw

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:doorstep"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
SUBSCRIBE_URL = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t0ken"
SETTINGS = {"topic_arn": f"arn:aws:sns:eu-west-1:123456789012:other {TOPIC}"}
KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def certificate(now=NOW, key=KEY):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=10)).not_valid_after(now + timedelta(days=10))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def sns(message, *, kind="Notification", version="2", now=NOW, key=KEY, **more):
    """A message as SNS posts it. What is signed is written here a second time, by the vendor's page and not by our code."""
    fields = {
        "Type": kind,
        "MessageId": "11111111-2222-3333-4444-555555555555",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        **({} if kind == "Notification" else {"SubscribeURL": SUBSCRIBE_URL, "Token": "t0ken"}),
        **more,
    }
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), algorithm)).decode()
    body = {**fields, "SignatureVersion": version, "Signature": signature, "SigningCertURL": CERTIFICATE_URL}
    return Raw(
        body=json.dumps(body).encode(),
        headers={"x-amz-sns-message-type": kind, "x-amz-sns-message-id": fields["MessageId"], "content-type": "text/plain; charset=UTF-8"},
        content_type="text/plain; charset=UTF-8",
    )


def changed(raw, **fields):
    return Raw(body=json.dumps({**json.loads(raw.body), **fields}).encode(), headers=raw.headers, content_type=raw.content_type)
