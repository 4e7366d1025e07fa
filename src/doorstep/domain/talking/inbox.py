"""How far a hand-over is, how it ends, what is noted of it, and what a macro does beside answering: closed words."""

from enum import StrEnum


class HandoverState(StrEnum):
    """How far a hand-over is."""

    #: Nobody has taken it.
    WAITING = "waiting"
    #: A human has it.
    HELD = "held"
    #: It comes back at a time, or when the customer writes.
    SNOOZED = "snoozed"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why a human has to look no more."""

    SOLVED = "solved"
    #: The customer was asked something and did not answer.
    SILENT = "silent"
    #: There was nothing to answer.
    NOTHING = "nothing"
    #: The same is answered in another conversation.
    ELSEWHERE = "elsewhere"
    SPAM = "spam"
    ABUSE = "abuse"
    #: Nobody took it in the time that the merchant's rule gives: the machine answers again.
    RESUMED = "resumed"


#: After these nobody is asked how it was.
UNASKED = frozenset({CloseReason.NOTHING, CloseReason.ELSEWHERE, CloseReason.SPAM, CloseReason.ABUSE, CloseReason.RESUMED})


class EntryKind(StrEnum):
    """What is noted of a conversation among colleagues."""

    NOTE = "note"
    OPENED = "opened"
    #: It was open already, and something gave it to a human again.
    AGAIN = "again"
    TAKEN = "taken"
    GIVEN = "given"
    RELEASED = "released"
    MOVED = "moved"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    #: An answer is later than promised.
    LATE = "late"
    CLOSED = "closed"
    #: The customer said how it was.
    RATED = "rated"


class MacroAct(StrEnum):
    """What a macro does beside putting its text into the answer."""

    CLOSE = "close"
    TAKE = "take"
    #: Gives it to another queue.
    MOVE = "move"
    #: Comes back tomorrow, unless the customer writes before.
    SNOOZE = "snooze"
