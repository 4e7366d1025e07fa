"""A text → what is wanted in it, in the order in which it was said; what only may be wanted; whether it is meant for a shop at all."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from doorstep.conversations.understanding.building import builtin, builtin_version
from doorstep.conversations.understanding.encoder import EncoderPort, mending_encoder
from doorstep.conversations.understanding.model import Model, Reading
from doorstep.conversations.understanding.ngrams import MOST_CHARACTERS
from doorstep.conversations.understanding.segments import joined, sentences
from doorstep.domain.talking.intents import Intent
from doorstep.domain.talking.understood import Scored

#: From here on a likeliest intent is right nine times in ten on the development sets (docs/reports/understanding.md, 2026-11-30).
SURE_PLUS, SURE_CORE = 0.4, 0.6
#: A part of a message has less to tell by, and a wish too many is worse than one that is asked after.
_SURE_PART = 0.5
#: An intent that is less likely is no button.
_MAYBE = 0.08
#: Below this much of scope nothing is offered; from `_INSIDE` on what is sure is done.
_OUTSIDE, _INSIDE = 0.2, 0.4
_BUTTONS = 3
#: To want offers is a consent, which must be clear: from this likelihood of the opposite on, it is the opposite.
_DOUBTS = 0.2
_KNOWN = {intent.value: intent for intent in Intent}


class Wanted(NamedTuple):
    """What is wanted in one utterance."""

    #: Likeliest first.
    scored: tuple[Scored, ...]
    #: 0 to 1.
    in_scope: float
    #: Sure, in the order in which they were said.
    wanted: tuple[Intent, ...]
    #: Unsure: buttons rather than a guess.
    maybe: tuple[Intent, ...]
    #: A label of the merchant's own that is surely meant; "" none.
    own: str = ""


class IntentModel(msgspec.Struct, frozen=True, eq=False):
    """A model and the encoder that goes with it."""

    model: Model
    #: None: n-grams alone.
    encoder: EncoderPort | None
    version: str

    @property
    def sure(self) -> float:
        """From which likelihood on an intent is taken for sure."""
        return SURE_CORE if self.encoder is None else SURE_PLUS

    def read(self, text: str, language: str = "") -> Wanted:  # noqa: ARG002 - a model of one language may look at it
        """Understand one utterance, of one language or of several."""
        short = text[:MOST_CHARACTERS]
        said = sentences(short)
        parts = [part for sentence in said for part in joined(sentence)]
        texts = list(dict.fromkeys([short, *said, *parts]))
        readings = {one: _careful(reading) for one, reading in zip(texts, self.model.read_all(texts, self.encoder), strict=True)}
        whole = readings[short]
        several = self._several([self._of_sentence(readings, sentence) for sentence in said])
        if len(several) > 1:
            scope = max(whole.in_scope, *(readings[part].in_scope for part in parts))
            return Wanted(whole.intents, scope, several, ())
        best = whole if self._sure(whole, self.sure) else self._telling(readings, said, whole)
        return self._one(best)

    def _of_sentence(self, readings: dict[str, Reading], sentence: str) -> list[Reading]:
        """Give the readings that count for a sentence: of its parts, where each of them wants something sure, else of the whole."""
        parts = [readings[part] for part in joined(sentence)]
        if len(parts) > 1 and all(self._sure(part, _SURE_PART) for part in parts):
            return parts
        return [readings[sentence]]

    def _several(self, said: Sequence[Sequence[Reading]]) -> tuple[Intent, ...]:
        """Give the sure wishes in order; small talk counts only where nothing else is said."""
        sure = [_KNOWN[one.first] for each in said for one in each if self._sure(one, _SURE_PART) and one.first in _KNOWN]
        wishes = [intent for intent in sure if not intent.value.startswith(("talk.", "feedback."))]
        return tuple(dict.fromkeys(wishes))

    def _sure(self, reading: Reading, least: float) -> bool:
        return reading.in_scope >= _INSIDE and bool(reading.intents) and reading.intents[0].probability >= least

    def _telling(self, readings: dict[str, Reading], said: Sequence[str], whole: Reading) -> Reading:
        """Choose the sentence that tells most: a story around a wish hides it."""
        sure = [readings[one] for one in said if self._sure(readings[one], self.sure) and not readings[one].first.startswith("talk.")]
        return max(sure, key=lambda one: one.intents[0].probability, default=whole)

    def _one(self, reading: Reading) -> Wanted:
        known = [(_KNOWN[one.intent], one.probability) for one in reading.intents if one.intent in _KNOWN]
        if self._sure(reading, self.sure) and reading.first in _KNOWN:
            return Wanted(reading.intents, reading.in_scope, (_KNOWN[reading.first],), ())
        if self._sure(reading, self.sure):
            return Wanted(reading.intents, reading.in_scope, (), (), reading.first)
        if reading.in_scope < _OUTSIDE:
            return Wanted(reading.intents, reading.in_scope, (), ())
        return Wanted(reading.intents, reading.in_scope, (), tuple(intent for intent, likely in known[:_BUTTONS] if likely >= _MAYBE))


def _careful(reading: Reading) -> Reading:
    """Take a doubtful wish for offers for the wish to be left in peace: "unsubscribe me" is nearly "subscribe me"."""
    likely = {one.intent: one.probability for one in reading.intents}
    start, stop = likely.get(Intent.MESSAGES_START, 0.0), likely.get(Intent.MESSAGES_STOP, 0.0)
    if reading.first != Intent.MESSAGES_START or stop < _DOUBTS:
        return reading
    others = tuple(one for one in reading.intents if one.intent not in {Intent.MESSAGES_START, Intent.MESSAGES_STOP})
    return msgspec.structs.replace(reading, intents=(Scored(intent=Intent.MESSAGES_STOP, probability=min(1.0, start + stop)), *others))


def builtin_intents() -> IntentModel:
    """Give the model that Doorstep comes with, with the encoder where there is one."""
    return IntentModel(builtin(), mending_encoder(), builtin_version())
