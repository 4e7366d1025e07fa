"""A shipment as last folded + what asking brought so far + now → when to ask its carrier next, or never again.

The algorithm is written out in docs/rules/asking.md.
"""

from datetime import UTC, datetime, time, timedelta, tzinfo

import msgspec

from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Phase, Status

#: No number is asked about more often.
FLOOR = timedelta(minutes=10)
#: Nor, while it is asked about at all, less often; the night may add to it.
CEILING = timedelta(hours=24)
#: A number that nobody scans any more, or that its carrier never knew, is given up after so long.
STALE, NEVER_KNOWN = timedelta(days=45), timedelta(days=30)
#: For so long after a webhook told of a shipment, asking only looks for what webhooks left out.
PUSHED_FOR = timedelta(days=3)
#: After the end, in case it was none.
_LAST_LOOKS = (timedelta(hours=8), timedelta(days=3))
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
#: How often to ask, by status, while scans come as they should.
_PACE = {
    Status.PENDING: 2 * _HOUR,
    Status.INFO_RECEIVED: 2 * _HOUR,
    Status.IN_TRANSIT: 3 * _HOUR,
    Status.OUT_FOR_DELIVERY: 20 * _MINUTE,
    Status.READY_FOR_PICKUP: 6 * _HOUR,
    Status.FAILED_ATTEMPT: 2 * _HOUR,
    Status.EXCEPTION: 4 * _HOUR,
    Status.RETURNING: 8 * _HOUR,
    Status.UNKNOWN: 6 * _HOUR,
}
_ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
_DUE_TODAY, _NEAR = 40 * _MINUTE, _HOUR
#: Of the silence so far, this part is waited again: who has heard nothing for ten hours asks an hour later.
_STALE_PART = 0.1
#: Webhooks come: so many times more seldom, and not within this.
_PUSHED_TIMES, _PUSHED_LEAST = 6, 6 * _HOUR
#: A number its carrier does not know: an hour, two, four …
_UNKNOWN_FIRST, _UNKNOWN_DOUBLINGS = _HOUR, 5
#: Local hours at the destination in which the pace is slower, so many times.
_NIGHT_FROM, _NIGHT_TO, _NIGHT_TIMES = time(22), time(6), 4
#: When vans are loaded.
_TOUR_BEGINS = time(6, 30)
#: Numbers that would all be due at once are spread over this part of their wait.
_SPREAD = 0.1


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A number that is asked about, and what decides when."""

    #: None: no scan yet.
    folded: Folded | None
    #: When we first heard of the number; aware UTC.
    known_at: datetime
    #: Where it goes; UTC where nobody told.
    zone: tzinfo
    #: Answers in a row in which the carrier did not know the number.
    misses: int = 0
    #: A webhook told of this shipment within `PUSHED_FOR`.
    pushed: bool = False
    #: Any number that stays the same for this one: spreads what would be due at once.
    seed: int = 0


def next_ask_at(followed: Followed, now: datetime) -> datetime | None:
    """Tell when to ask next: aware UTC, `FLOOR` after `now` or later; None: never, unless something new is heard."""
    folded = followed.folded
    if folded is not None and folded.status in _ENDED:
        return _last_look(followed, now, folded)
    heard = (folded.last_scan_at if folded else None) or followed.known_at
    silence = max(now - heard, timedelta())
    if silence > (STALE if folded and folded.last_scan_at else NEVER_KNOWN):
        return None
    wait = max(_pace(followed, now), silence * _STALE_PART)
    if followed.misses:
        wait = max(wait, _UNKNOWN_FIRST * 2 ** min(followed.misses - 1, _UNKNOWN_DOUBLINGS))
    if followed.pushed:
        wait = max(wait * _PUSHED_TIMES, _PUSHED_LEAST)
    wait = _spread(min(max(wait, FLOOR), CEILING), followed.seed)
    at = _through_the_night(now, wait, followed.zone)
    return _not_past_the_tour(at, followed, now).astimezone(UTC)


def _last_look(followed: Followed, now: datetime, folded: Folded) -> datetime | None:
    ended = folded.status_since or folded.last_scan_at or followed.known_at
    return next((at.astimezone(UTC) for look in _LAST_LOOKS if (at := _spread_after(ended, look, followed.seed)) >= now + FLOOR), None)


def _pace(followed: Followed, now: datetime) -> timedelta:
    folded = followed.folded
    if folded is None:
        return _PACE[Status.PENDING]
    pace = _PACE.get(folded.status, _PACE[Status.UNKNOWN])
    if folded.status is Status.IN_TRANSIT:
        today = now.astimezone(followed.zone).date()
        if folded.estimate is not None and folded.estimate.from_on <= today <= folded.estimate.to_on:
            return _DUE_TODAY
        if folded.phase is Phase.LAST:
            return _NEAR
    return pace


def _spread(wait: timedelta, seed: int) -> timedelta:
    return wait + wait * _SPREAD * (seed % 101 / 100)


def _spread_after(ended: datetime, look: timedelta, seed: int) -> datetime:
    return ended + _spread(look, seed)


def _through_the_night(now: datetime, wait: timedelta, zone: tzinfo) -> datetime:
    """Wait longer where the next turn would fall into the night: `_NIGHT_TIMES` as long, or until the morning if that is sooner."""
    at = now + wait
    local = at.astimezone(zone)
    if _NIGHT_TO <= local.time() < _NIGHT_FROM:
        return at
    day = local.date() if local.time() < _NIGHT_TO else local.date() + timedelta(days=1)
    morning = datetime.combine(day, _NIGHT_TO, zone) + min(wait, _HOUR) * 0.5
    return max(at, min(now + wait * _NIGHT_TIMES, morning))


def _not_past_the_tour(at: datetime, followed: Followed, now: datetime) -> datetime:
    """Ask again when the tour of the expected day begins, however slow the pace before it."""
    estimate = followed.folded.estimate if followed.folded and followed.folded.status is Status.IN_TRANSIT else None
    if estimate is None or followed.pushed or followed.misses:
        return at
    begins = datetime.combine(estimate.from_on, _TOUR_BEGINS, followed.zone) + FLOOR * (followed.seed % 101 / 100)
    return begins if now + FLOOR <= begins < at else at
