"""Why a human takes a talk over: closed words."""

from enum import StrEnum


class HandoverReason(StrEnum):
    """Why a human takes over."""

    #: The customer asked for one.
    ASKED = "asked"
    ANGER = "anger"
    #: They may do themselves harm.
    DANGER = "danger"
    #: They speak of lawyers, courts, the police.
    LEGAL = "legal"
    #: What it is about is worth more than a machine may decide on.
    VALUE = "value"
    #: The same subject again within days, or the same question again in one talk.
    REPEATED = "repeated"
    #: Twice in a row nothing was understood.
    UNSURE = "unsure"
    #: The policy gives it to a human.
    POLICY = "policy"
    #: It was refused, and the customer does not take the no.
    REFUSED = "refused"
    #: The shop's knowledge has no answer.
    NO_ANSWER = "no_answer"
    #: It could not be made sure who asks.
    IDENTITY = "identity"
    #: A talk's own definition says so.
    TALK = "talk"
    #: Something broke.
    FAILED = "failed"
    #: Somebody of the shop took it by themselves.
    TAKEN = "taken"
