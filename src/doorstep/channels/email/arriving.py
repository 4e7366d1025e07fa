"""A mail as a provider hands it on (raw, or in fields of a form or of JSON) → what the one parser of mails says of it."""

import base64
import binascii
from collections.abc import Iterable
from email.message import Message as Letter
from typing import NamedTuple

import msgspec

from doorstep.channels.email.attachments import limited, safe_name, safe_type
from doorstep.channels.email.mailbox import read_mail, understood
from doorstep.channels.reading import form_of
from doorstep.domain.messages import Attachment
from doorstep.domain.plugins import Inbound, Raw, Settings
from doorstep.domain.reading import one_line
from doorstep.errors import BadInputError

#: Bytes of a webhook that brings a mail.
MOST_BYTES = 26_000_000
#: A form beyond this many fields is not a provider's.
_MOST_FIELDS = 1_000
_MOST_HEADERS = 2_000
_CONTENT = ("content-", "mime-version")


class Field(NamedTuple):
    """One field of a multipart form."""

    name: str
    content: bytes
    #: None: no file.
    filename: str | None
    content_type: str

    @property
    def text(self) -> str:
        """The field as text, UTF-8."""
        return self.content.decode("utf-8", "replace")


class Parsed(NamedTuple):
    """A mail that its provider has taken apart."""

    headers: Iterable[tuple[str, str]]
    text: str
    html: str
    files: Iterable[Attachment] = ()
    #: At which of our addresses it came in; "" untold.
    to: str = ""


def fields_of(raw: Raw) -> list[Field]:
    """Read a form of either kind, in order.

    Raises:
        BadInputError: it is none.
    """
    kind = Letter()
    kind["Content-Type"] = one_line(raw.content_type)[:1_000] or "application/x-www-form-urlencoded"
    if kind.get_content_type() != "multipart/form-data":
        return [Field(name, value.encode(), None, "text/plain") for name, value in form_of(raw)]
    boundary = kind.get_boundary() or ""
    if not boundary or not boundary.isascii():
        raise BadInputError("the form has no boundary")
    pieces = (b"\r\n" + raw.body).split(b"\r\n--" + boundary.encode())
    if len(pieces) < 2 or len(pieces) > _MOST_FIELDS:  # noqa: PLR2004 - what is before the first boundary, and the first field
        raise BadInputError("the form has no fields, or too many")
    return [field for piece in pieces[1:] if (field := _field(piece)) is not None]


def _field(piece: bytes) -> Field | None:
    head, gap, content = piece.partition(b"\r\n\r\n")
    if not gap or piece.startswith(b"--"):
        return None
    about = Letter()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            about[one_line(name)] = one_line(value)
    try:
        given = about.get_param("name", header="content-disposition")
        filename = about.get_filename()
    except (ValueError, LookupError, TypeError) as error:
        raise BadInputError("a field of the form has no readable name") from error
    if not isinstance(given, str):
        return None
    return Field(given, content, filename, about.get_content_type())


def from_raw(mail: str | bytes, settings: Settings, to: str = "") -> Inbound:
    """Read a raw mail; where the provider put it into JSON, bytes beyond ASCII are UTF-8.

    Raises:
        BadInputError: it is no mail.
    """
    return read_mail(mail if isinstance(mail, bytes) else mail.encode("utf-8", "replace"), settings, to)


def from_parsed(mail: Parsed, settings: Settings) -> Inbound:
    """Read a mail that its provider has taken apart: put together again, so that one parser judges all.

    Raises:
        BadInputError: there is nobody it is from.
    """
    letter = Letter()
    for name, value in list(mail.headers)[:_MOST_HEADERS]:
        if not name.lower().startswith(_CONTENT) and one_line(name):
            letter[one_line(name).replace(":", "")] = one_line(value)
    if not letter["From"]:
        raise BadInputError("the mail is from nobody")
    letter["Content-Type"] = "multipart/mixed"
    for content, subtype in ((mail.text, "plain"), (mail.html, "html")):
        letter.attach(_text(content, subtype))
    found = understood(letter, letter, settings, mail.to)
    files = limited(mail.files)
    return msgspec.structs.replace(found, replies=tuple(msgspec.structs.replace(one, attachments=files) for one in found.replies))


def file_in(name: str, content_type: str, encoded: str) -> Attachment:
    """Make an attachment of what stands in JSON as base64.

    Raises:
        BadInputError: it is no base64.
    """
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInputError("an attachment is not base64") from error
    return Attachment(name=safe_name(name), content_type=safe_type(content_type), content=content)


def file_at(name: str, content_type: str, *, url: str = "", media_id: str = "") -> Attachment:
    """Make an attachment that the provider keeps."""
    return Attachment(
        name=safe_name(name), content_type=safe_type(content_type), url=one_line(url)[:2_000], media_id=one_line(media_id)[:1_000]
    )


def _text(content: str, subtype: str) -> Letter:
    part = Letter()
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "8bit"
    part.set_payload(content.encode("utf-8", "replace").decode("ascii", "surrogateescape"))
    return part
