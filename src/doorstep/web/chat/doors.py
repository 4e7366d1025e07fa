"""A request of the chat → whose it is, what it says, and whether there were too many."""

from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import NotAuthorizedException, TooManyRequestsException

from doorstep.errors import BadInputError
from doorstep.steps.chat import Visitor, read_visitor
from doorstep.steps.work import utc_now
from doorstep.web.chat.crossing import chat_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import is_token
from doorstep.web.network import Buckets

AnyRequest = Request[Any, Any, Any]
Shape = TypeVar("Shape")
_NEVER_KEPT = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


async def visitor_here(request: AnyRequest, key: str) -> Visitor:
    """Open the token a request came with.

    Raises:
        NotFoundError: there is no such chat.
        NotAuthorizedException: the token is none of this chat, or has ended.
    """
    house = house_of(request)
    _, connection = await chat_of(house, key)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    found = None
    if scheme.lower() == "bearer" and is_token(token):
        found = read_visitor(house.directory.sealer, token, connection.merchant_id, connection.connection_id, utc_now())
    if found is None:
        raise NotAuthorizedException("open a session first", headers={"www-authenticate": "Bearer"})
    return found


async def body_of(request: AnyRequest, shape: type[Shape]) -> Shape:
    """Read a JSON body.

    Raises:
        BadInputError: it is of another shape.
    """
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInputError(str(error) if isinstance(error, msgspec.ValidationError) else "the body is no JSON") from error


def take(buckets: Buckets, key: str) -> None:
    """Take one from a count.

    Raises:
        TooManyRequestsException: none is left.
    """
    if wait_s := buckets.take(key):
        raise TooManyRequestsException("this was too often; wait a little", headers={"retry-after": str(int(wait_s) + 1)})


def json_answer(content: object, status: int = 200) -> Response[bytes]:
    """Answer with what is this visitor's alone."""
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json", headers=_NEVER_KEPT)
