"""Seeds: every intent in every language, none under two, the same on every machine; and how people type them."""

import unicodedata
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.conversations.understanding.noise import copies
from doorstep.conversations.understanding.patterns import utterances_of
from doorstep.conversations.understanding.picking import picks
from doorstep.conversations.understanding.seeds import Seed, digest, elsewhere, seeds
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.intents import Intent
from doorstep.errors import BadInputError

_MAIN = ("track.", "delivery.", "order.", "return.", "exchange.", "refund.", "claim.")


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if one.isalnum() or "\u0900" <= one <= "\u097f") or text


def test_every_intent_is_said_in_every_language():
    said = Counter((seed.intent, seed.language) for seed in seeds())
    few = {
        (intent.value, language): said[intent, language]
        for intent in Intent
        for language in LANGUAGES
        if said[intent, language] < _fewest(intent, language)
    }
    assert few == {}


def _fewest(intent: Intent, language: str) -> int:
    if language == "en":
        return 60
    return 25 if intent.value.startswith(_MAIN) else 12


def test_no_utterance_stands_under_two_intents():
    meant = defaultdict(set)
    for seed in seeds():
        meant[_folded(seed.text), seed.language].add(seed.intent.value)
    assert {said: intents for said, intents in meant.items() if len(intents) > 1} == {}


def test_what_lies_elsewhere_is_no_seed():
    said = {_folded(seed.text) for seed in seeds()}
    assert [other.text for other in elsewhere() if _folded(other.text) in said] == []
    assert {other.language for other in elsewhere()} == set(LANGUAGES)


def test_seeds_and_their_digest_are_the_same_each_time():
    first, mark = seeds(), digest()
    seeds.cache_clear()
    elsewhere.cache_clear()
    assert seeds() == first
    assert digest() == mark
    assert len(set(first)) == len(first)


def test_hindi_is_written_both_ways():
    hindi = [seed for seed in seeds() if seed.language == "hi"]
    in_devanagari = {seed.intent for seed in hindi if any("\u0900" <= letter <= "\u097f" for letter in seed.text)}
    in_latin = {seed.intent for seed in hindi if seed.text.isascii()}
    assert in_devanagari == set(Intent) == in_latin


def test_a_line_is_written_out():
    assert utterances_of("(where is|wheres) my {thing}", {"thing": ("parcel", "bag")}, 9) == (
        "where is my parcel",
        "wheres my parcel",
        "where is my bag",
        "wheres my bag",
    )
    assert utterances_of("(please |)cancel (my (order|bag)|it)", {}, 9) == (
        "please cancel my order",
        "cancel my order",
        "please cancel my bag",
        "cancel my bag",
        "please cancel it",
        "cancel it",
    )


def test_a_line_of_very_many_choices_gives_a_few_of_them_always_the_same():
    line = "(a|b|c|d) (a|b|c|d) (a|b|c|d) (a|b|c|d)"
    few = utterances_of(line, {}, 5)
    assert len(few) == 5
    assert few == utterances_of(line, {}, 5)
    assert set(few) <= set(utterances_of(line, {}, 256))


@pytest.mark.parametrize("line", ["where (is", "where is)", "my {nothing}", "my { order", "my } order", "a | b"])
def test_a_line_that_cannot_be_read_is_refused(line):
    with pytest.raises(BadInputError, match="seed line"):
        utterances_of(line, {}, 3)


@given(st.text(alphabet="ab(){}| ", max_size=20))
def test_any_line_is_written_out_or_refused(line):
    try:
        said = utterances_of(line, {"a": ("x",)}, 4)
    except BadInputError:
        return
    assert len(said) <= 4
    assert all(one == one.strip() != "" for one in said)


def test_picks_are_the_same_for_the_same_words_and_others_for_others():
    def first(*of):
        numbers = picks(*of)
        return [next(numbers) for _ in range(40)]

    assert first("a") == first("a")
    assert first("a") != first("b")
    assert first("a", "b") != first("ab")
    assert len(set(first("a"))) == 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_copies_mean_the_same_and_are_written_otherwise(language):
    for seed in [one for one in seeds() if one.language == language][::40]:
        typed = copies(seed, 4)
        assert typed == copies(seed, 4)
        assert {one.intent for one in typed} <= {seed.intent}
        assert {one.language for one in typed} <= {language}
        assert seed.text not in {one.text for one in typed}
        assert len({one.text for one in typed}) == len(typed) <= 4


def test_small_talk_gets_no_story_around_it():
    for seed in [one for one in seeds() if one.intent is Intent.TALK_THANKS]:
        assert all(len(one.text.split()) <= len(seed.text.split()) for one in copies(seed, 6))


def test_hindi_signs_are_not_stripped():
    typed = copies(Seed("मेरा ऑर्डर कहाँ है", Intent.TRACK_WHERE, "hi"), 8)
    assert any("मेरा" in one.text for one in typed)
    assert not any("मर ऑ" in one.text for one in typed)
