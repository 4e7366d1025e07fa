"""What merchants change of the talks: read, checked, put in words; a stored part that does not hold never stops an answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.talks.book import Changes, book_of, house
from doorstep.conversations.talks.changing import (
    check,
    differences,
    look_over,
    only_words,
    sound,
    with_next,
    with_switch,
    with_words,
    written,
)
from doorstep.conversations.talks.saying import said
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.turns import Piece
from doorstep.steps.talk_saying import writer

WRITE = writer("en", "Europe/Berlin")


def test_changing_nothing_holds():
    assert look_over(b"{}") == (Changes(), [])


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "this is no change of the talks"),
        (b"\xff", "this is no change of the talks"),
        (b"[]", "this is no change of the talks"),
        (b'{"of": []}', "unknown field `of`"),
        (b'{"off": ["nothing"]}', "there is no talk 'nothing'"),
        (b'{"next": {"where": ["nothing"]}}', "offers 'nothing' next, and there is no such talk"),
        (b'{"next": {"where": ["where"]}}', "offers itself next"),
        (b'{"next": {"where": ["human", "human"]}}', "offers a talk twice"),
        (b'{"words": {"tlh": {"say.hello": "x"}}}', "'tlh' is no language"),
        (b'{"words": {"en": {"say.nothing": "x"}}}', "there are no words called 'say.nothing'"),
        (b'{"words": {"en": {"say.hello": "{number}"}}}', "{number} stands for nothing here"),
        (b'{"words": {"en": {"say.hello": "{}"}}}', "{} stands for nothing here"),
        (b'{"words": {"en": {"say.hello": "  "}}}', "write 1 to 1000 characters"),
        (b'{"words": {"en": {"talk.where": "Where is my order now?"}}}', "write 1 to 20 characters"),
        (b'{"words": {"en": {"talk.where": "Where\\nis it"}}}', "breaks the line"),
        (b'{"words": {"en": {"say.hello": "a\\u0007b"}}}', "cannot be printed"),
    ],
)
def test_what_is_wrong_is_said(document, why):
    _, wrong = look_over(document)
    assert any(why in one for one in wrong), wrong


def test_all_that_is_wrong_is_said_at_once():
    _, wrong = look_over(b'{"off": ["x"], "next": {"where": ["where"]}, "words": {"en": {"say.hello": "{a} {b}"}}}')
    assert len(wrong) == 4


def test_a_stored_part_that_does_not_hold_is_left_out_and_the_rest_counts():
    stored = {
        "on": False,
        "off": ["cancel", "gone"],
        "words": {"en": {"say.hello": "{gone}", "say.welcome": "Any time."}, "tlh": {"say.hello": "x"}},
        "next": {"where": ["gone", "human"], "gone": ["human"]},
    }
    changes, left_out = sound(stored)
    assert not changes.on
    assert changes.words == {"en": {"say.welcome": "Any time."}}
    assert changes.next == {"where": ("human",)}
    assert len(left_out) == 4
    book = book_of(changes)
    assert not book.talks["cancel"].enabled


def test_a_machine_that_was_switched_off_stays_off_however_broken_the_rest_is():
    assert not sound({"on": False, "words": 7})[0].on
    assert sound("nonsense")[0] == Changes()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["on", "off", "words", "next", "en", "de", "say.hello", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_JSON)
def test_whatever_is_stored_becomes_a_book_that_answers(stored):
    changes, _ = sound(stored)
    book = book_of(changes)
    assert said([Piece(key="say.hello", facts={"brand": "Loom"})], "en", book, WRITE)
    assert all(slug in book.talks for talk in book.talks.values() for slug in talk.next)
    for language, texts in changes.words.items():
        assert language in LANGUAGES
        assert not list(check(Changes(words={language: texts})))


def test_a_text_that_speaks_of_what_a_turn_has_not_gives_way_to_ours():
    book = book_of(Changes(words={"en": {"where.number": "{tracking} by {carrier}"}}))
    assert said([Piece(key="where.number", facts={"tracking": "T1", "carrier": "DHL"})], "en", book, WRITE) == "T1 by DHL"
    assert said([Piece(key="where.number", facts={"tracking": "T1", "carrier": ""})], "en", book, WRITE) == "Tracking number: T1."


def test_a_value_that_looks_like_a_hole_is_not_filled_again():
    book = book_of(Changes(words={"en": {"say.hello": "Hi from {brand}"}}))
    assert said([Piece(key="say.hello", facts={"brand": "{brand}{x}"})], "en", book, WRITE) == "Hi from {brand}{x}"


def test_words_switches_and_offers_are_put_in_and_taken_back():
    changes = with_words(Changes(), "en", {"say.hello": "Hi", "say.welcome": ""})
    assert changes.words == {"en": {"say.hello": "Hi"}}
    assert with_words(changes, "en", {"say.hello": ""}) == Changes()
    assert with_switch(with_switch(Changes(), "cancel", on=False), "cancel", on=True) == Changes()
    led = with_next(Changes(), "where", ("human",))
    assert led.next == {"where": ("human",)}
    assert with_next(led, "where", house().talks["where"].next) == Changes()
    assert json.loads(written(led)) == {"on": True, "off": [], "words": {}, "next": {"where": ["human"]}}


def test_differences_are_said_in_words():
    before = Changes(words={"en": {"say.hello": "Hi"}})
    after = Changes(on=False, off=("cancel",), words={"en": {"say.hello": "Ahoy"}}, next={"where": ("human",)})
    told = {(one.what, one.was, one.now) for one in differences(before, after)}
    assert ("The machine", "answers customers", "leaves every customer to people") in told
    assert ("Cancel the order", "answered by the machine", "left to people") in told
    assert ("en say.hello", "Hi", "Ahoy") in told
    assert any(what == "Where is my order?: what it offers next" and now == "Talk to us" for what, _, now in told)
    assert differences(after, after) == []
    assert only_words(before, Changes())
    assert not only_words(before, after)
