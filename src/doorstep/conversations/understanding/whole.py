"""A customer's words → everything that is understood of them: language, what is wanted, what they do in the talk, what they name."""

from collections.abc import Collection
from datetime import date

from doorstep.conversations.entities import entities_in
from doorstep.conversations.understanding.acts import acts_in
from doorstep.conversations.understanding.intents import IntentModel
from doorstep.conversations.understanding.languages import language_in
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.understood import Understood

#: Characters that are understood; more is a pasted text, and what is wanted stands at its beginning.
_LONGEST = 4000
#: Less sure than this, a few words are in the language of the talk: "ja" is said in German and in Hindi.
SURE_LANGUAGE = 0.6


def understand(
    text: str, *, model: IntentModel, language: str, today: date, region: str, order_numbers: Collection[str] = ()
) -> Understood:
    """Understand one utterance.

    Args:
        text: as it was written.
        model: of the merchant, or the built-in one.
        language: in which the talk has been so far; "" not known yet.
        today: by the shop's calendar.
        region: ISO 3166-1 alpha-2 of the shop.
        order_numbers: of this customer, if it is sure who writes.
    """
    text = text[:_LONGEST].encode("utf-8", "replace").decode()  # half a surrogate pair is no character
    told, sure = language_in(text, language)
    spoken = told if told in LANGUAGES and (not language or sure >= SURE_LANGUAGE) else language
    read = model.read(text, spoken)
    return Understood(
        language=told if told in LANGUAGES else "",
        language_confidence=sure,
        intents=read.scored,
        in_scope=read.in_scope,
        wanted=read.wanted,
        maybe=read.maybe,
        acts=acts_in(text, spoken),
        entities=entities_in(text, language=spoken, today=today, region=region, order_numbers=order_numbers),
        model=model.version,
    )
