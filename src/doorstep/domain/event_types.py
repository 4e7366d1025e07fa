"""Every shipping event Doorstep tells apart: one row each; the words carriers use map onto these."""

import msgspec

from doorstep.domain.vocabulary import Actor, Phase, Status


class EventType(msgspec.Struct, frozen=True):
    """One kind of thing that can happen to a parcel."""

    slug: str
    phase: Phase
    #: What happened, in one English sentence for developers and operators.
    meaning: str
    #: Somebody held or scanned the goods, so the carrier has them.
    physical: bool
    must_act: Actor
    #: The status it sets; None: leaves the status as it was.
    status: Status | None
    #: What the customer reads.
    en: str
    es: str


EVENT_TYPES: dict[str, EventType] = {}
