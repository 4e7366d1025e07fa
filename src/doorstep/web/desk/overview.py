"""A merchant's figures of now and of the last week → the desk's first page, and why messages were not sent."""

from datetime import timedelta
from typing import Any

from litestar import Response, get

from doorstep.steps.work import utc_now
from doorstep.store import alarms, case_queue, checkpoints, connections, decisions, desk, inbox, mailboxes, messages
from doorstep.web.desk.doors import desk_page, tenant_of, user_of
from doorstep.web.desk.roles import may_see
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest

_WEEK = timedelta(days=7)
_MONTH = timedelta(days=30)


@get("/", include_in_schema=False)
async def overview(request: AnyRequest) -> Response[str]:
    """Show what stands where and what needs somebody."""
    house, merchant_id, now = house_of(request), user_of(request).merchant_id, utc_now()
    async with house.database.for_merchant(merchant_id) as tx:
        connected = await connections.connections(tx, house.directory.sealer, merchant_id)
        troubles = await mailboxes.troubles(tx, merchant_id)
        values: dict[str, Any] = {
            "cases": await case_queue.counts(tx, merchant_id, now) if may_see(user_of(request).role, "/desk/cases") else {},
            "statuses": await desk.statuses(tx, merchant_id),
            "counted": desk.MOST_COUNTED,
            "problems": await desk.problems(tx, merchant_id),
            "states": await desk.states(tx, merchant_id, now - _WEEK),
            "skips": (await decisions.skips(tx, merchant_id, (now - _WEEK).date()))[:6],
            "unknown": (await checkpoints.unknown(tx, merchant_id, 6)),
            "guessed": (await alarms.today(tx, merchant_id, now))["times"],
            "lag": await inbox.lag(tx, now),
            "outbox": await messages.backlog(tx, now),
            "paused": [one for one in connected if not one.active],
            "unread": [(one, troubles[key]) for one in connected if one.active and (key := (merchant_id, one.connection_id)) in troubles],
        }
    values["left_out"] = len(tenant_of(request).talks_left_out)
    return desk_page(request, "overview.html", **values)


@get("/reasons", include_in_schema=False)
async def reasons(request: AnyRequest) -> Response[str]:
    """Show why messages were not sent in the last thirty days, counted."""
    merchant_id, now = user_of(request).merchant_id, utc_now()
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await decisions.skips(tx, merchant_id, (now - _MONTH).date())
    return desk_page(request, "reasons.html", rows=rows)


@get("/changes", include_in_schema=False)
async def changes(request: AnyRequest) -> Response[str]:
    """Show who changed what, and to owners who guesses at orders and codes."""
    user = user_of(request)
    merchant_id = user.merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await desk.changes(tx, merchant_id, 200)
        guessed = await alarms.listed(tx, merchant_id, (utc_now() - _MONTH).date()) if user.role == "owner" else []
    return desk_page(request, "changes.html", rows=rows, guessed=guessed)
