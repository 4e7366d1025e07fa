"""A set of scans and estimates → the shipment they tell of, by the rules of docs/rules/timeline.md."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.shipments import Folded, Leg, OpenPitfall
from doorstep.domain.tracking import Estimate, Scan
from doorstep.domain.vocabulary import Actor, Direction, Phase
from doorstep.timeline.estimates import best_estimate
from doorstep.timeline.life import Life, live
from doorstep.timeline.ordering import put_in_order
from doorstep.timeline.pitfalls import PITFALLS, actor_of
from doorstep.timeline.roles import CANCELLED, DELIVERED, FINAL, PENDING, RETURNED, ROLES, STATUSES, UNKNOWN, UNREAD, UNREAD_ROLE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: First and last instant, microseconds UTC.
Span = tuple[int | None, int | None]
_ENDED = frozenset({DELIVERED, RETURNED, CANCELLED})


def fold(scans: Iterable[Scan], estimates: Iterable[Estimate] = (), *, since: datetime | None = None) -> Folded:
    """Fold scans and estimates into one shipment: the same for every order and every repetition of both.

    `since` (aware UTC) is when the shop sent the goods: scans of an earlier life of a reused number are then left out.
    """
    rows = put_in_order(scans, None if since is None else (since - _EPOCH) // _MICROSECOND)
    life = live(rows.dated)
    if rows.undated:
        if life.status == PENDING:
            # No dated scan says anything: only then do the undated ones speak.
            silent, life = life, live(rows.undated)
            life.counted += silent.counted
            life.first_us = silent.first_us
        else:
            life.counted[:0] = [row[3] for row in rows.undated]
        life.mixed = True
    return _told(life, estimates)


def _told(life: Life, estimates: Iterable[Estimate]) -> Folded:
    times: dict[int | None, datetime | None] = {None: None}

    def at(instant_us: int | None) -> datetime | None:
        if instant_us not in times and instant_us is not None:
            times[instant_us] = _EPOCH + timedelta(microseconds=instant_us)
        return times[instant_us]

    status, decided, counted = life.status, life.decided, life.counted
    if decided is None and any(ROLES.get(scan.event_type, UNREAD_ROLE).bits & UNREAD for scan in counted):
        status = UNKNOWN
    event = EVENT_TYPES.get(decided.event_type) if decided else None
    pitfalls = _open_pitfalls(life, at)
    legs, last_us = _legs(life)
    return Folded(
        status=STATUSES[status],
        status_since=at(decided.instant_us) if decided else None,
        event_type=decided.event_type if decided else "unknown",
        phase=event.phase if event else Phase.META,
        direction=Direction.RETURN if life.back else Direction.OUTBOUND,
        must_act=_actor(pitfalls, event.must_act if event else Actor.NOBODY),
        estimate=_estimate(life, estimates),
        open_pitfalls=pitfalls,
        legs=tuple([Leg(carrier, number, at(first), at(last)) for (carrier, number), (first, last) in legs]),
        first_scan_at=at(life.first_us),
        last_scan_at=at(last_us),
        delivered_at=at(life.delivered_us),
        attempts=life.attempts,
        counted=tuple([scan.fingerprint for scan in counted]),
        decided_by=decided.fingerprint if decided else b"",
    )


def _open_pitfalls(life: Life, at: Callable[[int | None], datetime | None]) -> tuple[OpenPitfall, ...]:
    if not life.open:
        return ()
    return tuple(
        [
            OpenPitfall(PITFALLS[position].kind, at(scan.instant_us), actor_of(position, scan.event_type), scan.fingerprint)
            for position, scan in sorted(life.open.items())
        ]
    )


def _actor(pitfalls: tuple[OpenPitfall, ...], otherwise: Actor) -> Actor:
    """Who must act: on the newest open problem that needs somebody, else on what the status itself asks for."""
    waiting = [pitfall for pitfall in pitfalls if pitfall.must_act is not Actor.NOBODY]
    if not waiting:
        return otherwise
    return max(waiting, key=lambda pitfall: (pitfall.since or _EPOCH, pitfall.kind)).must_act


def _legs(life: Life) -> tuple[list[tuple[tuple[str, str], Span]], int | None]:
    """Return the legs with their first and last instants, in order of their first dated scan, and the last instant of all."""
    counted = life.counted
    if not life.mixed and counted:
        instants = [scan.instant_us for scan in counted if scan.instant_us is not None]
        span = (min(instants), max(instants)) if instants else (None, None)
        return [((life.carrier, life.number), span)], span[1]
    spans: dict[tuple[str, str], Span] = {}
    for scan in counted:
        leg = (scan.carrier, scan.tracking_number)
        instant = scan.instant_us
        first, last = spans.get(leg, (None, None))
        if instant is not None:
            first = instant if first is None or instant < first else first
            last = instant if last is None or instant > last else last
        spans[leg] = (first, last)
    legs = sorted(spans.items(), key=lambda item: (item[1][0] is None, item[1][0] or 0, item[0]))
    return legs, max((last for _, (_, last) in legs if last is not None), default=None)


def _estimate(life: Life, estimates: Iterable[Estimate]) -> Estimate | None:
    """Choose what to expect: nothing after an end; on the way back only what was stated since it turned."""
    decided = life.decided
    if life.status in _ENDED or (decided and ROLES[decided.event_type].bits & FINAL):
        return None
    if not life.back:
        return best_estimate(estimates)
    return None if life.turned_us is None else best_estimate(estimates, stated_from_us=life.turned_us)
