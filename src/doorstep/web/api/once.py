"""A request that changes something, under an Idempotency-Key → its effect once, the same answer every time."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import msgspec
from litestar import Response
from litestar.params import HeaderParameter

from doorstep.errors import BadInputError
from doorstep.steps.work import utc_now
from doorstep.store import idempotency
from doorstep.store.database import Tx
from doorstep.web.api.entering import key_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

#: The header, as the routes declare it.
OnceKey = Annotated[
    str | None,
    HeaderParameter(
        name="idempotency-key",
        max_length=200,
        description="A text of your making. The same request under the same key within 24 hours has no second effect and gets the same answer.",
    ),
]
_PURPOSE = b"answer"

Told = TypeVar("Told")


async def once(
    request: AnyRequest, once_key: str | None, kind: type[Told], work: Callable[[Tx], Awaitable[tuple[int, Told]]]
) -> Response[Told]:
    """Do `work` in one transaction fenced to the key's merchant, unless it was done before under this Idempotency-Key.

    `work` returns the status and the answer; an error it raises undoes everything and leaves the key unused.

    Raises:
        BadInputError: the Idempotency-Key is blank.
        ConflictError: it was used for another request.
    """
    house, merchant_id = house_of(request), key_of(request).merchant_id
    if once_key is not None and not once_key.strip():
        raise BadInputError("Idempotency-Key: must not be blank")
    async with house.database.for_merchant(merchant_id) as tx:
        if once_key is None:
            status, told = await work(tx)
            return Response(told, status_code=status)
        sealer = house.directory.sealer
        earlier = await idempotency.begin(tx, merchant_id, once_key, await _hash_of(request), utc_now())
        if earlier is not None:
            answer = sealer.open(earlier[1], _PURPOSE)["answer"]
            return Response(msgspec.json.decode(answer, type=kind), status_code=earlier[0], headers={"idempotency-replayed": "true"})
        status, told = await work(tx)
        # Sealed: an answer may show a secret, and secrets rest encrypted.
        await idempotency.answer(tx, merchant_id, once_key, status, sealer.seal({"answer": msgspec.json.encode(told).decode()}, _PURPOSE))
    return Response(told, status_code=status)


async def _hash_of(request: AnyRequest) -> bytes:
    line = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.blake2b(line.encode("utf-8", "replace") + await request.body(), digest_size=32).digest()
