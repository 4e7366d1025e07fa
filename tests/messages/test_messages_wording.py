"""SMS parts, dates and amounts."""

from datetime import date

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from doorstep.domain.money import Money
from doorstep.domain.tracking import Estimate
from doorstep.messages import Segments, segments_of
from doorstep.messages.segments import plain
from doorstep.messages.wording import day_text, locale_named, moment_text, money_text, window_text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 70 + "ł", 2),
        ("ł" * 67 + "ł" * 67, 2),
    ],
)
def test_parts_are_counted_as_the_network_counts(text, parts):
    assert segments_of(text).parts == parts


def test_one_character_switches_the_whole_text():
    assert segments_of("hello") == Segments("GSM-7", 5, 1)
    assert segments_of("hełlo") == Segments("UCS-2", 5, 1)


@given(st.text())
def test_writing_plainly_never_costs_more_parts_beyond_the_written_out_dots(text):
    assert segments_of(plain(text).replace("...", "…")).parts <= segments_of(text).parts


def test_typographic_marks_are_written_plainly():
    assert plain("\u201cIt\u2019s here\u201d \u2013 9\u00a0AM\u2026") == '"It\'s here" - 9 AM...'


@given(st.integers(0, 10**13), st.sampled_from(["EUR", "USD", "JPY", "KWD", "GBP", "INR", "CLP", "XYZ"]))
def test_amounts_are_written_as_babel_writes_them(minor, currency):
    for locale in ("en", "es", "de", "fr", "de-CH", "hi", "en-IN", "ar", "ja", "pt-PT", "pl"):
        money = Money(minor, currency)
        assert money_text(money, locale) == format_currency(money.decimal, currency, locale=locale_named(locale))


@pytest.mark.parametrize(
    ("locale", "day"),
    [
        ("en", "Tuesday, November 24"),
        ("en-GB", "Tuesday 24 November"),
        ("es", "martes, 24 de noviembre"),
        ("de", "Dienstag, 24. November"),
        ("xx", "Tuesday, November 24"),
    ],
)
def test_a_day_is_written_in_full_in_its_language(locale, day):
    assert day_text(date(2026, 11, 24), locale) == day


def test_a_window_is_a_day_a_day_with_hours_or_a_span():
    day, later = date(2026, 11, 24), date(2026, 11, 26)
    assert window_text(Estimate(from_on=day, to_on=day), "es") == "martes, 24 de noviembre"
    assert (
        window_text(Estimate(from_on=day, to_on=day, from_time="09:00", to_time="13:00"), "es")
        == "martes, 24 de noviembre, 9:00\u201313:00"
    )
    assert window_text(Estimate(from_on=day, to_on=day, to_time="13:00"), "en") == "Tuesday, November 24, 1:00 PM"
    assert window_text(Estimate(from_on=day, to_on=later), "es") == "24\u201326 de noviembre"


def test_a_scans_time_is_its_local_time():
    assert moment_text("2026-11-22T09:30:00", "en") == "Sun, Nov 22, 9:30 AM"
    assert moment_text("2026-11-22", "en") == "Sun, Nov 22"
    assert moment_text("soon", "en") == "soon"
