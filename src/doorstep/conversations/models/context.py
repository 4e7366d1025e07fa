"""What a model is told of one turn, what it may wish for, and what becomes of it: the values that cross the seam."""

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.talking.intents import Intent
from doorstep.domain.talking.understood import EntityKind


class Voice(StrEnum):
    """Who said something."""

    CUSTOMER = "customer"
    #: The shop: Doorstep or a human of its.
    SHOP = "shop"


class Said(msgspec.Struct, frozen=True):
    """One utterance of the conversation."""

    by: Voice
    text: str


class FactKind(StrEnum):
    """What a fact is, and so what it may hide and what it may prove."""

    #: Personal: a placeholder stands for it towards the model; proves nothing but itself.
    ORDER = "order"
    TRACKING = "tracking"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    NAME = "name"
    #: A page of the customer's own: whoever has its address may enter.
    LINK = "link"
    #: Ours, from records: proves what it says.
    MONEY = "money"
    DAY = "day"
    WINDOW = "window"
    NUMBER = "number"
    PERCENT = "percent"
    STATUS = "status"
    #: A sentence of ours or of the policy; what is personal in it is hidden like in the customer's own words.
    RULE = "rule"
    #: A passage that the merchant wrote for its customers: proves what it says.
    KNOWLEDGE = "knowledge"
    #: Written by whoever names goods: may be said word for word, proves nothing.
    PRODUCT = "product"


#: Kinds for which a placeholder stands.
PERSONAL = frozenset({FactKind.ORDER, FactKind.TRACKING, FactKind.EMAIL, FactKind.PHONE, FactKind.ADDRESS, FactKind.NAME, FactKind.LINK})
#: Kinds that prove nothing but their own words.
VERBATIM = PERSONAL | {FactKind.PRODUCT}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is so, from the records; the model is told it as data, and nothing else may be said."""

    #: For the model, English, e.g. "estimated delivery of the parcel".
    name: str
    kind: FactKind
    #: As the customer is to read it, in their language.
    value: str
    #: DAY: which one, so that its weekday and "tomorrow" can be said too.
    on: date | None = None


class Known(msgspec.Struct, frozen=True):
    """Something personal that is known, so that it is hidden wherever it stands."""

    kind: FactKind
    value: str


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """One turn, as a model may know it: of one customer, and of nobody else."""

    #: The utterance that is to be answered; its quoted history is left out.
    utterance: str
    #: ISO 639-1 in which to answer.
    language: str
    #: The customer's calendar day.
    today: date
    #: As customers know the shop.
    shop: str
    #: The conversation before, the oldest first.
    before: tuple[Said, ...] = ()
    facts: tuple[Fact, ...] = ()
    #: What Doorstep would say by itself, where it has an answer; only with it can a model that may but phrase be asked.
    draft: str = ""
    #: What is known of the customer and their orders, to be hidden.
    known: tuple[Known, ...] = ()
    conversation_id: int | None = None
    #: For the records: the turn that is answered.
    turn_id: int | None = None


class Rights(StrEnum):
    """What a connected model may do."""

    #: Say a text of ours in other words.
    PHRASE = "phrase"
    #: Read, choose one of our talks, answer from facts.
    CHOOSE = "choose"
    #: Prepare actions too; the customer's own yes is read by code.
    ACT = "act"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How a merchant's model is called, and what it may do and cost."""

    #: Without "/chat/completions".
    base_url: str
    model: str
    #: "": none is sent.
    api_key: str = ""
    rights: Rights = Rights.CHOOSE
    #: Seconds that a turn may take, all its calls together.
    timeout_s: float = 6.0
    #: Tokens of one answer at most.
    max_tokens: int = 600
    #: Calls of one turn at most.
    rounds: int = 4
    #: ISO 639-1; empty: all.
    languages: frozenset[str] = frozenset()
    #: Placeholders stand for what is personal.
    redact: bool = True
    stream: bool = False
    #: ISO 4217 of prices and budgets.
    currency: str = "EUR"
    #: Millionths of the currency's major unit for a million tokens.
    price_in_micros: int = 0
    price_out_micros: int = 0
    #: Millionths of the major unit; None: no limit.
    day_micros: int | None = None
    month_micros: int | None = None

    @property
    def most_micros(self) -> int:
        """What a turn is taken to cost before it is known: every call with a prompt of 8,000 tokens and a whole answer."""
        return self.rounds * cost_of(Usage(8_000, self.max_tokens), self)


class Usage(msgspec.Struct, frozen=True):
    """Tokens of a turn."""

    prompt: int = 0
    completion: int = 0

    def plus(self, other: "Usage") -> "Usage":
        """Add up."""
        return Usage(self.prompt + other.prompt, self.completion + other.completion)


def cost_of(usage: Usage, limits: Limits) -> int:
    """Price tokens, in millionths of the currency's major unit, rounded up."""
    return -(-(usage.prompt * limits.price_in_micros + usage.completion * limits.price_out_micros) // 1_000_000)


class WishKind(StrEnum):
    """What a model may wish for."""

    #: Begin one of our talks; ends the model's turn.
    TALK = "talk"
    #: See something of the asker's own.
    READ = "read"
    #: Search what the merchant wrote for its customers.
    SEARCH = "search"
    #: Show what an action would do and ask the customer; ends the model's turn.
    PREPARE = "prepare"
    #: Ask for an invoice or a human, which needs no yes; ends the model's turn.
    ASK = "ask"


#: Kinds after which Doorstep itself speaks on.
ENDING = frozenset({WishKind.TALK, WishKind.PREPARE, WishKind.ASK})


class ToolWish(msgspec.Struct, frozen=True, kw_only=True):
    """One tool call, read and checked; whoever runs it asks the guards with the conversation's own asker."""

    #: Of the tool, e.g. "prepare_cancel_order".
    name: str
    kind: WishKind
    #: READ, PREPARE, ASK.
    action: BusinessAction | None = None
    #: TALK.
    intent: Intent | None = None
    slots: dict[EntityKind, str] = {}
    #: SEARCH.
    query: str = ""


class ToolAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a wish."""

    #: It was read, prepared, begun; False: the guards refuse, or there is no such thing.
    ok: bool
    #: A code such as "found", "not_found", "prepared" or a refusal's code; no personal data.
    outcome: str
    facts: tuple[Fact, ...] = ()


class Outcome(StrEnum):
    """How a model's turn ended; everything but the first two lets the offline path speak."""

    #: Its text is said.
    USED = "used"
    #: A wish of its is taken up, and Doorstep speaks.
    PROPOSED = "proposed"
    #: Its text says something that no fact of the turn says.
    UNGROUNDED = "ungrounded"
    #: Its text repeats its instructions.
    LEAKED = "leaked"
    #: What it answered cannot be read.
    MALFORMED = "malformed"
    #: It asked for tools again and again.
    ROUNDS = "rounds"
    #: It said nothing, was cut off, or its provider filtered it.
    EMPTY = "empty"
    TIMEOUT = "timeout"
    #: Too many calls, says its provider.
    OVERLOADED = "overloaded"
    #: No connection, or a fault of the provider.
    FAILED = "failed"
    #: The settings are wrong: the key, the model's name, the address.
    MISCONFIGURED = "misconfigured"
    #: It rests after failures; nothing was asked.
    BREAKER = "breaker"
    #: The budget is spent; nothing was asked.
    BUDGET = "budget"


#: Those after which something of the model is used.
USABLE = frozenset({Outcome.USED, Outcome.PROPOSED})
#: Those that count as failures of the endpoint.
FAULTS = frozenset({Outcome.TIMEOUT, Outcome.OVERLOADED, Outcome.FAILED})


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """One tool call as asked for and what was answered, personal things hidden; for the ledger and the replay."""

    name: str
    args: dict[str, Any]
    #: Of what was run; None: it was not run, and `wrong` says why.
    answer: ToolAnswer | None = None
    wrong: str = ""


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the model, personal things hidden."""

    #: The body that was posted, JSON.
    request: str
    #: HTTP status; 0: there was no answer.
    status: int = 0
    #: What came back: a chat completion (a streamed one put together), or the first bytes of what cannot be read.
    body: str = ""
    #: False: the body broke off.
    whole: bool = True
    #: Seconds after which the provider may be asked again, in its words.
    retry_after: str = ""
    ran: tuple[Ran, ...] = ()


class ModelTurn(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking a model."""

    outcome: Outcome
    #: To be said to the customer; "" where a proposal is taken up: Doorstep speaks.
    text: str = ""
    #: Taken up, at most one: an ending wish that was answered well.
    proposals: tuple[ToolWish, ...] = ()
    rounds: int = 0
    usage: Usage = Usage()
    #: Why it is not used; English, no personal data.
    why: str = ""
    #: Seconds the provider asked to be left alone; None: it did not.
    rest_s: float | None = None
    #: The settings are so wrong (key, name, payment) that every call will fail until the merchant mends them.
    stops: bool = False
    exchanges: tuple[Exchange, ...] = ()
    #: The context and the text as the ledger keeps them: personal things hidden. None: nothing was asked.
    seen: Context | None = None
    seen_text: str = ""

    @property
    def usable(self) -> bool:
        """Whether something of it is used."""
        return self.outcome in USABLE
