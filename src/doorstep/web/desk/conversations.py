"""What customers wrote → a list, open ones first; one conversation → both sides in order, and a form to answer it by hand."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.messages import Location
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.directory import Tenant
from doorstep.steps.saying import LONGEST, Hindrance, hindrance, say, window_until
from doorstep.steps.work import utc_now
from doorstep.store import chat, conversations, orders, people, reply_files
from doorstep.store.database import Row, Tx
from doorstep.store.extras import extras_of
from doorstep.web.desk.doors import desk_page, framed_page, id_of, note, tenant_of, user_of
from doorstep.web.desk.files import ShownFile, shown
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text, is_token
from doorstep.web.look.rendering import ASKING_CSP
from doorstep.web.look.saying import sentence
from doorstep.web.network import Buckets

_PAGE = 50
#: Turns of each side that are shown.
_MOST_TURNS = 200
#: What was said to somebody so long before they wrote may be what they answer.
_BEFORE = timedelta(days=14)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime(9999, 1, 1, tzinfo=UTC), 2**63 - 1)
#: Microseconds since 1970 in the year 9999.
_MOST_US = 253_370_764_800_000_000
#: That one user types is told so often a minute at most, in all their conversations.
_TYPED = Buckets(60, timedelta(minutes=1).total_seconds())
_DONE = {
    "sent": "Your answer is on its way.",
    "done": "Done. It opens again when the customer writes.",
    "open": "Open again.",
    "fetch": "The file is fetched within seconds; look again.",
}


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance of either side."""

    at: datetime
    #: We said it.
    ours: bool
    row: Row
    #: What it offers (ours), or the one that was chosen (theirs).
    choices: tuple[str, ...] = ()
    place: Location | None = None
    files: Sequence[ShownFile] = ()


def _before(text: str) -> tuple[datetime, int]:
    """Read where a page of the list starts: microseconds since 1970, a dot, an id."""
    at, _, number = text.partition(".")
    if not (at.isascii() and at.isdigit() and number.isascii() and number.isdigit()):
        return _LAST
    if len(at) > len(str(_MOST_US)) or int(at) > _MOST_US or int(number) > _LAST[1]:
        return _LAST
    return _EPOCH + timedelta(microseconds=int(at)), int(number)


@get("/conversations", include_in_schema=False)
async def list_conversations(request: AnyRequest) -> Response[str]:
    """List conversations, those first in which a customer wrote last: the open ones, or all."""
    merchant_id, asked = user_of(request).merchant_id, request.query_params
    every = asked.get("show") == "all"
    before = _before(clean_text(asked.get("before"), 60))
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await conversations.page(tx, merchant_id, before, _PAGE + 1, only_open=not every)
    more = ""
    if len(rows) > _PAGE:
        last = rows[_PAGE - 1]
        more = f"{(last['last_in_at'] - _EPOCH) // timedelta(microseconds=1)}.{last['conversation_id']}"
    return desk_page(request, "conversations.html", rows=rows[:_PAGE], more=more, every=every)


@get("/conversations/{conversation_id:int}", include_in_schema=False)
async def one_conversation(request: AnyRequest, conversation_id: FromPath[int]) -> Response[str]:
    """Show one conversation."""
    return await _page(request, conversation_id)


@post("/conversations/{conversation_id:int}/answer", status_code=HTTP_200_OK, include_in_schema=False)
async def answer_conversation(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Answer by the same channel, once for each form that was shown."""
    form, user, tenant = await request.form(), user_of(request), tenant_of(request)
    text, once = clean_lines(form.get("text"), LONGEST + 1), clean_text(form.get("once"), 40)
    if not is_token(once):
        raise BadInputError("open the conversation again and retry")
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            talk = await _talk(tx, user.merchant_id, conversation_id)
            said = await say(tx, tenant, talk, text, user.email, once, utc_now())
            if said is True:
                await note(tx, request, "answer", f"conversation {conversation_id}")
                if form.get("then") == "done":
                    await conversations.set_open(tx, user.merchant_id, talk["conversation_id"], is_open=False)
    except (BadInputError, ConflictError) as error:
        return await _page(request, conversation_id, error=f"{sentence(error)}.", typed=text, status=422)
    if isinstance(said, Hindrance):
        return await _page(request, conversation_id, error="It was not sent.", typed=text, status=409)
    return Redirect(f"/desk/conversations/{conversation_id}?done=sent", status_code=303)


@post("/conversations/{conversation_id:int}/state", status_code=HTTP_200_OK, include_in_schema=False)
async def set_conversation_state(request: AnyRequest, conversation_id: FromPath[int]) -> Response[Any]:
    """Say that nobody has to look any more, or again."""
    opens, merchant_id = (await request.form()).get("state") == "open", user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if not await conversations.set_open(tx, merchant_id, id_of(conversation_id), is_open=opens):
            raise NotFoundError("there is no such conversation")
        await note(tx, request, "open_conversation" if opens else "close_conversation", f"conversation {conversation_id}")
    return Redirect(f"/desk/conversations/{conversation_id}?done={'open' if opens else 'done'}", status_code=303)


@post("/conversations/{conversation_id:int}/typing", status_code=204, include_in_schema=False)
async def tell_typing(request: AnyRequest, conversation_id: FromPath[int]) -> None:
    """Tell the customer's chat that somebody writes an answer; nothing is kept of it."""
    user = user_of(request)
    if wait_s := _TYPED.take(str(user.user_id)):
        raise TooManyRequestsException("this was too often; wait a little", headers={"retry-after": str(int(wait_s) + 1)})
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        talk = await _talk(tx, user.merchant_id, conversation_id)
        if talk["channel"] == ChannelKind.CHAT:
            await chat.tell_typing(tx, user.merchant_id, talk["address"])


async def _talk(tx: Tx, merchant_id: int, conversation_id: int) -> Row:
    row = await conversations.one(tx, merchant_id, id_of(conversation_id))
    if row is None:
        raise NotFoundError("there is no such conversation")
    return row


async def _page(request: AnyRequest, conversation_id: int, *, error: str = "", typed: str = "", status: int = 200) -> Response[str]:
    merchant_id, tenant, now = user_of(request).merchant_id, tenant_of(request), utc_now()
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        talk = await _talk(tx, merchant_id, conversation_id)
        turns = await _turns(tx, merchant_id, talk)
        key = (merchant_id, talk["order_id"] or 0)
        order = (await orders.read(tx, [key])).get(key) if talk["order_id"] else None
        names = await people.identities(tx, merchant_id, talk["customer_id"]) if talk["customer_id"] else []
        hindered = await hindrance(tx, tenant, talk, now)
    values: dict[str, Any] = {
        "talk": talk,
        "turns": turns,
        "most": _MOST_TURNS,
        "order": order,
        "names": names,
        "sender_name": next((turn.row["sender_name"] for turn in reversed(turns) if not turn.ours and turn.row["sender_name"]), ""),
        "hindered": hindered,
        "longest": LONGEST,
        "error": error,
        "typed": typed,
        "once": secrets.token_urlsafe(12),
        "done": _DONE.get(request.query_params.get("done", ""), ""),
    }
    return framed_page(request, "conversation.html", ASKING_CSP, status, {**_through(tenant, talk, now), **values})


def _through(tenant: Tenant, talk: Row, now: datetime) -> Mapping[str, Any]:
    """Tell of the connection a conversation goes through, and until when its provider takes free text."""
    connection = tenant.connections.get(talk["connection_id"])
    until = window_until(connection, talk["last_in_at"]) if connection else None
    hours = round((until - talk["last_in_at"]).total_seconds() / 3600) if until else 0
    return {"connection": connection, "until": until, "is_past": until is not None and until <= now, "hours": hours}


async def _turns(tx: Tx, merchant_id: int, talk: Row) -> list[Turn]:
    """Put what came and what we said to the address in one order of time."""
    channel = ChannelKind(talk["channel"])
    came = await conversations.replies(tx, merchant_id, talk["conversation_id"], _MOST_TURNS)
    said = await conversations.told(tx, merchant_id, channel, talk["address"], talk["opened_at"] - _BEFORE, _MOST_TURNS)
    files: dict[int, list[ShownFile]] = {}
    for row in await reply_files.of(tx, merchant_id, [row["reply_id"] for row in came]):
        files.setdefault(row["reply_id"], []).append(shown(row))
    offered: dict[UUID, dict[str, str]] = {}
    turns: list[Turn] = []
    for row in said:
        choices = extras_of(row["extras"]).choices
        offered[row["message_id"]] = {one.choice_id: one.title for one in choices}
        turns.append(Turn(at=row["created_at"], ours=True, row=row, choices=tuple(one.title for one in choices)))
    for row in came:
        chosen = offered.get(row["message_id"], {}).get(row["choice"], row["choice"])
        place = msgspec.json.decode(row["place"], type=Location) if row["place"] else None
        turns.append(
            Turn(
                at=row["received_at"],
                ours=False,
                row=row,
                choices=(chosen,) if chosen else (),
                place=place,
                files=files.get(row["reply_id"], ()),
            )
        )
    return sorted(turns, key=lambda turn: (turn.at, turn.ours))
