"""A file that came with a reply → handed out to be saved; one that lies with a provider → what became of it, and a button to try again."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.channels.fetching import MOST_BYTES
from doorstep.domain.vocabulary import Unfetched
from doorstep.errors import NotFoundError
from doorstep.steps.work import utc_now
from doorstep.store import conversations, reply_files
from doorstep.store.database import Row
from doorstep.web.desk.doors import id_of, note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_MOST_FILES = 10_000
_WHY = {
    Unfetched.GONE: "the provider has it no more",
    Unfetched.TOO_LARGE: f"it is larger than {MOST_BYTES // 1_048_576} MB",
    Unfetched.TOO_MANY: f"of one message {reply_files.MOST_FETCHED} files are fetched",
    Unfetched.TYPE: "it is no picture, PDF, video, sound or text, whatever it calls itself",
    Unfetched.ELSEWHERE: "its address is not the provider's own",
    Unfetched.REFUSED: "the provider does not let this connection have it",
    Unfetched.UNREACHABLE: "the provider did not answer",
    Unfetched.PAUSED: "the connection it came through is paused or removed",
    Unfetched.NO_WAY: "this channel knows no way to fetch it",
}
#: What a second try may change.
_MAY_CHANGE = frozenset({Unfetched.GONE, Unfetched.REFUSED, Unfetched.UNREACHABLE, Unfetched.PAUSED, Unfetched.NO_WAY})


class ShownFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a conversation shows it."""

    reply_id: int
    position: int
    name: str
    #: Bytes; 0: it is not here.
    size: int
    #: What became of it, where it is not here.
    said: str = ""
    #: What the provider, or the wire, said to that.
    why: str = ""
    #: When it is tried next; None: not, or at once.
    next_at: datetime | None = None
    #: A button tries it again.
    may_try: bool = False


def shown(row: Row) -> ShownFile:
    """Say of a file of `reply_files.of` what became of it."""
    of = {name: row[name] for name in ("reply_id", "position", "name", "size")}
    if row["size"]:
        return ShownFile(**of)
    if row["unfetched"]:
        reason = Unfetched(row["unfetched"])
        return ShownFile(**of, said=f"not fetched: {_WHY[reason]}", why=row["unfetched_why"], may_try=reason in _MAY_CHANGE)
    if row["due_at"] is None:
        if row["elsewhere"]:
            return ShownFile(**of, said="lies with the provider", may_try=True)
        return ShownFile(**of, said="not kept: it is empty, or the files of its message are too large together")
    if not row["trouble"]:
        return ShownFile(**of, said="is being fetched")
    said = f"not fetched yet: {_WHY[Unfetched(row['trouble'])]}"
    return ShownFile(**of, said=said, why=row["trouble_why"], next_at=row["due_at"], may_try=True)


@get("/replies/{reply_id:int}/files/{position:int}", include_in_schema=False)
async def reply_file(request: AnyRequest, reply_id: FromPath[int], position: FromPath[int]) -> Response[bytes]:
    """Hand out a file that came with a reply, to be saved and never shown: nobody knows what is in it."""
    merchant_id = user_of(request).merchant_id
    if not 0 <= position < _MOST_FILES:
        raise NotFoundError("there is no such file")
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        row = await reply_files.one(tx, merchant_id, id_of(reply_id), position)
    if row is None or not row["content"]:
        raise NotFoundError("there is no such file")
    name = clean_text(row["name"]).replace("/", "_").replace("\\", "_") or "file"
    plain_name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._- ") else "_" for sign in name)
    headers = {
        "content-disposition": f"attachment; filename=\"{plain_name}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(row["content"], media_type="application/octet-stream", headers=headers)


@post("/replies/{reply_id:int}/files/{position:int}/fetch", status_code=HTTP_200_OK, include_in_schema=False)
async def fetch_file_again(request: AnyRequest, reply_id: FromPath[int], position: FromPath[int]) -> Response[Any]:
    """Have a file fetched now that was given up, or waits for its next turn."""
    merchant_id = user_of(request).merchant_id
    if not 0 <= position < _MOST_FILES:
        raise NotFoundError("there is no such file")
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if not await reply_files.again(tx, merchant_id, id_of(reply_id), position, utc_now()):
            raise NotFoundError("there is no such file to be fetched")
        conversation_id = await conversations.of_reply(tx, merchant_id, reply_id)
        await note(tx, request, "fetch_file", f"file {position} of reply {reply_id}")
    return Redirect(f"/desk/inbox/{conversation_id}?done=fetch" if conversation_id else "/desk/inbox", status_code=303)
