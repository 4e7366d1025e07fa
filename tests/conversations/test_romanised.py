"""Hindi in Devanagari, written as people type it in Latin letters; the rest of a text as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.entities import lines_meant
from doorstep.conversations.romanised import romanised
from doorstep.conversations.understanding.ngrams import folded
from doorstep.domain.actions.known import KnownLine


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("मुझे अपना ऑर्डर कैंसल करना है", "mujhe apna order cancel karna hai"),
        ("क्या इसे किसी और दिन डिलीवर कर सकते हैं?", "kya ise kisi aur din deliver kar sakte hain?"),
        ("कब आएगा? शुक्रवार को", "kab aayega? shukrawar ko"),
        ("टूटा हुआ आया", "tuta hua aaya"),
        ("थोड़ा बड़ा ख़राब हो गया", "thoda bada kharab ho gaya"),
        ("साइज़ एल, 25 नवंबर", "size l, 25 november"),
        ("१२३४", "1234"),
        ("Größe L, não", "Größe L, não"),
    ],
)
def test_devanagari_is_written_as_people_type_it(written: str, typed: str) -> None:
    assert romanised(written) == typed


@pytest.mark.parametrize("nasal", ["हाँ", "हां"])
def test_both_ways_of_writing_a_nasal_are_one(nasal: str) -> None:
    assert romanised(nasal) == "haan"


@given(st.text(alphabet=st.characters(min_codepoint=0x0900, max_codepoint=0x097F), max_size=20))
def test_any_signs_of_devanagari_can_be_written(text: str) -> None:
    assert all(letter.isascii() or not "\u0904" <= letter <= "\u0963" for letter in romanised(text))


def test_both_scripts_are_learnt_as_one() -> None:
    assert folded("ऑर्डर कैंसल करना है") == folded("order cancel karna hai")


@pytest.mark.parametrize("names", [("T-shirt", "Table lamp"), ("टी-शर्ट", "टेबल लैंप")])
@pytest.mark.parametrize(
    ("said", "line"),
    [("टी-शर्ट वापस करनी है", "1"), ("tshirt wapas karni hai", "1"), ("लैंप टूटा हुआ आया", "2"), ("table lamp kharab hai", "2")],
)
def test_what_was_bought_is_named_in_either_script(names: tuple[str, str], said: str, line: str) -> None:
    lines = [KnownLine(line_id=str(place), name=name) for place, name in enumerate(names, 1)]
    assert lines_meant(said, lines, "hi").lines == (line,)
