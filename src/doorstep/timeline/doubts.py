"""A fold and what is known around it → the problems that prediction and contradiction make."""

from collections.abc import Iterator
from datetime import date

from doorstep.domain.shipments import Folded
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import Scan
from doorstep.domain.vocabulary import Direction, Status
from doorstep.timeline.estimates import best_estimate
from doorstep.timeline.life import REUSE_US, TURN_US
from doorstep.timeline.ordering import HOUR_US
from doorstep.timeline.roles import DELIVERED, EXCEPTION, FAILED, PHYSICAL, RETRACTS, ROLES, TOUR, TRANSIT, UNREAD_ROLE
from doorstep.timeline.spans import Facts, Span, end_of_day, us_of
from doorstep.timeline.stages import STAGE_OF, Stage

#: Looked up once: an enum's member costs as much as the rule that asks for it.
_OUTBOUND, _UNKNOWN, _READY = Direction.OUTBOUND, Status.UNKNOWN, Status.READY_FOR_PICKUP
_ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
_MOVING = frozenset({Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY, Status.READY_FOR_PICKUP, Status.FAILED_ATTEMPT, Status.EXCEPTION})
_GOING_ROUND = frozenset({Stage.DEPOT, Stage.TOUR})
_BROKEN_OFF = frozenset({Stage.ATTEMPT, Stage.POINT, Stage.HELD})
_ROUNDS, _ROUND_US = 3, 12 * HOUR_US
#: Post codes begin with the region in every country that we know of; depots lie in the region they serve.
_REGION = 2
#: Attempts at the door; on the others the courier did not get so far.
_OFFERS = {slug for slug, role in ROLES.items() if role.code == FAILED} - {
    "attempt_failed_time",
    "attempt_failed_weather",
    "attempt_failed_security",
    "attempt_failed_oversize",
}
#: Our own model's chance that the promise is missed, from which on somebody is told.
SURELY_LATE = 0.7
_ASKED_BACK = frozenset({"return_requested", "return_label_created", "return_received", "linked_return_number"})


def doubts(folded: Folded, facts: Facts) -> list[Span]:
    """Tell what prediction and contradiction make of a shipment as it is."""
    spans: list[Span] = []
    if folded.status not in _ENDED:
        if facts.estimates and folded.direction is _OUTBOUND:
            spans += _late(folded, facts)
        if facts.around.cancelled_at is not None and folded.status in _MOVING and folded.first_scan_at is not None:
            spans.append(Span("cancelled_but_moving", us_of(max(facts.around.cancelled_at, folded.first_scan_at)), None, b""))
        if len(facts.scans) != len(folded.counted) or folded.newest_event == "event_retracted":
            spans += _left_out(folded, facts)
        if len(folded.counted) >= _ROUNDS and STAGE_OF.get(folded.newest_event) in _GOING_ROUND:
            spans += _rounds(folded, facts)
    elif folded.status is Status.DELIVERED:
        spans += _contradicted(folded, facts)
        spans += _elsewhere(folded, facts)
    elif folded.status is Status.RETURNED:
        spans += _unasked(folded, facts)
    return spans


def _late(folded: Folded, facts: Facts) -> list[Span]:
    if folded.status is _UNKNOWN:
        return []  # it may have been delivered in words that we cannot read
    promised = over = None
    for estimate in facts.estimates:
        if estimate.source == "shop":
            promised, over = estimate.to_on, end_of_day(estimate.to_on, facts.zone)
    spans = [] if over is None or _offered(folded, facts, None, over) else [Span("missed_promise", over, None, b"")]
    believed = folded.estimate
    if believed is not None and believed.source == "model":
        if over is not None and believed.stated_at is not None and (believed.late_chance or 0.0) >= SURELY_LATE:
            said_us = believed.stated_at.instant_us
            spans += [Span("will_be_late", said_us, over, b"", lasts=True)] if said_us < over else []
        # What the carrier said stands beside it: that its day has passed is no less true for our expecting a later one.
        believed = best_estimate([estimate for estimate in facts.estimates if estimate.source != "model"])
    if believed is None or believed.source == "shop" or folded.status is _READY:
        return spans
    to_on, stated = believed.to_on, believed.stated_at
    if stated is not None and to_on < date.fromisoformat(stated.local[:10]):
        spans.append(Span("impossible_estimate", stated.instant_us, None, b"", lasts=True))
        return spans
    day_over = end_of_day(to_on, facts.zone)
    if not _offered(folded, facts, stated, day_over):
        spans.append(Span("missed_estimate", day_over, None, b""))
    if promised is not None and over is not None and to_on > promised and not any(span.kind == "will_be_late" for span in spans):
        moved_at = folded.last_scan_at or folded.status_since
        since = stated.instant_us if stated else us_of(moved_at) if moved_at else None
        if since is not None and since < over:
            spans.append(Span("will_be_late", since, over, b"", lasts=True))
    return spans


def _offered(folded: Folded, facts: Facts, since: OccurredAt | None, by_us: int) -> bool:
    """Tell whether the parcel was brought to the door or to a pick-up point in a time: that nobody took it is no lateness."""
    if folded.status is _READY and folded.status_since is not None and us_of(folded.status_since) < by_us:
        return True
    if not folded.attempts:
        return False
    from_us = since.instant_us if since else 0
    offers = [scan.instant_us for scan in facts.scans if scan.event_type in _OFFERS and scan.instant_us is not None]
    return any(from_us <= at < by_us for at in offers)


def _left_out(folded: Folded, facts: Facts) -> Iterator[Span]:
    """Scans that do not count: taken back, or of an earlier parcel under the number."""
    counted = set(folded.counted)
    taken_back = [scan for scan in facts.scans if _takes_back(scan) and scan.fingerprint in counted and scan.instant_us is not None]
    if taken_back and any(scan.fingerprint not in counted for scan in facts.scans):
        newest = max(taken_back, key=lambda scan: (scan.instant_us or 0, scan.fingerprint))
        yield Span("scans_retracted", newest.instant_us or 0, None, newest.fingerprint)
    first = min((scan.instant_us for scan in facts.scans if scan.instant_us is not None and scan.fingerprint in counted), default=None)
    if first is not None and any(
        scan.fingerprint not in counted and scan.instant_us is not None and scan.instant_us < first - REUSE_US for scan in facts.scans
    ):
        yield Span("number_reused", first, None, b"")


def _takes_back(scan: Scan) -> bool:
    return scan.retracts is not None or bool(ROLES.get(scan.event_type, UNREAD_ROLE).bits & RETRACTS)


def _in_order(folded: Folded, facts: Facts) -> list[tuple[int, Scan]]:
    """Every dated scan that counts, oldest first."""
    there = {scan.fingerprint: scan for scan in facts.scans}
    counted = [there[mark] for mark in folded.counted if mark in there]
    return [(scan.instant_us, scan) for scan in counted if scan.instant_us is not None]


def _rounds(folded: Folded, facts: Facts) -> Iterator[Span]:
    """The third arrival at a depot, or the third tour, with nothing but movement between."""
    last: dict[Stage, int] = {}
    times: dict[Stage, int] = {}
    for at, scan in _in_order(folded, facts):
        stage = STAGE_OF.get(scan.event_type)
        if stage in _BROKEN_OFF:
            times.clear()
        if stage is not None and stage in _GOING_ROUND and (stage not in times or at - last[stage] >= _ROUND_US):
            last[stage] = at
            times[stage] = times.get(stage, 0) + 1
            if times[stage] == _ROUNDS:
                yield Span("looping", at, None, scan.fingerprint)
                return


def _contradicted(folded: Folded, facts: Facts) -> Iterator[Span]:
    """Scans so long after the delivery that they are no late news of the way to it."""
    delivered, last = folded.delivered_at, folded.last_scan_at
    if delivered is None or last is None or (us_of(last) - us_of(delivered)) < TURN_US:
        return
    limit = us_of(delivered) + TURN_US
    legs = {scan.fingerprint: (scan.carrier, scan.tracking_number) for scan in facts.scans}
    leg = legs.get(folded.decided_by)
    found: dict[str, Span] = {}
    for at, scan in _in_order(folded, facts):
        if at < limit or scan.is_return:
            continue
        role = ROLES.get(scan.event_type, UNREAD_ROLE)
        if role.code == DELIVERED:
            found.clear()
        elif role.code in {FAILED, EXCEPTION} and legs[scan.fingerprint] != leg:
            found.setdefault("carriers_disagree", Span("carriers_disagree", at, None, scan.fingerprint))
        elif role.code == FAILED:
            found.setdefault("attempt_after_delivery", Span("attempt_after_delivery", at, None, scan.fingerprint))
        elif role.code in {TRANSIT, TOUR} and role.bits & PHYSICAL:
            found.setdefault("delivered_then_moved", Span("delivered_then_moved", at, None, scan.fingerprint))
    yield from found.values()


def _elsewhere(folded: Folded, facts: Facts) -> Iterator[Span]:
    around = facts.around
    if around.decided_in is None or around.destination is None or folded.status_since is None:
        return
    mark, country, postcode = around.decided_in
    if mark != folded.decided_by:
        return
    abroad = country is not None and country != around.destination
    if abroad or (country == around.destination and _other_region(postcode, around.postcode)):
        yield Span("delivered_elsewhere", us_of(folded.status_since), None, mark)


def _other_region(there: str | None, wanted: str | None) -> bool:
    one, other = ("".join(c for c in text.upper() if c.isalnum()) for text in (there or "", wanted or ""))
    alike = len(one) == len(other) > _REGION and [c.isdigit() for c in one] == [c.isdigit() for c in other]
    return alike and one[:_REGION] != other[:_REGION]


def _unasked(folded: Folded, facts: Facts) -> Iterator[Span]:
    """Back with us, and no scan tells why."""
    if folded.status_since is None or folded.delivered_at is not None or folded.attempts:
        return
    counted = set(folded.counted)
    told = [scan for scan in facts.scans if scan.fingerprint in counted]
    if not any(ROLES.get(scan.event_type, UNREAD_ROLE).opens or scan.event_type in _ASKED_BACK or scan.is_return for scan in told):
        yield Span("unasked_return", us_of(folded.status_since), None, folded.decided_by)
