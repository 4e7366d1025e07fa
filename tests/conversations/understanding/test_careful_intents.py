"""Who may be asking to be left in peace is never signed up; who writes a word that every language has keeps theirs."""

import pytest

from doorstep.conversations.understanding.intents import builtin_intents
from doorstep.conversations.understanding.languages import language_in
from doorstep.domain.talking.intents import Intent


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe me from your newsletter",
        "quiero darme de baja del newsletter",
        "désinscrivez-moi de votre newsletter",
        "voglio disiscrivermi dalla newsletter",
        "keine Newsletter mehr",
        "newsletter band karo",
    ],
)
def test_a_wish_for_no_more_offers_never_asks_for_offers(text):
    assert Intent.MESSAGES_START not in builtin_intents().read(text).wanted


@pytest.mark.parametrize("text", ["subscribe me to your newsletter", "quiero suscribirme al newsletter", "inscrivez-moi à la newsletter"])
def test_a_clear_wish_for_offers_is_one(text):
    assert builtin_intents().read(text).wanted == (Intent.MESSAGES_START,)


@pytest.mark.parametrize(("text", "spoken"), [("non", "fr"), ("Non.", "fr"), ("nada", "es"), ("la seconda", "it"), ("espera", "pt")])
def test_a_word_of_two_languages_is_in_the_one_that_is_spoken(text, spoken):
    assert language_in(text, spoken)[0] == spoken


@pytest.mark.parametrize("spoken", ["es", "fr", "de", "it", "pt", "hi"])
def test_a_word_of_every_language_tells_none(spoken):
    assert language_in("ok", spoken) == ("", 0.0)


@pytest.mark.parametrize(("text", "spoken", "language"), [("Bonjour", "en", "fr"), ("hello", "es", "en"), ("où est mon colis", "de", "fr")])
def test_whoever_changes_the_language_is_followed(text, spoken, language):
    assert language_in(text, spoken)[0] == language
