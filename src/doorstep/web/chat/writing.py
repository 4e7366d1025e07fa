"""What a visitor writes → checked → kept as an arrival of the connection, once; the worker makes it a reply."""

import re
from datetime import timedelta

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from doorstep.channels.web_chat.files import MOST_BYTES, MOST_FILES, kind_of
from doorstep.channels.web_chat.writing import File, Written
from doorstep.errors import BadInputError
from doorstep.steps.chat import arrival_of
from doorstep.steps.work import utc_now
from doorstep.store.receipts import uuid_of
from doorstep.web.chat.doors import AnyRequest, body_of, json_answer, take, visitor_here
from doorstep.web.chat.streaming import hub_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import clean_text, network_of
from doorstep.web.network import Buckets

_LONGEST = 4_000
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
#: Base64 of all files, and the rest.
_MOST_BODY = MOST_FILES * MOST_BYTES * 4 // 3 + 50_000
_OF_A_VISITOR = Buckets(30, timedelta(minutes=1).total_seconds())
_OF_A_NETWORK = Buckets(300, timedelta(minutes=10).total_seconds())
_FILES_OF_A_VISITOR = Buckets(12, timedelta(hours=1).total_seconds())
_FILES_OF_A_NETWORK = Buckets(60, timedelta(hours=1).total_seconds())


class GivenFile(msgspec.Struct, kw_only=True):
    """A file, its bytes as base64."""

    name: str
    content: bytes


class Given(msgspec.Struct, kw_only=True):
    """One thing to say."""

    #: The page's own id of it: sent again, it is still said once.
    id: str
    text: str = ""
    choice: str = ""
    #: Our message that it answers.
    answers: str = ""
    files: list[GivenFile] = []


class Taken(msgspec.Struct, frozen=True):
    """The answer: it is kept."""

    id: str


@post("/messages", status_code=202, include_in_schema=False, opt={"public": True}, request_max_body_size=_MOST_BODY)
async def write_message(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """Keep what a visitor wrote; 202 as soon as it is on disk, also where it was before."""
    visitor = await visitor_here(request, key)
    take(_OF_A_VISITOR, visitor.name)
    take(_OF_A_NETWORK, network_of(request))
    given = await body_of(request, Given)
    if not _CLIENT_ID.fullmatch(given.id):
        raise BadInputError("id is 8 to 64 letters, digits and dashes of the page's own making")
    text, choice = written_text(given.text), clean_text(given.choice)
    if len(given.text) > _LONGEST:
        raise BadInputError(f"text has at most {_LONGEST} characters")
    for _ in given.files[:MOST_FILES]:
        take(_FILES_OF_A_VISITOR, visitor.name)
        take(_FILES_OF_A_NETWORK, network_of(request))
    files = checked_files(given.files)
    if not (text or choice or files):
        raise BadInputError("there is nothing in it: send text, choice or files")
    answered = uuid_of(given.answers)
    written = Written(
        visitor=visitor.name,
        client_id=given.id,
        at=utc_now(),
        text=text,
        choice=choice,
        answers=str(answered) if answered else "",
        files=files,
    )
    await house_of(request).receiver.keep(arrival_of(visitor, written))
    hub_of(request).stir(visitor)
    return json_answer(Taken(given.id), 202)


def written_text(text: str) -> str:
    """Leave out what no keyboard writes: control characters but for line breaks, half signs."""
    whole = text.encode("utf-8", "ignore").decode()
    return "".join(sign for sign in whole if sign.isprintable() or sign == "\n" or sign in "\u200c\u200d").strip()


def checked_files(given: list[GivenFile]) -> tuple[File, ...]:
    """Take files as what their own bytes say they are.

    Raises:
        BadInputError: too many, too big, or neither picture nor PDF.
    """
    if len(given) > MOST_FILES:
        raise BadInputError(f"at most {MOST_FILES} files go with a message")
    return tuple(_checked(one) for one in given)


def _checked(given: GivenFile) -> File:
    if len(given.content) > MOST_BYTES:
        raise BadInputError("a file has at most 5 MB")
    if (kind := kind_of(given.content)) is None:
        raise BadInputError("a file is a picture (PNG, JPEG, GIF, WebP) or a PDF")
    return File(name=clean_text(given.name.replace("\\", "/").rpartition("/")[2], 120) or "file", content_type=kind, content=given.content)
