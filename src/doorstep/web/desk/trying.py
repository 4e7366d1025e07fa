"""The button "Test": a connection → what its provider says now, or a test message on its way to whoever pressed it."""

import secrets
from datetime import timedelta
from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.messages import Message, Rendered
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.steps.message_ids import new_message_id
from doorstep.steps.showing import MARK, TRIGGER
from doorstep.steps.trying import can_try, try_connection
from doorstep.steps.work import utc_now
from doorstep.store import access, messages
from doorstep.store.connections import Connection
from doorstep.store.messages import NewMessage
from doorstep.web.desk.beside import testing_kind
from doorstep.web.desk.connections import connection_of, connection_page
from doorstep.web.desk.doors import note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest

#: Tests of one merchant's connections in an hour.
_TESTS, _PER = 30, timedelta(hours=1)


@post("/connections/{connection_id:int}/test", status_code=HTTP_200_OK, include_in_schema=False)
async def try_it(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Ask the provider whether the settings work; where it cannot be asked, send a message once that was agreed to."""
    one, plugin = await connection_of(request, connection_id)
    house = house_of(request)
    kind = testing_kind(one)
    if not can_try(one) and kind is None:
        return await connection_page(request, one, plugin, error="This connection cannot be tested: it only listens.")
    if kind is not None and (await request.form()).get("agreed") != "yes":
        return await connection_page(request, one, plugin, error="Agree that a message is sent, then test again.")
    async with house.database.for_merchant(one.merchant_id) as tx:
        allowed = await access.attempt(tx, one.merchant_id, {"connection tests": _TESTS}, _PER, utc_now())
    if not allowed:
        return await connection_page(request, one, plugin, error=f"At most {_TESTS} tests an hour. Try again later.")
    if kind is not None:
        await _send(request, one, kind)
        return await connection_page(request, one, plugin, done=f"A test message to {user_of(request).email} is on its way.")
    tried = await try_connection(one, utc_now(), allow_private=house.settings.allow_private)
    async with house.database.for_merchant(one.merchant_id) as tx:
        await note(tx, request, "test_connection", f"connection {one.connection_id}: {'works' if tried.well else 'fails'}")
    return await connection_page(request, one, plugin, tried=tried)


async def _send(request: AnyRequest, one: Connection, kind: ChannelKind) -> None:
    """Queue a marked message about nothing to the user who asks."""
    now, to = utc_now(), user_of(request).email.lower()
    message = Message(
        message_id=new_message_id(now),
        merchant_id=one.merchant_id,
        channel=kind,
        to=to,
        content=Rendered(subject=f"[{MARK}] {one.name}", text=f"{MARK}: this connection works.\n"),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="desk",
        created_at=now,
    )
    new = NewMessage(
        message=message,
        connection_id=one.connection_id,
        template=TRIGGER,
        trigger=TRIGGER,
        why_key=secrets.token_bytes(16),
        order_id=None,
        shipment_ids=(),
        why="test: somebody at the desk tries the connection",
        due_at=now,
    )
    async with house_of(request).database.for_merchant(one.merchant_id) as tx:
        await messages.queue(tx, [new])
        await note(tx, request, "test_connection", f"connection {one.connection_id}: message {message.message_id}")
