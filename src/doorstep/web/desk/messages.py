"""Filters → a page of messages; one message → as it was written, sent, answered, and why; what it cost."""

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from doorstep.domain.vocabulary import MessageState
from doorstep.errors import NotFoundError
from doorstep.steps.explain import explain
from doorstep.store import message_lists
from doorstep.store.message_rows import message_of
from doorstep.web.desk.doors import desk_page, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest
from doorstep.web.look.rendering import MESSAGE_CSP, html

_PAGE = 50
#: The end of the year 9999, milliseconds since 1970.
_LAST_MS = 253_402_300_799_999


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _known(message_id: UUID) -> UUID:
    """Check that an id is of our making: version 7, of a time a calendar holds.

    Raises:
        NotFoundError: it is not.
    """
    if message_id.version != 7 or message_id.int >> 80 > _LAST_MS:  # noqa: PLR2004 - RFC 9562
        raise NotFoundError("there is no such message")
    return message_id


@get("/messages", include_in_schema=False)
async def list_messages(request: AnyRequest) -> Response[str]:
    """List messages, newest first."""
    merchant_id, asked = user_of(request).merchant_id, request.query_params
    state = asked.get("state") if asked.get("state") in set(MessageState) else None
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await message_lists.page(tx, merchant_id, before=_uuid(asked.get("before")), most=_PAGE + 1, state=state)
    more = rows[_PAGE - 1]["message_id"] if len(rows) > _PAGE else None
    return desk_page(request, "messages.html", rows=rows[:_PAGE], more=more, state=state or "", states=[s.value for s in MessageState])


@get("/messages/{message_id:uuid}", include_in_schema=False)
async def one_message(request: AnyRequest, message_id: FromPath[UUID]) -> Response[str]:
    """Show one message, what it cost, and all that happened to it in order of time."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        found = await message_lists.one(tx, merchant_id, _known(message_id))
        explained = await explain(tx, merchant_id, message_id)
    if found is None or explained is None:
        raise NotFoundError("there is no such message")
    row = found[0]
    body = row["body"].decode("utf-8", "replace")
    return desk_page(request, "message.html", row=row, cost=explained.cost, lines=explained.lines, has_html=bool(row["html"]), body=body)


@get("/messages/{message_id:uuid}/shown", include_in_schema=False)
async def shown_message(request: AnyRequest, message_id: FromPath[UUID]) -> Response[str]:
    """Serve a message's own HTML for the frame: no script runs in it and it has no origin."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        found = await message_lists.one(tx, merchant_id, _known(message_id))
    if found is None:
        raise NotFoundError("there is no such message")
    return html(message_of(found[0]).content.html, csp=MESSAGE_CSP)
