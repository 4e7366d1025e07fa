"""An errand on its way to whoever has to do it: what a shop's or a carrier's plug-in is handed, and what it says of it."""

from typing import Any

import msgspec

from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.money import Money


class ErrandLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many units of one order line that an errand is about."""

    line_id: str
    quantity: int
    #: The variant that was bought; "" untold.
    variant_id: str = ""
    #: The variant that comes instead; "": none.
    wanted_id: str = ""
    #: A leaf of the policy's tree of reasons; "" untold.
    reason: str = ""
    comment: str = ""


class ErrandOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done, as it lies in the outbox."""

    #: Our id.
    errand_id: int
    kind: ErrandKind
    #: The same on each try and each way, another for each errand: a UUID, the idempotency key wherever one is taken.
    key: str
    #: What the case is called, e.g. "R-7K2M9Q".
    rma: str
    #: The shop's id of the order.
    order: str
    #: As the customer knows it.
    order_number: str = ""
    lines: tuple[ErrandLine, ...] = ()
    #: What is to be paid back or credited; None: nothing, or what the other side works out.
    amount: Money | None = None
    #: What the customer still pays for what is sent; None: nothing.
    to_pay: Money | None = None
    #: The shop's id of the customer; "" unknown.
    customer: str = ""
    #: The other's own id of what an earlier errand of the case made there (a return); "" none.
    made_earlier: str = ""
    #: As planned, JSON types.
    body: dict[str, Any] = {}


class Try(msgspec.Struct, frozen=True):
    """One try at an errand."""

    order: ErrandOrder
    #: It was tried before, and nobody may know how far that came.
    again: bool = False
