"""A case as it stands + the merchant's policy + now → which states may follow, and what time does to it next.

No state but an end is without a next look, and from every state an end can be reached: docs/rules/returns.md.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from doorstep.actions.policy import Policy
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ENDED, CaseKind, CaseState, Remedy


class What(StrEnum):
    """What a look at a case is for."""

    #: The customer is reminded that it is their turn.
    REMIND = "remind"
    #: Nothing came in time: it ends, held stock is let go.
    EXPIRE = "expire"
    #: The shop's desk is told that somebody has to act.
    ESCALATE = "escalate"
    #: Nothing has to come back: money or goods go at once.
    SETTLE = "settle"
    #: Whoever was asked has not answered in time: the customer and the desk are told.
    UNANSWERED = "unanswered"
    #: Alternatives are offered after a closed return.
    FOLLOW_UP = "follow_up"


class Look(msgspec.Struct, frozen=True):
    """When a case is looked at next, and what for."""

    at: datetime
    what: What


class _Pace(msgspec.Struct, frozen=True):
    """What time does in one state, counted from its beginning."""

    #: What is done after so long, in order; the n-th when it was done n - 1 times before.
    steps: tuple[tuple[timedelta, What], ...] = ()
    #: After the last of them, the same again after so long, for ever; None: not again.
    again: timedelta | None = None
    #: Whatever was done before, then this.
    end: tuple[timedelta, What] | None = None


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: A request waits so long for a human before the desk hears of it again.
DECIDE = (24 * _HOUR, 72 * _HOUR)
#: A label that could not be made in so long is the desk's to see.
LABEL = 2 * _HOUR
#: Days after which a customer who holds a label is reminded.
REMIND_DAYS = (7, 14)
#: A return parcel under way for so long may be lost.
WAY = 14 * _DAY
#: Goods that came wait so long for their inspection.
INSPECT = 3 * _DAY
#: What was inspected is settled by itself after so long, in which whoever looked may settle it by hand, or look again.
LOOKED_AT = _HOUR
#: Where only a human can say how much, the desk hears of it again after so long.
GRANT = _DAY
#: Money or goods that were sent off and nobody confirmed.
CONFIRM = 3 * _DAY
#: A carrier has so long to answer a claim.
CLAIM = 5 * _DAY
#: A wish about a parcel under way is pointless after so long.
WISH = 7 * _DAY
#: What nobody has done is told to the desk again and again.
AGAIN = 7 * _DAY
#: After a closed return, alternatives are offered once.
FOLLOW_UP = 48 * _HOUR
#: Two reminders never come closer together, however late the first was.
_APART = 2 * _DAY

_REQUESTED = frozenset({CaseState.APPROVED, CaseState.REFUSED, CaseState.CANCELLED})
_BACK: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.REQUESTED: _REQUESTED,
    CaseState.APPROVED: frozenset(
        {
            CaseState.LABEL_READY,
            CaseState.IN_TRANSIT,
            CaseState.RECEIVED,
            CaseState.SETTLING,
            CaseState.CLOSED,
            CaseState.REFUSED,
            CaseState.CANCELLED,
            CaseState.EXPIRED,
        }
    ),
    CaseState.LABEL_READY: frozenset(
        {CaseState.IN_TRANSIT, CaseState.RECEIVED, CaseState.SETTLING, CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED}
    ),
    CaseState.IN_TRANSIT: frozenset({CaseState.RECEIVED, CaseState.SETTLING, CaseState.REFUSED, CaseState.EXPIRED}),
    CaseState.RECEIVED: frozenset({CaseState.INSPECTED, CaseState.SETTLING, CaseState.REFUSED}),
    CaseState.INSPECTED: frozenset({CaseState.SETTLING, CaseState.CLOSED, CaseState.REFUSED}),
    CaseState.SETTLING: frozenset({CaseState.CLOSED, CaseState.REFUSED}),
}
_OUTSIDE: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.REQUESTED: _REQUESTED | {CaseState.PASSED_ON, CaseState.CLOSED, CaseState.EXPIRED},
    CaseState.APPROVED: frozenset({CaseState.PASSED_ON, CaseState.CLOSED, CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED}),
    CaseState.PASSED_ON: frozenset({CaseState.CLOSED, CaseState.REFUSED, CaseState.CANCELLED, CaseState.EXPIRED}),
}
_CLAIM: Mapping[CaseState, frozenset[CaseState]] = {
    **_BACK,
    CaseState.REQUESTED: _REQUESTED | {CaseState.PASSED_ON},
    CaseState.PASSED_ON: frozenset({CaseState.APPROVED, CaseState.SETTLING, CaseState.REFUSED, CaseState.CANCELLED}),
}
#: Kind → state → the states that may follow it; an ended state has none.
FOLLOWING: Mapping[CaseKind, Mapping[CaseState, frozenset[CaseState]]] = {
    CaseKind.RETURN: _BACK,
    CaseKind.EXCHANGE: _BACK,
    CaseKind.CLAIM: _CLAIM,
    CaseKind.ORDER_CHANGE: _OUTSIDE,
    CaseKind.DELIVERY_CHANGE: _OUTSIDE,
}
#: States in which a case may begin.
FIRST: Mapping[CaseKind, frozenset[CaseState]] = {
    CaseKind.RETURN: frozenset({CaseState.REQUESTED, CaseState.APPROVED}),
    CaseKind.EXCHANGE: frozenset({CaseState.REQUESTED, CaseState.APPROVED}),
    CaseKind.CLAIM: frozenset({CaseState.REQUESTED, CaseState.APPROVED, CaseState.PASSED_ON}),
    CaseKind.ORDER_CHANGE: frozenset({CaseState.REQUESTED, CaseState.APPROVED, CaseState.PASSED_ON}),
    CaseKind.DELIVERY_CHANGE: frozenset({CaseState.REQUESTED, CaseState.APPROVED, CaseState.PASSED_ON}),
}
_GOODS = frozenset({CaseKind.RETURN, CaseKind.EXCHANGE, CaseKind.CLAIM})


def may_move(case: Case, to: CaseState) -> bool:
    """Tell whether a case may go into a state next."""
    return to in FOLLOWING[case.kind].get(case.state, frozenset())


def comes_back(case: Case) -> bool:
    """Whether goods come back before a case is settled."""
    return case.kind in _GOODS and not case.keeps


def sent_first(case: Case) -> bool:
    """Whether the new goods of an exchange are on their way while the old ones have not come back."""
    return case.kind is CaseKind.EXCHANGE and case.exchange_when == "ship_first" and case.remedy in {None, Remedy.EXCHANGE}


def next_look(case: Case, policy: Policy, now: datetime) -> Look | None:
    """Tell when a case that has just moved, or was just looked at, is to be looked at next and what for; None: never, it has ended.

    What is overdue is due at once; only the second reminder stays apart from a first that came late, at `now` (aware).
    """
    look = planned_look(case, policy, now)
    if look is None or not case.reminded or look.what is What.EXPIRE:
        return look
    end = _end(case, policy)
    apart = Look(max(look.at, now + _APART), look.what)
    return end if end is not None and end.at <= apart.at else apart


def _end(case: Case, policy: Policy) -> Look | None:
    pace = _pace(case, policy)
    begun = case.since or case.opened_at
    return Look(begun + pace.end[0], pace.end[1]) if pace and pace.end and begun else None


def planned_look(case: Case, policy: Policy, now: datetime) -> Look | None:
    """Tell what time does next to a case as it stands, and when; at that moment and after it, it is to be done. None: it has ended."""
    since = case.since or case.opened_at or now
    pace = _pace(case, policy)
    if pace is None:
        return None
    looks = [Look(since + pace.end[0], pace.end[1])] if pace.end else []
    if looks and looks[0].at <= now:  # its end goes before whatever else is overdue
        return looks[0]
    if case.reminded < len(pace.steps):
        after, what = pace.steps[case.reminded]
        looks.append(Look(since + after, what))
    elif pace.again is not None and pace.steps:
        after, what = pace.steps[-1]
        looks.append(Look(since + after + pace.again * (case.reminded - len(pace.steps) + 1), what))
    return min(looks, key=lambda one: (one.at, one.what is not What.EXPIRE), default=None)


def _pace(case: Case, policy: Policy) -> _Pace | None:
    if case.state in ENDED:
        follows = case.kind is CaseKind.RETURN and case.state is CaseState.CLOSED and case.reminded == 0
        return _Pace(steps=((FOLLOW_UP, What.FOLLOW_UP),)) if follows else None
    if case.kind in _GOODS:
        return _pace_of_goods(case, policy)
    answer = policy.delivering.answer_hours * _HOUR
    if case.state is CaseState.PASSED_ON:
        steps = ((answer, What.UNANSWERED), (2 * answer, What.ESCALATE))
        if case.kind is CaseKind.DELIVERY_CHANGE:
            return _Pace(steps=steps, again=max(answer, _DAY), end=(max(WISH, 4 * answer), What.EXPIRE))
        return _Pace(steps=steps, again=_DAY)
    if case.kind is CaseKind.DELIVERY_CHANGE:  # the parcel does not wait for a human
        return _Pace(steps=((min(answer, DECIDE[0]), What.ESCALATE),), again=_DAY, end=(max(WISH, 2 * answer), What.EXPIRE))
    return _waits(*DECIDE)


def _waits(*after: timedelta) -> _Pace:
    return _Pace(steps=tuple((one, What.ESCALATE) for one in after), again=AGAIN)


def _pace_of_goods(case: Case, policy: Policy) -> _Pace:
    returning = policy.returning
    match case.state:
        case CaseState.REQUESTED:
            return _waits(*DECIDE)
        case CaseState.PASSED_ON:
            return _waits(CLAIM)
        case CaseState.APPROVED if not comes_back(case):
            return _Pace(steps=((timedelta(0), What.SETTLE),), again=_DAY)
        case CaseState.APPROVED:
            return _waits(LABEL, _DAY)
        case CaseState.LABEL_READY:
            return _turn_of_customer(case, timedelta(days=returning.expires_days))
        case CaseState.IN_TRANSIT:
            return _waits(WAY)
        case CaseState.RECEIVED:
            promised = timedelta(days=returning.refund_days[1]) - _DAY
            return _waits(max(_DAY, min(INSPECT, promised)))
        case CaseState.INSPECTED:
            return _Pace(steps=((LOOKED_AT, What.SETTLE), (GRANT, What.ESCALATE)), again=AGAIN)
        case _:
            return _waits(CONFIRM)


def _turn_of_customer(case: Case, expires: timedelta) -> _Pace:
    """Remind twice, then expire; goods that were sent first are not forgotten but asked for by a human."""
    steps = tuple((timedelta(days=days), What.REMIND) for days in REMIND_DAYS if timedelta(days=days) < expires)
    if sent_first(case):
        return _Pace(steps=(*steps, (expires, What.ESCALATE)), again=AGAIN)
    return _Pace(steps=steps, end=(expires, What.EXPIRE))
