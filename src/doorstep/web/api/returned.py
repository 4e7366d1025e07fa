"""A span of days → why the merchant's goods come back, per product, variant and reason."""

from typing import Annotated, Any

from litestar import get
from litestar.params import QueryParameter

from doorstep.insights.returned import ReturnInsight
from doorstep.steps.report import weeks_of
from doorstep.steps.why_returned import MOST_WEEKS, why_returned
from doorstep.steps.work import utc_now
from doorstep.web.api.entering import key_of
from doorstep.web.api.performing import First, Last
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

Most = Annotated[
    int, QueryParameter(name="limit", ge=1, le=1000, description="Products, and variants, at most; those that came back most.")
]


@get("/insights/returns", operation_id="readReturnInsight", tags=["Insights"], opt={"scope": "insights:read"})
async def read_return_insight(request: AnyRequest, first: First = None, last: Last = None, most: Most = 100) -> ReturnInsight:
    """Tell why goods come back: units asked to go back of units that arrived in the same weeks, by product, variant and reason.

    With it remedies, money paid back, hours to label and refund, offers taken, claims by carrier. Names no customer. A year at most.
    """
    house, merchant_id = house_of(request), key_of(request).merchant_id
    weeks = weeks_of(first, last, utc_now().date(), MOST_WEEKS)
    async with house.database.for_merchant(merchant_id) as tx:
        return await why_returned(tx, merchant_id, weeks, most)


ROUTES: list[Any] = [read_return_insight]
