"""When a human takes over, who, and by when they answer → shown and changed; what each colleague speaks and can do."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.conversations.handing.routing import Handing, Priority
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.errors import BadInputError, NotFoundError
from doorstep.store import agents
from doorstep.store.connections import Merchant
from doorstep.web.desk import handing_form
from doorstep.web.desk.doors import desk_page, id_of, note, tenant_of, user_of
from doorstep.web.desk.inbox_rows import PRIORITIES, REASONS
from doorstep.web.desk.merchants import change
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.saying import sentence

_MOST_AT_ONCE = 200
_LONGEST_LIST = 20
_DONE = {"saved": "Saved. It holds from the next hand-over on.", "agent": "Saved."}


@get("/handing", include_in_schema=False)
async def handing_page(request: AnyRequest) -> Response[str]:
    """Show the rules, the queues and the people."""
    return await _page(request, tenant_of(request).handing)


@post("/handing", status_code=HTTP_200_OK, include_in_schema=False)
async def save_handing(request: AnyRequest) -> Response[Any]:
    """Write the rules and queues down."""
    form, kept = await request.form(), tenant_of(request).handing
    try:
        wanted = handing_form.read(form, kept)
    except BadInputError as error:
        return await _page(request, kept, error=f"{sentence(error)}.")

    def put(merchant: Merchant) -> Merchant:
        return msgspec.structs.replace(merchant, settings={**merchant.settings, "handing": msgspec.to_builtins(wanted)})

    await change(request, put, "change_handing")
    return Redirect("/desk/handing?done=saved", status_code=303)


@post("/handing/agents/{user_id:int}", status_code=HTTP_200_OK, include_in_schema=False)
async def save_agent(request: AnyRequest, user_id: FromPath[int]) -> Response[Any]:
    """Write down what somebody speaks and can do."""
    form, merchant_id = await request.form(), user_of(request).merchant_id
    languages = clean_text(form.get("languages"), 100).lower().replace(",", " ").split()[:_LONGEST_LIST]
    skills = clean_text(form.get("skills"), 200).replace(",", " ").split()[:_LONGEST_LIST]
    most = clean_text(form.get("most"), 3)
    if not (most.isascii() and most.isdigit() and 1 <= int(most) <= _MOST_AT_ONCE):
        return await _page(request, tenant_of(request).handing, error=f"At once: a whole number from 1 to {_MOST_AT_ONCE}.")
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if await agents.one(tx, merchant_id, id_of(user_id)) is None:
            raise NotFoundError("there is no such user")
        await agents.write(tx, merchant_id, user_id, clean_text(form.get("name"), 80), languages, skills, int(most))
        await note(tx, request, "change_agent", f"user {user_id}")
    return Redirect("/desk/handing?done=agent#people", status_code=303)


async def _page(request: AnyRequest, handing: Handing, *, error: str = "") -> Response[str]:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        everybody = await agents.every(tx, merchant_id)
    values: dict[str, Any] = {
        "shown": handing_form.shown(handing),
        "weekdays": handing_form.WEEKDAYS,
        "spare": handing_form.SPARE,
        "reasons": {str(one): REASONS.get(one, str(one)) for one in HandoverReason},
        "priorities": {str(int(one)): PRIORITIES[int(one)] for one in Priority},
        "agents": everybody,
        "most_at_once": _MOST_AT_ONCE,
        "error": error,
        "done": _DONE.get(request.query_params.get("done", ""), ""),
    }
    return desk_page(request, "handing.html", status=422 if error else 200, **values)
