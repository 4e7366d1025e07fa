"""A connection's hook address and secrets → new ones, the old ones taken for a while yet."""

import secrets
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.connect import checked, secret_names
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.web.desk.connections import connection_of, connection_page, hook_url
from doorstep.web.desk.doors import note
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

#: How long the address before is taken.
GRACE = timedelta(hours=24)
#: Of one setting at most so many stand beside each other.
_MOST = 2


@post("/connections/{connection_id:int}/hook", status_code=HTTP_200_OK, include_in_schema=False)
async def turn_hook(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Give a connection's hook another address; what still comes to the one before is taken for a day."""
    one, _ = await connection_of(request, connection_id)
    house = house_of(request)
    if not hook_url(house, one):
        raise NotFoundError("this connection has no hook")
    async with house.database.for_merchant(one.merchant_id) as tx:
        await connections.turn_hook(tx, one.merchant_id, one.connection_id, secrets.token_urlsafe(24), utc_now() + GRACE)
        await note(tx, request, "turn_hook", f"connection {one.connection_id}")
    await house.directory.refresh(house.database, utc_now(), force=True)
    return Redirect(f"/desk/connections/{one.connection_id}?done=hook", status_code=303)


@post("/connections/{connection_id:int}/secret", status_code=HTTP_200_OK, include_in_schema=False)
async def turn_secret(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Put a new secret before the one there is, or (with `drop`) keep the newest alone."""
    one, plugin = await connection_of(request, connection_id)
    form = await request.form()
    name = clean_text(form.get("setting"), 60)
    setting = next((this for this in plugin.settings if this.rotates and this.name == name), None)
    held = one.settings.get(name, "").split()
    if setting is None or not held:
        raise BadInputError("of this setting there is one at a time")
    new = clean_text(form.get("new"), 2000)
    drops = form.get("drop") == "yes"
    if not drops and (not new or " " in new):
        return await connection_page(request, one, plugin, error=f"{setting.label}: type one new value without spaces.")
    kept = held[:1] if drops else [new, *(value for value in held if value != new)][:_MOST]
    changed = msgspec.structs.replace(one, settings=checked(plugin, {**one.settings, name: " ".join(kept)}))
    house = house_of(request)
    async with house.database.for_merchant(one.merchant_id) as tx:
        await connections.change(tx, house.directory.sealer, changed, secret_names(plugin))
        await note(tx, request, "drop_old_secret" if drops else "turn_secret", f"connection {one.connection_id}, {name}")
    await house.directory.refresh(house.database, utc_now(), force=True)
    return Redirect(f"/desk/connections/{one.connection_id}?done={'dropped' if drops else 'beside'}", status_code=303)
