"""The table of event types → what each does in the fold, as small integers worked out once at import."""

from typing import NamedTuple

from doorstep.domain.event_types import EVENT_TYPES, EventType
from doorstep.domain.vocabulary import Phase, Status
from doorstep.timeline.pitfalls import closed_by, opened_by

#: Codes of the statuses, in the order of `STATUSES`. Integers, since hashing an enum member costs more than the rule it selects.
PENDING, INFO, CANCELLED, TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED, RETURNING, RETURNED, UNKNOWN, MUTE = range(13)
STATUSES = (
    Status.PENDING,
    Status.INFO_RECEIVED,
    Status.CANCELLED,
    Status.IN_TRANSIT,
    Status.OUT_FOR_DELIVERY,
    Status.READY_FOR_PICKUP,
    Status.FAILED_ATTEMPT,
    Status.EXCEPTION,
    Status.DELIVERED,
    Status.RETURNING,
    Status.RETURNED,
    Status.UNKNOWN,
)

#: Bits of `Role.bits`: somebody held the goods.
PHYSICAL = 1
#: The carrier took the goods over from a sender: what a new journey begins with.
TAKEN = 2
#: Announced only.
PRE = 4
#: Belongs to the way of a parcel, so that after a long silence it begins a new life.
TRAVEL = 8
#: Delivered, but not for good: the collection at the agent's may follow.
SOFT = 16
#: Takes an earlier scan back.
RETRACTS = 32
#: An attempt that the carrier numbers as the second or later.
REPEATED = 64
#: Nobody will deliver this any more.
FINAL = 128
#: We cannot read it.
UNREAD = 256
#: What becomes of the goods after a failed attempt, not a new step.
AFTERMATH = 512
#: A card was left: of a parcel at a pick-up point it says no more than that.
CARD = 1024
#: A part of the goods was delivered: the shipment is not, until the rest is.
PART = 2048

#: Order of the phases within one day, for stamps too coarse to tell.
_PHASE_RANKS = {
    Phase.PRE: 10,
    Phase.PICKUP: 20,
    Phase.TRANSIT: 30,
    Phase.CROSS: 32,
    Phase.HAND: 40,
    Phase.LAST: 50,
    Phase.ATTEMPT: 60,
    Phase.CHANGE: 65,
    Phase.POINT: 70,
    Phase.PROBLEM: 75,
    Phase.DONE: 80,
    Phase.RETURN: 90,
    Phase.META: 99,
}
_HINDRANCE_RANK = 45
_SETTLED_RANK = 78
_TRAVEL_PHASES = frozenset(
    {Phase.PRE, Phase.PICKUP, Phase.TRANSIT, Phase.CROSS, Phase.HAND, Phase.LAST, Phase.ATTEMPT, Phase.POINT, Phase.DONE}
)
_SOFT = frozenset({"delivered_to_agent"})
_REPEATED = frozenset({"second_attempt_failed", "final_attempt_failed"})
_FINAL = frozenset({"lost", "stolen", "disposed", "customs_seized"})


class Role(NamedTuple):
    """What one event type does in the fold."""

    #: Natural place among scans that no clock can order; also the tie-break of equal times.
    rank: int
    #: Code of the status it sets, `MUTE` for none.
    code: int
    bits: int
    #: Bit masks over `pitfalls.PITFALLS`.
    opens: int
    closes: int


def _rank(event: EventType, position: int) -> int:
    rank = _PHASE_RANKS[event.phase]
    if event.status is Status.DELIVERED:
        rank = _PHASE_RANKS[Phase.DONE]
    elif event.phase is Phase.PROBLEM and event.slug.startswith(("delayed", "held")):
        # "delayed" and "out for delivery" of one undated day: the tour came after the delay; a loss comes after the tour.
        rank = _HINDRANCE_RANK
    elif event.slug in {"exception_resolved", "found"}:
        rank = _SETTLED_RANK
    return rank * 1000 + (999 if event.status is Status.CANCELLED else position)


def _bits(event: EventType) -> int:
    taken = event.phase is Phase.PICKUP and event.physical and event.status is Status.IN_TRANSIT
    flags = (
        (PHYSICAL, event.physical),
        (TAKEN, taken or event.slug == "received_by_partner"),
        (PRE, event.phase is Phase.PRE),
        (TRAVEL, event.phase in _TRAVEL_PHASES and event.status is not None),
        (SOFT, event.slug in _SOFT),
        (RETRACTS, event.slug == "event_retracted"),
        (REPEATED, event.slug in _REPEATED),
        (FINAL, event.slug in _FINAL),
        (AFTERMATH, event.slug == "returned_from_route"),
        (CARD, event.slug == "notice_left"),
        (PART, event.slug == "delivered_partial"),
    )
    return sum(bit for bit, holds in flags if holds)


def _code(event: EventType) -> int:
    if event.phase is Phase.META or event.status in {None, Status.UNKNOWN, Status.PENDING}:
        return MUTE
    return STATUSES.index(event.status)


#: An event type that is in no table: kept, counted, never believed.
UNREAD_ROLE = Role(_PHASE_RANKS[Phase.META] * 1000, MUTE, UNREAD, 0, 0)

ROLES: dict[str, Role] = {
    slug: Role(_rank(event, position), _code(event), _bits(event), opened_by(event), closed_by(event))
    for position, (slug, event) in enumerate(EVENT_TYPES.items())
} | {"unknown": UNREAD_ROLE, "status_not_mapped": UNREAD_ROLE}
