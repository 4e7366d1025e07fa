"""What a talk needs of the world: it yields a wish, is sent what came of it, and goes on. `steps.talk_world` carries wishes out.

The same talk runs against a real database, a store in memory, or a script: it only knows the wishes.
"""

from collections.abc import Generator
from datetime import date
from typing import TypeVar

import msgspec

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.plans import Plan
from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.talking.memory import Shown, Told
from doorstep.domain.talking.told import OrderTold, QuoteTold


class ListOrders(msgspec.Struct, frozen=True):
    """The orders of whoever asks, newest first, without products."""


class ReadOrder(msgspec.Struct, frozen=True):
    """One of their orders, whole."""

    order: str


class Identify(msgspec.Struct, frozen=True):
    """Judge what somebody tells of themselves."""

    told: Told


class SendCode(msgspec.Struct, frozen=True, kw_only=True):
    """Send a one-time code to the address on file of whoever told this, or who bought this order."""

    told: Told = Told()
    order: str = ""


class CheckCode(msgspec.Struct, frozen=True):
    """Take one try of a code."""

    handle: str
    digits: str


class Judge(msgspec.Struct, frozen=True):
    """Only tell whether an action would be refused; nothing is kept or counted."""

    action: BusinessAction


class Prepare(msgspec.Struct, frozen=True):
    """Judge an action, and keep what it would do for the customer's yes."""

    action: BusinessAction


class Commit(msgspec.Struct, frozen=True):
    """Do what the customer said yes to."""

    token: str


class Do(msgspec.Struct, frozen=True):
    """Do what needs no yes."""

    action: BusinessAction


class Search(msgspec.Struct, frozen=True):
    """Ask the shop's knowledge."""

    question: str
    language: str


class Subscribe(msgspec.Struct, frozen=True):
    """Let marketing come, or no more."""

    wanted: bool


class KeepPhotos(msgspec.Struct, frozen=True):
    """Keep the photos that came with the utterance beside an order."""

    order: str


class TimesAsked(msgspec.Struct, frozen=True):
    """How often an intent was answered in this conversation lately."""

    intent: str
    days: int


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What would be done."""

    plan: Plan
    token: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    plan: Plan
    case_id: int = 0
    #: What the customer calls the case; "" none.
    rma: str = ""
    #: It waits for a human's decision.
    waits: bool = False
    #: Page of the case; "" none.
    page_url: str = ""
    #: The last day for handing the goods over; None: none.
    last_on: date | None = None


Wish = (
    ListOrders | ReadOrder | Identify | SendCode | CheckCode | Judge | Prepare | Commit | Do | Search | Subscribe | KeepPhotos | TimesAsked
)
#: What a wish comes to; each wish names its own below.
Given = tuple[OrderTold, ...] | tuple[str, ...] | int | OrderTold | Shown | Prepared | Done | Refusal | QuoteTold | str | bool | None
T = TypeVar("T")
Flow = Generator[Wish, Given, T]


def listed() -> Flow[tuple[OrderTold, ...]]:
    """Wish for the orders of whoever asks."""
    given = yield ListOrders()
    return tuple(one for one in given if isinstance(one, OrderTold)) if isinstance(given, tuple) else ()


def read(order: str) -> Flow[OrderTold | None]:
    """Wish for one order; None: there is none such of theirs."""
    given = yield ReadOrder(order)
    return given if isinstance(given, OrderTold) else None


def identified(told: Told) -> Flow[Shown | None]:
    """Wish that somebody be recognised; None: they are not."""
    given = yield Identify(told)
    return given if isinstance(given, Shown) else None


def sent_code(told: Told, order: str = "") -> Flow[str]:
    """Wish for a code; its handle, the same for whoever is not on file; "" asked for too often."""
    given = yield SendCode(told=told, order=order)
    return given if isinstance(given, str) else ""


def checked(handle: str, digits: str) -> Flow[Shown | None]:
    """Wish that a code be tried."""
    given = yield CheckCode(handle, digits)
    return given if isinstance(given, Shown) else None


def judged(action: BusinessAction) -> Flow[Refusal | None]:
    """Wish to know whether an action would be refused; None: it would not."""
    given = yield Judge(action)
    return given if isinstance(given, Refusal) else None


def prepared(action: BusinessAction) -> Flow[Prepared | Refusal]:
    """Wish that an action be judged."""
    given = yield Prepare(action)
    if isinstance(given, Prepared | Refusal):
        return given
    raise TypeError("an action that is prepared gives a plan or a refusal")


def committed(token: str) -> Flow[Done | Refusal]:
    """Wish that what was said yes to be done."""
    given = yield Commit(token)
    if isinstance(given, Done | Refusal):
        return given
    raise TypeError("a yes gives what was done or a refusal")


def done(action: BusinessAction) -> Flow[Done | Refusal]:
    """Wish that something without a yes be done."""
    given = yield Do(action)
    if isinstance(given, Done | Refusal):
        return given
    raise TypeError("an action gives what was done or a refusal")


def searched(question: str, language: str) -> Flow[QuoteTold | None]:
    """Wish for the shop's own words; None: it has none for this."""
    given = yield Search(question, language)
    return given if isinstance(given, QuoteTold) else None


def subscribed(*, wanted: bool) -> Flow[bool]:
    """Wish that marketing come or end; False: nobody knows for which address."""
    given = yield Subscribe(wanted)
    return given is True


def photographed(order: str) -> Flow[tuple[str, ...]]:
    """Wish that the photos that came be kept; their ids."""
    given = yield KeepPhotos(order)
    return tuple(one for one in given if isinstance(one, str)) if isinstance(given, tuple) else ()


def times_asked(intent: str, days: int) -> Flow[int]:
    """Wish to know how often the same was asked."""
    given = yield TimesAsked(intent, days)
    return given if isinstance(given, int) else 0
