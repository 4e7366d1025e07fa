"""Parts of a mail, or files of a form → attachments with names that are safe to show, within limits."""

import re
from collections.abc import Iterable
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Letter

from doorstep.domain.messages import Attachment

#: Files of one mail, and bytes of all of them together; what is beyond is named without its bytes, or left out.
MOST_FILES = 10
MOST_BYTES = 10_000_000
#: Outlook's own wrapping, which hides the files in it. Source: MS-OXTNEF, as known on 2026-11-29.
TNEF = "application/ms-tnef"
_LONGEST_NAME = 120
#: Control characters, what file systems forbid, and marks that turn the direction of writing around ("gpj.exe" for "exe.jpg").
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f<>:\"|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")


def safe_name(name: str) -> str:
    """Return a file's name without folders, control characters and leading dots; "attachment" where nothing is left."""
    last = _UNSAFE.sub("", re.split(r"[/\\]", _decoded(name)[:1_000])[-1]).strip(" .")
    stem, dot, ending = last.rpartition(".")
    if len(last) > _LONGEST_NAME:
        last = f"{stem[: _LONGEST_NAME - len(ending) - 1]}{dot}{ending}"[:_LONGEST_NAME]
    return last or "attachment"


def safe_type(content_type: str) -> str:
    """Return a content type without its parameters, lower case; application/octet-stream where it is none."""
    bare = content_type.partition(";")[0].strip().lower()
    return bare if _TYPE.fullmatch(bare) else "application/octet-stream"


def limited(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """Keep the first ten files, and bytes as long as all together are no more than allowed."""
    kept: list[Attachment] = []
    room = MOST_BYTES
    for file in files:
        if len(kept) == MOST_FILES:
            break
        if len(file.content) > room:
            kept.append(Attachment(name=file.name, content_type=file.content_type, url=file.url, media_id=file.media_id))
        else:
            room -= len(file.content)
            kept.append(file)
    return tuple(kept)


def is_file(part: Letter) -> bool:
    """Say whether a leaf of a mail is a file rather than its text."""
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return True
    return part.get_content_maintype() not in {"text", "multipart"}


def file_of(part: Letter) -> Attachment:
    """Turn a leaf of a mail into an attachment; Outlook's winmail.dat is named for what it is."""
    inner = part.get_payload()
    if isinstance(inner, list):
        content = b"".join(one.as_bytes() for one in inner if isinstance(one, Letter))
    else:
        decoded = part.get_payload(decode=True)
        content = decoded if isinstance(decoded, bytes) else b""
    name, kind = safe_name(_filename(part)), safe_type(part.get_content_type())
    if name.lower() == "winmail.dat":
        kind = TNEF
    if name == "attachment" and kind == "message/rfc822":
        name = "attachment.eml"
    return Attachment(name=name, content_type=kind, content=content)


def _filename(part: Letter) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, MessageError, TypeError):
        return ""


def _decoded(name: str) -> str:
    if "=?" not in name:
        return name
    try:
        return "".join(one if isinstance(one, str) else one.decode(charset or "ascii", "replace") for one, charset in decode_header(name))
    except (MessageError, LookupError, ValueError):
        return name
