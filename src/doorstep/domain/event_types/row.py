"""One row of the table of event types → its shape, and the short words its columns are written in."""

from typing import Final

import msgspec

from doorstep.domain.vocabulary import Actor, Phase, Status


class EventType(msgspec.Struct, frozen=True):
    """One kind of thing that can happen to a parcel."""

    #: What carriers' codes map onto; snake_case, never renamed once released.
    slug: str
    phase: Phase
    #: What happened, in one English sentence for developers and operators.
    meaning: str
    #: The event itself shows that the carrier had the goods in hand, not only their data; the first such scan starts the journey.
    physical: bool
    #: Who must act for the parcel to go on; nobody: the ordinary course.
    must_act: Actor
    #: The status it sets; None: leaves the status as it was.
    status: Status | None
    #: What the customer reads, in English: one or two plain clauses, under 140 characters, no holes to fill.
    en: str
    #: The same in Spanish.
    es: str


#: Column "physical": the carrier had the goods, or the event is only paper (data, plans, letters).
GOODS: Final = True
PAPER: Final = False

PRE, PICKUP, TRANSIT, CROSS, HAND = Phase.PRE, Phase.PICKUP, Phase.TRANSIT, Phase.CROSS, Phase.HAND
LAST, ATTEMPT, CHANGE, POINT, DONE = Phase.LAST, Phase.ATTEMPT, Phase.CHANGE, Phase.POINT, Phase.DONE
PROBLEM, RETURN, META = Phase.PROBLEM, Phase.RETURN, Phase.META

NOBODY, CUSTOMER, SHOP, CARRIER = Actor.NOBODY, Actor.CUSTOMER, Actor.SHOP, Actor.CARRIER

#: Column "status": left as it was.
SAME: Final = None
PENDING, INFO_RECEIVED, IN_TRANSIT, OUT_FOR_DELIVERY = Status.PENDING, Status.INFO_RECEIVED, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY
READY_FOR_PICKUP, FAILED_ATTEMPT, EXCEPTION, DELIVERED = Status.READY_FOR_PICKUP, Status.FAILED_ATTEMPT, Status.EXCEPTION, Status.DELIVERED
RETURNING, RETURNED, CANCELLED = Status.RETURNING, Status.RETURNED, Status.CANCELLED


def row(slug: str, phase: Phase, physical: bool, must_act: Actor, status: Status | None, meaning: str, en: str, es: str) -> EventType:  # noqa: FBT001 - GOODS or PAPER, never a bare True
    """Write one row with the short columns first, so that they stand aligned above the three sentences."""
    return EventType(slug, phase, meaning, physical, must_act, status, en, es)
