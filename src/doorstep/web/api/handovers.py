"""Conversations that a human takes over → listed, given to somebody, noted on, closed, by the merchant's own systems."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK
from msgspec import Meta

from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import CloseReason, HandoverState
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps import handover_moves
from doorstep.steps.work import utc_now
from doorstep.store import connections, handover_lists, handovers
from doorstep.store.database import Tx
from doorstep.store.handovers import Handover, kept
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, number_in, number_of, page_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest
from doorstep.web.tenants import tenant_of

_READ = {"scope": "handovers:read"}
_WRITE = {"scope": "handovers:write", "body": "json"}
_LAST_ID = 2**63 - 1

InState = Annotated[
    HandoverState | None,
    QueryParameter(name="state", description="Only hand-overs in this state; without it all that are not closed."),
]


class Csat(msgspec.Struct, frozen=True, kw_only=True):
    """How the customer said it was."""

    #: 1 to 5.
    score: int
    comment: str
    at: datetime | None


class HandoverShown(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation that a human takes over."""

    id: str
    conversation_id: str
    reason: HandoverReason
    #: Reasons that came while it was open.
    also: list[str]
    #: What it is about.
    summary: str
    #: What the customer wants; "" not known.
    intent: str
    #: Null: no order is known.
    order_id: str | None
    #: ISO 639-1; "" not known.
    language: str
    queue: str
    #: 0 urgent, 1 high, 2 normal, 3 low.
    priority: int
    skill: str
    state: HandoverState
    #: Id of the desk's user who has it.
    assignee: str | None
    #: We answered last: it is the customer's turn.
    waits_for_customer: bool
    asked_at: datetime
    #: When our next answer is due, counted in opening hours.
    due_at: datetime
    answered_at: datetime | None
    snoozed_until: datetime | None
    closed_at: datetime | None
    #: "" while it is open.
    close_reason: str
    #: Null: they did not say, or were not asked.
    csat: Csat | None


class HandoverPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some hand-overs, newest first."""

    handovers: list[HandoverShown]
    #: Cursor of the next page; null: there is none.
    next: str | None


class AssignForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to have it."""

    user_id: Annotated[str | None, Meta(description="Id of a desk user who answers customers; null: back to the queue.")]


class CloseForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a human has to look no more."""

    reason: Annotated[CloseReason, Meta(description="Not `resumed`, which is the machine's own.")] = CloseReason.SOLVED


class NoteForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something for colleagues to read."""

    text: Annotated[str, Meta(min_length=1, max_length=handover_moves.LONGEST_NOTE)]


@get("/handovers", operation_id="listHandovers", tags=["Conversations"], opt=_READ)
async def list_handovers(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL, in_state: InState = None) -> HandoverPage:
    """List conversations that a human has or should take over, newest first."""
    house, merchant_id, before = house_of(request), key_of(request).merchant_id, number_in("handovers", cursor)
    states: Sequence[HandoverState] = (in_state,) if in_state else tuple(one for one in HandoverState if one is not HandoverState.CLOSED)
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await handover_lists.newest(tx, merchant_id, states, _LAST_ID if before is None else before, limit + 1)
    page, more = page_of(rows, limit)
    return HandoverPage(
        handovers=[handover_shown(kept(row)) for row in page],
        next=cursor_to("handovers", str(page[-1]["handover_id"])) if more else None,
    )


@get("/handovers/{handover_id:str}", operation_id="readHandover", tags=["Conversations"], opt=_READ)
async def read_handover(request: AnyRequest, handover_id: FromPath[str]) -> HandoverShown:
    """Read one hand-over."""
    house, merchant_id, number = house_of(request), key_of(request).merchant_id, number_of(handover_id)
    async with house.database.for_merchant(merchant_id) as tx:
        one = await handovers.one(tx, merchant_id, number)
    if one is None:
        raise NotFoundError("there is no such hand-over")
    return handover_shown(one)


@post("/handovers/{handover_id:str}/assign", operation_id="assignHandover", tags=["Conversations"], status_code=HTTP_200_OK, opt=_WRITE)
async def assign_handover(
    request: AnyRequest, handover_id: FromPath[str], data: JSONBody[AssignForm], once_key: OnceKey = None
) -> Response[HandoverShown]:
    """Give it to somebody, or back to its queue."""
    key, number = key_of(request), number_of(handover_id)
    to = _user(data.user_id)

    async def work(tx: Tx) -> tuple[int, HandoverShown]:
        one = await handover_moves.give(tx, key.merchant_id, number, to, f"key {key.key_id}", utc_now())
        await connections.audit(tx, key.merchant_id, f"key {key.key_id}", "give_conversation", f"conversation {one.conversation_id}")
        return HTTP_200_OK, handover_shown(one)

    return await once(request, once_key, HandoverShown, work)


def _user(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return number_of(text)
    except NotFoundError as error:
        raise BadInputError("user_id: the id of a desk user, or null") from error


@post("/handovers/{handover_id:str}/close", operation_id="closeHandover", tags=["Conversations"], status_code=HTTP_200_OK, opt=_WRITE)
async def close_handover(
    request: AnyRequest, handover_id: FromPath[str], data: JSONBody[CloseForm], once_key: OnceKey = None
) -> Response[HandoverShown]:
    """Close it: the machine answers again, and a customer whom a human has answered is asked how it was. Closed already: 409."""
    house, key, number = house_of(request), key_of(request), number_of(handover_id)
    tenant = await tenant_of(house, key.merchant_id)
    if data.reason is CloseReason.RESUMED:
        raise BadInputError("reason: resumed is the machine's own")

    async def work(tx: Tx) -> tuple[int, HandoverShown]:
        one = await handover_moves.close(tx, tenant, number, data.reason, f"key {key.key_id}", utc_now())
        await connections.audit(tx, key.merchant_id, f"key {key.key_id}", "close_conversation", f"conversation {one.conversation_id}")
        return HTTP_200_OK, handover_shown(one)

    return await once(request, once_key, HandoverShown, work)


@post("/handovers/{handover_id:str}/note", operation_id="noteOnHandover", tags=["Conversations"], status_code=HTTP_200_OK, opt=_WRITE)
async def note_on_handover(
    request: AnyRequest, handover_id: FromPath[str], data: JSONBody[NoteForm], once_key: OnceKey = None
) -> Response[HandoverShown]:
    """Note something for colleagues; the customer never sees it."""
    key, number = key_of(request), number_of(handover_id)

    async def work(tx: Tx) -> tuple[int, HandoverShown]:
        one = await handover_moves.read(tx, key.merchant_id, number)
        await handover_moves.note_on(tx, key.merchant_id, one.conversation_id, data.text, f"key {key.key_id}", utc_now())
        return HTTP_200_OK, handover_shown(one)

    return await once(request, once_key, HandoverShown, work)


def handover_shown(one: Handover) -> HandoverShown:
    """Write a hand-over as the API shows it."""
    csat = Csat(score=one.csat_score, comment=one.csat_comment, at=one.csat_at) if one.csat_score else None
    return HandoverShown(
        id=str(one.handover_id),
        conversation_id=str(one.conversation_id),
        reason=one.reason,
        also=list(one.also),
        summary=one.summary,
        intent=one.intent,
        order_id=str(one.order_id) if one.order_id else None,
        language=one.language,
        queue=one.queue,
        priority=one.priority,
        skill=one.skill,
        state=one.state,
        assignee=str(one.assignee) if one.assignee else None,
        waits_for_customer=one.theirs,
        asked_at=one.asked_at,
        due_at=one.due_at,
        answered_at=one.answered_at,
        snoozed_until=one.snoozed_until,
        closed_at=one.closed_at,
        close_reason=one.close_reason,
        csat=csat,
    )


ROUTES: list[Any] = [list_handovers, read_handover, assign_handover, close_handover, note_on_handover]
