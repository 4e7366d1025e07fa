"""Delivery problems → listed, opened on the customer's word, closed and muted by the merchant's own systems."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from msgspec import Meta

from doorstep.domain.pitfalls import PITFALL_KINDS, Severity
from doorstep.errors import BadInputError
from doorstep.steps.reliability import records_beside
from doorstep.steps.trouble import mute, say, settle
from doorstep.steps.work import utc_now
from doorstep.store import pitfalls
from doorstep.store.database import Tx
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, number_in, number_of, page_of
from doorstep.web.api.shapes import ProblemPage, ProblemShown, problem_shown
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest
from doorstep.web.tenants import tenant_of

_READ = {"scope": "tracking:read"}
_WRITE = {"scope": "tracking:write", "body": "json"}

OfKind = Annotated[str | None, QueryParameter(description="Only problems of this kind.", max_length=60)]
OfSeverity = Annotated[Severity | None, QueryParameter(description="Only problems that are this severe by now.")]
Note = Annotated[str, Meta(max_length=1000, description="In the customer's or agent's own words.")]


class WordForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a customer says is wrong with a parcel."""

    kind: Annotated[str, Meta(max_length=60, description="not_received, reported_damaged, wrong_item or missing_item.")]
    note: Note = ""


class CloseForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a problem is settled."""

    note: Note = ""


class MuteForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a problem is hidden."""

    muted: bool


@get("/pitfalls", operation_id="listPitfalls", tags=["Tracking"], opt=_READ)
async def list_pitfalls(
    request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL, kind: OfKind = None, severity: OfSeverity = None
) -> ProblemPage:
    """List open delivery problems, newest first."""
    if kind is not None and kind not in PITFALL_KINDS:
        raise BadInputError("kind: no such kind of problem")
    house, merchant_id, before = house_of(request), key_of(request).merchant_id, number_in("pitfalls", cursor)
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await pitfalls.page(tx, merchant_id, before=before, most=limit + 1, kind=kind, severity=severity)
        page, more = page_of(rows, limit)
        records = await records_beside(tx, merchant_id, page, utc_now().date())
    return ProblemPage(
        pitfalls=[problem_shown(row, records) for row in page], next=cursor_to("pitfalls", str(page[-1]["pitfall_id"])) if more else None
    )


@post("/shipments/{shipment_id:str}/pitfalls", operation_id="reportPitfall", tags=["Tracking"], status_code=HTTP_201_CREATED, opt=_WRITE)
async def report_pitfall(
    request: AnyRequest, shipment_id: FromPath[str], data: JSONBody[WordForm], once_key: OnceKey = None
) -> Response[ProblemShown]:
    """Report what the customer says is wrong. Said again while it is open, it is the same problem."""
    house, merchant_id, number = house_of(request), key_of(request).merchant_id, number_of(shipment_id)
    await tenant_of(house, merchant_id)

    async def work(tx: Tx) -> tuple[int, ProblemShown]:
        row = await say(tx, house.directory, merchant_id, number, data.kind, data.note.strip(), utc_now())
        return HTTP_201_CREATED, problem_shown(row)

    return await once(request, once_key, ProblemShown, work)


@post("/pitfalls/{pitfall_id:str}/close", operation_id="closePitfall", tags=["Tracking"], status_code=HTTP_200_OK, opt=_WRITE)
async def close_pitfall(
    request: AnyRequest, pitfall_id: FromPath[str], data: JSONBody[CloseForm], once_key: OnceKey = None
) -> Response[ProblemShown]:
    """Close a problem that is settled. Closed already, it stays as it is."""
    house, merchant_id, number = house_of(request), key_of(request).merchant_id, number_of(pitfall_id)
    await tenant_of(house, merchant_id)

    async def work(tx: Tx) -> tuple[int, ProblemShown]:
        return HTTP_200_OK, problem_shown(await settle(tx, house.directory, merchant_id, number, data.note.strip(), utc_now()))

    return await once(request, once_key, ProblemShown, work)


@post("/pitfalls/{pitfall_id:str}/mute", operation_id="mutePitfall", tags=["Tracking"], status_code=HTTP_200_OK, opt=_WRITE)
async def mute_pitfall(
    request: AnyRequest, pitfall_id: FromPath[str], data: JSONBody[MuteForm], once_key: OnceKey = None
) -> Response[ProblemShown]:
    """Hide a problem's kind on its shipment from customer and lists, or show it again."""
    house, merchant_id, number = house_of(request), key_of(request).merchant_id, number_of(pitfall_id)
    await tenant_of(house, merchant_id)

    async def work(tx: Tx) -> tuple[int, ProblemShown]:
        row = await mute(tx, house.directory, merchant_id, number, utc_now(), on=data.muted)
        return HTTP_200_OK, problem_shown(row, await records_beside(tx, merchant_id, [row], utc_now().date()))

    return await once(request, once_key, ProblemShown, work)


ROUTES: list[Any] = [list_pitfalls, report_pitfall, close_pitfall, mute_pitfall]
