"""A span of days → why a merchant's goods come back, in whole weeks."""

from datetime import date

from doorstep.errors import BadInputError
from doorstep.insights.returned import Counts, ReturnInsight, insight_of
from doorstep.store import returned
from doorstep.store.database import Tx

#: Weeks of one look at most.
MOST_WEEKS = 53
#: Requests of one look: each is read, some 20 microseconds on an idle core.
MOST_REQUESTS = 100_000


async def why_returned(tx: Tx, merchant_id: int, weeks: tuple[date, date], most: int = 100) -> ReturnInsight:
    """Tell why goods come back; `weeks` as `report.weeks_of` tells them, `most` products and variants.

    Raises:
        BadInputError: there are too many requests in the span to be counted while somebody waits.
    """
    if await returned.more_than(tx, merchant_id, *weeks, MOST_REQUESTS):
        raise BadInputError(f"from, to: more than {MOST_REQUESTS:,} requests lie in this span; choose a shorter one")
    return insight_of(Counts(**await returned.counts(tx, merchant_id, *weeks)), *weeks, most)
