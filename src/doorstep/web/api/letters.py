"""What could not be read → a list of it, and a second try."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.work import utc_now
from doorstep.store import connections, inbox
from doorstep.store.database import Tx
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, number_in, number_of, page_of
from doorstep.web.api.shapes import Id, Next
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Something received that could not be read. Its bytes are kept and shown at the desk."""

    id: Id
    provider: Annotated[str | None, Meta(description="Slug of the connection's provider; null: the connection was removed.")]
    connection: Annotated[str | None, Meta(description="Name of the connection it came by; null: it was removed.")]
    received_at: datetime
    failed_at: datetime
    error: Annotated[str, Meta(description="Class of the error.")]
    detail: str
    size: Annotated[int, Meta(description="Bytes.")]


class DeadLetterPage(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters, newest first."""

    dead_letters: list[DeadLetter]
    next: Next = None


class Replay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dead letters to try again."""

    ids: Annotated[list[str] | None, Meta(description="Our ids of them; null or left out: all.")] = None


class Replayed(msgspec.Struct, frozen=True):
    """How many dead letters are tried again."""

    replayed: int


@get("/dead-letters", operation_id="listDeadLetters", tags=["Dead letters"], opt={"scope": "letters:read"})
async def list_dead(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL) -> DeadLetterPage:
    """List what was received and could not be read, newest first."""
    house, merchant_id, before = house_of(request), key_of(request).merchant_id, number_in("dead", cursor)
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await inbox.dead_letters(tx, merchant_id, before=before, most=limit + 1)
    page, more = page_of(rows, limit)
    letters = [
        DeadLetter(
            id=str(row["inbox_id"]),
            provider=row["provider"],
            connection=row["name"],
            received_at=row["received_at"],
            failed_at=row["failed_at"],
            error=row["error"],
            detail=row["detail"],
            size=row["size"],
        )
        for row in page
    ]
    return DeadLetterPage(dead_letters=letters, next=cursor_to("dead", letters[-1].id) if more else None)


@post(
    "/dead-letters/replay",
    operation_id="replayDeadLetters",
    tags=["Dead letters"],
    status_code=HTTP_200_OK,
    opt={"scope": "letters:write", "body": "json"},
)
async def replay(request: AnyRequest, data: JSONBody[Replay], once_key: OnceKey = None) -> Response[Replayed]:
    """Try dead letters again: those named, or all. One that still cannot be read becomes a dead letter again."""
    key = key_of(request)
    try:
        ids = None if data.ids is None else [number_of(one) for one in data.ids]
    except NotFoundError as error:
        raise BadInputError("ids: these are texts of digits, as the list shows them") from error

    async def work(tx: Tx) -> tuple[int, Replayed]:
        done = await inbox.replay(tx, key.merchant_id, ids, utc_now())
        await connections.audit(tx, key.merchant_id, f"key {key.key_id}", "replay", f"{done} dead letters")
        return HTTP_200_OK, Replayed(done)

    return await once(request, once_key, Replayed, work)


ROUTES: list[Any] = [list_dead, replay]
