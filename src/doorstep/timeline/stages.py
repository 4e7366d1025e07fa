"""Event types and statuses → the stage in which a parcel waits for its next scan: what silence is measured by."""

from enum import StrEnum

from doorstep.domain.event_types import EVENT_TYPES, EventType
from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Phase, Status


class Stage(StrEnum):
    """Between which scans a parcel is; each has gaps of its own length."""

    #: The carrier knows of it and waits for the goods (also: the shop gave a number and the carrier says nothing).
    ANNOUNCED = "announced"
    #: A collection is agreed.
    COLLECTION = "collection"
    #: Between scans of one network.
    TRANSIT = "transit"
    #: Over a border, by air or sea.
    BORDER = "border"
    CUSTOMS = "customs"
    #: Handed to a partner that will scan.
    PARTNER = "partner"
    #: Handed to a partner that will not.
    UNTRACKED = "untracked"
    DEPOT = "depot"
    TOUR = "tour"
    #: After a failed attempt.
    ATTEMPT = "attempt"
    #: After one that left a card: the customer fetches it, or the courier comes again.
    CARDED = "carded"
    #: A problem was reported.
    HELD = "held"
    #: At a pick-up point.
    POINT = "point"
    RETURNING = "returning"


#: Stages in which an office (the shop, customs) is waited for: it rests for the whole weekend.
OFFICES = frozenset({Stage.ANNOUNCED, Stage.COLLECTION, Stage.CUSTOMS})

_BORDER = frozenset(
    {"origin_country_departed", "transit_country_arrival", "transit_country_departure", "border_crossed", "destination_country_arrival"}
    | {"export_hub_arrival", "export_customs_released", "flight_departed"}
)
#: Events that only a parcel between countries has.
CROSSINGS = _BORDER | {slug for slug, event in EVENT_TYPES.items() if event.phase is Phase.CROSS}
_CLEARED = frozenset({"customs_released", "broker_released", "import_office_departed", "customs_duties_paid"})
_DEPOT = frozenset({"delivery_facility_arrival", "preparing_for_delivery", "not_assigned_to_tour", "returned_from_route"})
_OF_STATUS = {
    Status.PENDING: Stage.ANNOUNCED,
    Status.INFO_RECEIVED: Stage.ANNOUNCED,
    Status.IN_TRANSIT: Stage.TRANSIT,
    Status.OUT_FOR_DELIVERY: Stage.TOUR,
    Status.READY_FOR_PICKUP: Stage.POINT,
    Status.FAILED_ATTEMPT: Stage.ATTEMPT,
    Status.EXCEPTION: Stage.HELD,
    Status.RETURNING: Stage.RETURNING,
}
#: Stages that an event may tell finer, by the status it stands under.
_FINER = {
    Status.INFO_RECEIVED: frozenset({Stage.COLLECTION}),
    Status.IN_TRANSIT: frozenset({Stage.BORDER, Stage.CUSTOMS, Stage.PARTNER, Stage.UNTRACKED, Stage.DEPOT}),
    Status.FAILED_ATTEMPT: frozenset({Stage.CARDED}),
    Status.EXCEPTION: frozenset({Stage.CUSTOMS}),
}


def _stage(event: EventType) -> Stage | None:
    if event.status is None or event.phase is Phase.META:
        return None
    if event.slug in _BORDER:
        return Stage.BORDER
    if event.slug == "handed_to_partner":
        return Stage.PARTNER
    if event.slug == "handed_to_partner_untracked":
        return Stage.UNTRACKED
    if event.slug == "notice_left":
        return Stage.CARDED
    if event.slug in _DEPOT:
        return Stage.DEPOT
    if event.phase is Phase.CROSS and event.slug not in _CLEARED:
        return Stage.CUSTOMS
    if event.phase is Phase.PICKUP and not event.physical and event.status is Status.INFO_RECEIVED:
        return Stage.COLLECTION
    return _OF_STATUS.get(event.status)


#: Event type → the stage it begins; None: it says nothing of where the parcel is.
STAGE_OF: dict[str, Stage | None] = {slug: _stage(event) for slug, event in EVENT_TYPES.items()}


def stage_of(folded: Folded) -> Stage | None:
    """Name the stage in which a shipment waits; None: it waits no more."""
    coarse = _OF_STATUS.get(folded.status)
    finer = STAGE_OF.get(folded.newest_event)
    if finer is Stage.DEPOT and folded.attempts and coarse is Stage.TRANSIT:
        return Stage.ATTEMPT  # back from the tour: what is waited for is another, or the customer
    return finer if finer is not None and finer in _FINER.get(folded.status, ()) else coarse
