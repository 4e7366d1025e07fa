"""The brand's own app: a customer's messages, those that come while it is open, what became of them, and answers."""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Stream
from litestar.status_codes import HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT
from msgspec import Meta

from doorstep.channels.in_app import AppReply
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.app_customers import arrived, own_message
from doorstep.steps.work import utc_now
from doorstep.store import app_messages
from doorstep.store.database import Row
from doorstep.store.extras import extras_of
from doorstep.store.inbox import Arrival
from doorstep.store.receipts import uuid_of
from doorstep.web.api.app_entering import Entered, entered
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, key_in, page_of
from doorstep.web.api.shapes import Next, text_of
from doorstep.web.house import House, house_of
from doorstep.web.network import Buckets
from doorstep.web.problems import AnyRequest

#: How far back an app looks.
_SINCE = timedelta(days=90)
#: Seconds between two looks of an open stream, after which silence is broken, and for which a stream stays open.
POLL_S, HEARTBEAT_S, STREAM_S = 2.0, 25.0, 900.0
#: Streams of one customer, and of one process.
_MOST_STREAMS, _ALL_STREAMS = 3, 2_000
#: Messages of one look.
_MOST = 100
_STREAMS: Counter[tuple[int, str]] = Counter()
#: Answers of one customer a minute.
_REPLIES = Buckets(20, 60.0)
_CLIENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_MESSAGES: dict[str, Any] = {"scope": "app:messages"}


class AppChoice(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that a message offers."""

    id: Annotated[str, Meta(description="Send it back as `choice`.")]
    title: str
    about: str = ""


class AppLink(msgspec.Struct, frozen=True, kw_only=True):
    """The page that a message leads to."""

    title: str
    url: str


class AppMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message for a customer."""

    id: Annotated[str, Meta(description="A UUID; newer ones are greater.")]
    created_at: datetime
    title: str
    text: str
    locale: str
    topic: str
    order_id: str | None
    choices: list[AppChoice]
    link: AppLink | None
    state: Annotated[MessageState, Meta(description="sent, reached, read, clicked or replied.")]


class AppMessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's messages, newest first."""

    messages: list[AppMessage]
    next: Next = None


class AppReplyForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the customer says."""

    client_id: Annotated[
        str, Meta(min_length=1, max_length=100, pattern="^[A-Za-z0-9._:-]+$", description="Of the app's making: sent twice, taken once.")
    ]
    text: Annotated[str, Meta(max_length=4000)] = ""
    choice: Annotated[str, Meta(max_length=200, description="Id of a choice of the message that is answered.")] = ""
    message_id: Annotated[
        Annotated[str, Meta(max_length=36)] | None, Meta(description="The message that is answered; null or left out: none.")
    ] = None


class AppReplyTaken(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is kept, and read within seconds."""

    client_id: str


After = Annotated[
    str | None, QueryParameter(name="after", max_length=36, description="Id of the newest message the app has: only newer ones follow.")
]
LastEvent = Annotated[
    str | None,
    HeaderParameter(name="last-event-id", max_length=100, description="Id of the last event heard; the stream goes on behind it."),
]


def _shown(row: Row) -> AppMessage:
    extras = extras_of(row["extras"])
    return AppMessage(
        id=str(row["message_id"]),
        created_at=row["created_at"],
        title=row["subject"],
        text=row["text"],
        locale=row["locale"],
        topic=row["topic"],
        order_id=text_of(row["order_id"]),
        choices=[AppChoice(id=one.choice_id, title=one.title, about=one.about) for one in extras.choices],
        link=AppLink(title=extras.link.title, url=extras.link.url) if extras.link else None,
        state=MessageState(row["state"]),
    )


@get("/messages", operation_id="listAppMessages", tags=["App"], opt=_MESSAGES)
async def list_messages(request: AnyRequest, after: After = None, cursor: Cursor = None, limit: Limit = USUAL) -> AppMessagePage:
    """List the customer's messages of the last 90 days, newest first; with `after`, only those newer than one the app has."""
    who = entered(request)
    newer, key = _id_in(after, "after") if after else None, key_in("app", cursor)
    before = _id_in(key, "cursor") if key else None
    async with house_of(request).database.for_merchant(who.merchant_id) as tx:
        rows = await app_messages.page(
            tx, who.merchant_id, who.customer.customer_id, utc_now() - _SINCE, before=before, after=newer, most=limit + 1
        )
    page, more = page_of(rows, limit)
    return AppMessagePage(messages=[_shown(row) for row in page], next=cursor_to("app", str(page[-1]["message_id"])) if more else None)


def _id_in(text: str, name: str) -> UUID:
    found = uuid_of(text)
    if found is None:
        raise BadInputError(f"{name}: is no id of a message")
    return found


@get("/stream", operation_id="streamAppMessages", tags=["App"], opt=_MESSAGES, media_type="text/event-stream")
async def stream(request: AnyRequest, last_event_id: LastEvent = None) -> Stream:
    """Stream messages as they come (server-sent events): first those the app has not confirmed as reached, then each new one.

    An event's `data` is a message as the list shows it, its `id` the message's. After 15 minutes the stream ends; connect again, with
    `Last-Event-ID`. A message may come twice: its id tells.
    """
    who = entered(request)
    key = (who.merchant_id, who.customer.customer_id)
    if _STREAMS[key] >= _MOST_STREAMS or _STREAMS.total() >= _ALL_STREAMS:
        raise TooManyRequestsException("too many open streams; close one", headers={"retry-after": "30"})
    told = events(house_of(request), who, uuid_of(last_event_id) if last_event_id else None)
    return Stream(told, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})


async def events(house: House, who: Entered, last: UUID | None) -> AsyncIterator[bytes]:
    """Look for messages until the stream or the token ends; each is told once, silence is broken by a comment."""
    key = (who.merchant_id, who.customer.customer_id)
    loop = asyncio.get_running_loop()
    began = heard = loop.time()
    told: set[UUID] = set()
    _STREAMS[key] += 1
    try:
        yield b"retry: 3000\n\n"
        while loop.time() - began < STREAM_S and (now := utc_now()) < who.customer.until:
            async with house.database.for_merchant(who.merchant_id) as tx:
                rows = await app_messages.unheard(tx, who.merchant_id, who.customer.customer_id, now - _SINCE, last, _MOST + len(told))
            for row in rows:
                if row["message_id"] not in told:
                    told.add(row["message_id"])
                    heard = loop.time()
                    yield b"id: %s\nevent: message\ndata: %s\n\n" % (str(row["message_id"]).encode(), msgspec.json.encode(_shown(row)))
            if loop.time() - heard >= HEARTBEAT_S:
                heard = loop.time()
                yield b": still here\n\n"
            await asyncio.sleep(POLL_S)
    finally:
        _STREAMS[key] -= 1
        if not _STREAMS[key]:
            del _STREAMS[key]


@post("/messages/{message_id:str}/reached", operation_id="tellAppReached", tags=["App"], status_code=HTTP_204_NO_CONTENT, opt=_MESSAGES)
async def tell_reached(request: AnyRequest, message_id: FromPath[str]) -> None:
    """Say that the app has a message: no other channel is tried for it."""
    await _tell(request, message_id, MessageState.REACHED)


@post("/messages/{message_id:str}/read", operation_id="tellAppRead", tags=["App"], status_code=HTTP_204_NO_CONTENT, opt=_MESSAGES)
async def tell_read(request: AnyRequest, message_id: FromPath[str]) -> None:
    """Say that the customer has seen a message."""
    await _tell(request, message_id, MessageState.READ)


async def _tell(request: AnyRequest, message_id: str, state: MessageState) -> None:
    who, found = entered(request), uuid_of(message_id)
    if found is None:
        raise NotFoundError("there is no such message")
    async with house_of(request).database.for_merchant(who.merchant_id) as tx:
        await arrived(tx, who.merchant_id, who.customer.customer_id, found, state, utc_now())


@post(
    "/replies",
    operation_id="sendAppReply",
    tags=["App"],
    status_code=HTTP_202_ACCEPTED,
    opt={"scope": "app:replies", "body": "json"},
)
async def reply(request: AnyRequest, data: JSONBody[AppReplyForm]) -> AppReplyTaken:
    """Answer a message, or say something: a text, a choice, or both. The same `client_id` again changes nothing."""
    who, now = entered(request), utc_now()
    customer_id = who.customer.customer_id
    if not data.text.strip() and not data.choice:
        raise BadInputError("send a text, a choice, or both")
    if not _CLIENT_ID.fullmatch(data.client_id):
        raise BadInputError("client_id: letters, digits, dots, colons, dashes and underscores")
    if wait_s := _REPLIES.take(f"{who.merchant_id} {customer_id}"):
        raise TooManyRequestsException("too many answers of one customer; try again later", headers={"retry-after": str(int(wait_s) + 1)})
    message_id = None
    if data.message_id is not None:
        answered = _id_in(data.message_id, "message_id")
        async with house_of(request).database.for_merchant(who.merchant_id) as tx:
            await own_message(tx, who.merchant_id, customer_id, answered)
        message_id = str(answered)
    kept = AppReply(customer_id=customer_id, client_id=data.client_id, at=now, text=data.text, choice=data.choice, message_id=message_id)
    key = hashlib.blake2b(f"{customer_id}\x1f{data.client_id}".encode(), digest_size=16, person=b"app reply").digest()
    await house_of(request).receiver.keep(
        Arrival(
            merchant_id=who.merchant_id,
            connection_id=who.connection.connection_id,
            delivery_key=key,
            url="",
            headers={"content-type": "application/json"},
            body=msgspec.json.encode(kept),
            received_at=now,
        )
    )
    return AppReplyTaken(client_id=data.client_id)


ROUTES: list[Any] = [list_messages, stream, tell_reached, tell_read, reply]
