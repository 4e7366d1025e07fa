"""Cases ↔ when they are looked at next, where something beside their own clock says so."""

from collections.abc import Sequence
from datetime import datetime

from doorstep.store.database import Tx

# Have open cases looked at now, in one order.
_WAKE = """
update cases c set look_at = $3
from (
    select merchant_id, case_id from cases
    where (merchant_id, case_id) in (select * from unnest($1::bigint[], $2::bigint[])) and look_at > $3
    order by merchant_id, case_id for update
) k
where c.merchant_id = k.merchant_id and c.case_id = k.case_id
"""


async def wake(tx: Tx, keys: Sequence[tuple[int, int]], now: datetime) -> None:
    """Have open cases, by (merchant, case id), looked at now; those that are due already, and those that have ended, stay as they are."""
    await tx.execute(_WAKE, [key[0] for key in keys], [key[1] for key in keys], now)
