"""One question to the guards with all they may know; and the one way in which they say no."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from doorstep.actions.policy import Policy
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import ActionKind, Assurance
from doorstep.domain.actions.known import Known, KnownCustomer, KnownOrder
from doorstep.domain.actions.refusals import Refusal, RefusalCode


class RefusedAction(Exception):  # noqa: N818 - no error: an answer, that ends the chain of guards from wherever it is given
    """A guard says no. Never leaves this room: `prepare` turns it into its `Refusal`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def no(code: RefusalCode, *instead: ActionKind, facts: dict[str, str | int] | None = None, needs: Assurance | None = None) -> RefusedAction:
    """Word a no to be raised: why, and what is possible instead."""
    return RefusedAction(Refusal(code=code, facts=facts or {}, instead=instead, needs=needs))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, what is known, by which rules, when (aware)."""

    asker: Asker
    known: Known
    policy: Policy
    now: datetime

    @property
    def order(self) -> KnownOrder:
        """The order asked about; an unknown one and somebody else's are the same no."""
        order = self.known.order
        if order is None or not self.asker.owns(order):
            raise no(RefusalCode.NOT_FOUND)
        return order

    @property
    def customer(self) -> KnownCustomer:
        """Whose record may be used: the asker's own, or for staff the order's customer's; an empty one where none is kept."""
        return self.known.customer or KnownCustomer()

    def day(self, moment: datetime) -> date:
        """The day of a moment by the recipient's calendar."""
        zone = self.known.order.zone if self.known.order else None
        return moment.astimezone(ZoneInfo(zone or "UTC")).date()

    @property
    def today(self) -> date:
        """The recipient's day."""
        return self.day(self.now)
