"""A fold, what is known around it, and learnt gaps → the problems that silence makes, with the moments at which they stand."""

from operator import attrgetter

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Direction, Phase, Status
from doorstep.timeline.gaps import STRETCHED, Gaps
from doorstep.timeline.ordering import DAY_US, HOUR_US
from doorstep.timeline.rests import wait_until
from doorstep.timeline.roles import PART, ROLES, UNREAD_ROLE
from doorstep.timeline.spans import Facts, Span, us_of
from doorstep.timeline.stages import CROSSINGS, Stage, stage_of
from doorstep.timeline.waiting import deadline_of, recalls
from doorstep.timeline.whereabouts import calendar_at

#: Stage → the kind that its silence is.
_STALLED = {
    Stage.COLLECTION: "pickup_not_done",
    Stage.TRANSIT: "stalled_in_transit",
    Stage.BORDER: "stalled_in_transit",
    Stage.CUSTOMS: "stalled_at_customs",
    Stage.PARTNER: "stalled_at_handover",
    Stage.UNTRACKED: "untracked_stretch_overdue",
    Stage.DEPOT: "not_out_for_delivery",
    Stage.TOUR: "tour_without_end",
    Stage.ATTEMPT: "no_new_attempt",
    Stage.CARDED: "no_new_attempt",
    Stage.HELD: "hold_unresolved",
    Stage.POINT: "pickup_overdue",
    Stage.RETURNING: "return_stalled",
}
#: Stages after whose silence the parcel itself is in doubt.
_MAY_BE_LOST = frozenset(
    {Stage.TRANSIT, Stage.BORDER, Stage.CUSTOMS, Stage.PARTNER, Stage.DEPOT, Stage.TOUR}
    | {Stage.ATTEMPT, Stage.CARDED, Stage.HELD, Stage.RETURNING}
)
_LOST_TIMES, _LOST_LEAST_US = 4, 10 * DAY_US
#: What a shop has for handing over what it announced, in hours of its working days.
_DISPATCH_H = 48
#: The carrier does not know the number.
_UNKNOWN_US = 48 * HOUR_US
_GONE_US = 90 * DAY_US
_EVENT_TYPE = attrgetter("event_type")
#: Events without a status of their own that say more than that the parcel is not there yet.
_SPOKEN = frozenset(
    {"label_failed"} | {slug for slug, event in EVENT_TYPES.items() if event.phase in {Phase.DONE, Phase.PROBLEM, Phase.RETURN}}
)
_NOT_FOUND = frozenset({"tracking_not_found", "tracking_invalid"})
#: A kind that scans open, and silence, too: where of several pieces some have been delivered and another is silent.
PIECES_MISSING = "pieces_missing"
#: Status of a piece that waits for nobody but its carrier → the stage in which it is silent.
_BEHIND = {
    Status.PENDING: Stage.ANNOUNCED,
    Status.INFO_RECEIVED: Stage.ANNOUNCED,
    Status.IN_TRANSIT: Stage.TRANSIT,
    Status.OUT_FOR_DELIVERY: Stage.TOUR,
}
#: What such a silence is otherwise called; the shipment as a whole has been scanned, and in part delivered.
_OF_A_WHOLE = frozenset(
    {"stalled_in_transit", "stalled_at_handover", "not_out_for_delivery", "tour_without_end"}
    | {"never_scanned", "never_handed_over", "late_dispatch", "pickup_not_done"}
)


def silences(folded: Folded, facts: Facts, gaps: Gaps) -> list[Span]:
    """Tell what silence makes of a shipment as it is, each kind until the next takes its place; [] once it has ended."""
    stage = stage_of(folded)
    if stage is None:
        return []
    spans = _of_whole(folded, facts, gaps, stage)
    behind = _behind(folded, facts, gaps) if folded.pieces else None
    if behind is None:
        return [span for span in spans if span.kind not in _OF_A_WHOLE] if _partly_there(folded, facts) else spans
    due, rests_on = behind
    lost = next((span.from_us for span in spans if span.kind in {"presumed_lost", "gone_silent"}), None)
    missing = Span(PIECES_MISSING, due, lost, rests_on, lasts=True)
    return _told([missing, *(span for span in spans if span.kind not in _OF_A_WHOLE)])


def _partly_there(folded: Folded, facts: Facts) -> bool:
    """Whether a scan says that a part was delivered and the rest is missing: then the silence is the rest's."""
    if not any(one.kind == PIECES_MISSING for one in folded.open_pitfalls):
        return False
    counted = set(folded.counted)
    return any(ROLES.get(scan.event_type, UNREAD_ROLE).bits & PART and scan.fingerprint in counted for scan in facts.scans)


def _behind(folded: Folded, facts: Facts, gaps: Gaps) -> tuple[int, bytes] | None:
    """Tell when the first of the pieces left behind has been silent for too long since others were delivered, and by which scan.

    None: nothing has been delivered, nothing is behind, or a scan has said already that pieces are missing.
    """
    there = [us_of(piece.delivered_at) for piece in folded.pieces if piece.status is Status.DELIVERED and piece.delivered_at]
    behind = {piece.tracking_number: _BEHIND[piece.status] for piece in folded.pieces if piece.status in _BEHIND}
    if not there or not behind or folded.direction is Direction.RETURN or any(one.kind == PIECES_MISSING for one in folded.open_pitfalls):
        return None
    first, counted, numbers = min(there), set(folded.counted), {piece.tracking_number for piece in folded.pieces}
    found = []
    for number, stage in behind.items():
        heard = [
            (scan.instant_us, scan.fingerprint)
            for scan in facts.scans
            if scan.instant_us is not None
            and scan.fingerprint in counted
            and (scan.tracking_number == number or scan.tracking_number not in numbers or scan.instant_us == first)
        ]
        since, rests_on = max([(first, b""), *heard])
        found.append((_too_long(facts, gaps, stage, since), rests_on))
    return min(found)


def _of_whole(folded: Folded, facts: Facts, gaps: Gaps, stage: Stage) -> list[Span]:
    newest = folded.counted[-1] if folded.counted else b""
    if stage is Stage.ANNOUNCED or stage is Stage.COLLECTION:
        return _before_handover(folded, facts, gaps, stage, newest)
    if folded.last_scan_at is None:
        return []
    anchor = us_of(folded.last_scan_at)
    deadline = deadline_of(folded) if stage is Stage.POINT else None
    gone = max(anchor, deadline or anchor) + _GONE_US
    due = min(_too_long(facts, gaps, stage, anchor), gone) if deadline is None else deadline
    lost = min(anchor + max(_LOST_LEAST_US, _LOST_TIMES * (due - anchor)), gone) if stage in _MAY_BE_LOST else gone
    spans = [
        Span(_STALLED[stage], due, lost, newest, lasts=deadline is None),
        Span("presumed_lost", lost, gone, newest, lasts=True),
        Span("gone_silent", gone, None, newest, lasts=True),
    ]
    if stage is Stage.POINT:
        spans += recalls(folded, due, newest)
    return _told(spans)


def _told(spans: list[Span]) -> list[Span]:
    return [span for span in spans if span.until_us is None or span.from_us < span.until_us]


def _too_long(facts: Facts, gaps: Gaps, stage: Stage, anchor_us: int) -> int:
    around = facts.around
    apart = around.origin is not None and around.destination is not None and around.origin != around.destination
    abroad = stage in STRETCHED and (apart or not CROSSINGS.isdisjoint([scan.event_type for scan in facts.scans]))
    hours = gaps.patience_h(facts.merchant_id, facts.carrier, facts.service, around.origin, around.destination, stage, abroad=abroad)
    return wait_until(anchor_us, hours, calendar_at(stage, around, map(_EVENT_TYPE, facts.scans)))


def _before_handover(folded: Folded, facts: Facts, gaps: Gaps, stage: Stage, newest: bytes) -> list[Span]:
    """Nobody has scanned the goods: announced, or not even that."""
    if folded.direction is Direction.RETURN:
        return []  # a return label may lie in the customer's drawer for as long as they please
    if folded.status is Status.PENDING:
        return _unheard_of(folded, facts, gaps)
    since = folded.status_since or facts.around.sent_at
    if since is None:
        return []
    announced = us_of(since)
    never = _too_long(facts, gaps, Stage.ANNOUNCED, announced)
    late = wait_until(announced, _DISPATCH_H, calendar_at(Stage.ANNOUNCED, facts.around, ()))
    gone = announced + _GONE_US
    # Both rest on the announcement, which later papers do not renew.
    spans = [Span("never_handed_over", never, gone, b"", lasts=True), Span("gone_silent", gone, None, b"", lasts=True)]
    if late < never:
        spans.append(Span("late_dispatch", late, never, b"", lasts=True))
    if stage is Stage.COLLECTION and folded.last_scan_at is not None:
        not_done = _too_long(facts, gaps, stage, us_of(folded.last_scan_at))
        spans.append(Span("pickup_not_done", not_done, gone, newest, lasts=True))
    return _told(spans)


def _unheard_of(folded: Folded, facts: Facts, gaps: Gaps) -> list[Span]:
    if folded.newest_event in _SPOKEN:
        return []
    if (not_found := _not_found_us(folded, facts)) is not None:
        kind, since, too_long = "number_unknown", not_found, not_found + _UNKNOWN_US
    elif facts.around.sent_at is not None:
        since = us_of(facts.around.sent_at)
        kind, too_long = "never_scanned", _too_long(facts, gaps, Stage.ANNOUNCED, since)
    else:
        return []
    gone = since + _GONE_US
    return _told([Span(kind, too_long, gone, b"", lasts=True), Span("gone_silent", gone, None, b"", lasts=True)])


def _not_found_us(folded: Folded, facts: Facts) -> int | None:
    """Tell since when the carrier has said, and said nothing else, that it does not know the number."""
    counted = set(folded.counted)
    told = [scan for scan in facts.scans if scan.fingerprint in counted]
    if not told or any(scan.event_type not in _NOT_FOUND for scan in told):
        return None
    return min((scan.instant_us for scan in told if scan.instant_us is not None), default=None)
