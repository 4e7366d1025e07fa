"""The life of a case: which states follow which, and what time alone does to it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.actions.life import FIRST, FOLLOWING, REMIND_DAYS, What, may_move, next_look
from doorstep.actions.policy import Delivering, Policy, Returning
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ENDED, ActionKind, CaseKind, CaseState

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACTIONS = {
    CaseKind.RETURN: ActionKind.OPEN_RETURN,
    CaseKind.EXCHANGE: ActionKind.OPEN_EXCHANGE,
    CaseKind.CLAIM: ActionKind.OPEN_CLAIM,
    CaseKind.ORDER_CHANGE: ActionKind.CHANGE_ADDRESS,
    CaseKind.DELIVERY_CHANGE: ActionKind.RESCHEDULE,
}


def case_in(state: CaseState, kind: CaseKind = CaseKind.RETURN, **fields) -> Case:
    return Case(kind=kind, action=ACTIONS[kind], state=state, since=NOW, opened_at=NOW, **fields)


def reachable(kind: CaseKind) -> set[CaseState]:
    found, ahead = set(), set(FIRST[kind])
    while ahead:
        state = ahead.pop()
        found.add(state)
        ahead |= set(FOLLOWING[kind].get(state, ())) - found
    return found


def looks_until(case: Case, policy: Policy, days: int) -> list[tuple[int, What]]:
    """What time does to a case, as (whole days since it began, what)."""
    seen, now = [], NOW
    while (look := next_look(case, policy, now)) is not None and (look.at - NOW).days <= days and len(seen) < 50:
        now = max(now, look.at)
        seen.append(((now - NOW).days, look.what))
        if look.what is What.EXPIRE:
            break
        case = msgspec.structs.replace(case, reminded=case.reminded + 1)
    return seen


@pytest.mark.parametrize("kind", CaseKind)
def test_from_every_state_an_end_can_be_reached_and_ends_are_ends(kind):
    for state in reachable(kind):
        if state in ENDED:
            assert not FOLLOWING[kind].get(state)
            continue
        ahead, seen = {state}, set()
        while ahead:
            one = ahead.pop()
            seen.add(one)
            ahead |= set(FOLLOWING[kind].get(one, ())) - seen
        assert seen & ENDED, f"{kind} {state} never ends"


@given(
    st.sampled_from([(kind, state) for kind in CaseKind for state in sorted(reachable(kind) - ENDED)]),
    st.integers(0, 30),
    st.booleans(),
    st.sampled_from(["ship_first", "after_scan"]),
    st.integers(1, 365),
    st.integers(1, 200),
    st.integers(0, 1000),
)
def test_no_open_case_is_without_a_next_look_and_each_look_makes_the_next_one_later(of, reminded, keeps, when, expires, answer, late):
    kind, state = of
    case = case_in(state, kind, reminded=reminded, keeps=keeps, exchange_when=when)
    policy = Policy(returning=Returning(expires_days=expires), delivering=Delivering(answer_hours=answer))
    look = next_look(case, policy, NOW)
    assert look is not None
    now = look.at + timedelta(hours=late)
    after = next_look(msgspec.structs.replace(case, reminded=reminded + 1), policy, now)
    assert after is not None
    assert after.at > now or after.what is What.EXPIRE


def test_only_listed_states_follow():
    assert may_move(case_in(CaseState.REQUESTED), CaseState.APPROVED)
    assert not may_move(case_in(CaseState.REQUESTED), CaseState.CLOSED)
    assert not may_move(case_in(CaseState.IN_TRANSIT), CaseState.CANCELLED)  # what the carrier has is not kept any more
    assert not may_move(case_in(CaseState.CLOSED), CaseState.SETTLING)
    assert may_move(case_in(CaseState.PASSED_ON, CaseKind.DELIVERY_CHANGE), CaseState.CLOSED)
    assert not may_move(case_in(CaseState.PASSED_ON, CaseKind.DELIVERY_CHANGE), CaseState.RECEIVED)


def test_a_label_that_is_not_used_is_recalled_twice_and_expires():
    assert looks_until(case_in(CaseState.LABEL_READY), Policy(), 60) == [
        (REMIND_DAYS[0], What.REMIND),
        (REMIND_DAYS[1], What.REMIND),
        (21, What.EXPIRE),
    ]
    assert looks_until(case_in(CaseState.LABEL_READY), Policy(returning=Returning(expires_days=10)), 60) == [
        (7, What.REMIND),
        (10, What.EXPIRE),
    ]


def test_goods_that_were_sent_first_are_never_forgotten():
    case = case_in(CaseState.LABEL_READY, CaseKind.EXCHANGE, exchange_when="ship_first")
    assert looks_until(case, Policy(), 40) == [
        (7, What.REMIND),
        (14, What.REMIND),
        (21, What.ESCALATE),
        (28, What.ESCALATE),
        (35, What.ESCALATE),
    ]


def test_what_nobody_decides_goes_to_the_desk_again_and_again():
    assert looks_until(case_in(CaseState.REQUESTED), Policy(), 18) == [
        (1, What.ESCALATE),
        (3, What.ESCALATE),
        (10, What.ESCALATE),
        (17, What.ESCALATE),
    ]


def test_goods_wait_for_inspection_no_longer_than_the_refund_was_promised():
    quick = Policy(returning=Returning(refund_days=(1, 2)))
    assert looks_until(case_in(CaseState.RECEIVED), Policy(), 5) == [(3, What.ESCALATE)]
    assert looks_until(case_in(CaseState.RECEIVED), quick, 5) == [(1, What.ESCALATE)]


def test_what_need_not_come_back_is_settled_at_once():
    look = next_look(case_in(CaseState.APPROVED, keeps=True), Policy(), NOW)
    assert look is not None
    assert (look.at, look.what) == (NOW, What.SETTLE)
    assert next_look(case_in(CaseState.APPROVED), Policy(), NOW).what is What.ESCALATE  # type: ignore[union-attr]


def test_a_wish_that_nobody_answers_is_told_then_chased_then_over():
    seen = looks_until(case_in(CaseState.PASSED_ON, CaseKind.DELIVERY_CHANGE), Policy(), 60)
    assert seen[0] == (0, What.UNANSWERED)
    assert seen[-1] == (7, What.EXPIRE)
    assert {what for _, what in seen[1:-1]} == {What.ESCALATE}
    changes = looks_until(case_in(CaseState.PASSED_ON, CaseKind.ORDER_CHANGE), Policy(), 10)
    assert changes[0][1] is What.UNANSWERED
    assert changes[-1][1] is What.ESCALATE


def test_a_closed_return_is_followed_up_once_and_nothing_else_is():
    closed = case_in(CaseState.CLOSED)
    assert looks_until(closed, Policy(), 60) == [(2, What.FOLLOW_UP)]
    assert next_look(case_in(CaseState.CLOSED, CaseKind.EXCHANGE), Policy(), NOW) is None
    assert next_look(case_in(CaseState.REFUSED), Policy(), NOW) is None


def test_two_reminders_never_come_close_together_however_late_the_first_was():
    late = NOW + timedelta(days=14)
    look = next_look(case_in(CaseState.LABEL_READY, reminded=1), Policy(), late)
    assert look is not None
    assert look.at == late + timedelta(days=2)
