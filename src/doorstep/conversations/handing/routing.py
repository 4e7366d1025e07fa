"""Why, about what, in which language, for whom a human is wanted + the merchant's queues → queue, urgency, skill, minutes to the first answer."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from doorstep.conversations.handing.hours import Hours
from doorstep.conversations.handing.rules import Rules
from doorstep.domain.money import Money
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.errors import BadInputError

_NAME = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]
_MINUTES = Annotated[int, msgspec.Meta(ge=1, le=20_160)]


class Priority(IntEnum):
    """How urgent; the lower, the sooner."""

    URGENT = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """One line in which customers wait for a human."""

    name: _NAME
    #: As the desk shows it.
    title: Annotated[str, msgspec.Meta(max_length=60)]
    #: Minutes of opening hours until the first human answer, and until each further one.
    first_minutes: _MINUTES = 60
    next_minutes: _MINUTES = 240
    #: None: the merchant's hours.
    hours: Hours | None = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What goes where; each list that is not empty has to hold what it is about, and the first route that fits counts."""

    queue: _NAME
    reasons: tuple[HandoverReason, ...] = ()
    #: Intents ("refund.ask") or what stands before their dot ("refund").
    intents: tuple[str, ...] = ()
    #: ISO 639-1.
    languages: tuple[str, ...] = ()
    #: Orders from this worth on, by currency in minor units; {}: any.
    value_minor: dict[str, int] = {}
    #: Customers with so many orders before this one; 0: any.
    earlier_orders: Annotated[int, msgspec.Meta(ge=0)] = 0
    #: None: as the reason has it.
    priority: Priority | None = None
    #: What whoever takes it has to be able to; "": nothing special.
    skill: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Handing(msgspec.Struct, frozen=True, kw_only=True):
    """How a merchant's people answer; kept under "handing" in the merchant's settings."""

    hours: Hours = Hours()
    #: The first takes what no route has.
    queues: tuple[Queue, ...] = (Queue(name="support", title="Support"),)
    routes: tuple[Route, ...] = ()
    rules: Rules = Rules()
    #: "pull": whoever is free takes the next one. "round_robin": it is given to who is there and has waited longest.
    assign: Literal["pull", "round_robin"] = "pull"
    #: Customers are asked how it was once a hand-over is closed.
    ask_csat: bool = True

    def queue(self, name: str) -> Queue:
        """Give a queue by its name; the first one for a name that is no longer used."""
        return next((one for one in self.queues if one.name == name), self.queues[0])

    def hours_of(self, queue: str) -> Hours:
        """Give the hours of a queue."""
        return self.queue(queue).hours or self.hours


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a human is wanted for."""

    reason: HandoverReason
    #: "": not known.
    intent: str = ""
    language: str = ""
    value: Money | None = None
    #: Orders of this customer before this one; None: unknown.
    earlier_orders: int | None = None


class Routed(msgspec.Struct, frozen=True):
    """Where it goes."""

    queue: Queue
    priority: Priority
    skill: str


#: Who is angry, disputes a no, or whose worth or policy says so, comes before who only could not be understood.
_BY_REASON = {
    HandoverReason.DANGER: Priority.URGENT,
    HandoverReason.LEGAL: Priority.HIGH,
    HandoverReason.ANGER: Priority.HIGH,
    HandoverReason.REFUSED: Priority.HIGH,
    HandoverReason.VALUE: Priority.HIGH,
    HandoverReason.FAILED: Priority.HIGH,
}


def route(wanted: Wanted, handing: Handing) -> Routed:
    """Say which queue takes it."""
    priority = _BY_REASON.get(wanted.reason, Priority.NORMAL)
    for one in handing.routes:
        if _fits(wanted, one):
            return Routed(handing.queue(one.queue), priority if one.priority is None else one.priority, one.skill)
    return Routed(handing.queues[0], priority, "")


def _fits(wanted: Wanted, one: Route) -> bool:
    worth = one.value_minor.get(wanted.value.currency) if wanted.value else None
    return (
        (not one.reasons or wanted.reason in one.reasons)
        and (not one.intents or wanted.intent in one.intents or wanted.intent.partition(".")[0] in one.intents)
        and (not one.languages or wanted.language in one.languages)
        and (not one.value_minor or (worth is not None and wanted.value is not None and wanted.value.amount_minor >= worth))
        and (wanted.earlier_orders or 0) >= one.earlier_orders
    )


def fits_agent(language: str, skill: str, languages: Sequence[str], skills: Sequence[str]) -> bool:
    """Tell whether somebody can take it: no languages of theirs means all, and an unknown language is everybody's."""
    return (not languages or not language or language in languages) and (not skill or skill in skills)


def check(handing: Handing) -> None:
    """Check what a merchant wrote.

    Raises:
        BadInputError: there is no queue, two have one name, a route leads nowhere, hours end before they begin or have an unknown zone.
    """
    names = [one.name for one in handing.queues]
    if not names or len(set(names)) != len(names):
        raise BadInputError("give at least one queue, and each a name of its own")
    for one in handing.routes:
        if one.queue not in names:
            raise BadInputError(f"a route leads to the queue {one.queue}, which is not there")
    for hours in (handing.hours, *(one.hours for one in handing.queues if one.hours)):
        _check_hours(hours)


def _check_hours(hours: Hours) -> None:
    try:
        ZoneInfo(hours.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInputError(f"{hours.zone} is no time zone; write one like Europe/Madrid") from error
    for span in hours.spans:
        if span.closes <= span.opens:
            raise BadInputError(f"hours end after they begin: {span.opens}-{span.closes}")
