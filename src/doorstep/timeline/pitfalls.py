"""Event types → the delivery problems they open and close. Problems found from silence or prediction are not here."""

from doorstep.domain.event_types import EVENT_TYPES, EventType
from doorstep.domain.pitfalls import PITFALL_KINDS, Family, PitfallKind
from doorstep.domain.vocabulary import Actor, Phase, Status

#: Words for groups of events in the catalogue's `closes`; any other word there is the slug of an event type.
#: A physical scan that moves the parcel and opens no problem itself.
MOVED = "*moved"
#: A scan that takes it away from where it is held: a departure, the next carrier, the delivery depot.
LEFT = "*left"
#: On the delivery tour, or waiting at a pick-up point.
NEAR = "*near"
#: A delivery was tried in vain: wherever it was held up before, it got to the door.
TRIED = "*tried"
#: Any physical scan.
SEEN = "*seen"

_LEFT_SLUGS = frozenset(
    {"facility_departure", "flight_departed", "border_crossed", "handed_to_partner", "received_by_partner", "import_office_departed"}
)


#: Every kind that a scan opens. The order is the order of the bits.
PITFALLS: tuple[PitfallKind, ...] = tuple(kind for kind in PITFALL_KINDS.values() if kind.family is Family.EVENT)

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
    if event.status is Status.FAILED_ATTEMPT:
        seen.add(TRIED)
    if opened_by(event) or event.phase in {Phase.PROBLEM, Phase.ATTEMPT, Phase.META, Phase.RETURN}:
        return seen
    near = event.status in {Status.OUT_FOR_DELIVERY, Status.READY_FOR_PICKUP, Status.DELIVERED}
    moved = event.physical and event.status is Status.IN_TRANSIT
    left = event.slug in _LEFT_SLUGS or (moved and event.phase is Phase.LAST)
    return seen | {word for word, applies in ((MOVED, moved), (LEFT, left), (NEAR, near)) if applies}
