"""The desk's unknown codes: listed, mapped, taken back, and written out to be sent in."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.carriers.suggesting import suggest
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.vocabulary import Phase
from doorstep.errors import BadInputError
from doorstep.steps.reread import NewMapping, map_code, unmap_code
from doorstep.steps.work import utc_now
from doorstep.store import checkpoints, mappings
from doorstep.web.desk.doors import desk_page, id_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_MOST = 500
#: Fields of the form and their letters at most.
_FIELDS = (("carrier", 100), ("code", 500), ("text", 1000))
_DONE = {"mapped": "Mapped. Scans received earlier are being read again.", "back": "Taken back. Its scans are being read again."}


@get("/unknown", include_in_schema=False)
async def list_codes(request: AnyRequest) -> Response[str]:
    """Show the carriers' codes that no table of ours knows, and what was said of some."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await checkpoints.unknown(tx, merchant_id, _MOST)
        mapped = await mappings.of_merchant(tx, merchant_id)
    return desk_page(request, "unknown.html", rows=rows, mapped=mapped, done=_DONE.get(request.query_params.get("done", ""), ""))


@get("/unknown/map", include_in_schema=False)
async def mapping_form(request: AnyRequest) -> Response[str]:
    """Ask what one code means."""
    asked = request.query_params
    carrier, code, text = (clean_text(asked.get(name), most) for name, most in _FIELDS)
    return _form(request, carrier, code, text, chosen=clean_text(asked.get("chosen"), 60))


@post("/unknown/map", status_code=HTTP_200_OK, include_in_schema=False)
async def map_one(request: AnyRequest) -> Response[Any]:
    """Keep what a code means; history is replayed at once."""
    form, user = await request.form(), user_of(request)
    carrier, code, text = (clean_text(form.get(name), most) for name, most in _FIELDS)
    wanted = NewMapping(
        carrier=carrier,
        carrier_code=code,
        carrier_text=text if not code or form.get("words") == "these" else "",
        event_type=clean_text(form.get("event_type"), 60),
        everywhere=user.operator and form.get("scope") == "everywhere",
    )
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            await map_code(tx, user.merchant_id, wanted, f"user {user.user_id}", utc_now())
    except BadInputError:
        return _form(request, carrier, code, text, error="Choose what it means.")
    return Redirect("/desk/unknown?done=mapped", status_code=303)


@post("/unknown/mapped/{mapping_id:int}/back", status_code=HTTP_200_OK, include_in_schema=False)
async def take_back(request: AnyRequest, mapping_id: FromPath[int]) -> Response[Any]:
    """Take a mapping back; history is replayed at once."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        await unmap_code(tx, user.merchant_id, id_of(mapping_id), f"user {user.user_id}", utc_now(), operator=user.operator)
    return Redirect("/desk/unknown?done=back", status_code=303)


@get("/unknown/mapped.json", include_in_schema=False)
async def written_out(request: AnyRequest) -> Response[bytes]:
    """Write the mappings out, to be sent in so that everybody's Doorstep knows the codes."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await mappings.of_merchant(tx, merchant_id)
    headers = {"content-disposition": 'attachment; filename="code-mappings.json"'}
    return Response(mappings.contribution(rows), media_type="application/json", headers=headers)


def _form(request: AnyRequest, carrier: str, code: str, text: str, *, chosen: str = "", error: str = "") -> Response[str]:
    phases = [(phase, [event for event in EVENT_TYPES.values() if event.phase is phase]) for phase in Phase]
    values: dict[str, Any] = {"carrier": carrier, "code": code, "text": text, "phases": phases, "chosen": chosen, "error": error}
    values["suggestions"] = suggest(text)
    return desk_page(request, "mapping.html", status=422 if error else 200, **values)
