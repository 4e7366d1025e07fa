"""What was understood of one utterance: its language, what is wanted, what it does in the talk, and what it names."""

from datetime import date
from enum import StrEnum

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.places import Address
from doorstep.domain.talking.intents import Act, Intent


class EntityKind(StrEnum):
    """What a part of an utterance names."""

    ORDER_NUMBER = "order_number"
    TRACKING_NUMBER = "tracking_number"
    EMAIL = "email"
    PHONE = "phone"
    #: One day, or the first and the last of several.
    DAY = "day"
    #: Times of a day.
    WINDOW = "window"
    ADDRESS = "address"
    POSTCODE = "postcode"
    AMOUNT = "amount"
    #: A number of pieces.
    QUANTITY = "quantity"
    #: What one calls a thing: "the blue one", "my headphones".
    ITEM = "item"
    #: Digits of a one-time code.
    CODE = "code"
    #: "My name is …".
    NAME = "name"
    #: A number that belongs to something else: an invoice, a card's last digits.
    OTHER_NUMBER = "other_number"


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an utterance names."""

    kind: EntityKind
    #: As written.
    text: str
    #: Where it stands in the utterance, in characters; [start, end).
    start: int
    end: int
    #: In the form in which it is compared: numbers without signs, e-mail in lower case, telephone E.164, window "HH:MM-HH:MM" ("HH:MM-" after,
    #: "-HH:MM" before), "" where another field holds it.
    value: str = ""
    #: DAY: the first and the last day, by the customer's calendar.
    first_on: date | None = None
    last_on: date | None = None
    address: Address | None = None
    amount: Money | None = None
    quantity: int = 0
    #: How sure that it is one, 0 to 1.
    confidence: float = 1.0


class Scored(msgspec.Struct, frozen=True):
    """An intent and how likely it is."""

    intent: str
    #: 0 to 1; of all intents together 1.
    probability: float


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """What was understood of one utterance."""

    #: ISO 639-1 of a served language; "" too little to tell.
    language: str = ""
    #: How sure the language is, 0 to 1.
    language_confidence: float = 0.0
    #: Likeliest first, at most five.
    intents: tuple[Scored, ...] = ()
    #: How likely it is that the shop's customers ask such a thing at all, 0 to 1.
    in_scope: float = 0.0
    #: Intents wanted in this utterance, in the order in which they were said; () not sure, or nothing of the kind.
    wanted: tuple[Intent, ...] = ()
    #: Wanted, but so unsure that a question with these as buttons is better than a guess.
    maybe: tuple[Intent, ...] = ()
    acts: frozenset[Act] = frozenset()
    entities: tuple[Entity, ...] = ()
    #: Version of the model that understood it.
    model: str = ""

    def of(self, kind: EntityKind) -> tuple[Entity, ...]:
        """Give the entities of a kind, in the order in which they were said."""
        return tuple(one for one in self.entities if one.kind is kind)
