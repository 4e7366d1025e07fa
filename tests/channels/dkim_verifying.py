"""A verifier of DKIM signatures, written from RFC 6376 and RFC 8463 for the tests alone; it shares nothing with the signer."""

import base64
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def tags_of(value):
    return {name.strip(): "".join(text.split()) for name, _, text in (part.partition("=") for part in value.split(";")) if name.strip()}


def unfolded(value):
    return re.sub(r"[ \t]+", " ", value.replace("\r\n", "")).strip()


def headers_of(mail):
    head, _, body = mail.decode("utf-8").partition("\r\n\r\n")
    fields = re.split(r"\r\n(?![ \t])", head)
    return [tuple(field.split(":", 1)) for field in fields], body


def relaxed_body(body):
    lines = [re.sub(r"[ \t]+", " ", line).rstrip(" ") for line in body.split("\r\n")]
    while lines and lines[-1] == "":
        lines.pop()
    return "".join(line + "\r\n" for line in lines).encode()


def verifies(mail, key, which=0):
    """Say whether the signature number `which`, from above, fits the mail."""
    headers, body = headers_of(mail)
    signatures = [value for name, value in headers if name.lower() == "dkim-signature"]
    value = signatures[which]
    tags = tags_of(value)
    assert tags["v"] == "1"
    assert tags["c"] == "relaxed/relaxed"
    if base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode() != tags["bh"]:
        return False
    left = [(name.strip().lower(), text) for name, text in headers]
    content = ""
    for wanted in tags["h"].split(":"):
        for at in range(len(left) - 1, -1, -1):
            if left[at][0] == wanted.strip().lower():
                content += f"{left[at][0]}:{unfolded(left[at][1])}\r\n"
                del left[at]
                break
    content += "dkim-signature:" + unfolded(re.sub(r"([;\s]b=)[^;]*", r"\1", value))
    signature = base64.b64decode(tags["b"])
    try:
        if isinstance(key, rsa.RSAPublicKey):
            assert tags["a"] == "rsa-sha256"
            key.verify(signature, content.encode(), padding.PKCS1v15(), hashes.SHA256())
        else:
            assert tags["a"] == "ed25519-sha256"
            key.verify(signature, hashlib.sha256(content.encode()).digest())
    except InvalidSignature:
        return False
    return True


def signed_headers(mail):
    headers, _ = headers_of(mail)
    return tags_of(next(value for name, value in headers if name.lower() == "dkim-signature"))["h"].lower().split(":")
