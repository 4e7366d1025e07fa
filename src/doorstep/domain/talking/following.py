"""What a talk let a customer expect that can be looked at later, and what became of it: closed words."""

from datetime import date
from enum import StrEnum

import msgspec


class PromiseKind(StrEnum):
    """What was promised."""

    #: A parcel is expected until a day.
    ARRIVES = "arrives"
    #: The carrier, or the shop, was asked for a change.
    CHANGE = "change"
    #: Money goes back.
    REFUND = "refund"


class Outcome(StrEnum):
    """What became of a promise, and of the message about it."""

    #: It happened; the customer was told and asked.
    HAPPENED = "happened"
    #: It was refused; the customer was told.
    REFUSED = "refused"
    #: It had not happened by then; the customer was told.
    MISSED = "missed"
    #: A message of a journey has told the same since.
    TOLD = "told"
    #: A human has the conversation.
    HUMAN = "human"
    #: The customer cannot be written to now, or wants no messages.
    UNREACHED = "unreached"
    #: What it was about is gone.
    GONE = "gone"


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One promise of one turn."""

    kind: PromiseKind
    #: ARRIVES: the parcel's tracking number.
    tracking: str = ""
    #: CHANGE: our id of the case. REFUND: 0, its `rma` tells it.
    case: int = 0
    rma: str = ""
    #: The last day that was told; None: none was.
    until: date | None = None
