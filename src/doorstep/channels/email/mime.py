"""Message → the bytes of one mail.

Written out by hand on the standard library's encoders: its EmailMessage takes several times as long for the same bytes
(it parses every header it is given), and the tests read every result back with it.
"""

import binascii
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from doorstep.domain.messages import Message
from doorstep.domain.reading import one_line
from doorstep.errors import MisconfiguredError, RefusedError

#: RFC 5322: no line longer than this; we keep well below.
_LONGEST_LINE = 900
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,200}@[!-;=?-~]{1,200}")
_UNSAFE_ID = re.compile(r"[^A-Za-z0-9._-]")
_LINE_OF_76 = re.compile(rb".{1,76}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 ]*")
#: Letters of base64 in an encoded word of a line of 76.
_WORD_ROOM = 60
_ASCII = bytes(range(128))
#: With more than a sixth of other bytes, base64 is the shorter and the more readable to servers.
_TEXTUAL_SHARE = 6
#: References may make a page longer by this part of it: some hundred accents and dashes.
_REFERENCE_SHARE = 10


class Sender(NamedTuple):
    """From whom a mail comes and where its answers go."""

    address: str
    name: str
    #: "": none.
    reply_to: str
    #: For unsubscribing by mail; "": none.
    unsubscribe_address: str
    #: `reply_to` names this very message and goes before the message's own.
    reply_to_first: bool = False


def ident_of(message: Message) -> str:
    """Return our message id as it may stand in a header."""
    return _UNSAFE_ID.sub("-", message.message_id)


def mail(message: Message, to: str, sender: Sender, now: datetime, more: Sequence[str] = ()) -> bytes:
    """Write a mail: text and HTML as alternatives, UTF-8, line ends CRLF; `more` are header lines for the provider, ASCII.

    The Message-ID is the same each time a message is written, so a mail that came twice can be told.
    """
    ident = ident_of(message)
    reply_to = sender.reply_to if sender.reply_to_first else message.reply_to or sender.reply_to
    lines = [
        f"Date: {_date(now.replace(microsecond=0))}",
        f"Message-ID: <{ident}@{domain_of(sender.address)}>",
        f"From: {_mailbox(sender.name, sender.address)}",
        f"To: {_mailbox(message.to_name or '', to)}",
        f"Subject: {_encoded(message.content.subject, 'Subject')}",
        *([f"Reply-To: {one_line(reply_to)}"] if one_line(reply_to) else []),
        *_thread(message),
        *_submitted(message),
        f"X-Doorstep-Message: {ident}",
        f"Feedback-ID: {_feedback_id(message)}",
        *_unsubscribe(message, sender),
        f"Content-Language: {_UNSAFE_ID.sub('-', message.locale) or 'en'}",
        *more,
        "MIME-Version: 1.0",
    ]
    content = message.content
    if content.html and content.text:
        # "=_" stands in no quoted-printable and no base64, and nobody who writes the text knows the id.
        boundary = f"=_{ident}"
        parts = (_part(content.text, "plain"), _part(content.html, "html"))
        mark = f"--{boundary}\r\n".encode()
        lines.append(f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"')
        return b"".join((*_head(lines), b"\r\n", mark, parts[0], b"\r\n", mark, parts[1], f"\r\n--{boundary}--\r\n".encode()))
    return b"".join((*_head(lines), _part(content.html, "html") if content.html else _part(content.text, "plain")))


@lru_cache(maxsize=16)
def _date(second: datetime) -> str:
    """Mails of one second share their date."""
    return format_datetime(second)


def _thread(message: Message) -> list[str]:
    """Let an answer stand below the mail it answers, where that has an id a header can hold."""
    answered = message.in_reply_to or ""
    return [f"In-Reply-To: <{answered}>", f"References: <{answered}>"] if _MESSAGE_ID.fullmatch(answered) else []


def _submitted(message: Message) -> list[str]:
    """Say that a machine wrote this, so that no other machine answers it; what a human wrote says nothing.

    Source: RFC 3834, section 5: "auto-replied" for what answers one mail, "auto-generated" for all else, neither on what was written by
    hand; as known on 2026-11-29.
    """
    if message.by_hand:
        return []
    return [f"Auto-Submitted: {'auto-replied' if message.in_reply_to else 'auto-generated'}"]


def safe_address(address: str) -> str:
    """Return an address as it may stand in a header and an envelope; a domain with other letters is written in ASCII.

    Raises:
        RefusedError: no address, or one that needs SMTPUTF8, which few servers take.
    """
    local, _, domain = address.strip().rpartition("@")
    try:
        written = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        written = ""
    if not _ADDRESS.fullmatch(written) or ".." in written:
        raise RefusedError("the address is not an e-mail address", suppress=False, code="address")
    return written


def domain_of(address: str) -> str:
    """Return what follows the last @, lower case.

    Raises:
        MisconfiguredError: nothing does.
    """
    if not (domain := address.rpartition("@")[2].strip().lower()):
        raise MisconfiguredError("the sender's address has no domain")
    return domain


def unsubscribe_token(url: str) -> str:
    """Return the last segment of an unsubscribe address, which names the subscription in a mail as well."""
    return url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]


def _head(lines: list[str]) -> tuple[bytes, bytes]:
    return "\r\n".join(lines).encode("ascii"), b"\r\n"


@lru_cache(maxsize=512)
def _mailbox(name: str, address: str) -> str:
    name = one_line(name)[:200]
    if not name:
        return f"<{address}>"
    if _PLAIN_NAME.fullmatch(name):
        return f"{name} <{address}>"
    if name.isascii():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{_encoded(name, 'From')}\r\n <{address}>"


def _encoded(text: str, header: str) -> str:
    text = one_line(text)[:_LONGEST_LINE]
    if text.isascii() and "=?" not in text and len(text) < _LONGEST_LINE:
        return text
    return "\r\n ".join(_encoded_words(text, len(header) + 2))


def _encoded_words(text: str, used: int) -> list[str]:
    """Write RFC 2047 encoded words that each fit a line of 76; `used` is what already stands on the first."""
    words: list[str] = []
    room, at = (_WORD_ROOM - used) // 4 * 3, 0
    while True:
        letters = room
        while (over := len(piece := text[at : at + letters].encode("utf-8", "replace")) - room) > 0:
            letters = min(letters, len(text) - at) - max(over // 4, 1)  # a letter has four bytes at most
        words.append(f"=?utf-8?b?{b64encode(piece).decode()}?=")
        at += letters
        if at >= len(text):
            return words
        room = _WORD_ROOM // 4 * 3


def _feedback_id(message: Message) -> str:
    """Campaign, merchant, purpose, sender: what Gmail's postmaster page counts complaints by."""
    return _feedback_parts(message.topic, str(message.merchant_id), message.purpose.value, "doorstep")


@lru_cache(maxsize=512)
def _feedback_parts(*parts: str) -> str:
    return ":".join(_UNSAFE_ID.sub("-", part)[:60] for part in parts)


def _unsubscribe(message: Message, sender: Sender) -> list[str]:
    """RFC 2369 and 8058: one POST to the address unsubscribes."""
    url = one_line(message.unsubscribe_url or "")
    if not url or not url.isascii() or any(mark in url for mark in "<>, "):
        return []
    ways = f"<{url}>"
    if sender.unsubscribe_address:
        ways += f",\r\n <mailto:{sender.unsubscribe_address}?subject={unsubscribe_token(url)}>"
    return [f"List-Unsubscribe: {ways}", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]


def _part(text: str, subtype: str) -> bytes:
    content = _by_reference(text) if subtype == "html" and not text.isascii() else None
    if content is None:
        content = text.encode("utf-8", "replace")
    if b"\r" in content or b"\0" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    if not content.endswith(b"\n"):
        content += b"\n"
    if content.isascii() and _has_short_lines(content):
        encoding, written = "7bit", content
    elif len(content.translate(None, _ASCII)) * _TEXTUAL_SHARE > len(content):
        encoding, written = "base64", _base64(content)
    else:
        encoding, written = "quoted-printable", binascii.b2a_qp(content, istext=True)
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + written.replace(b"\n", b"\r\n")


def _by_reference(page: str) -> bytes | None:
    """Write a page's other characters as HTML's references, so that it may leave as it is; None: there are many, or some where references mean nothing.

    They mean nothing within styles and scripts, which stand before the text, beside the title.
    """
    styles_end = max(page.rfind("</style>"), page.rfind("</script>"))
    if styles_end > 0 and not page[:styles_end].isascii():
        title, title_end = page.find("<title>"), page.find("</title>")
        if not (page[:title].isascii() and page[title_end:styles_end].isascii()):
            return None
    content = page.encode("ascii", "xmlcharrefreplace")
    return content if len(content) - len(page) < len(page) // _REFERENCE_SHARE else None


def _has_short_lines(content: bytes) -> bool:
    at = 0
    while len(content) - at > _LONGEST_LINE:
        end = content.rfind(b"\n", at, at + _LONGEST_LINE)
        if end < 0:
            return False
        at = end + 1
    return True


def _base64(content: bytes) -> bytes:
    return b"\n".join(_LINE_OF_76.findall(b64encode(content))) + b"\n"
