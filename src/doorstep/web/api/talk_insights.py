"""A span of days → how the merchant's talks went: solved, come back, without a human, why with one."""

from datetime import timedelta
from typing import Any

from litestar import get

from doorstep.insights.talks import TalkInsight
from doorstep.steps.how_talks_went import MOST_WEEKS, USUAL_WEEKS, how_talks_went
from doorstep.steps.report import weeks_of
from doorstep.steps.work import utc_now
from doorstep.web.api.entering import key_of
from doorstep.web.api.performing import First, Last
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest


@get("/insights/talks", operation_id="readTalkInsight", tags=["Insights"], opt={"scope": "insights:read"})
async def read_talk_insight(request: AnyRequest, first: First = None, last: Last = None) -> TalkInsight:
    """Tell how talks went: first-contact resolution, contacts come back, deflection, automation by talk, reasons for hand-overs, waits, ratings.

    What each figure counts stands in `definitions`. Names no customer. Whole weeks, the last four where none are named, a year at most.
    """
    house, merchant_id, now = house_of(request), key_of(request).merchant_id, utc_now()
    usual = now.date() - timedelta(weeks=USUAL_WEEKS - 1) if first is None and last is None else first
    weeks = weeks_of(usual, last, now.date(), MOST_WEEKS)
    async with house.database.for_merchant(merchant_id) as tx:
        return await how_talks_went(tx, merchant_id, weeks, now)


ROUTES: list[Any] = [read_talk_insight]
