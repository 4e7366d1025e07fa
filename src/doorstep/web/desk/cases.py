"""What customers asked for → a queue, the longest waiting first; one case on one screen."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from doorstep.domain.actions.kinds import CaseKind
from doorstep.steps.deciding_cases import LONGEST
from doorstep.steps.work import utc_now
from doorstep.store import case_queue
from doorstep.store.case_queue import QueuedCase, Tab
from doorstep.store.cases import LAST_ID
from doorstep.store.desk import MOST_COUNTED
from doorstep.web.desk import case_words
from doorstep.web.desk.case_shown import case_shown
from doorstep.web.desk.doors import before_of, desk_page, id_of, tenant_of, user_of
from doorstep.web.desk.roles import Group, Level, level_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Microseconds since 1970 in the year 9999.
_MOST_US = 253_370_764_800_000_000
#: The tabs, in the order of the page, with what each is for.
TABS = {
    Tab.DECIDE: "To decide",
    Tab.INSPECT: "To inspect",
    Tab.OVERDUE: "Overdue",
    Tab.ERRANDS: "Errands waiting",
    Tab.OPEN: "All open",
    Tab.ENDED: "Ended",
    Tab.ALL: "All",
}
_ABOUT = {
    Tab.DECIDE: "Customers wait for your yes or no, the longest waiting first.",
    Tab.INSPECT: "Goods have come back; somebody has to look at them and say what they are worth.",
    Tab.OVERDUE: "These wait for us longer than they should.",
    Tab.ERRANDS: "The shop, a carrier or the warehouse was asked for something and has not said that it is done.",
    Tab.OPEN: "Everything that has not ended, the longest waiting first.",
    Tab.ENDED: "The newest first.",
    Tab.ALL: "The newest first.",
}
_NEWEST = frozenset({Tab.ENDED, Tab.ALL})
_DONE = {
    "approved": "Approved. The customer is told.",
    "part": "Approved in part. The customer is told, with your words.",
    "override": "Approved against the policy; the reason is written down.",
    "refused": "Refused. The customer is told why.",
    "asked": "Your question is on its way to the customer.",
    "received": "Noted: the goods are here. Look at them next.",
    "inspected": "What was found is noted.",
    "settled": "It is being settled.",
    "closed": "Closed.",
    "cancelled": "Called off for the customer.",
    "noted": "Your note is kept.",
    "photos": "The photos are put to the case.",
    "errand": "Noted.",
    "opened": "Opened for the customer.",
}


@get("/cases", include_in_schema=False)
async def list_cases(request: AnyRequest) -> Response[str]:
    """List cases: searched for, or those of a tab and a kind."""
    merchant_id, asked, now = user_of(request).merchant_id, request.query_params, utc_now()
    words = clean_text(asked.get("q"))
    tab = Tab(asked["tab"]) if asked.get("tab") in set(Tab) else Tab.DECIDE
    kind = CaseKind(asked["kind"]) if asked.get("kind") in set(CaseKind) else None
    kinds = [kind] if kind else []
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if words:
            rows = await case_queue.search(tx, merchant_id, words)
        elif tab in _NEWEST:
            rows = await case_queue.newest(tx, merchant_id, tab, before=before_of(request) or LAST_ID, kinds=kinds, most=_PAGE + 1)
        else:
            after = _after(clean_text(asked.get("after"), 60))
            rows = await case_queue.queue(tx, merchant_id, tab, now, after=after, kinds=kinds, most=_PAGE + 1)
        counts = await case_queue.counts(tx, merchant_id, now)
    values: dict[str, Any] = {
        "words": words,
        "tab": tab,
        "tabs": TABS,
        "about": _ABOUT[tab],
        "kind": kind or "",
        "kinds": case_words.KINDS,
        "counts": counts,
        "counted": MOST_COUNTED,
        "more": _more(tab, rows[_PAGE - 1]) if not words and len(rows) > _PAGE else "",
        "say": case_words,
        "now": now,
    }
    return desk_page(request, "cases.html", rows=rows if words else rows[:_PAGE], **values)


@get("/cases/{case_id:int}", include_in_schema=False)
async def one_case(request: AnyRequest, case_id: FromPath[int]) -> Response[str]:
    """Show one case."""
    return await case_page(request, case_id)


async def case_page(
    request: AnyRequest, case_id: int, *, error: str = "", typed: dict[str, str] | None = None, opened: str = "", status: int = 200
) -> Response[str]:
    """Answer with a case's page; `opened` is the form that was tried, with what was `typed` into it."""
    tenant, user, now = tenant_of(request), user_of(request), utc_now()
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        shown = await case_shown(tx, tenant, id_of(case_id), now)
    values: dict[str, Any] = {
        "shown": shown,
        "case": shown.case,
        "say": case_words,
        "now": now,
        "error": error,
        "typed": typed or {},
        "opened": opened,
        "longest": LONGEST,
        "may_override": level_of(user.role, Group.OVERRIDES) is Level.CHANGE,
        "done": _DONE.get(request.query_params.get("done", ""), ""),
    }
    return desk_page(request, "case.html", status=status, **values)


def _after(text: str) -> tuple[datetime, int]:
    """Read from behind which case a page of the queue starts: microseconds since 1970, a dot, an id."""
    at, _, number = text.partition(".")
    if not (at.isascii() and at.isdigit() and number.isascii() and number.isdigit()):
        return _EPOCH, 0
    if len(at) > len(str(_MOST_US)) or int(at) > _MOST_US or len(number) > len(str(LAST_ID)) or int(number) > LAST_ID:
        return _EPOCH, 0
    return _EPOCH + timedelta(microseconds=int(at)), int(number)


def _more(tab: Tab, last: QueuedCase) -> str:
    if tab in _NEWEST:
        return f"before={last.case.case_id}"
    return f"after={((last.case.since or _EPOCH) - _EPOCH) // timedelta(microseconds=1)}.{last.case.case_id}"
