"""The shape of one row of the table of event types, and the short words its columns are written in."""

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


#: Column "physical": a carrier had the goods in hand, or only their paper (data, plans, letters).
GOODS, PAPER = True, False


def row(slug: str, phase: Phase, physical: bool, must_act: Actor, status: Status | None, meaning: str, en: str, es: str) -> EventType:  # noqa: FBT001, PLR0913, PLR0917, RUF100 - the columns of a table
    """Write one row: the short columns first, so that they stand aligned, then the three sentences."""
    return EventType(slug, phase, meaning, physical, must_act, status, en, es)
