"""What was received and could not be read → a list, and back into the line."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import BadInputError
from doorstep.steps.work import utc_now
from doorstep.store import inbox
from doorstep.web.desk.doors import before_of, desk_page, note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest

_PAGE = 50


@get("/letters", include_in_schema=False)
async def list_letters(request: AnyRequest) -> Response[str]:
    """List dead letters with the beginning of what came."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await inbox.dead_letters(tx, merchant_id, before=before_of(request), most=_PAGE + 1)
    letters = [(row, row["beginning"].decode("utf-8", "replace")) for row in rows[:_PAGE]]
    done = request.query_params.get("replayed", "")
    more = rows[_PAGE - 1]["inbox_id"] if len(rows) > _PAGE else None
    return desk_page(request, "letters.html", letters=letters, more=more, replayed=done if done.isascii() and done.isdigit() else "")


@post("/letters/replay", status_code=HTTP_200_OK, include_in_schema=False)
async def replay(request: AnyRequest) -> Response[Any]:
    """Line one dead letter up again, or all of them."""
    which = (await request.form()).get("which")
    if which != "all" and not (isinstance(which, str) and which.isascii() and which.isdigit() and len(which) < 19):  # noqa: PLR2004 - bigint
        raise BadInputError("say which letter to replay")
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        done = await inbox.replay(tx, merchant_id, None if which == "all" else [int(which)], utc_now())
        await note(tx, request, "replay", f"{done} dead letters")
    return Redirect(f"/desk/letters?replayed={done}", status_code=303)
