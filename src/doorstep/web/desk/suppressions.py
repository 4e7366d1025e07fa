"""Addresses that are not written to: listed, looked up, added one by one or from a file, and lifted with a reason."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.messages import Suppression
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError
from doorstep.steps import suppressing
from doorstep.steps.suppressing import Imported, address_of
from doorstep.steps.work import utc_now
from doorstep.store import recipients
from doorstep.web.api.recipients import THEIR_OWN
from doorstep.web.desk.doors import desk_page, note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.saying import sentence
from doorstep.web.track.choosing import masked

_MOST = 100
_CHANNELS = {"email": "E-mail", "sms": "Text messages"}
_PURPOSES = {"": "Everything", "marketing": "Marketing only"}
#: What lies behind a reason, in plain English.
_REASONS = {
    "bounced": "Came back: the address takes no mail",
    "complained": "Marked as spam by the customer",
    "unsubscribed": "Unsubscribed by the customer",
    "stop": "The customer answered STOP",
    "refused": "Refused for good by the provider",
    "imported": "Added by the shop",
}
_NOT_AN_ADDRESS = "That is no e-mail address, and no telephone number with country code such as +34600111222."


@get("/suppressions", include_in_schema=False)
async def list_suppressions(request: AnyRequest) -> Response[str]:
    """List the newest, or those of one address."""
    return await _page(request, clean_text(request.query_params.get("q"), 320), done=request.query_params.get("done", ""))


@post("/suppressions", status_code=HTTP_200_OK, include_in_schema=False)
async def add_suppression(request: AnyRequest) -> Response[Any]:
    """Write to an address no more."""
    form = await request.form()
    typed, channel, purpose = clean_text(form.get("address"), 320), clean_text(form.get("channel")), clean_text(form.get("purpose"))
    if channel not in _CHANNELS or purpose not in _PURPOSES:
        raise BadInputError("say which channel, and whether for everything")
    try:
        address = address_of(typed, ChannelKind(channel))
    except BadInputError:
        return await _page(request, "", add_error=f"{_NOT_AN_ADDRESS} The channel has to fit it.", typed=typed)
    merchant_id = user_of(request).merchant_id
    wanted = Suppression(
        channel=ChannelKind(channel), address=address, purpose=Purpose(purpose) if purpose else None, reason="imported", at=utc_now()
    )
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        await recipients.suppress(tx, merchant_id, wanted)
        await note(tx, request, "add_suppression", f"{channel} {masked(address)}, {purpose or 'everything'}")
    return Redirect("/desk/suppressions?done=added", status_code=303)


@post("/suppressions/import", status_code=HTTP_200_OK, include_in_schema=False)
async def import_suppressions(request: AnyRequest) -> Response[Any]:
    """Write to the addresses of a CSV no more: the good lines are taken, each bad one is named."""
    file = (await request.form()).get("file")
    content = await file.read(suppressing.MOST_BYTES + 1) if isinstance(file, UploadFile) else b""
    if not content.strip():
        return await _page(request, "", import_error="Choose a CSV file that holds something.")
    try:
        rows = suppressing.rows_of(content)
    except BadInputError as error:
        return await _page(request, "", import_error=f"{sentence(error)}.")
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        imported = await suppressing.import_suppressions(tx, merchant_id, rows, utc_now())
        await note(
            tx, request, "import_suppressions", f"{imported.taken} taken, {imported.new} new, {len(imported.bad)} lines could not be read"
        )
    return await _page(request, "", imported=imported)


@post("/suppressions/lift", status_code=HTTP_200_OK, include_in_schema=False)
async def lift_suppression(request: AnyRequest) -> Response[Any]:
    """Write to an address again, for a reason that is noted; what the customer asked for stays."""
    form = await request.form()
    channel, address, purpose = (clean_text(form.get(name), 320) for name in ("channel", "address", "purpose"))
    why = clean_text(form.get("why"), 300)
    if not why:
        return await _page(request, address, error="Say why: it is noted with your name.")
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        stands = await recipients.suppression(tx, merchant_id, channel, address, purpose)
        lifts = stands is not None and stands.reason not in THEIR_OWN
        if stands is not None and lifts:
            await recipients.lift(tx, merchant_id, channel, address, purpose)
            await note(tx, request, "lift_suppression", f"{channel} {masked(address)}, {stands.reason}: {why}")
    if stands is None:
        return await _page(request, address, error="There is no such suppression, or not any more.", status=404)
    if not lifts:
        return await _page(request, address, error="The customer asked for this, and only the customer can take it back.", status=409)
    return Redirect("/desk/suppressions?done=lifted", status_code=303)


async def _page(  # noqa: PLR0913 - what each form has to say
    request: AnyRequest,
    words: str,
    *,
    done: str = "",
    error: str = "",
    add_error: str = "",
    import_error: str = "",
    imported: Imported | None = None,
    typed: str = "",
    status: int = 422,
) -> Response[str]:
    merchant_id = user_of(request).merchant_id
    address = ""
    if words:
        try:
            address = address_of(words, None)
        except BadInputError:
            error = error or _NOT_AN_ADDRESS
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if address:
            rows = await recipients.suppressions_of(tx, merchant_id, address)
        else:
            rows = [] if words else await recipients.suppressions(tx, merchant_id, _MOST + 1)
    values: dict[str, Any] = {
        "rows": rows[:_MOST],
        "most": _MOST if len(rows) > _MOST else 0,
        "words": words,
        "address": address,
        "their_own": THEIR_OWN,
        "reasons": _REASONS,
        "channels": _CHANNELS,
        "purposes": _PURPOSES,
        "error": error,
        "add_error": add_error,
        "import_error": import_error,
        "imported": imported,
        "importable": suppressing.CHANNELS,
        "import_reasons": suppressing.REASONS,
        "typed": typed,
        "done": {"added": "Added. It is not written to any more.", "lifted": "Lifted. The reason stands under Changes."}.get(done, ""),
    }
    return desk_page(request, "suppressions.html", status=status if error or add_error or import_error else 200, **values)
