"""One turn of a talk: what was heard, what is said back, and what was done."""

from datetime import date, datetime

import msgspec

from doorstep.domain.actions.refusals import Refusal
from doorstep.domain.money import Money
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.memory import Memory, Offer, Slots
from doorstep.domain.talking.told import Span
from doorstep.domain.vocabulary import ChannelKind

#: What a sentence may speak of.
Fact = str | int | date | datetime | Money | Span


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer said, as far as it is known before it is understood."""

    text: str
    #: `Choice.choice_id` that was chosen; "" none.
    choice: str = ""
    channel: ChannelKind
    #: The shop's id of the order that it answers a message about; "" none.
    order: str = ""
    #: Files that came with it.
    files: int = 0
    #: With the choice of a talk: what a model read out of the conversation for it; judged like what a customer says. None: nothing.
    given: Slots | None = None


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence, or a few that belong together: the key of its words and what stands in the holes.

    Keys "event/<type>", "pitfall/<kind>" and "concern/<concern>" are sentences that stand elsewhere in the domain.
    """

    key: str
    facts: dict[str, Fact] = {}
    #: Said as it is, instead of a key's words: a quote.
    text: str = ""
    #: Its sentence is said, and what may be done instead.
    refusal: Refusal | None = None


class Did(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done about a request, or not."""

    #: `ActionKind`.
    action: str
    #: "prepared", "done", "refused", "human".
    outcome: str
    order: str = ""
    #: `RefusalCode`; "" none.
    code: str = ""
    case: int = 0


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn came to."""

    pieces: tuple[Piece, ...] = ()
    offers: tuple[Offer, ...] = ()
    #: The page it leads to; "" none.
    link: str = ""
    memory: Memory
    #: Slug of the talk that answered; "" none.
    talk: str = ""
    #: `Intent` and how sure; "" none.
    intent: str = ""
    confidence: float = 0.0
    did: tuple[Did, ...] = ()
    handover: HandoverReason | None = None
    #: What a human should know first.
    summary: str = ""
    #: The shop's knowledge had no answer to this question.
    unanswered: str = ""
    #: The turn answered something; False: it only asked or did not understand.
    answered: bool = False
