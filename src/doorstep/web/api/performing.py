"""A span of days → how the merchant's deliveries went, by carrier, service, lane or week."""

from datetime import date
from typing import Annotated, Any

from litestar import get
from litestar.params import QueryParameter

from doorstep.insights.performance import By
from doorstep.steps.report import Report, report, weeks_of
from doorstep.steps.work import utc_now
from doorstep.web.api.entering import key_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

First = Annotated[
    date | None,
    QueryParameter(name="from", description="A day of the first week; weeks are counted whole. Usually twelve weeks."),
]
Last = Annotated[date | None, QueryParameter(name="to", description="A day of the last week; usually today.")]
Apart = Annotated[By, QueryParameter(name="by", description="What to tell apart.")]
OfCarrier = Annotated[str | None, QueryParameter(name="carrier", description="Only this carrier (slug).", max_length=100)]
OfService = Annotated[str | None, QueryParameter(name="service", description="Only this service.", max_length=200)]
OfLane = Annotated[
    str | None, QueryParameter(name="lane", description="Only this lane, e.g. DE-ES, or US-US/CA within a large country.", max_length=60)
]


@get("/performance", operation_id="readPerformance", tags=["Delivery performance"], opt={"scope": "performance:read"})
async def read_performance(
    request: AnyRequest,
    first: First = None,
    last: Last = None,
    apart: Apart = By.CARRIER,
    carrier: OfCarrier = None,
    service: OfService = None,
    lane: OfLane = None,
) -> Report:
    """Tell how deliveries went: on time, as promised, at the first attempt, days, silence, problems, carbon. Shares come with a 95 % range."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    weeks = weeks_of(first, last, utc_now().date())
    async with house.database.for_merchant(merchant_id) as tx:
        return await report(tx, merchant_id, weeks, apart, {"carrier": carrier, "service": service, "lane": lane})


ROUTES: list[Any] = [read_performance]
