"""The desk's look at how talks went: solved, come back, without a human, why with one; as a table for a file too."""

import csv
import io
from datetime import date, timedelta
from typing import Any

from litestar import Response, get

from doorstep.errors import BadInputError
from doorstep.insights.talks import TalkInsight
from doorstep.steps.how_talks_went import MOST_WEEKS, USUAL_WEEKS, how_talks_went
from doorstep.steps.report import weeks_of
from doorstep.steps.work import utc_now
from doorstep.web.desk.doors import desk_page, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.charts import Point, bars

#: Rows of the page's tables, bars of its picture.
_SHOWN, _MOST_BARS = 30, 12
_HEAD = (
    "by", "key", "from", "to", "contacts", "open", "solved_at_first", "first_contacts", "come_back", "deflected", "solved_alone", "decided", "automated",
)  # fmt: skip


@get("/talks/figures", include_in_schema=False)
async def figures_page(request: AnyRequest) -> Response[str]:
    """Show how talks went."""
    weeks, error = _asked(request)
    shown = await _looked(request, weeks)
    values: dict[str, Any] = {
        "shown": shown,
        "error": error,
        "query": request.url.query,
        "most": _SHOWN,
        "picture": _picture(shown),
    }
    return desk_page(request, "talk_figures.html", status=422 if error else 200, **values)


@get("/talks/figures.csv", include_in_schema=False)
async def figures_csv(request: AnyRequest) -> Response[str]:
    """Write the same as a file: a row for all, for each subject and for each talk."""
    weeks, _ = _asked(request)
    shown = await _looked(request, weeks)
    name = f"talks-{shown.from_on}-to-{shown.to_on}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(_csv(shown), media_type="text/csv; charset=utf-8", headers=headers)


async def _looked(request: AnyRequest, weeks: tuple[date, date]) -> TalkInsight:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        return await how_talks_went(tx, merchant_id, weeks, utc_now())


def _asked(request: AnyRequest) -> tuple[tuple[date, date], str]:
    """Read the address: weeks, and what was wrong with it; the usual weeks where it names none."""
    today = utc_now().date()
    usual = today - timedelta(weeks=USUAL_WEEKS - 1)
    try:
        first, last = (
            date.fromisoformat(text) if (text := clean_text(request.query_params.get(name), 10)) else None for name in ("from", "to")
        )
        return weeks_of(first or (usual if last is None else None), last, today, MOST_WEEKS), ""
    except (BadInputError, ValueError):
        return weeks_of(usual, None, today), "Choose a first day that is not after the last, at most a year apart."


def _picture(shown: TalkInsight) -> Any:
    """Why humans took over, as bars; None where none did."""
    points = [
        Point(label=one.reason.replace("_", " "), value=one.share.share, low=one.share.low, high=one.share.high)
        for one in shown.reasons[:_MOST_BARS]
        if one.share.times
    ]
    words = f"Reasons of {shown.handed} conversations that were handed over, each with its 95% range."
    return bars("reasons", "Why humans took over", words, points) if points else None


def _csv(shown: TalkInsight) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_HEAD)
    rows = [("all", "", shown.whole), *(("subject", one.key, one.went) for one in shown.subjects)]
    for by, key, went in [*rows, *(("talk", one.key, one.went) for one in shown.talks)]:
        shares = [went.solved_at_first.times, went.solved_at_first.of, went.repeated.times, went.deflected.times, went.solved_alone.times]
        writer.writerow([by, key, shown.from_on, shown.to_on, went.contacts, went.open, *shares, went.repeated.of, went.automated.times])
    return file.getvalue()
