"""What a reply answers: a button, a number, the very words, the only order; never a guess."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.binding import Said, bind, named_in
from doorstep.conversations.words import words
from doorstep.domain.messages import Choice, Reply
from doorstep.domain.vocabulary import ChannelKind

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
CHOICES = (Choice(choice_id="reschedule", title="Another day"), Choice(choice_id="help", title="I need help"))
OFFERING = Said(message_id="m-1", order_id=7, at=NOW, choices=CHOICES)
PLAIN = Said(message_id="m-2", order_id=7, at=NOW)
OTHER = Said(message_id="m-3", order_id=8, at=NOW)


def reply(text="", **rest):
    return Reply(**{"channel": ChannelKind.SMS, "sender": "+34600000001", "to": "+1", "text": text, "provider_id": "r", **rest})


@pytest.mark.parametrize(
    ("text", "choice"),
    [("1", "reschedule"), (" 2. ", "help"), ("#1", "reschedule"), ("(2)", "help"), ("another  DAY", "reschedule"), ("I need help", "help")],
)
def test_a_number_or_the_very_words_make_a_choice_of_the_last_message_that_offers_any(text, choice):
    bound = bind(reply(text), None, [PLAIN, OFFERING])
    assert (bound.message_id, bound.choice, bound.order_id) == ("m-1", choice, 7)


@pytest.mark.parametrize("text", ["0", "3", "12", "1 and 2", "1 Main Street", "another day please", "-1", "\uff11", ""])
def test_anything_else_is_no_choice(text):
    bound = bind(reply(text), None, [OFFERING])
    assert (bound.message_id, bound.choice) == (None, "")


def test_a_button_counts_only_where_the_message_it_answers_offers_it():
    assert bind(reply("Another day", choice="reschedule"), OFFERING, []).choice == "reschedule"
    stranger = bind(reply("Another day", choice="refund_everything"), OFFERING, [])
    assert (stranger.message_id, stranger.choice) == ("m-1", "")
    assert bind(reply("x", choice="reschedule"), PLAIN, [OFFERING]).choice == ""


def test_the_order_is_told_only_where_it_is_the_only_one():
    assert bind(reply("where is it?"), None, [PLAIN, OFFERING]).order_id == 7
    several = bind(reply("where is it?"), None, [PLAIN, OTHER])
    assert (several.order_id, several.how) == (None, "several orders were written about lately")
    assert bind(reply("where is it?"), None, []).order_id is None
    assert bind(reply("where is it?"), OTHER, [PLAIN]).order_id == 8


@given(st.text(max_size=60), st.lists(st.sampled_from([OFFERING, PLAIN, OTHER]), max_size=4))
def test_whatever_is_written_only_a_choice_that_was_offered_comes_out(text, lately):
    bound = bind(reply(text), None, lately)
    assert bound.choice in {"", "reschedule", "help"}
    assert (bound.message_id is not None) == bool(bound.choice)


def test_an_answer_to_the_question_is_taken_apart():
    named = named_in("Hi! It's order #A-1001, from Ana.Prats@Customer.example. Thanks 2 you")
    assert named.email == "ana.prats@customer.example"
    assert named.numbers == ("#A-1001", "2")
    assert named_in("no idea").email == ""


@given(st.text(max_size=300))
def test_any_text_is_taken_apart(text):
    assert len(named_in(text).numbers) <= 8


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "it", "pt", "hi"])
def test_every_language_says_everything_and_a_brand_may_be_called_anything(language):
    for name in ("who", "found", "noted", "human"):
        text = words(name, f"{language}-XX", "{choice} & Co", "Another day")
        assert "{brand}" not in text
        assert text != words(name, "en", "{choice} & Co", "Another day") or language == "en"
    assert "{choice} & Co" in words("who", language, "{choice} & Co")
