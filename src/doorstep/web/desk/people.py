"""Who may enter the desk: listed, let in, given another password, let in no more."""

import re
import secrets
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import ConflictError
from doorstep.steps.work import utc_now
from doorstep.store import access
from doorstep.web.desk.doors import desk_page, id_of, note, session_of, typed_password, user_of
from doorstep.web.desk.roles import ABOUT, Group, Level, Role, level_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}")
_LAST_OWNER = "The last owner who may enter stays one: nobody could let anybody in again."
#: Signs of a password at least, as at the command line.
_SHORTEST = 10


@get("/users", include_in_schema=False)
async def list_users(request: AnyRequest) -> Response[str]:
    """List everybody."""
    return await _users(request)


@post("/users", status_code=HTTP_200_OK, include_in_schema=False)
async def add_user(request: AnyRequest) -> Response[str]:
    """Let somebody in, and show the password made for them this once."""
    form = await request.form()
    email, role = clean_text(form.get("email"), 320).lower(), clean_text(form.get("role"))
    if not _EMAIL.fullmatch(email) or role not in set(Role):
        return await _users(request, error="An e-mail address such as ana@shop.example is needed, and what they may do.", email=email)
    merchant_id, password = user_of(request).merchant_id, secrets.token_urlsafe(15)
    try:
        async with house_of(request).database.for_merchant(merchant_id) as tx:
            made = await access.add_user(tx, merchant_id, email, password, role)
            await note(tx, request, "add_user", f"user {made}, {role}")
    except ConflictError:
        return await _users(request, error="This address has a login already; an address can have one only.", email=email, status=409)
    return await _users(request, told=(email, password))


@post("/users/{user_id:int}/password", status_code=HTTP_200_OK, include_in_schema=False)
async def reset_password(request: AnyRequest, user_id: FromPath[int]) -> Response[str]:
    """Make another password for somebody and show it this once; whoever is in by the old one is out."""
    merchant_id, password = user_of(request).merchant_id, secrets.token_urlsafe(15)
    stays = session_of(request) if user_id == user_of(request).user_id else ""
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        await access.set_password(tx, merchant_id, id_of(user_id), password, stays=stays)
        await note(tx, request, "reset_password", f"user {user_id}")
        email = next(row["email"] for row in await access.users(tx, merchant_id) if row["user_id"] == user_id)
    return await _users(request, told=(email, password))


@post("/users/{user_id:int}/state", status_code=HTTP_200_OK, include_in_schema=False)
async def set_user_state(request: AnyRequest, user_id: FromPath[int]) -> Response[Any]:
    """Let somebody in no more, or again."""
    merchant_id = user_of(request).merchant_id
    lets_in = (await request.form()).get("state") == "active"
    try:
        async with house_of(request).database.for_merchant(merchant_id) as tx:
            if lets_in:
                await access.reactivate(tx, merchant_id, id_of(user_id))
            else:
                await access.deactivate(tx, merchant_id, id_of(user_id), utc_now())
            await note(tx, request, "reactivate_user" if lets_in else "deactivate_user", f"user {user_id}")
    except ConflictError:
        return await _users(request, error=_LAST_OWNER, status=409)
    return Redirect("/desk/users", status_code=303)


@post("/users/{user_id:int}/role", status_code=HTTP_200_OK, include_in_schema=False)
async def set_role(request: AnyRequest, user_id: FromPath[int]) -> Response[Any]:
    """Give somebody another role; it holds from their next click on."""
    merchant_id, role = user_of(request).merchant_id, clean_text((await request.form()).get("role"))
    if role not in set(Role):
        return await _users(request, error="Choose what they may do.")
    try:
        async with house_of(request).database.for_merchant(merchant_id) as tx:
            was = await access.set_role(tx, merchant_id, id_of(user_id), role)
            if was != role:
                await note(tx, request, "set_role", f"user {user_id}, {was} to {role}")
    except ConflictError:
        return await _users(request, error=_LAST_OWNER, status=409)
    return Redirect("/desk/users?done=role", status_code=303)


@post("/users/password", status_code=HTTP_200_OK, include_in_schema=False)
async def change_own_password(request: AnyRequest) -> Response[str]:
    """Change one's own password by the one that stands; other sessions of the same user end."""
    form, user = await request.form(), user_of(request)
    old, new = typed_password(form.get("old")), typed_password(form.get("new"))
    if len(new) < _SHORTEST:
        return await _users(request, own_error=f"The new password needs at least {_SHORTEST} characters.")
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        fits = await access.change_password(tx, user, old, new, session_of(request))
        if fits:
            await note(tx, request, "change_password")
    return await _users(request, changed=True) if fits else await _users(request, own_error="Your present password is wrong.")


async def _users(
    request: AnyRequest,
    *,
    told: tuple[str, str] | None = None,
    changed: bool = False,
    error: str = "",
    own_error: str = "",
    email: str = "",
    status: int = 422,
) -> Response[str]:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await access.users(tx, merchant_id)
    values = {
        "rows": rows,
        "roles": ABOUT,
        "may_change": level_of(user_of(request).role, Group.PEOPLE) is Level.CHANGE,
        "told": told,
        "changed": changed,
        "error": error,
        "own_error": own_error,
        "email": email,
    }
    values["done"] = "The role is changed; it holds at once." if request.query_params.get("done") == "role" else ""
    return desk_page(request, "people.html", status=status if error or own_error else 200, shortest=_SHORTEST, **values)
