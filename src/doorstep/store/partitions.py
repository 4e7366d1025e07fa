"""Months → partitions made ahead of time."""

from datetime import date

from doorstep.store.database import Tx

# Make the partitions of these months that are missing.
_ENSURE = "select ensure_months($1, $2)"


async def ensure_months(tx: Tx, first: date, last: date) -> int:
    """Make the month partitions from one date to another; return how many were missing."""
    made: int = await tx.fetchval(_ENSURE, first, last)
    return made
