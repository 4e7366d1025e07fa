"""A shipment before and after → the moments that are new, the weightiest to be told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from doorstep.domain.messages import Change
from doorstep.domain.pitfalls import PITFALL_KINDS, Family
from doorstep.domain.shipments import Folded, OpenPitfall
from doorstep.domain.vocabulary import Actor, Status
from doorstep.journeys.triggers import Moment, told_once

#: Events on the way that some merchants tell; the others are noise to a customer.
_NOTEWORTHY = frozenset(
    {"origin_country_departed", "destination_country_arrival", "customs_released", "handed_to_partner", "delivery_facility_arrival"}
)
_RESCHEDULED = frozenset({"redelivery_scheduled", "future_date_requested", "appointment_made"})
_DEADLINE = frozenset({"pickup_reminder", "pickup_deadline_soon"})
_OVER = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})
#: Two tours start at least this far apart; a second "on the vehicle" scan within it belongs to the same tour.
_TOUR = timedelta(hours=12)

#: Problems whose moment is not plain `shipment.problem`; None: nothing to tell the customer.
_TRIGGER_OF: dict[str, str | None] = {
    # The goods are still with the shop, or the record is odd: the shop's to mend.
    **dict.fromkeys(("label_failed", "parcel_missing", "data_missing", "pickup_failed", "rejected_by_carrier", "handover_untracked")),
    # Failed attempts and returns have moments of their own.
    **dict.fromkeys(("attempt_failed", "attempts_repeated", "refused", "returning", "return_failed")),
    **dict.fromkeys(
        ("delayed", "estimate_slipped", "misrouted", "customs_held", "held_by_carrier", "pickup_point_full"), "shipment.delayed"
    ),
    **dict.fromkeys(("customs_information_required", "duties_due"), "shipment.customs_action"),
    "address_problem": "shipment.address_question",
    "pickup_deadline": "shipment.pickup_deadline",
    # What silence, prediction and contradiction say: the customer hears of what changes their plans, the shop of the rest.
    **dict.fromkeys(("number_unknown", "never_scanned", "late_dispatch", "pickup_not_done", "no_new_attempt", "hold_unresolved")),
    **dict.fromkeys(("pickup_pending", "pickup_expiring", "pickup_overdue", "return_stalled", "gone_silent")),
    **dict.fromkeys(("delivered_then_moved", "delivered_elsewhere", "attempt_after_delivery", "carriers_disagree")),
    **dict.fromkeys(("impossible_estimate", "cancelled_but_moving", "number_reused", "scans_retracted", "unasked_return")),
    **dict.fromkeys(("not_received", "reported_damaged", "wrong_item", "missing_item")),
    **dict.fromkeys(
        ("never_handed_over", "stalled_in_transit", "stalled_at_customs", "stalled_at_handover", "not_out_for_delivery"), "shipment.delayed"
    ),
    **dict.fromkeys(("tour_without_end", "looping", "will_be_late", "missed_estimate", "missed_promise"), "shipment.delayed"),
}
#: Kinds that no scan opens: where a problem of the same moment stands already, another such is no news to the customer.
_UNSCANNED = frozenset(kind.kind for kind in PITFALL_KINDS.values() if kind.family is not Family.EVENT)
#: Problems of the goods, worth telling even after delivery.
_OF_THE_GOODS = frozenset({"damaged", "contents_missing"})

#: Trigger, occurrence, aware UTC or None.
_Found = tuple[str, str, datetime | None]


def changes_of_shipment(before: Folded | None, after: Folded, shipment_id: int, *, zone: tzinfo = UTC) -> tuple[Moment, ...]:
    """Tell what is new in `after`: at most one moment to tell, and before it those it supersedes.

    Equal shipments give (). `before` None is first sight: the whole history is new and only its weightiest moment is told.
    `zone` is the recipient's, for the date that tells two delivery tours apart.
    """
    if before is not None and (before is after or before == after):
        return ()
    found = (*_first_scan(before, after), *_way(before, after), *_status(before, after, zone), *_pitfalls(before, after))
    again = tuple(_heard_again(before, after)) if before is not None and after.open_pitfalls else ()
    if not found and not again:
        return ()
    return told_once((_change(shipment_id, *one) for one in found), (_change(shipment_id, *one) for one in again))


def _change(shipment_id: int, trigger: str, occurrence: str, at: datetime | None) -> Change:
    return Change(trigger=trigger, subject_kind="shipment", subject_id=shipment_id, occurrence=occurrence, happened_at=at)


def _first_scan(before: Folded | None, after: Folded) -> Iterator[_Found]:
    if after.first_scan_at is not None and (before is None or before.first_scan_at is None):
        yield "shipment.shipped", "", after.first_scan_at


def _way(before: Folded | None, after: Folded) -> Iterator[_Found]:
    """Places worth naming, later estimates, failed attempts."""
    if after.newest_event in _NOTEWORTHY and (before is None or before.newest_event != after.newest_event):
        yield "shipment.in_transit", after.newest_event, after.last_scan_at
    was = before.estimate if before else None
    says = after.estimate
    # Our own forecast moves with every day that passes: customers hear of it as `will_be_late`, where it breaks a promise.
    if was and says and says.source != "model" and says.to_on > was.to_on and after.status not in _OVER:
        yield "shipment.delayed", f"estimate/{says.to_on}", after.last_scan_at
    for attempt in range((before.attempts if before else 0) + 1, after.attempts + 1):
        yield "shipment.failed_attempt", str(attempt), after.status_since if after.status is Status.FAILED_ATTEMPT else after.last_scan_at


def _status(before: Folded | None, after: Folded, zone: tzinfo) -> Iterator[_Found]:
    """The moments that the status itself is, or that its newest event makes within it."""
    since = after.status_since
    if before is None or before.status is not after.status:
        match after.status:
            case Status.DELIVERED:
                yield "shipment.delivered", "", after.delivered_at or since
            case Status.RETURNING | Status.RETURNED:
                yield f"shipment.{after.status}", "", since
            case Status.READY_FOR_PICKUP:
                yield "shipment.ready_for_pickup", _day(since, zone), since
            case Status.EXCEPTION if not after.open_pitfalls:
                yield "shipment.problem", f"{after.event_type}/{_day(since, zone)}", since
    if after.status is Status.OUT_FOR_DELIVERY and _new_tour(before, since):
        yield "shipment.out_for_delivery", _day(since, zone), since
    if before is None or before.newest_event != after.newest_event:
        if after.newest_event in _RESCHEDULED:
            yield "shipment.rescheduled", _day(after.last_scan_at, zone), after.last_scan_at
        if after.newest_event in _DEADLINE and after.status is Status.READY_FOR_PICKUP:
            yield "shipment.pickup_deadline", "carrier", after.last_scan_at


def _new_tour(before: Folded | None, since: datetime | None) -> bool:
    if before is None or before.status is not Status.OUT_FOR_DELIVERY:
        return True
    return before.status_since is not None and since is not None and since - before.status_since >= _TOUR


def _pitfalls(before: Folded | None, after: Folded) -> Iterator[_Found]:
    """One moment for each problem that has opened, worsened or ended and that nothing else names."""
    was = before.open_pitfalls if before else ()
    if not after.open_pitfalls and not was:
        return
    over = after.status in _OVER
    known = {(one.kind, one.since): one for one in was}
    told = {trigger_of_pitfall(one) for one in was if not one.muted}
    for pitfall in after.open_pitfalls:
        trigger = trigger_of_pitfall(pitfall)
        earlier = known.pop((pitfall.kind, pitfall.since), None)
        at = pitfall.since or after.last_scan_at
        if pitfall.muted or (over and pitfall.kind not in _OF_THE_GOODS and pitfall.kind not in _UNSCANNED):
            continue
        if earlier is None and pitfall.heard and trigger is not None and not (pitfall.kind in _UNSCANNED and trigger in told):
            yield trigger, _occurrence(pitfall), at
        elif earlier is None and pitfall.kind in _UNSCANNED:
            yield "shipment.shop_action", _occurrence(pitfall), at
        elif earlier is not None and pitfall.heard and not earlier.superseded_by and pitfall.severity.rank > earlier.severity.rank:
            yield "shipment.problem_escalated", f"{_occurrence(pitfall)}/{pitfall.severity}", None
    for pitfall in known.values():
        if pitfall.heard and (pitfall.kind in _UNSCANNED or trigger_of_pitfall(pitfall) is not None):
            yield "shipment.problem_closed", _occurrence(pitfall), after.last_scan_at


def _heard_again(before: Folded, after: Folded) -> Iterator[_Found]:
    """The moment of a problem that stood in another's shadow and does so no more; if it was told before that, it is decided already."""
    was = {(one.kind, one.since): one for one in before.open_pitfalls}
    for pitfall in after.open_pitfalls:
        earlier = was.get((pitfall.kind, pitfall.since))
        if earlier is not None and earlier.superseded_by and pitfall.heard and (trigger := trigger_of_pitfall(pitfall)) is not None:
            yield trigger, _occurrence(pitfall), None  # however long it has stood, it is news only now


def _occurrence(pitfall: OpenPitfall) -> str:
    return f"{pitfall.kind}/{pitfall.since.isoformat() if pitfall.since else ''}"


def trigger_of_pitfall(pitfall: OpenPitfall) -> str | None:
    """Name the moment a newly opened problem makes; None: it is the shop's own, or another moment names it already."""
    if pitfall.kind in _TRIGGER_OF:
        trigger = _TRIGGER_OF[pitfall.kind]
        return "shipment.delayed" if trigger == "shipment.customs_action" and pitfall.must_act is not Actor.CUSTOMER else trigger
    return "shipment.delayed" if any(word in pitfall.kind for word in ("delay", "late", "stall", "silence")) else "shipment.problem"


def _day(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).date().isoformat() if at is not None else ""
