"""A mail → the same mail with a DKIM-Signature in front, where the shop sends directly and its settings hold a key.

Ours because it is short and `cryptography` is here: dkimpy brings a DNS client along and signs with RSA in Python, twenty times slower.

Source: RFC 6376 (relaxed/relaxed, rsa-sha256), RFC 8463 (ed25519-sha256); as known on 2026-11-29.
"""

import base64
import binascii
import hashlib
import re
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from doorstep.domain.plugins import Setting, Settings
from doorstep.errors import MisconfiguredError

DKIM_SETTINGS = (
    Setting(name="dkim_domain", label="DKIM: the domain that signs", required=False, example="shop.example"),
    Setting(name="dkim_selector", label="DKIM: the selector under _domainkey", required=False, example="doorstep"),
    Setting(name="dkim_private_key", label="DKIM: the private key, PEM, RSA of 2048 bits or more, or Ed25519", secret=True, required=False),
)
#: Signed where they stand in the mail, and once more than they stand there where a second one could deceive.
_SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
    "feedback-id", "x-doorstep-message", "content-language", "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip
_ONCE = ("from", "to", "subject", "date", "reply-to", "list-unsubscribe", "list-unsubscribe-post")
_SPACES = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*")
_LEAST_BITS = 2_048
_Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def signed(content: bytes, settings: Settings, now: datetime) -> bytes:
    """Sign a mail whose line ends are CRLF; returned as it is where the connection has no key.

    Raises:
        MisconfiguredError: the key cannot be used, or domain or selector are missing.
    """
    pem = settings.get("dkim_private_key", "").strip()
    if not pem:
        return content
    domain, selector = (settings.get(name, "").strip() for name in ("dkim_domain", "dkim_selector"))
    if not _NAME.fullmatch(domain) or not _NAME.fullmatch(selector):
        raise MisconfiguredError("DKIM wants a domain and a selector beside its key")
    key = _key(pem)
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [(line.partition(b":")[0].strip().lower().decode("latin-1"), line) for line in _FOLD.sub(b"\0", head).split(b"\r\n")]
    names = [name for name in _SIGNED for given, _ in fields if given == name] + list(_ONCE)
    algorithm = "rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else "ed25519-sha256"
    digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    stamp = (
        f"DKIM-Signature: v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s={selector};\r\n"
        f" t={int(now.timestamp())}; h={':'.join(names[:8])}\r\n :{':'.join(names[8:])};\r\n bh={digest};\r\n b="
    ).encode()
    to_sign = b"".join(relaxed(line.replace(b"\0", b"\r\n")) + b"\r\n" for line in _chosen(names, fields)) + relaxed(stamp)
    signature = base64.b64encode(_sign(key, to_sign))
    return stamp + b"\r\n ".join(re.findall(rb".{1,72}", signature)) + b"\r\n" + content


def relaxed(line: bytes) -> bytes:
    """Return a header field in relaxed form, without its line end."""
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip()


def relaxed_body(body: bytes) -> bytes:
    """Return a body in relaxed form: runs of blanks are one, no blanks at line ends, no empty lines at its end."""
    lines = _SPACES.sub(b" ", body).replace(b" \r\n", b"\r\n").rstrip(b" ")
    lines = lines.rstrip(b"\r\n")
    return lines + b"\r\n" if lines else b""


def _chosen(names: list[str], fields: list[tuple[str, bytes]]) -> list[bytes]:
    """Return the fields that are signed, for a name that stands several times from below; one that is missing counts as nothing."""
    left = fields[::-1]
    chosen: list[bytes] = []
    for name in names:
        found = next((at for at, (given, _) in enumerate(left) if given == name), None)
        if found is not None:
            chosen.append(left.pop(found)[1])
    return chosen


@lru_cache(maxsize=64)
def _key(pem: str) -> _Key:
    text = pem.replace("\\n", "\n")
    try:
        data = text.encode("ascii") if "-----" in text else _der_as_pem(text)
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm, binascii.Error) as error:
        raise MisconfiguredError("the DKIM key is not a private key in PEM without a password") from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_BITS:
        return key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    raise MisconfiguredError("the DKIM key is neither RSA of 2048 bits or more nor Ed25519")


def _der_as_pem(text: str) -> bytes:
    """Dress a key that was pasted without its frame."""
    inner = base64.encodebytes(base64.b64decode("".join(text.split()), validate=True))
    return b"-----BEGIN PRIVATE KEY-----\n" + inner + b"-----END PRIVATE KEY-----\n"


def _sign(key: _Key, content: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    # RFC 8463: what is signed is the digest, not the text.
    return key.sign(hashlib.sha256(content).digest())
