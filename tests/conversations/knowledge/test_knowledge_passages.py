"""Sections cut into passages and sentences: nothing lost, no sentence halved."""

from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.knowledge.articles import Section
from doorstep.conversations.knowledge.passages import MOST_WORDS, cut, lines_of, sentences


def test_sentences_end_where_a_reader_ends_them():
    text = "We ship to e.g. Spain. Orders of Mr. Ruiz cost 4.90 €! ¿Sí? “No.” Call z.B. Dr. Meyer. It ends"
    assert sentences(text) == [
        "We ship to e.g. Spain.",
        "Orders of Mr. Ruiz cost 4.90 €!",
        "¿Sí?",
        "“No.” Call z.B. Dr. Meyer.",
        "It ends",
    ]
    assert sentences("हम भेजते हैं। दो दिन।") == ["हम भेजते हैं।", "दो दिन।"]
    assert sentences("1. Open the link. 2. Print it.") == ["1. Open the link.", "2. Print it."]


def test_a_long_section_becomes_several_passages_under_the_same_heading():
    blocks = tuple(f"Sentence {n} has exactly seven words here." for n in range(60))
    passages = list(cut([Section(("Rules", "All"), blocks)]))
    assert len(passages) > 3
    assert all(one.path == ("Rules", "All") and len(one.text.split()) <= MOST_WORDS for one in passages)
    assert "\n".join(one.text for one in passages) == "\n".join(blocks)


def test_a_sentence_that_is_too_long_stays_whole():
    long = " ".join(["Word"] * 200) + "."
    assert [one.text for one in cut([Section((), (f"Short one. {long} Another.",))])] == ["Short one.", long, "Another."]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=200).map(lambda text: " ".join(text.split())), max_size=8
    )
)
def test_no_word_is_lost_and_none_is_added(blocks):
    passages = list(cut([Section(("H",), tuple(one for one in blocks if one))]))
    assert " ".join(" ".join(lines_of(one.text)) for one in passages).split() == " ".join(blocks).split()
