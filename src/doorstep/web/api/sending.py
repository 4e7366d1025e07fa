"""Orders and checkpoints, one or many → each good one kept in the inbox before the answer, each bad one told by its place."""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
from litestar import Response, get, post, put
from litestar.params import JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED

from doorstep.carriers.generic import read_code_table, with_code_table
from doorstep.domain.plugins import Raw
from doorstep.errors import BadInputError, MisconfiguredError
from doorstep.shops.generic import read_order
from doorstep.shops.reading import json_of
from doorstep.steps.connect import new_connection
from doorstep.steps.work import utc_now
from doorstep.store import connections, inbox
from doorstep.store.connections import Connection
from doorstep.store.database import Tx
from doorstep.store.inbox import Arrival
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.house import House, house_of
from doorstep.web.problems import AnyRequest, problem

#: Rows of one request at most.
MOST_ROWS = 500
MOST_BYTES = 5_000_000


class Rejected(msgspec.Struct, frozen=True):
    """A row that could not be read."""

    #: Its place in the list, from 0.
    index: int
    #: What is wrong, with the path of the field.
    error: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows: those accepted are kept and will be worked on."""

    accepted: int
    rejected: list[Rejected] = []


class CodeTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant's own carrier codes and the event types they stand for."""

    codes: dict[str, str]


@post(
    "/orders",
    operation_id="sendOrders",
    tags=["Orders"],
    status_code=HTTP_202_ACCEPTED,
    opt={"scope": "orders:write", "body": "order"},
    request_max_body_size=MOST_BYTES,
)
async def send_orders(request: AnyRequest, once_key: OnceKey = None) -> Response[Taken]:
    """Send one order, or a list of at most 500. An order sent again replaces what was known of it.

    Each row is judged by itself: the good ones are kept even where others are rejected. Where no row is good the answer is 400.
    """
    now = utc_now()

    def read(row: bytes) -> bytes:
        raw = Raw(body=row)
        read_order(json_of(raw), received_at=now)
        return _dated(row, now)

    return await _take(request, once_key, ("shop", "Orders from the API"), read, now)


@post(
    "/tracking",
    operation_id="sendCheckpoints",
    tags=["Tracking"],
    status_code=HTTP_202_ACCEPTED,
    opt={"scope": "tracking:write", "body": "tracking"},
    request_max_body_size=MOST_BYTES,
)
async def send_checkpoints(request: AnyRequest, once_key: OnceKey = None) -> Response[Taken]:
    """Send what a carrier says of one tracking number, or a list of at most 500 such numbers.

    Checkpoints may come in any order and as often as you like; one already known changes nothing. Codes are read with your code
    table (see PUT /tracking/codes); a code that is not in it stays `unknown` and is counted.
    """
    parse = with_code_table({})

    def read(row: bytes) -> bytes:
        parse(Raw(body=row, content_type="application/json"))
        return row

    return await _take(request, once_key, ("carrier", "Checkpoints from the API"), read, utc_now())


async def _take(
    request: AnyRequest, once_key: str | None, named: tuple[str, str], read: Callable[[bytes], bytes], now: datetime
) -> Response[Taken]:
    good: list[bytes] = []
    rejected: list[Rejected] = []
    for index, row in enumerate(_rows(await request.body())):
        try:
            good.append(read(row))
        except BadInputError as error:
            rejected.append(Rejected(index, str(error)))
    if not good:
        told = [msgspec.to_builtins(one) for one in rejected]
        detail = "no row could be read" if len(told) > 1 else rejected[0].error
        return cast("Response[Taken]", problem(400, detail, accepted=0, rejected=told))
    house, merchant_id = house_of(request), key_of(request).merchant_id
    taken = Taken(accepted=len(good), rejected=rejected)
    if once_key is None:
        async with house.database.for_merchant(merchant_id) as tx:
            connection = await _connection(tx, house, merchant_id, named)
        await asyncio.gather(*(house.receiver.keep(arrival) for arrival in _arrivals(connection, good, now)))
        return Response(taken, status_code=HTTP_202_ACCEPTED)

    async def work(tx: Tx) -> tuple[int, Taken]:
        await inbox.keep(tx, _arrivals(await _connection(tx, house, merchant_id, named), good, now))
        return HTTP_202_ACCEPTED, taken

    return await once(request, once_key, Taken, work)


def _rows(body: bytes) -> Sequence[bytes]:
    """Cut a body into rows, unread: one object is one row."""
    try:
        if not body.lstrip().startswith(b"["):
            return [body]
        rows = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(f"the body is not JSON: {error}") from error
    if not 1 <= len(rows) <= MOST_ROWS:
        raise BadInputError(f"a list holds 1 to {MOST_ROWS} rows, not {len(rows)}; send it in parts")
    return [bytes(row) for row in rows]


def _dated(row: bytes, now: datetime) -> bytes:
    """Say when an order was as it is, where its sender does not: of two snapshots the later one wins."""
    fields = msgspec.json.decode(row, type=dict[str, msgspec.Raw])
    if "updated_at" not in fields or bytes(fields["updated_at"]) in {b"null", b'""'}:
        fields["updated_at"] = msgspec.Raw(msgspec.json.encode(now))
    return msgspec.json.encode(fields)


def _arrivals(connection: Connection, rows: Sequence[bytes], now: datetime) -> list[Arrival]:
    """Every call is kept: that a repeated one has no second effect is for the fold and the Idempotency-Key to see to."""
    return [
        Arrival(
            merchant_id=connection.merchant_id,
            connection_id=connection.connection_id,
            delivery_key=os.urandom(16),
            url="",
            headers={"content-type": "application/json"},
            body=row,
            received_at=now,
        )
        for row in rows
    ]


async def _connection(tx: Tx, house: House, merchant_id: int, named: tuple[str, str]) -> Connection:
    """Return the merchant's generic shop or carrier, made on first use."""
    kind, name = named
    return await connections.own(tx, house.directory.sealer, new_connection(merchant_id, kind, "generic", name, {}))


@get("/tracking/codes", operation_id="readCodeTable", tags=["Tracking"], opt={"scope": "tracking:read"})
async def read_codes(request: AnyRequest) -> CodeTable:
    """Read your code table."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        connection = await _connection(tx, house, merchant_id, ("carrier", "Checkpoints from the API"))
    return CodeTable(codes=read_code_table(connection.settings.get("code_table", "")))


@put("/tracking/codes", operation_id="setCodeTable", tags=["Tracking"], opt={"scope": "tracking:write", "body": "codes"})
async def set_codes(request: AnyRequest, data: JSONBody[CodeTable]) -> CodeTable:
    """Replace your code table: your carrier's codes and the event types they stand for. It holds for checkpoints from now on."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    table = msgspec.json.encode(data.codes).decode()
    try:
        read_code_table(table)
    except MisconfiguredError as error:
        raise BadInputError(str(error)) from error
    async with house.database.for_merchant(merchant_id) as tx:
        connection = await _connection(tx, house, merchant_id, ("carrier", "Checkpoints from the API"))
        changed = msgspec.structs.replace(connection, settings={**connection.settings, "code_table": table})
        await connections.change(tx, house.directory.sealer, changed, frozenset())
        await connections.audit(tx, merchant_id, f"key {key_of(request).key_id}", "code_table", f"{len(data.codes)} codes")
    return data


ROUTES: list[Any] = [send_orders, send_checkpoints, read_codes, set_codes]
