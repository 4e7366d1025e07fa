"""A parcel at a pick-up point → the problems of its waiting there, with the moments at which they stand."""

from doorstep.domain.shipments import Folded
from doorstep.timeline.ordering import DAY_US
from doorstep.timeline.spans import Span, us_of

#: House rules, where the carrier has not said until when: seven days are usual.
_PENDING_US, _EXPIRING_US = 3 * DAY_US, 5 * DAY_US
#: Before the end of the time that the carrier gives.
_LAST_CALL_US = 2 * DAY_US


def deadline_of(folded: Folded) -> int | None:
    """Tell until when the carrier says that the point keeps the parcel; None: it has not said, or only of an earlier stay."""
    until, since = folded.collect_by, folded.status_since
    return None if until is None or (since is not None and until <= since) else us_of(until)


def recalls(folded: Folded, overdue_us: int, newest: bytes) -> list[Span]:
    """Recall a parcel until it is overdue: after some days, and once more when its time runs out."""
    if folded.status_since is None:
        return []
    since, deadline = us_of(folded.status_since), deadline_of(folded)
    expiring = since + _EXPIRING_US if deadline is None else max(since, deadline - _LAST_CALL_US)
    return [
        Span("pickup_pending", since + _PENDING_US, min(expiring, overdue_us), newest),
        Span("pickup_expiring", expiring, overdue_us, newest),
    ]
