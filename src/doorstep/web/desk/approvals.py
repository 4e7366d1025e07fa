"""Templates that providers approve: how each stands, by connection and language; asked about now, handed in."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.channels import channels
from doorstep.errors import NotFoundError
from doorstep.steps.templates import approving_of
from doorstep.steps.work import utc_now
from doorstep.store import connections, templates
from doorstep.store.connections import Connection
from doorstep.store.templates import Due, KeptTemplate
from doorstep.web.desk.doors import desk_page, id_of, note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest

_DONE = {"asked": "It is asked about now; look again in a few seconds."}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One connection's templates, for the page."""

    connection: Connection
    #: The provider, as people know it.
    provider: str
    #: None: it was never asked yet.
    due: Due | None
    templates: list[KeptTemplate]


@get("/approvals", include_in_schema=False)
async def list_approvals(request: AnyRequest) -> Response[str]:
    """Show how each template stands at each provider that approves them."""
    house, merchant_id = house_of(request), user_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        approving = [one for one in await connections.connections(tx, house.directory.sealer, merchant_id) if approving_of(one)]
        shown = [
            Shown(
                connection=one,
                provider=channels()[one.provider].name,
                due=await templates.due(tx, merchant_id, one.connection_id),
                templates=await templates.of(tx, merchant_id, one.connection_id),
            )
            for one in approving
        ]
    return desk_page(request, "approvals.html", shown=shown, done=_DONE.get(request.query_params.get("done", ""), ""))


@post("/approvals/{connection_id:int}/ask", status_code=HTTP_200_OK, include_in_schema=False)
async def ask_now(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Have a connection's templates listed at once."""
    one = await _one(request, connection_id)
    async with house_of(request).database.for_merchant(one.merchant_id) as tx:
        await templates.want(tx, one.merchant_id, one.connection_id, utc_now())
        await note(tx, request, "ask_approvals", f"connection {one.connection_id}")
    return Redirect("/desk/approvals?done=asked", status_code=303)


async def _one(request: AnyRequest, connection_id: int) -> Connection:
    """Find a connection whose provider approves templates.

    Raises:
        NotFoundError: there is none of this id, or it approves none.
    """
    house, merchant_id = house_of(request), user_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        one = await connections.one(tx, house.directory.sealer, merchant_id, id_of(connection_id))
    if approving_of(one) is None:
        raise NotFoundError("this connection's provider approves no templates")
    return one
