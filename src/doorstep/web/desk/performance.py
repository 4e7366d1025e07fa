"""The desk's delivery performance: figures, pictures and tables of whole weeks, as CSV too; and what of it the public may see."""

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.errors import BadInputError
from doorstep.insights.performance import LEAST_PUBLIC, SILENT_DAYS, By, Performance, Share
from doorstep.steps.footprint import SHOW_CARBON
from doorstep.steps.report import Group, Report, report, weeks_of
from doorstep.steps.signing_keys import make_first_key, signing_keys
from doorstep.steps.trained import trained
from doorstep.steps.work import utc_now
from doorstep.store import tallies
from doorstep.store.connections import Merchant
from doorstep.timeline.estimating.counted import ENOUGH
from doorstep.web.desk.doors import desk_page, user_of
from doorstep.web.desk.merchants import change, merchant_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.charts import Point, bars, histogram, line_chart
from doorstep.web.look.saying import carrier_name
from doorstep.web.track.published import jsonld_of
from doorstep.web.track.published_at import PUBLISHED, directory_url, figures_base, is_published

#: Bars of a picture; the table has the rest.
_MOST_BARS = 12
#: Name of the setting → label.
SWITCHES = {
    PUBLISHED: "Publish these figures, signed, for shopping agents and search engines",
    SHOW_CARBON: "Show customers what the way of their parcel gives off (an estimate)",
}
_ONLY = ("carrier", "service", "lane")


class Asked(msgspec.Struct, frozen=True):
    """What the address asks for."""

    weeks: tuple[date, date]
    by: By
    only: dict[str, str | None]
    #: What was wrong with the address; "" nothing.
    error: str


@get("/performance", include_in_schema=False)
async def performance(request: AnyRequest) -> Response[str]:
    """Show how deliveries went."""
    house, merchant = house_of(request), await merchant_of(request)
    asked = _asked(request)
    async with house.database.for_merchant(merchant.merchant_id) as tx:
        shown = await report(tx, merchant.merchant_id, asked.weeks, asked.by, asked.only)
        weekly = await report(tx, merchant.merchant_id, asked.weeks, By.WEEK, asked.only)
        model = await trained(tx, merchant.merchant_id)
        choices = await tallies.choices(tx, merchant.merchant_id, *asked.weeks)
        snippet = await jsonld_of(tx, merchant, house.settings.base_url) if is_published(merchant) else None
        keys = await signing_keys(tx, merchant.merchant_id, utc_now())
    values: dict[str, Any] = {
        "asked": asked,
        "shown": shown,
        "rows": [(_label(shown.by, group.key), group.figures) for group in shown.groups],
        "pictures": _pictures(shown, weekly),
        "reliable": _reliable(shown.whole),
        "choices": {name: choices.get(name, []) for name in _ONLY},
        "query": _query(request),
        "by": list(By),
        "switches": [(name, label, bool(merchant.settings.get(name))) for name, label in SWITCHES.items()],
        "published": figures_base(merchant, house.settings.base_url) if is_published(merchant) else "",
        "directory": directory_url(merchant, house.settings.base_url),
        "keys": keys,
        "snippet": snippet,
        "model": model,
        "least": LEAST_PUBLIC,
        "enough": ENOUGH,
        "silent_days": SILENT_DAYS,
        "saved": request.query_params.get("saved") == "1",
    }
    return desk_page(request, "performance.html", status=422 if asked.error else 200, **values)


@get("/performance.csv", include_in_schema=False)
async def performance_csv(request: AnyRequest) -> Response[str]:
    """Write the table as a file."""
    merchant_id, asked = user_of(request).merchant_id, _asked(request)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        shown = await report(tx, merchant_id, asked.weeks, asked.by, asked.only)
    headers = {"content-disposition": f'attachment; filename="delivery-performance-by-{asked.by}.csv"', "cache-control": "no-store"}
    return Response(_csv(shown), media_type="text/csv; charset=utf-8", headers=headers)


@post("/performance/settings", status_code=HTTP_200_OK, include_in_schema=False)
async def save_switches(request: AnyRequest) -> Response[Any]:
    """Switch publishing and the carbon line on or off; the first time, a key to sign with is made."""
    form = await request.form()
    ticked = set(form.getall("on", []))
    await change(request, lambda kept: _switched(kept, ticked), "change_settings")
    if PUBLISHED in ticked:
        house, user = house_of(request), user_of(request)
        async with house.database.for_merchant(user.merchant_id) as tx:
            await make_first_key(tx, house.directory.sealer, user.merchant_id, f"user {user.user_id}", utc_now())
    return Redirect("/desk/performance?saved=1", status_code=303)


def _switched(kept: Merchant, ticked: set[object]) -> Merchant:
    settings = {name: value for name, value in kept.settings.items() if name not in SWITCHES}
    return msgspec.structs.replace(kept, settings=settings | {name: True for name in SWITCHES if name in ticked})


def _asked(request: AnyRequest) -> Asked:
    """Read the address; what does not fit is said, and the usual shown."""
    asked, today = request.query_params, utc_now().date()
    only = {name: clean_text(asked.get(name), 200) if name in asked and asked.get(name) != "*" else None for name in _ONLY}
    try:
        first, last = (_day(clean_text(asked.get(name), 10)) for name in ("from", "to"))
        return Asked(weeks_of(first, last, today), By(clean_text(asked.get("by"), 10) or By.CARRIER), only, "")
    except (BadInputError, ValueError):
        return Asked(
            weeks_of(None, None, today), By.CARRIER, only, "Choose a first day that is not after the last, at most five years apart."
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _query(request: AnyRequest) -> str:
    return request.url.query


def _label(by: By, key: str) -> str:
    if by is By.CARRIER:
        return carrier_name(key)
    if by is By.LANE:
        return " → ".join(part or "?" for part in key.split("-", 1)) if key else "Untold"
    return key or "Untold"


def _points(groups: list[Group], by: By) -> list[Point]:
    return [Point(label=_label(by, one.key), value=s.share, low=s.low, high=s.high) for one in groups for s in (one.figures.on_time,)]


def _pictures(shown: Report, weekly: Report) -> list[tuple[str, str, Any]]:
    """(heading, what stands under it, the picture) of each."""
    weeks = [msgspec.structs.replace(point, label=_short(point.label)) for point in _points(weekly.groups, By.WEEK)]
    found = []
    if any(point.value is not None for point in weeks):
        words = f"On time by week, all together {_percent(shown.whole.on_time)}. Behind the line, the 95% range."
        found.append(("On time, week by week", words, line_chart("weeks", "On time by week", words, weeks)))
    if shown.by is not By.WEEK and any(point.value is not None for point in _points(shown.groups, shown.by)):
        words = f"On time by {shown.by}, each with its 95% range; the {_MOST_BARS} largest."
        picture = bars("groups", f"On time by {shown.by}", words, _points(shown.groups, shown.by)[:_MOST_BARS])
        found.append((f"On time by {shown.by}", words, picture))
    if shown.transit_days:
        days = range(max(shown.transit_days) + 1)
        columns = [Point(label=str(day), value=shown.transit_days.get(day, 0)) for day in days]
        words = f"Calendar days from the first scan to the delivery: half within {shown.whole.transit_median_days}, "
        words += f"nine in ten within {shown.whole.transit_p90_days}."
        found.append(("Days on the way", words, histogram("days", "Shipments by days on the way", words, columns)))
    return found


def _reliable(whole: Performance) -> tuple[str, Any]:
    """What is said of our own estimates, and the picture: how often a window held, a warning was right, a late one was foretold."""
    shares = (("Our window held", whole.window_held), ("Warnings right", whole.warnings_right), ("Late ones foretold", whole.late_foretold))
    marks = (whole.window_chance, None, None)
    points = [
        Point(label=label, value=share.share, low=share.low, high=share.high, mark=mark)
        for (label, share), mark in zip(shares, marks, strict=True)
    ]
    words = "What came true of our own estimates, each with its 95% range."
    if whole.window_chance is not None:
        words += f" Windows are stated to hold {whole.window_chance:.0%} of the time: the mark."
    return words, bars("reliable", "How reliable our own estimates are", words, points)


def _short(monday: str) -> str:
    return f"{datetime.fromisoformat(monday).replace(tzinfo=UTC):%-d %b}"


def _percent(share: Share) -> str:
    return "unknown" if share.share is None else f"{share.share:.1%}"


#: Columns of the file; shares as times, with what they are of.
_COLUMNS = (
    "finished",
    "delivered",
    "returned",
    "on_time",
    "on_time_of",
    "promise_kept",
    "promise_early",
    "promised",
    "first_attempt",
    "attempted",
    "silent",
    "silent_of",
    "transit_p10_days",
    "transit_median_days",
    "transit_p90_days",
    "pitfalls_per_thousand",
    "pickup",
    "carbon_mean_g",
    "carbon_of",
    "window_held",
    "windowed",
    "window_chance",
    "window_mean_days",
    "warnings_right",
    "warned",
    "late_foretold",
    "late_watched",
    "foretold_first",
    "warning_mean_days",
)
#: Those of them that are the times of a share.
_TIMES = (
    *("on_time", "promise_kept", "promise_early", "first_attempt", "silent", "pickup"),
    *("window_held", "warnings_right", "late_foretold", "foretold_first"),
)


def _csv(shown: Report) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([shown.by.value, *_COLUMNS])
    for key, figures in [*((group.key, group.figures) for group in shown.groups), ("whole", shown.whole)]:
        one: Mapping[str, Any] = {
            **msgspec.structs.asdict(figures),
            **{name: getattr(figures, name).times for name in _TIMES},
            "on_time_of": figures.on_time.of,
            "promised": figures.promise_kept.of,
            "attempted": figures.first_attempt.of,
            "silent_of": figures.silent.of,
            "windowed": figures.window_held.of,
            "warned": figures.warnings_right.of,
            "late_watched": figures.late_foretold.of,
        }
        safe = f"'{key}" if key[:1] in {"=", "+", "-", "@", "\t"} else key  # spreadsheets would run it
        writer.writerow([safe, *("" if one[name] is None else one[name] for name in _COLUMNS)])
    return file.getvalue()
