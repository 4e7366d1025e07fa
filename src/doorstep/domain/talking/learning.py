"""What could be answered better: why a turn is looked at, what is proposed for turns like it, and how often there were such turns."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Why turns are looked at."""

    #: The shop's knowledge had no answer.
    UNANSWERED = "unanswered"
    #: The customer came back on the subject within seven days.
    REPEATED = "repeated"
    #: A human took over.
    ESCALATED = "escalated"
    #: The customer gave 1 or 2 of 5 for the help.
    LOW_RATED = "low_rated"
    #: It was not understood, and the customer chose what was meant.
    CORRECTED = "corrected"
    #: The policy refused it.
    REFUSED = "refused"


class ChangeKind(StrEnum):
    """What is proposed."""

    #: The understanding learns the phrases.
    PHRASES = "phrases"
    #: The shop's knowledge gets an article.
    KNOWLEDGE = "knowledge"
    #: Somebody looks at the policy.
    POLICY = "policy"
    #: Somebody looks at the conversations: what to change is not known.
    LOOK = "look"


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One proposed change; fields that a kind has no use for are empty."""

    kind: ChangeKind
    #: PHRASES: what they mean, a `domain.talking.intents.Intent`.
    label: str = ""
    phrases: tuple[str, ...] = ()
    #: KNOWLEDGE: title and body of the article, from a human's own answer where there is one; ISO 639-1.
    title: str = ""
    draft: str = ""
    language: str = ""
    #: POLICY: `ActionKind` and `RefusalCode`.
    action: str = ""
    code: str = ""
    #: Conversations to look at.
    conversations: tuple[int, ...] = ()


class Measure(msgspec.Struct, frozen=True):
    """How often there were such turns in a week."""

    times: int
    #: Turns of the week; POLICY: refusals.
    of: int
