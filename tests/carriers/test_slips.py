"""Return slips of our own: bars and QR codes by the standards' own sums, a PDF that holds together, texts that the fonts have."""

import re
import zlib
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.carriers.code128 import _PATTERNS, bars
from doorstep.carriers.generic.labelling import LABELLING, qr_png, slip
from doorstep.carriers.generic.slip_words import WORDS
from doorstep.carriers.paper import A6, Page, printable, width_of, wrapped
from doorstep.domain.labels import LabelWish, MadeLabel
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.places import Address
from doorstep.errors import BadInputError

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SHOP = Address(name="Returns", company="Acme & Söhne (Lager)", lines=("Industriestraße 5",), city="München", postcode="80331", country="DE")
WISH = LabelWish(
    key="k",
    rma="R-7K2M9Q",
    order_number="#1001",
    way="label",
    sender=Address(name="Zoë Łukasz", lines=("ul. Krótka 1",), city="Łódź", postcode="90-001", country="PL"),
    receiver=SHOP,
    lines=(("Shirt, blue", 2),),
)


def drawn(pdf: bytes) -> str:
    return zlib.decompress(re.search(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)[1]).decode("cp1252")  # type: ignore[index]


def texts(pdf: bytes) -> list[str]:
    return [re.sub(r"\\([()\\])", r"\1", one) for one in re.findall(r"\((.*)\) Tj", drawn(pdf))]


def made(wish: LabelWish) -> MadeLabel:
    try:
        next(LABELLING.quote(wish, {}, NOW))
    except StopIteration as stop:
        quoted = stop.value
    with pytest.raises(StopIteration) as ended:
        next(LABELLING.buy(quoted, wish, {}, NOW))
    label: MadeLabel = ended.value.value
    return label


def test_the_patterns_are_those_of_the_standard_by_its_own_sums():
    assert len(_PATTERNS) == len(set(_PATTERNS)) == 106
    for pattern in _PATTERNS:
        widths = [int(width) for width in pattern]
        assert sum(widths) == 11
        assert sum(widths[::2]) % 2 == 0  # the bars of each sign are even together


def test_a_known_code_is_written_as_it_is_known():
    # "PJJ123C" has the check sign 54 behind start A, so 55 behind start B: the example that is given everywhere.
    assert bars("PJJ123C")[-13:-7] == [int(width) for width in _PATTERNS[55]]
    assert bars("A")[:6] == [2, 1, 1, 2, 1, 4]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30))
def test_every_code_begins_and_ends_with_a_bar_and_has_its_length(text):
    widths = bars(text)
    assert len(widths) % 2 == 1
    assert sum(widths) == 11 * (len(text) + 2) + 13


def test_what_is_no_ascii_is_no_code():
    for text in ("", "ä", "a\n"):
        with pytest.raises(BadInputError):
            bars(text)


def test_the_pdf_says_where_each_of_its_objects_begins():
    pdf = slip(WISH)
    begin = int(re.search(rb"startxref\n(\d+)", pdf)[1])  # type: ignore[index]
    assert pdf[begin:].startswith(b"xref")
    for number, at in enumerate(re.findall(rb"(\d{10}) 00000 n", pdf), 1):
        assert pdf[int(at) :].startswith(b"%d 0 obj" % number)
    assert slip(WISH) == pdf


def test_the_slip_names_both_sides_the_order_and_the_goods():
    told = texts(slip(WISH))
    assert "Return R-7K2M9Q" in told
    assert "Acme & Söhne (Lager)" in told
    assert "80331 München" in told
    assert "90-001 Lódz" in told
    assert "2 x Shirt, blue" in told
    assert "R-7K2M9Q" in told
    assert b"[0 0 297.64 419.53]" in slip(WISH)
    american = msgspec.structs.replace(WISH, receiver=msgspec.structs.replace(SHOP, country="US"))
    assert b"[0 0 288.00 432.00]" in slip(american)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_printed_and_hindi_in_english(language):
    told = texts(slip(msgspec.structs.replace(WISH, language=language)))
    words = WORDS.get(language, WORDS["en"])
    assert f"{words.title} R-7K2M9Q" in told
    assert " ".join(words.steps[0].split()[:3]) in " ".join(told)


def test_the_fonts_hold_all_our_words():
    for words in WORDS.values():
        for text in (words.title, words.sent_to, words.sent_by, words.order, words.holds, words.fetched, *words.steps):
            assert printable(text) == text


def test_a_return_address_that_nobody_could_print_or_find_is_refused():
    for receiver in (
        Address(name="दुकान", lines=("मार्ग 1",), city="दिल्ली", country="IN"),
        Address(name="Shop", city="Town"),
        Address(name="Shop", lines=("Street 1",)),
    ):
        with pytest.raises(BadInputError, match="return address"):
            next(LABELLING.quote(msgspec.structs.replace(WISH, receiver=receiver), {}, NOW))


def test_a_senders_line_in_another_script_is_left_out_and_the_rest_stays():
    sender = Address(name="राम", lines=("12 Main Road",), city="Pune", postcode="411001", country="IN")
    told = texts(slip(msgspec.structs.replace(WISH, sender=sender)))
    assert "12 Main Road" in told
    assert not any("?" in text for text in told)


def test_a_phone_shows_a_qr_code_and_nothing_else():
    label = made(msgspec.structs.replace(WISH, way="qr"))
    assert (label.content_type, label.body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert label.body == qr_png("R-7K2M9Q")
    assert made(WISH).content_type == "application/pdf"
    assert made(WISH).tracking_number == ""


def test_who_has_it_fetched_is_told_to_wait_and_not_to_post_it():
    told = " ".join(texts(slip(msgspec.structs.replace(WISH, way="pickup"))))
    assert "picked up at your door" in told
    assert "postage" not in told


@given(st.text(max_size=60), st.floats(6, 20))
def test_no_text_breaks_a_page_or_runs_over_its_line(text, size):
    shown = printable(text)
    if shown is None:
        return
    for line in wrapped(shown, size, 200):
        assert width_of(line, size) <= 200 or len(line) == 1
    page = Page(A6)
    page.text(10, 10, shown, size)
    assert page.pdf(text).startswith(b"%PDF-1.4")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_any_senders_words_make_a_slip(name, street, number):
    wish = msgspec.structs.replace(WISH, sender=Address(name=name, lines=(street,), city=street), order_number=number, lines=((street, 3),))
    assert slip(wish).endswith(b"%%EOF\n")
