"""Bytes of a mail → its headers, its texts and what of ours it returns; never fails on a broken mail, only on none at all."""

import email
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Letter

from doorstep.errors import BadInputError

#: What a bounce says stands in front; the rest is our own mail, returned.
_MOST_BYTES = 1_000_000
_MARKUP = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^<>@]*>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " ", "&#64;": "@", "&amp;": "&"}
_BRACKETED = re.compile(r"<([^<>\s]+)>")


def letter_of(body: bytes) -> Letter:
    """Parse a mail.

    Raises:
        BadInputError: the bytes are no mail, or nest too deeply.
    """
    try:
        letter = email.message_from_bytes(body[:_MOST_BYTES].lstrip(b"\r\n"))
    except (RecursionError, MessageError, ValueError, IndexError, LookupError) as error:
        raise BadInputError("the mail cannot be read") from error
    if not any(name in letter for name in ("From", "Received", "Return-Path", "Message-ID")):
        raise BadInputError("the bytes are not a mail: there is no From, Received, Return-Path or Message-ID")
    return letter


def header(letter: Letter, name: str) -> str:
    """Return a header as sent, on one line; "" where it is missing."""
    value = letter.get(name)
    return "" if value is None else " ".join(str(value).split())


def decoded(letter: Letter, name: str) -> str:
    """Return a header with its encoded words decoded; as sent where they cannot be."""
    value = header(letter, name)
    try:
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace") for part, charset in decode_header(value)
        )
    except (MessageError, LookupError, ValueError):
        return value


def parts(letter: Letter) -> Iterator[Letter]:
    """Walk the parts of a mail, without going into mails inside it."""
    content = letter.get_payload()
    if letter.get_content_type() == "message/rfc822" or not isinstance(content, list) or letter.get_content_maintype() == "message":
        yield letter
        return
    for part in content:
        if isinstance(part, Letter):
            yield from parts(part)


def text_of(part: Letter) -> str:
    """Return the text of a leaf, whatever its charset; HTML without its tags; "" for anything but text."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        text = content.decode(charset, "replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    text = text.replace("\r\n", "\n")
    return without_tags(text) if part.get_content_subtype() == "html" else text


def without_tags(text: str) -> str:
    """Take HTML's tags out, leave `<address@host>` in."""
    text = _TAG.sub(" ", _MARKUP.sub("\n", text))
    for entity, letter in _ENTITIES.items():
        text = text.replace(entity, letter)
    return text


def written(part: Letter) -> str:
    """Return a part of type message/* or text/rfc822-headers as text, headers first."""
    content = part.get_payload()
    if isinstance(content, list):
        return "\n".join(str(inner) for inner in content if isinstance(inner, Letter))
    return text_of(part)


def our_id(text: str, domain: str) -> str | None:
    """Find our message id in returned headers: our own header first, else a Message-ID at our domain."""
    if found := re.search(r"^X-Doorstep-Message:[ \t]*([A-Za-z0-9._-]{1,100})[ \t]*\r?$", text, re.MULTILINE | re.IGNORECASE):
        return found[1]
    if domain:
        mark = rf"^Message-ID:\s{{0,3}}<([A-Za-z0-9._-]{{1,100}})@{re.escape(domain)}>"
        if found := re.search(mark, text, re.MULTILINE | re.IGNORECASE):
            return found[1]
    return None


def address_in(text: str) -> str:
    """Return the address of a header value such as `rfc822; Somebody <a@b>`, lower case; "" without one."""
    value = text.rpartition(";")[2] if text.lower().lstrip().startswith(("rfc822", "utf-8", "x-", "dns", "smtp")) else text
    if found := _BRACKETED.search(value):
        value = found[1]
    value = value.strip().strip("<>\"'").strip()
    return value.lower() if "@" in value.strip("@") and not any(letter.isspace() for letter in value) else ""
