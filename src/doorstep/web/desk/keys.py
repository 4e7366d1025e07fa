"""Programs' keys: made and shown once, listed by their first signs, ended."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import BadInputError
from doorstep.steps.work import utc_now
from doorstep.store import access
from doorstep.web.api.scopes import SCOPES, new_key
from doorstep.web.desk.doors import desk_page, id_of, note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text


@get("/keys", include_in_schema=False)
async def list_keys(request: AnyRequest) -> Response[str]:
    """List the keys."""
    return await _keys(request, made="")


@post("/keys", status_code=HTTP_200_OK, include_in_schema=False)
async def make_key(request: AnyRequest) -> Response[str]:
    """Make a key and show it this once."""
    form = await request.form()
    name = clean_text(form.get("name"), 100)
    scopes = [scope for scope in SCOPES if scope in set(form.getall("scope", []))]
    if not name or not scopes:
        raise BadInputError("a key needs a name and at least one thing it may do")
    key = new_key()
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        made = await access.add_key(tx, merchant_id, key, name, scopes)
        await note(tx, request, "make_key", f"key {made}: {', '.join(scopes)}")
    return await _keys(request, made=key)


@post("/keys/{key_id:int}/revoke", status_code=HTTP_200_OK, include_in_schema=False)
async def revoke_key(request: AnyRequest, key_id: FromPath[int]) -> Response[Any]:
    """End a key for ever."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        await access.revoke_key(tx, merchant_id, id_of(key_id), utc_now())
        await note(tx, request, "revoke_key", f"key {key_id}")
    return Redirect("/desk/keys", status_code=303)


async def _keys(request: AnyRequest, *, made: str) -> Response[str]:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await access.keys(tx, merchant_id)
    return desk_page(request, "keys.html", rows=rows, made=made, scopes=SCOPES)
