"""What a talk is like → whether a human takes over, and why; how long nobody did → whether the machine answers again."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import HandoverState


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a talk when it is asked whether a human should take over."""

    #: They may do themselves harm: no rule of a merchant keeps it from a human.
    danger: bool = False
    #: They speak of lawyers, courts, the police: nor this.
    legal: bool = False
    #: The customer asked for a human.
    asked: bool = False
    #: How angry their last words are, 0 to 1.
    anger: float = 0.0
    #: What the order is worth; None: unknown, or it is about none.
    value: Money | None = None
    #: It decides on money or goods: reading where a parcel is does not become a human's for its worth.
    at_stake: bool = False
    #: How often the same intent came within `Rules.repeated_days`, this time included.
    same_intent: int = 1
    #: Turns in a row in which nothing was understood.
    unsure: int = 0
    #: It was refused, and the customer does not take the no.
    disputed: bool = False
    #: The policy gives it to a human.
    policy: bool = False


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """When a human takes over, as a merchant says."""

    #: From this much anger on, 0 to 1; None: anger alone is no reason.
    anger: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = 0.7
    #: Orders worth so much and more, by currency in minor units; a currency that is not named has no limit.
    value_minor: dict[str, Annotated[int, msgspec.Meta(gt=0)]] = {}
    #: The same intent for the n-th time within so many days; None: never.
    repeated: Annotated[int, msgspec.Meta(ge=2, le=20)] | None = 3
    repeated_days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 7
    #: So many turns in a row without an idea what is meant.
    unsure: Annotated[int, msgspec.Meta(ge=1, le=5)] = 2
    #: A customer who does not take a no.
    disputed: bool = True
    #: The machine answers again where nobody took it for so many hours; None: only after a human closed it.
    resume_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] | None = None


def should_hand_over(signals: Signals, rules: Rules) -> HandoverReason | None:
    """Say why a human takes over now; None: the machine goes on. What the customer says themselves comes before what is counted."""
    worth = rules.value_minor.get(signals.value.currency) if signals.value else None
    reasons = (
        (signals.danger, HandoverReason.DANGER),
        (signals.legal, HandoverReason.LEGAL),
        (signals.asked, HandoverReason.ASKED),
        (signals.policy, HandoverReason.POLICY),
        (signals.disputed and rules.disputed, HandoverReason.REFUSED),
        (rules.anger is not None and signals.anger >= rules.anger, HandoverReason.ANGER),
        (bool(worth and signals.at_stake and signals.value and signals.value.amount_minor >= worth), HandoverReason.VALUE),
        (signals.unsure >= rules.unsure, HandoverReason.UNSURE),
        (rules.repeated is not None and signals.same_intent >= rules.repeated, HandoverReason.REPEATED),
    )
    return next((reason for holds, reason in reasons if holds), None)


def may_resume(state: HandoverState, touched_at: datetime, rules: Rules, now: datetime) -> bool:
    """Tell whether the machine may answer again.

    After a human closed it, always. While nobody has taken it (`touched_at`: when a human last did anything, else when it was asked for),
    after the hours of the merchant's rule. Never while a human holds it, or has put it off.
    """
    if state is HandoverState.CLOSED:
        return True
    if state is not HandoverState.WAITING or rules.resume_hours is None:
        return False
    return now - touched_at >= timedelta(hours=rules.resume_hours)
