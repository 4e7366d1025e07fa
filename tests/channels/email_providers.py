"""How each e-mail provider posts: its samples as bytes with their headers, and mails of our own making."""

import json
from pathlib import Path
from urllib.parse import urlencode

from doorstep.domain.plugins import Raw

DATA = Path(__file__).parents[3] / "shared/data/channels/email"
URL = "https://door.example/hooks/provider/token"
SETTINGS = {"from_address": "orders@shop.example", "reply_to": "help+{id}@in.shop.example"}
PROVIDERS = ("amazon_ses", "brevo", "mailersend", "mailgun", "mailjet", "mandrill", "postmark", "resend", "sendgrid", "sparkpost")


def as_json(document):
    return Raw(body=json.dumps(document).encode(), content_type="application/json", url=URL)


def as_form(fields):
    pairs = [(name, item) for name, value in fields.items() for item in (value if isinstance(value, list) else [value])]
    return Raw(body=urlencode(pairs).encode(), content_type="application/x-www-form-urlencoded", url=URL)


def as_files(fields, files=(), boundary="b0undary"):
    """A multipart form; `files` are (field, name, type, bytes)."""
    parts = [(f'form-data; name="{name}"', "", value if isinstance(value, bytes) else value.encode()) for name, value in fields.items()]
    parts += [
        (f'form-data; name="{field}"; filename="{name}"', f"\r\nContent-Type: {kind}", content) for field, name, kind, content in files
    ]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: {about}{kind}\r\n\r\n".encode() + content + b"\r\n" for about, kind, content in parts
    )
    return Raw(body=body + f"--{boundary}--\r\n".encode(), content_type=f"multipart/form-data; boundary={boundary}", url=URL)


def as_sns(message, kind="Notification", **more):
    text = message if isinstance(message, str) else json.dumps(message)
    return as_json({"Type": kind, "MessageId": "sns-1", "TopicArn": "arn:aws:sns:eu-west-1:1:doorstep", "Message": text, **more})


def posted(provider, document):
    """Wrap a sample as its provider posts it."""
    match provider:
        case "amazon_ses":
            return as_json(document) if "TopicArn" in document else as_sns(document)
        case "mandrill":
            return as_form({"mandrill_events": json.dumps(document)})
        case "mailgun":
            return as_json(document) if "event-data" in document else as_form(document)
        case "brevo":
            return as_json({"items": [document]} if "Headers" in document else document)
        case _:
            return as_json(document)


def sample(name):
    """Read a sample, "provider/folder/name", as it is posted."""
    provider, folder, stem = name.split("/")
    (path,) = (path for path in (DATA / provider / folder).glob("*.json") if path.stem.split("__")[0] == stem)
    return provider, posted(provider, json.loads(path.read_text()))
