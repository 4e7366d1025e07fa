"""Assistants at the desk: what they may be let do, which customers let in, what they asked for; each turned out by a button."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import NotFoundError
from doorstep.steps import assistants as granting
from doorstep.steps.assistants import Switches
from doorstep.steps.identity import hint_of
from doorstep.steps.work import utc_now
from doorstep.store import assistants, desk
from doorstep.web.desk.doors import before_of, desk_page, id_of, note, tenant_of, user_of
from doorstep.web.desk.merchants import change
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_MOST, _CALLS = 50, 50
#: Switch → what it lets.
SWITCHES = {
    "customers": "Customers may let assistants see their orders and prepare what they wish; the customer says yes to it on a page of yours",
    "commit": "Where the customer lets them too, assistants may do without asking again what can be taken back: no money, no other address",
    "shopping": "Shopping assistants of anybody may ask for your delivery figures, delivery times and return rules; nothing about a person",
}


@get("/assistants", include_in_schema=False)
async def list_assistants(request: AnyRequest) -> Response[str]:
    """List programs, what customers let them do, and their newest calls."""
    house, merchant_id, now = house_of(request), user_of(request).merchant_id, utc_now()
    async with house.database.for_merchant(merchant_id) as tx:
        clients = await assistants.clients(tx, merchant_id, now)
        grants = await assistants.page(tx, merchant_id, before_of(request), _MOST + 1)
        calls = await desk.assistant_calls(tx, merchant_id, _CALLS)
    tenant = tenant_of(request)
    switches = granting.switches_of(tenant.merchant)
    return desk_page(
        request,
        "assistants.html",
        switches=[(name, label, getattr(switches, name)) for name, label in SWITCHES.items()],
        address=f"{house.settings.base_url}/mcp/{tenant.merchant.slug}",
        shopping=switches.shopping,
        clients=clients,
        grants=[(one, hint_of(one.address), _standing(one, now)) for one in grants[:_MOST]],
        older=grants[_MOST - 1].grant_id if len(grants) > _MOST else None,
        calls=calls,
        saved=request.query_params.get("saved"),
    )


def _standing(grant: assistants.Grant, now: Any) -> str:
    if grant.revoked_at is not None:
        return "ended"
    return "ran out" if grant.expires_at <= now else "holds"


@post("/assistants", status_code=HTTP_200_OK, include_in_schema=False)
async def save_assistants(request: AnyRequest) -> Response[Any]:
    """Say what assistants may be let do."""
    ticked = set((await request.form()).getall("on", []))
    switches = Switches(**{name: name in ticked for name in SWITCHES})
    await change(request, lambda kept: granting.with_switches(kept, switches), "change_settings")
    return Redirect("/desk/assistants?saved=1", status_code=303)


@post("/assistants/clients/{client_id:str}/revoke", status_code=HTTP_200_OK, include_in_schema=False)
async def revoke_client(request: AnyRequest, client_id: FromPath[str]) -> Response[Any]:
    """Turn a program out, with all that customers let it do."""
    merchant_id, name = user_of(request).merchant_id, clean_text(client_id, 100)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if not await assistants.revoke_client(tx, merchant_id, name, utc_now()):
            raise NotFoundError("there is no such program")
        await note(tx, request, "revoke_assistant_client", f"client {name}")
    return Redirect("/desk/assistants?saved=1", status_code=303)


@post("/assistants/grants/{grant_id:int}/revoke", status_code=HTTP_200_OK, include_in_schema=False)
async def revoke_grant(request: AnyRequest, grant_id: FromPath[int]) -> Response[Any]:
    """End what one customer lets one assistant do."""
    merchant_id, number = user_of(request).merchant_id, id_of(grant_id)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if not await assistants.revoke(tx, merchant_id, number, utc_now()):
            raise NotFoundError("there is no such assistant")
        await note(tx, request, "revoke_assistant", f"assistant {number}")
    return Redirect("/desk/assistants?saved=1", status_code=303)
