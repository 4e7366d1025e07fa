"""A span of days → why a merchant's goods come back, in whole weeks."""

from datetime import date

from doorstep.insights.returned import Counts, ReturnInsight, insight_of
from doorstep.store import returned
from doorstep.store.database import Tx

#: Weeks of one look at most: a year, whose cases are read one by one.
MOST_WEEKS = 53


async def why_returned(tx: Tx, merchant_id: int, weeks: tuple[date, date], most: int = 100) -> ReturnInsight:
    """Tell why goods come back; `weeks` as `report.weeks_of` tells them, `most` products and variants."""
    return insight_of(Counts(**await returned.counts(tx, merchant_id, *weeks)), *weeks, most)
