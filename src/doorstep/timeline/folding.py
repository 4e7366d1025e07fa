"""A set of scans and estimates → the shipment they tell of, by the rules of docs/rules/timeline.md."""

from collections.abc import Iterable, Sequence
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
_NEVER = datetime.max.replace(tzinfo=UTC)
_ENDED = frozenset({DELIVERED, RETURNED, CANCELLED})
#: Event types that say something of the parcel, not of its record.
_NEWS = frozenset(slug for slug, event in EVENT_TYPES.items() if event.phase is not Phase.META)
#: Looked up once: an enum's member costs more than the rule that asks for it.
_OUTBOUND, _RETURN = Direction.OUTBOUND, Direction.RETURN
#: After this a carrier reports no more.
UNTRACKED = "handed_to_partner_untracked"


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
    status, decided, counted, delivered_us = life.status, life.decided, life.counted, life.delivered_us
    if decided is None and any(ROLES.get(scan.event_type, UNREAD_ROLE).bits & UNREAD for scan in counted):
        status = UNKNOWN
    event = EVENT_TYPES[decided.event_type] if decided else None
    pitfalls = _open_pitfalls(life) if life.open_mask else ()
    since_us = decided.instant_us if decided else None
    since_at = _at(since_us)
    newest = _newest_event(counted)
    legs, last_at = _legs(life, since_us, since_at, newest)
    return Folded(
        status=STATUSES[status],
        status_since=since_at,
        event_type=decided.event_type if decided else "unknown",
        phase=event.phase if event else Phase.META,
        direction=_RETURN if life.back else _OUTBOUND,
        must_act=actor_of_open(pitfalls, event.must_act if event else Actor.NOBODY),
        estimate=_estimate(life, estimates),
        open_pitfalls=pitfalls,
        legs=legs,
        first_scan_at=_at(life.first_us),
        last_scan_at=last_at,
        delivered_at=since_at if delivered_us == since_us else _at(delivered_us),
        attempts=life.attempts,
        counted=tuple([scan.fingerprint for scan in counted]),
        decided_by=decided.fingerprint if decided else b"",
        newest_event=newest,
    )


def _newest_event(counted: list[Scan]) -> str:
    for scan in reversed(counted):
        if scan.event_type in _NEWS:
            return scan.event_type
    return "unknown"


def _at(instant_us: int | None) -> datetime | None:
    # A float holds a microsecond of any year up to 2255 exactly, and this is the cheapest way to an aware time.
    return None if instant_us is None else datetime.fromtimestamp(instant_us / 1e6, UTC)


def _open_pitfalls(life: Life) -> tuple[OpenPitfall, ...]:
    return tuple(
        [
            OpenPitfall(
                PITFALLS[position].kind,
                _at(scan.instant_us),
                actor_of(position, scan.event_type),
                scan.fingerprint,
                PITFALLS[position].severity,
            )
            for position, scan in sorted(life.open.items())
        ]
    )


def actor_of_open(pitfalls: Sequence[OpenPitfall], otherwise: Actor) -> Actor:
    """Tell who must act: on the newest open problem that needs somebody, else on what the status itself asks for."""
    if not pitfalls:
        return otherwise
    waiting = [pitfall for pitfall in pitfalls if pitfall.must_act is not Actor.NOBODY]
    if not waiting:
        return otherwise
    return max(waiting, key=lambda pitfall: (pitfall.since or _EPOCH, pitfall.kind)).must_act


def _legs(life: Life, known_us: int | None, known_at: datetime | None, newest: str) -> tuple[tuple[Leg, ...], datetime | None]:
    """Return the legs in order of their first dated scan, and the last time of all; one instant's time is known already."""
    counted = life.counted
    if life.mixed or life.back:
        return _several_legs(life)
    if not counted:
        return (), None
    instants = [scan.instant_us for scan in counted if scan.instant_us is not None]
    tracked = newest != UNTRACKED
    if not instants:
        return (Leg(life.carrier, life.number, None, None, _OUTBOUND, tracked),), None
    last_us = max(instants)
    last_at = known_at if last_us == known_us else _at(last_us)
    return (Leg(life.carrier, life.number, _at(min(instants)), last_at, _OUTBOUND, tracked),), last_at


def _several_legs(life: Life) -> tuple[tuple[Leg, ...], datetime | None]:
    spans: dict[tuple[str, str, bool], list[Scan]] = {}
    for scan in life.counted:
        spans.setdefault((scan.carrier, scan.tracking_number, _is_back(life, scan)), []).append(scan)
    legs = [_leg(*leg, span) for leg, span in spans.items()]
    legs.sort(key=lambda leg: (leg.first_at or _NEVER, leg.carrier, leg.tracking_number, leg.direction))
    return tuple(legs), max((leg.last_at for leg in legs if leg.last_at is not None), default=None)


def _is_back(life: Life, scan: Scan) -> bool:
    if not life.back or scan.is_return:
        return life.back and scan.is_return
    return life.turned_us is not None and scan.instant_us is not None and scan.instant_us >= life.turned_us


def _leg(carrier: str, number: str, back: bool, scans: list[Scan]) -> Leg:  # noqa: FBT001 - a part of the leg's key
    instants = [scan.instant_us for scan in scans if scan.instant_us is not None]
    first_at, last_at = _at(min(instants, default=None)), _at(max(instants, default=None))
    return Leg(carrier, number, first_at, last_at, _RETURN if back else _OUTBOUND, _newest_event(scans) != UNTRACKED)


def _estimate(life: Life, estimates: Iterable[Estimate]) -> Estimate | None:
    """Choose what to expect: nothing after an end; on the way back only what was stated since it turned."""
    decided = life.decided
    if life.status in _ENDED or (decided and ROLES[decided.event_type].bits & FINAL):
        return None
    if not life.back:
        return best_estimate(estimates)
    return None if life.turned_us is None else best_estimate(estimates, stated_from_us=life.turned_us)
