"""Kinds of problems that stand at once → which of them the customer hears of."""

from collections.abc import Collection

import msgspec


class Ladder(msgspec.Struct, frozen=True):
    """One matter of which a customer hears one thing: what stands on the highest rung."""

    #: What it is about, in a few words.
    about: str
    #: From the highest down; kinds of one rung are heard beside each other.
    rungs: tuple[tuple[str, ...], ...]


def _rungs(*rungs: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(rung.split()) for rung in rungs)


#: The goods do not come, or nobody waits for them any more.
_OVER = _rungs("disposed", "customs_seized", "stolen", "lost", "gone_silent", "cancelled_but_moving")
#: Somebody must act or decide, or the parcel goes back; a parcel that waits for somebody is not lost, so that stands above.
_WAITS = _rungs(
    "customs_rejected prohibited_goods",
    "refused pickup_expired",
    "duties_due held_for_payment address_problem customs_information_required",
    "presumed_lost",
    "return_failed",
    "returning",
    "undeliverable exceeds_service rejected_by_carrier",
    "under_investigation",
    "pickup_overdue",
    "pickup_deadline",
    "pickup_expiring",
    "pickup_pending",
    "attempts_repeated",
    "recipient_action_needed",
    "no_new_attempt",
    "attempt_failed",
)
_STUCK = _rungs("hold_unresolved never_handed_over")
#: Late: our broken promise, then silence, then what the carrier gave as a reason, then mere dates, then what is only worth knowing.
_LATE = _rungs(
    "missed_promise",
    "looping",
    "stalled_in_transit stalled_at_customs stalled_at_handover untracked_stretch_overdue not_out_for_delivery tour_without_end"
    " return_stalled number_unknown never_scanned pickup_not_done",
    "customs_held held_by_carrier misrouted exception data_missing pieces_missing label_failed parcel_missing pickup_failed",
    "will_be_late",
    "missed_estimate",
    "delayed",
    "late_dispatch estimate_slipped pickup_point_full handover_untracked impossible_estimate",
    "scans_retracted number_reused",
)
LADDERS = (
    Ladder("the parcel's way", _OVER + _WAITS + _STUCK + _LATE),
    Ladder("the goods", _OVER + _rungs("damaged contents_missing") + _STUCK + _LATE),
    Ladder("what the customer says while it is late", _rungs("not_received") + _LATE),
    Ladder(
        "whether it was delivered",
        _rungs("not_received", "delivered_elsewhere", "delivered_then_moved", "carriers_disagree", "attempt_after_delivery"),
    ),
    Ladder("what is to be paid", _rungs("duties_due", "held_for_payment")),
    Ladder("what the customer says is damaged", _rungs("reported_damaged", "damaged")),
    Ladder("what the customer says is missing", _rungs("missing_item", "contents_missing pieces_missing")),
)
#: Kinds that are heard beside whatever else stands, and above nothing.
ALONE = frozenset({"wrong_item", "unasked_return"})


def _above() -> dict[str, tuple[str, ...]]:
    above: dict[str, tuple[str, ...]] = {}
    for ladder in LADDERS:
        higher: tuple[str, ...] = ()
        for rung in ladder.rungs:
            for kind in rung:
                above[kind] = (*above.get(kind, ()), *(one for one in higher if one not in above.get(kind, ())))
            higher += rung
    return above


#: Kind → the kinds in whose place it is not told, the strongest of each ladder first.
SUPERSEDED_BY = _above()


def heard_instead(kind: str, reasons: Collection[str]) -> str:
    """Name the kind that is heard in a kind's place while all these reasons stand; "" where it is heard itself."""
    if len(reasons) == 1 and kind in reasons:
        return ""
    return next((stronger for stronger in SUPERSEDED_BY.get(kind, ()) if stronger in reasons), "")
