"""A file that a visitor sent → back to them alone, to be saved, never to be shown by a browser."""

from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromPath

from doorstep.channels.web_chat.files import MOST_FILES, kind_of
from doorstep.errors import NotFoundError
from doorstep.store import chat
from doorstep.web.chat.doors import AnyRequest, visitor_here
from doorstep.web.house import house_of

_MOST_ID = 2**63 - 1


@get("/files/{reply_id:int}/{position:int}", include_in_schema=False, opt={"public": True})
async def sent_file(request: AnyRequest, key: FromPath[str], reply_id: FromPath[int], position: FromPath[int]) -> Response[bytes]:
    """Give a visitor's own file back."""
    visitor = await visitor_here(request, key)
    row = None
    if 0 < reply_id <= _MOST_ID and 0 <= position < MOST_FILES:
        async with house_of(request).database.for_merchant(visitor.merchant_id) as tx:
            row = await chat.file(tx, visitor.merchant_id, visitor.name, reply_id, position)
    if row is None or not row["content"]:
        raise NotFoundError("there is no such file")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    return Response(row["content"], media_type=kind_of(row["content"]) or "application/octet-stream", headers=headers)
