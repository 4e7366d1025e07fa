"""What a talk is like → a human or not, and why; what is wanted → queue and urgency; when somebody answers → what the customer is told."""

from datetime import UTC, datetime, timedelta

import pytest

from doorstep.conversations.handing.expecting import expect, expected_words, usual_minutes
from doorstep.conversations.handing.hours import Hours, Span
from doorstep.conversations.handing.macros import Macro, check_text, fill, fitting, holes_left, text_in
from doorstep.conversations.handing.routing import Handing, Priority, Queue, Route, Wanted, check, fits_agent, route
from doorstep.conversations.handing.rules import Rules, Signals, may_resume, should_hand_over
from doorstep.conversations.handing.words import handing_words
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.money import Money
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import HandoverState
from doorstep.errors import BadInputError

NOW = datetime(2026, 11, 30, 10, 1, 5, tzinfo=UTC)
DEAR = Rules(value_minor={"EUR": 50_000})


@pytest.mark.parametrize(
    ("signals", "rules", "reason"),
    [
        (Signals(), Rules(), None),
        (Signals(asked=True, anger=1), Rules(), HandoverReason.ASKED),
        (Signals(policy=True, unsure=9), Rules(), HandoverReason.POLICY),
        (Signals(anger=0.7), Rules(), HandoverReason.ANGER),
        (Signals(anger=0.69), Rules(), None),
        (Signals(anger=1), Rules(anger=None), None),
        (Signals(disputed=True), Rules(), HandoverReason.REFUSED),
        (Signals(disputed=True), Rules(disputed=False), None),
        (Signals(unsure=1), Rules(), None),
        (Signals(unsure=2), Rules(), HandoverReason.UNSURE),
        (Signals(same_intent=2), Rules(), None),
        (Signals(same_intent=3), Rules(), HandoverReason.REPEATED),
        (Signals(same_intent=99), Rules(repeated=None), None),
        (Signals(value=Money(50_000, "EUR"), at_stake=True), DEAR, HandoverReason.VALUE),
        (Signals(value=Money(49_999, "EUR"), at_stake=True), DEAR, None),
        (Signals(value=Money(50_000, "EUR")), DEAR, None),  # only asks where it is
        (Signals(value=Money(9_000_000, "JPY"), at_stake=True), DEAR, None),
    ],
)
def test_a_human_takes_over_for_a_reason_and_only_for_one(signals, rules, reason):
    assert should_hand_over(signals, rules) is reason


def test_the_machine_answers_again_after_a_close_or_by_the_rule_and_never_while_a_human_holds_it():
    rule, long_ago = Rules(resume_hours=4), NOW - timedelta(days=9)
    assert may_resume(HandoverState.CLOSED, NOW, Rules(), NOW)
    assert not may_resume(HandoverState.WAITING, long_ago, Rules(), NOW)
    assert may_resume(HandoverState.WAITING, NOW - timedelta(hours=4), rule, NOW)
    assert not may_resume(HandoverState.WAITING, NOW - timedelta(hours=3, minutes=59), rule, NOW)
    assert not may_resume(HandoverState.HELD, long_ago, rule, NOW)
    assert not may_resume(HandoverState.SNOOZED, long_ago, rule, NOW)


HANDING = Handing(
    hours=Hours(zone="Europe/Madrid", spans=(Span(days=(1, 2, 3, 4, 5), opens="09:00", closes="18:00"),)),
    queues=(
        Queue(name="support", title="Support"),
        Queue(name="returns", title="Returns"),
        Queue(name="vip", title="VIP", first_minutes=15),
    ),
    routes=(
        Route(queue="vip", value_minor={"EUR": 30_000}, priority=Priority.URGENT),
        Route(queue="vip", earlier_orders=10),
        Route(queue="returns", intents=("return", "refund.ask"), languages=("es",), skill="returns"),
    ),
)


@pytest.mark.parametrize(
    ("wanted", "queue", "priority", "skill"),
    [
        ({}, "support", Priority.NORMAL, ""),
        ({"reason": "anger"}, "support", Priority.HIGH, ""),
        ({"value": Money(30_000, "EUR")}, "vip", Priority.URGENT, ""),
        ({"value": Money(30_000, "USD")}, "support", Priority.NORMAL, ""),
        ({"earlier_orders": 12, "reason": "value"}, "vip", Priority.HIGH, ""),
        ({"intent": "return.start", "language": "es"}, "returns", Priority.NORMAL, "returns"),
        ({"intent": "refund.ask", "language": "es"}, "returns", Priority.NORMAL, "returns"),
        ({"intent": "refund.status", "language": "es"}, "support", Priority.NORMAL, ""),
        ({"intent": "return.start", "language": "de"}, "support", Priority.NORMAL, ""),
    ],
)
def test_the_first_route_that_fits_says_where_it_goes(wanted, queue, priority, skill):
    reason = HandoverReason(wanted.pop("reason", "asked"))
    routed = route(Wanted(reason=reason, **wanted), HANDING)
    assert (routed.queue.name, routed.priority, routed.skill) == (queue, priority, skill)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Handing(queues=()), "at least one queue"),
        (Handing(queues=(Queue(name="a", title="A"), Queue(name="a", title="B"))), "a name of its own"),
        (Handing(routes=(Route(queue="nowhere"),)), "the queue nowhere"),
        (Handing(hours=Hours(zone="Mars/Crater")), "no time zone"),
        (Handing(hours=Hours(spans=(Span(days=(1,), opens="18:00", closes="09:00"),))), "end after they begin"),
    ],
)
def test_rules_that_lead_nowhere_are_refused_with_a_sentence(wrong, said):
    with pytest.raises(BadInputError, match=said):
        check(wrong)
    check(HANDING)


def test_somebody_takes_what_they_speak_and_can_do():
    assert fits_agent("es", "", (), ())
    assert fits_agent("", "", ("de",), ())
    assert not fits_agent("es", "", ("de", "en"), ())
    assert fits_agent("de", "returns", ("de",), ("returns",))
    assert not fits_agent("de", "returns", ("de",), ())


def test_customers_are_told_the_truth_about_when_somebody_answers():
    def told(now, usual=None, queue="support", locale="en"):
        return expected_words(expect(HANDING, queue, now, usual), locale, now)

    assert told(NOW, queue="vip") == "A colleague will answer you here, in about 15 minutes."
    assert told(NOW, usual=240) == "A colleague will answer you here, by 15:15 today."
    friday = datetime(2026, 12, 4, 17, 30, tzinfo=UTC)
    assert told(friday) == "Nobody of us is here right now. A colleague will answer you here, by 10:00 on Monday 7 December."
    assert told(friday, locale="de").endswith("bis Montag, 7. Dezember, 10:00 Uhr.")
    assert told(datetime(2026, 11, 30, 16, 40, tzinfo=UTC)) == "A colleague will answer you here, by 09:45 tomorrow."


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_language_says_it_without_a_hole_left(locale):
    for now in (NOW, NOW + timedelta(hours=9), NOW + timedelta(days=4, hours=9)):
        for usual in (None, 300):
            assert "{" not in expected_words(expect(HANDING, "support", now, usual), locale, now)
    titles = [handing_words(str(score), locale) for score in range(1, 6)]
    assert [title[0] for title in titles] == ["1", "2", "3", "4", "5"]
    assert all(len(title) <= 20 for title in titles)


def test_what_is_usual_is_counted_in_hours_in_which_somebody_is_there_and_of_enough_answers():
    night = [(datetime(2026, 11, 26, 18, tzinfo=UTC), datetime(2026, 11, 27, 8, 30, tzinfo=UTC))]
    assert usual_minutes(HANDING, "support", night * 9) is None
    assert usual_minutes(HANDING, "support", night * 10) == 30


def test_a_macro_goes_out_in_the_customers_language_and_never_with_a_hole():
    one = Macro(macro_id=1, name="Broken", texts={"es": "Hola {customer}", "en": "Hello {customer}, about {order}"})
    assert text_in(one, "es", "en") == "Hola {customer}"
    assert text_in(one, "de", "fr") == "Hello {customer}, about {order}"
    filled = fill(text_in(one, "de", "en"), {"customer": "{order}"})
    assert filled == "Hello {order}, about {order}"
    assert holes_left(filled) == ["order", "order"]
    assert holes_left("a {brace} of mine") == []
    with pytest.raises(BadInputError, match="filled by nothing"):
        check_text("Hello {customre}")


def test_macros_that_speak_of_what_was_asked_come_first():
    macros = [
        Macro(macro_id=1, name="Thanks", texts={"en": "Thank you"}, used=900),
        Macro(macro_id=2, name="Broken on arrival", texts={"en": "Sorry that it is broken"}),
        Macro(macro_id=3, name="Refund", texts={"en": "Your money is on its way"}),
    ]
    assert [one.macro_id for one in fitting(macros, "My lamp came BROKEN", "")] == [2, 1, 3]
    assert fitting(macros, "", "refund.status")[0].macro_id == 3
