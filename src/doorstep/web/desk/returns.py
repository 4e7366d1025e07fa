"""The desk's look at what comes back: why, per product, variant and reason; money, times, offers, claims; as a table for a file too."""

import csv
import io
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get

from doorstep.errors import BadInputError
from doorstep.insights.returned import ReturnInsight
from doorstep.steps.report import weeks_of
from doorstep.steps.why_returned import MOST_REQUESTS, MOST_WEEKS, why_returned
from doorstep.steps.work import utc_now
from doorstep.store import confirmations, returned
from doorstep.store.database import Tx
from doorstep.web.desk import roles
from doorstep.web.desk.doors import desk_page, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.charts import Point, bars

#: Rows of the page's tables, bars of its picture, free texts; the file has `_WRITTEN` rows.
_SHOWN, _MOST_BARS, _SAID, _WRITTEN = 25, 10, 12, 5_000


class Asked(msgspec.Struct, frozen=True):
    """What the address asks for."""

    weeks: tuple[date, date]
    #: Only free texts about this product, for this reason; "": all.
    product: str
    reason: str
    #: What was wrong with the address; "" nothing.
    error: str


@get("/returns", include_in_schema=False)
async def why_page(request: AnyRequest) -> Response[str]:
    """Show why goods come back."""
    merchant_id, asked = user_of(request).merchant_id, _asked(request)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        asked, shown = await _looked(tx, merchant_id, asked, _SHOWN)
        said = []
        if roles.may_see(user_of(request).role, "/desk/cases"):  # customers' words are for who may see customers
            said = await returned.said(tx, merchant_id, *asked.weeks, product=asked.product, reason=asked.reason, most=_SAID)
        refusals = await confirmations.refusals(tx, merchant_id, shown.from_on, shown.to_on)
    values: dict[str, Any] = {
        "asked": asked,
        "shown": shown,
        "said": said,
        "refusals": refusals[:_SHOWN],
        "picture": _picture(shown),
        "query": request.url.query,
        "named": {one.product: one.name for one in shown.products},
    }
    return desk_page(request, "returns.html", status=422 if asked.error else 200, **values)


@get("/returns.csv", include_in_schema=False)
async def why_csv(request: AnyRequest) -> Response[str]:
    """Write products, variants and reasons as a file: a row for each variant and reason."""
    merchant_id, asked = user_of(request).merchant_id, _asked(request)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        _, shown = await _looked(tx, merchant_id, asked, _WRITTEN)
    name = f"returns-{shown.from_on}-to-{shown.to_on}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(_csv(shown), media_type="text/csv; charset=utf-8", headers=headers)


async def _looked(tx: Tx, merchant_id: int, asked: Asked, most: int) -> tuple[Asked, ReturnInsight]:
    """Count a span; one with too many requests gives way to its last week, and that is said."""
    try:
        return asked, await why_returned(tx, merchant_id, asked.weeks, most)
    except BadInputError:
        if asked.weeks[0] == asked.weeks[1]:
            raise
        error = f"More than {MOST_REQUESTS:,} requests lie in these weeks: choose fewer. Shown is the last of them."
        week = msgspec.structs.replace(asked, weeks=(asked.weeks[1], asked.weeks[1]), error=error)
        return week, await why_returned(tx, merchant_id, week.weeks, most)


def _asked(request: AnyRequest) -> Asked:
    """Read the address; what does not fit is said, and the usual shown."""
    asked, today = request.query_params, utc_now().date()
    product, reason = (clean_text(asked.get(name)) for name in ("product", "reason"))
    try:
        first, last = (date.fromisoformat(text) if (text := clean_text(asked.get(name), 10)) else None for name in ("from", "to"))
        return Asked(weeks_of(first, last, today, MOST_WEEKS), product, reason, "")
    except (BadInputError, ValueError):
        return Asked(weeks_of(None, None, today), product, reason, "Choose a first day that is not after the last, at most a year apart.")


def _picture(shown: ReturnInsight) -> Any:
    """The reasons as bars; None where there are none."""
    points = [
        Point(label=(one.code or "none given").replace("_", " ").replace(".", ": "), value=s.share, low=s.low, high=s.high)
        for one in shown.reasons[:_MOST_BARS]
        for s in (one.share,)
    ]
    words = f"Reasons of {shown.back.times} units that were asked to go back, each with its 95% range."
    return bars("reasons", "Why goods come back", words, points) if points else None


def _csv(shown: ReturnInsight) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["product", "variant", "name", "options", "reason", "units_back", "units_arrived", "requests", "from", "to"])
    for one in shown.variants:
        for reason, units in one.reasons.items():
            row = [one.product, one.variant, one.name, one.options, reason, units, one.back.of, one.requests, shown.from_on, shown.to_on]
            writer.writerow([_safe(cell) for cell in row])
    return file.getvalue()


def _safe(cell: object) -> object:
    """Keep a text from being run by a spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
