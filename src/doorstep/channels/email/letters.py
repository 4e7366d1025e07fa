"""Bytes of a mail → its headers, its texts and what of ours it returns; never fails on a broken mail, only on none at all."""

import email
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Letter

from doorstep.errors import BadInputError

#: The largest mail that common providers take; what is beyond is cut off.
_MOST_BYTES = 25_000_000
_LONGEST_HEADER = 998
#: So much of a text is read; all patterns here take time in proportion to it.
_MOST_LETTERS = 100_000
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,1000}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>@]{0,1000}>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " ", "&#64;": "@", "&amp;": "&"}
_BRACKETED = re.compile(r"<([^<>\s]{1,320})>")


def letter_of(body: bytes, most: int = _MOST_BYTES) -> Letter:
    """Parse a mail, its first `most` bytes.

    Raises:
        BadInputError: the bytes are no mail, or nest too deeply.
    """
    try:
        letter = email.message_from_bytes(body[:most].lstrip(b"\r\n"))
    except (RecursionError, MessageError, ValueError, IndexError, LookupError) as error:
        raise BadInputError("the mail cannot be read") from error
    if not any(name in letter for name in ("From", "Received", "Return-Path", "Message-ID")):
        raise BadInputError("the bytes are not a mail: there is no From, Received, Return-Path or Message-ID")
    return letter


def header(letter: Letter, name: str) -> str:
    """Return a header as sent, on one line; "" where it is missing."""
    wanted = name.lower()
    for given, value in letter.raw_items():
        if given.lower() == wanted:
            # Bytes beyond ASCII stand in the parsed mail as surrogates; what senders mean by them is UTF-8.
            return " ".join(str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())
    return ""


def decoded(letter: Letter, name: str) -> str:
    """Return a header with its encoded words decoded; as sent where they cannot be."""
    value = header(letter, name)[:_LONGEST_HEADER]
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
    """Return the text of a leaf, whatever its charset; HTML without its tags; "" for anything but text.

    A multipart whose boundary is broken is one leaf, and its text the whole of it.
    """
    text = source_of(part)
    return without_tags(text) if part.get_content_subtype() == "html" else text


def source_of(part: Letter, most: int = _MOST_LETTERS) -> str:
    """Return the text of a leaf as it was written, HTML with its tags, its first `most` letters."""
    whole = part.get_payload()
    if part.is_multipart():
        return ""
    content = part.get_payload(decode=True)
    if content is None and isinstance(whole, str):
        content = whole.encode("utf-8", "surrogateescape")
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset("utf-8")
    try:
        text = content.decode(charset, "replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    return text[:most].replace("\r\n", "\n")


def is_readable(part: Letter) -> bool:
    """Say whether a leaf is text to be read: plain, HTML, or a multipart whose boundary is broken."""
    return (
        not part.is_multipart() and part.get_content_maintype() in {"text", "multipart"} and part.get_content_subtype() != "rfc822-headers"
    )


def without_tags(text: str) -> str:
    """Take HTML's tags out, leave `<address@host>` in."""
    text = _TAG.sub(" ", _BREAK.sub("\n", _without_blocks(_without_blocks(text, "style"), "script")))
    for entity, letter in _ENTITIES.items():
        text = text.replace(entity, letter)
    return text


def _without_blocks(text: str, tag: str) -> str:
    """Cut out everything between a tag and its end."""
    lowered, kept, at = text.lower(), [], 0
    if len(lowered) != len(text):
        return text
    while (start := lowered.find(f"<{tag}", at)) >= 0:
        kept.append(text[at:start])
        end = lowered.find(f"</{tag}", start)
        at = len(text) if end < 0 else end
    return "".join((*kept, text[at:]))


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
