"""Event types → the delivery problems they open and close. Problems found from silence or prediction are not here."""

import msgspec

from doorstep.domain.event_types import EVENT_TYPES, EventType
from doorstep.domain.vocabulary import Actor, Phase, Status

#: Words for groups of events in `PitfallKind.closed_by`; any other word there is the slug of an event type.
#: A physical scan that moves the parcel and opens no problem itself.
MOVED = "*moved"
#: A scan that takes it away from where it is held: a departure, the next carrier, the delivery depot.
LEFT = "*left"
#: On the delivery tour, or waiting at a pick-up point.
NEAR = "*near"
#: Any physical scan.
SEEN = "*seen"

_LEFT_SLUGS = frozenset(
    {"facility_departure", "flight_departed", "border_crossed", "handed_to_partner", "received_by_partner", "import_office_departed"}
)
_CLEARED = ("customs_released", "export_customs_released", "broker_released", LEFT, NEAR)


class PitfallKind(msgspec.Struct, frozen=True):
    """One kind of delivery problem that a scan can open."""

    kind: str
    #: Who must act where no single event type opened it.
    must_act: Actor
    opened_by: tuple[str, ...]
    #: Event types and groups that end it; delivery, return and cancellation end it too unless `survives`.
    closed_by: tuple[str, ...]
    #: Stays open after delivery or return: the goods are not right.
    survives: bool = False


def _kind(kind: str, must_act: Actor, opened: str, *closed: str, survives: bool = False) -> PitfallKind:
    return PitfallKind(kind, must_act, tuple(opened.split()), closed, survives)


_DELAYS = (
    "delayed delayed_weather delayed_disaster delayed_strike delayed_capacity delayed_vehicle delayed_processing delayed_holiday "
    "delayed_missed_connection delayed_not_carrier movement_exception loading_exception not_sorted not_assigned_to_tour "
    "customs_delay pickup_delayed"
)
_ATTEMPTS = (
    "attempt_failed attempt_failed_not_home attempt_failed_business_closed attempt_failed_no_access attempt_failed_address "
    "attempt_failed_id attempt_failed_age attempt_failed_code attempt_failed_payment attempt_failed_no_safe_place "
    "attempt_failed_oversize attempt_failed_time attempt_failed_weather attempt_failed_animal attempt_failed_security "
    "second_attempt_failed final_attempt_failed notice_left"
)

#: Every kind, each with what opens it, who must act, and which later scan ends it. The order is the order of the bits.
PITFALLS: tuple[PitfallKind, ...] = (
    _kind("label_failed", Actor.SHOP, "label_failed", "label_created", "order_data_received", SEEN),
    _kind("parcel_missing", Actor.SHOP, "data_without_parcel", SEEN),
    _kind("data_missing", Actor.SHOP, "parcel_without_data", "order_data_received", MOVED, NEAR),
    _kind("pickup_failed", Actor.SHOP, "pickup_failed pickup_cancelled", "pickup_scheduled", SEEN),
    _kind("rejected_by_carrier", Actor.SHOP, "rejected_at_acceptance", MOVED, NEAR),
    _kind("delayed", Actor.CARRIER, _DELAYS, MOVED, NEAR, "exception_resolved"),
    _kind("estimate_slipped", Actor.CARRIER, "estimated_date_later", "estimated_date_earlier", "on_time_confirmed", NEAR),
    _kind("misrouted", Actor.CARRIER, "misrouted missorted", MOVED, NEAR, "exception_resolved"),
    _kind(
        "customs_held",
        Actor.CARRIER,
        "customs_held export_customs_held import_office_held export_office_held agency_release_pending",
        *_CLEARED,
        "exception_resolved",
    ),
    _kind("customs_information_required", Actor.SHOP, "customs_information_required held_for_documents", *_CLEARED, "exception_resolved"),
    _kind("duties_due", Actor.CUSTOMER, "customs_duties_due", "customs_duties_paid", *_CLEARED),
    _kind("customs_rejected", Actor.SHOP, "customs_rejected import_terminated", "customs_released", NEAR),
    _kind("customs_seized", Actor.SHOP, "customs_seized", "customs_released", NEAR),
    _kind("held_for_payment", Actor.CUSTOMER, "held_for_payment attempt_failed_payment", "customs_duties_paid", LEFT, NEAR),
    _kind(
        "held_by_carrier",
        Actor.CARRIER,
        "held_by_carrier held_credit held_regulatory delivery_depot_held",
        MOVED,
        NEAR,
        "exception_resolved",
    ),
    _kind(
        "address_problem",
        Actor.CUSTOMER,
        "address_problem attempt_failed_address recipient_moved",
        "address_changed",
        "address_corrected",
        "redirected_to_pickup_point",
        NEAR,
        "exception_resolved",
    ),
    _kind(
        "recipient_action_needed",
        Actor.CUSTOMER,
        "appointment_required recipient_unreachable",
        "appointment_made",
        "recipient_contacted",
        NEAR,
    ),
    _kind("attempt_failed", Actor.CUSTOMER, _ATTEMPTS, NEAR, "redelivery_scheduled", "appointment_made", "redirected_to_pickup_point"),
    _kind("attempts_repeated", Actor.CUSTOMER, "second_attempt_failed final_attempt_failed", NEAR),
    _kind("refused", Actor.SHOP, "refused refused_damaged refused_not_ordered", NEAR),
    _kind("undeliverable", Actor.SHOP, "undeliverable recipient_deceased", NEAR),
    _kind("pickup_deadline", Actor.CUSTOMER, "pickup_deadline_soon", "pickup_extended", "pickup_expired"),
    _kind("pickup_expired", Actor.SHOP, "pickup_expired", "pickup_extended", NEAR),
    _kind("pickup_point_full", Actor.CARRIER, "pickup_point_full", NEAR),
    _kind("damaged", Actor.SHOP, "damaged refused_damaged delivered_damaged", "claim_paid", survives=True),
    _kind("contents_missing", Actor.SHOP, "contents_missing", "claim_paid", survives=True),
    _kind("pieces_missing", Actor.CARRIER, "partial_arrival delivered_partial", "claim_paid"),
    _kind("lost", Actor.SHOP, "lost", "found", "claim_paid", MOVED, NEAR),
    _kind("stolen", Actor.SHOP, "stolen", "found", "claim_paid"),
    _kind("under_investigation", Actor.CARRIER, "under_investigation", "found", "lost", "stolen", MOVED, NEAR, "exception_resolved"),
    _kind("disposed", Actor.SHOP, "disposed", "claim_paid"),
    _kind("prohibited_goods", Actor.SHOP, "prohibited_goods security_screening_failed", LEFT, NEAR, "security_checked"),
    _kind("exceeds_service", Actor.SHOP, "exceeds_service", LEFT, NEAR),
    _kind("exception", Actor.CARRIER, "exception partner_exception", MOVED, NEAR, "exception_resolved"),
    _kind("handover_untracked", Actor.NOBODY, "handed_to_partner_untracked", "received_by_partner", NEAR),
    _kind("return_failed", Actor.SHOP, "return_failed", "return_in_transit", "return_out_for_delivery"),
    # Opened by the turn of direction before any delivery, not by a single event type.
    _kind("returning", Actor.SHOP, ""),
)

_POSITIONS = {pitfall.kind: position for position, pitfall in enumerate(PITFALLS)}
#: Masks over `PITFALLS`.
RETURNING_BIT = 1 << _POSITIONS["returning"]
REPEATED_BIT = 1 << _POSITIONS["attempts_repeated"]
SURVIVING = sum(1 << position for position, pitfall in enumerate(PITFALLS) if pitfall.survives)
#: What a return, once it has started, can still open.
ON_THE_WAY_BACK = SURVIVING | sum(
    1 << _POSITIONS[kind] for kind in ("delayed", "lost", "stolen", "disposed", "under_investigation", "return_failed", "customs_held")
)

_OPENERS: dict[str, int] = {}
for _position, _pitfall in enumerate(PITFALLS):
    for _slug in _pitfall.opened_by:
        _OPENERS[_slug] = _OPENERS.get(_slug, 0) | 1 << _position


def opened_by(event: EventType) -> int:
    """Return the mask of the kinds that an event opens."""
    return _OPENERS.get(event.slug, 0)


def closed_by(event: EventType) -> int:
    """Return the mask of the kinds that an event closes; never one that it opens."""
    words = _groups(event) | {event.slug}
    mask = sum(1 << position for position, pitfall in enumerate(PITFALLS) if not words.isdisjoint(pitfall.closed_by))
    return mask & ~opened_by(event)


def actor_of(position: int, event_type: str) -> Actor:
    """Tell who must act on the kind at a position of `PITFALLS`: by the event that opened it, else by the kind."""
    pitfall = PITFALLS[position]
    return EVENT_TYPES[event_type].must_act if event_type in pitfall.opened_by else pitfall.must_act


def _groups(event: EventType) -> set[str]:
    seen = {SEEN} if event.physical else set()
    if opened_by(event) or event.phase in {Phase.PROBLEM, Phase.ATTEMPT, Phase.META, Phase.RETURN}:
        return seen
    near = event.status in {Status.OUT_FOR_DELIVERY, Status.READY_FOR_PICKUP, Status.DELIVERED}
    moved = event.physical and event.status is Status.IN_TRANSIT
    left = event.slug in _LEFT_SLUGS or (moved and event.phase is Phase.LAST)
    return seen | {word for word, applies in ((MOVED, moved), (LEFT, left), (NEAR, near)) if applies}
