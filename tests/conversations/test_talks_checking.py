"""The house's talks are whole, and a merchant's changes are checked before they go live."""

import msgspec
import pytest

from doorstep.conversations.talks.book import Book, Changes, book_of, house
from doorstep.conversations.talks.checking import faults


def with_talk(slug: str, **changes: object) -> Book:
    book = house()
    return msgspec.structs.replace(book, talks={**book.talks, slug: msgspec.structs.replace(book.talks[slug], **changes)})


def test_the_houses_talks_have_no_fault() -> None:
    assert faults(house()) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"next": ("nowhere",)}, "there is no such talk"),
        ({"needs": ("order", "shoe_size")}, "nobody knows how to ask"),
        ({"tells": ("fortunes",)}, "there is nothing that tells"),
        ({"actions": (), "tells": (), "knowledge": False}, "it would never end"),
        ({"intents": ("track.somewhere",)}, "there is no intent"),
    ],
)
def test_a_broken_definition_is_told(changes: dict[str, object], fault: str) -> None:
    assert any(fault in one for one in faults(with_talk("reschedule", **changes)))


def test_an_intent_that_no_talk_answers_is_told() -> None:
    assert any("delivery.reschedule is answered by 0 talks" in one for one in faults(with_talk("reschedule", intents=())))


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"en": {"ask.on": "When should {carrier} come?"}}, "stands for nothing here"),
        ({"en": {"ask.nothing": "?"}}, "there are no words called"),
        ({"en": {"title.yes": "Yes, that is exactly what I want"}}, "write 1 to 20 characters"),
        ({"xx": {"ask.on": "?"}}, "is no language"),
        ({"en": {"ask.on": " "}}, "write 1 to 1000 characters"),
    ],
)
def test_words_that_do_not_fit_are_told(words: dict[str, dict[str, str]], fault: str) -> None:
    assert any(fault in one for one in faults(book_of(Changes(words=words))))


def test_words_of_the_merchants_own_are_allowed() -> None:
    assert faults(book_of(Changes(words={"en": {"ask.on": "Which day suits you?"}}, off=("cancel",)))) == []
