"""What the desk shows of talks: each has its place, its words and a sample that every channel can say."""

import pytest

from doorstep.conversations.talks.book import house
from doorstep.conversations.talks.checking import holes_of
from doorstep.conversations.talks.saying import words_of
from doorstep.conversations.talks.showing import (
    GROUPS,
    HOLES,
    TOLD_BY,
    every_talk,
    facts_of,
    said_by,
    samples,
    words_said_by,
    words_said_everywhere,
)
from doorstep.conversations.talks.telling import TELLERS
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.vocabulary import ChannelKind
from doorstep.steps.talk_saying import spoken

BOOK = house()


def test_every_talk_stands_once_in_the_list():
    placed = [slug for slugs in GROUPS.values() for slug in slugs]
    assert sorted(placed) == sorted(BOOK.talks)
    assert sum(len(talks) for talks in every_talk(BOOK).values()) == len(BOOK.talks)


def test_every_word_is_said_by_a_talk_or_everywhere_and_can_be_changed():
    shown = {key for talk in BOOK.talks.values() for keys in words_said_by(talk).values() for key in keys}
    shown |= {key for keys in words_said_everywhere().values() for key in keys}
    assert shown == words_of("en").keys()
    assert set(said_by("ask.order")) >= {"where", "cancel"}
    assert said_by("say.sorry") == []


def test_every_hole_is_explained_and_every_teller_has_its_words():
    holes = {hole for forms in words_of("en").values() for hole in holes_of(forms)}
    assert holes == HOLES.keys()
    assert all(facts_of(key, "Loom")[hole] for key, forms in words_of("en").items() for hole in holes_of(forms))
    assert TOLD_BY.keys() == TELLERS.keys()


@pytest.mark.parametrize("slug", BOOK.talks)
def test_a_sample_of_each_talk_is_said_in_every_language_and_fits_its_channel(slug):
    for sample in samples(BOOK.talks[slug], BOOK, "Loom"):
        for language in LANGUAGES:
            for channel in (ChannelKind.CHAT, ChannelKind.SMS, ChannelKind.WHATSAPP):
                made = spoken(sample.turned, BOOK, language, "Europe/Berlin", channel)
                assert made.text
                assert "{" not in made.text
                assert all(len(one.title) <= 20 for one in made.choices)
