"""Open delivery problems → a list by kind and severity; one of them told, closed with a note, muted or shown again."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.pitfalls import PITFALL_KINDS, Severity
from doorstep.steps.reliability import LEAST_WARNINGS, WARNING, WEEKS, records_beside
from doorstep.steps.trouble import mute, say, settle
from doorstep.steps.work import utc_now
from doorstep.store import pitfalls
from doorstep.web.desk.doors import before_of, desk_page, id_of, note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_PAGE = 50


@get("/pitfalls", include_in_schema=False)
async def list_pitfalls(request: AnyRequest) -> Response[str]:
    """List open problems, newest first."""
    merchant_id, asked = user_of(request).merchant_id, request.query_params
    kind = asked.get("kind") if asked.get("kind") in PITFALL_KINDS else None
    severity = Severity(asked["severity"]) if asked.get("severity") in set(Severity) else None
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await pitfalls.page(tx, merchant_id, before=before_of(request), most=_PAGE + 1, kind=kind, severity=severity)
        records = await records_beside(tx, merchant_id, rows[:_PAGE], utc_now().date())
    more = rows[_PAGE - 1]["pitfall_id"] if len(rows) > _PAGE else None
    values: dict[str, Any] = {
        "kinds": PITFALL_KINDS,
        "kind": kind or "",
        "severity": severity or "",
        "severities": list(Severity),
        "more": more,
        "warning": WARNING,
        "records": records,
        "least": LEAST_WARNINGS,
        "weeks": WEEKS,
    }
    return desk_page(request, "pitfalls.html", rows=rows[:_PAGE], **values)


@post("/shipments/{shipment_id:int}/pitfalls", status_code=HTTP_200_OK, include_in_schema=False)
async def tell_pitfall(request: AnyRequest, shipment_id: FromPath[int]) -> Response[Any]:
    """Open a problem on what the customer told an agent."""
    form, merchant_id = await request.form(), user_of(request).merchant_id
    kind, told = clean_text(form.get("kind"), 40), clean_text(form.get("note"), 500)
    house = house_of(request)
    async with house.database.for_merchant(merchant_id) as tx:
        await say(tx, house.directory, merchant_id, id_of(shipment_id), kind, told, utc_now())
        await note(tx, request, "report_pitfall", f"shipment {shipment_id}: {kind}")
    return _back(shipment_id)


@post("/pitfalls/{pitfall_id:int}/close", status_code=HTTP_200_OK, include_in_schema=False)
async def close_pitfall(request: AnyRequest, pitfall_id: FromPath[int]) -> Response[Any]:
    """Close a problem that is settled."""
    form, merchant_id, house = await request.form(), user_of(request).merchant_id, house_of(request)
    async with house.database.for_merchant(merchant_id) as tx:
        row = await settle(tx, house.directory, merchant_id, id_of(pitfall_id), clean_text(form.get("note"), 500), utc_now())
        await note(tx, request, "close_pitfall", f"shipment {row['shipment_id']}: {row['kind']}")
    return _back(row["shipment_id"])


@post("/pitfalls/{pitfall_id:int}/mute", status_code=HTTP_200_OK, include_in_schema=False)
async def mute_pitfall(request: AnyRequest, pitfall_id: FromPath[int]) -> Response[Any]:
    """Hide a problem from the customer and from lists, or show it again."""
    form, merchant_id, house = await request.form(), user_of(request).merchant_id, house_of(request)
    on = form.get("muted") == "1"
    async with house.database.for_merchant(merchant_id) as tx:
        row = await mute(tx, house.directory, merchant_id, id_of(pitfall_id), utc_now(), on=on)
        await note(tx, request, "mute_pitfall" if on else "unmute_pitfall", f"shipment {row['shipment_id']}: {row['kind']}")
    return _back(row["shipment_id"])


def _back(shipment_id: int) -> Response[Any]:
    return Redirect(f"/desk/shipments/{shipment_id}#problems", status_code=303)
