"""All that a text names: at its place, none over another, whatever the text."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.conversations.entities import entities_in
from doorstep.conversations.entities.folding import fold
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.understood import EntityKind

TODAY = date(2026, 11, 30)
PIECES = (
    *(
        "order",
        "#",
        "1001",
        "W2378156",
        "tomorrow",
        "after",
        "5",
        "12/05",
        "mañana",
        "entre",
        "14h",
        "et",
        "Rua das Flores 12",
        "10115 Berlin",
        "$20",
    ),
    *(
        "1.299,00 €",
        "mia@example.com",
        "at",
        "dot",
        "com",
        "my name is",
        "Mia",
        "+44 7911 123456",
        "415-555-2671",
        "zip",
        "19122",
        "कल",
        "शाम",
        "5 बजे",
    ),
    *(
        "१२३",
        "ß",
        "é",
        "e\u0301",
        "\u200d",
        "ﬁ",
        "İ",
        "½",
        "-",
        ".",
        ",",
        "\n",
        "two of them",
        "both",
        "SW1A 2AA",
        "half past",
        "next",
        "week",
        "Dec",
        "to",
    ),
)


def check(text: str, language: str, region: str) -> None:
    found = entities_in(text, language=language, today=TODAY, region=region)
    assert list(found) == sorted(found, key=lambda one: one.start)
    assert all(text[one.start : one.end] == one.text and one.text for one in found)
    assert all(left.end <= right.start for left, right in pairwise(found))
    assert all(0 < one.confidence <= 1 for one in found)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.sampled_from(("", "xx", *LANGUAGES)), st.sampled_from(("", "US", "GB", "DE", "IN", "BR", "ZZ")))
def test_any_text_gives_entities_at_their_places_none_over_another(text, language, region):
    check(text, language, region)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=14),
    st.sampled_from(("", " ", ", ")),
    st.sampled_from(("", *LANGUAGES)),
    st.sampled_from(("US", "FR", "IN")),
)
def test_any_mixture_of_what_is_found_gives_entities_none_over_another(pieces, between, language, region):
    check(between.join(pieces), language, region)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=100))
def test_what_is_read_plainly_leads_back_to_where_it_stands(text):
    folded = fold(text)
    if folded.at is None:
        assert len(folded.plain) == len(text)
    else:
        assert len(folded.at) == len(folded.plain) + 1
        assert list(folded.at) == sorted(folded.at)
        assert folded.at[-1] == len(text)


def test_accents_written_apart_are_read_as_those_written_in_one():
    (day,) = entities_in("man\u0303ana", language="es", today=TODAY, region="ES")
    assert day.text == "man\u0303ana"
    assert day.first_on == date(2026, 12, 1)


def test_a_whole_message_is_taken_apart():
    text = (
        "Hi, I'm Mia Garcia. My order #W2378156 (2 of them) should go to 215 River Road, Suite 991, New York, NY 10083, tomorrow after 5. "
        "Call 415-555-2671 or write to mia@example.com, I paid $45.20. Invoice 9912."
    )
    found = entities_in(text, language="en", today=TODAY, region="US")
    assert [(one.kind, one.value) for one in found if one.kind is not EntityKind.ADDRESS] == [
        (EntityKind.NAME, "Mia Garcia"),
        (EntityKind.ORDER_NUMBER, "W2378156"),
        (EntityKind.QUANTITY, ""),
        (EntityKind.DAY, ""),
        (EntityKind.WINDOW, "17:00-"),
        (EntityKind.PHONE, "+14155552671"),
        (EntityKind.EMAIL, "mia@example.com"),
        (EntityKind.AMOUNT, "45.20 USD"),
        (EntityKind.OTHER_NUMBER, "9912"),
    ]
    (address,) = (one.address for one in found if one.kind is EntityKind.ADDRESS)
    assert (address.lines, address.city, address.region, address.postcode) == (("215 River Road", "Suite 991"), "New York", "NY", "10083")


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1 ",
            "a@",
            "9",
            "a.",
            "entre ",
            "le 12 ",
            "5 a 5 ",
            "rua ",
            "1-",
            "my name is ",
            "#",
            "street 1 ",
            "12 a a a ",
            "+1 (2",
            "order ",
            "कल 5 ",
            "a-",
        ),
        *("$1,", "1,1", "\u0301", "ß", "(", "at dot ", "x2 ", "zip 1", "12th ", "to ", ". ", "\n", "A1"),
    ],
)
def test_fifty_thousand_signs_of_malice_end(piece):
    # No clock is read: an expression that backtracks without end would not come back at all.
    text = piece * (50_000 // len(piece))
    for language, region in (("", "US"), ("pt", "BR")):
        found = entities_in(text, language=language, today=TODAY, region=region)
        assert all(text[one.start : one.end] == one.text for one in found)


def test_a_text_that_names_more_than_a_talk_does_is_cut():
    found = entities_in("mia@example.com " * 1000, language="en", today=TODAY, region="US")
    assert len(found) == 50
