"""Twilio's error codes and message statuses → who must act, and the state of the message.

Source: Twilio's error and message-status pages, as known on 2026-11-22. A code that is not here is refused without suppression.
"""

from typing import NamedTuple

from doorstep.domain.vocabulary import MessageState


class Refusal(NamedTuple):
    """A final no."""

    meaning: str
    #: The number itself is dead or unwilling: never write to it again.
    dead: bool


#: Code of a refused call, or of a failed message → what it means.
REFUSED: dict[str, Refusal] = {
    "21211": Refusal("the number is not a phone number", dead=True),
    "21214": Refusal("the number cannot be reached", dead=True),
    "21265": Refusal("the number is a short code", dead=True),
    "21408": Refusal("this account may not write to that region", dead=False),
    "21602": Refusal("the text is empty", dead=False),
    "21604": Refusal("there is no number", dead=False),
    "21610": Refusal("the recipient opted out of this sender", dead=True),
    "21612": Refusal("this sender cannot reach that number", dead=False),
    "21614": Refusal("the number takes no text messages", dead=True),
    "21617": Refusal("the text is longer than 1600 characters", dead=False),
    "30003": Refusal("the phone is switched off or out of reach", dead=False),
    "30004": Refusal("the message was blocked", dead=False),
    "30005": Refusal("the number is unknown or no longer in use", dead=True),
    "30006": Refusal("the number is a landline, or its network takes no texts", dead=True),
    "30007": Refusal("the network filtered the message", dead=False),
    "30008": Refusal("the network gave no reason", dead=False),
    "30032": Refusal("the toll-free sender is not verified", dead=False),
    "30034": Refusal("the sender is not registered for A2P 10DLC", dead=False),
}

#: Too many calls, a full queue, or the daily limit of the account.
TRY_LATER = frozenset({"14107", "20429", "21611", "30001", "30022", "63038"})

#: What only the merchant can mend.
MISCONFIGURED: dict[str, str] = {
    "20003": "account SID or auth token are wrong",
    "20005": "the account is not active",
    "20404": "there is no such account",
    "21212": "the sender is not a phone number",
    "21603": "there is no sender",
    "21606": "the sender is not a number of this account that sends texts",
    "21608": "a trial account writes to verified numbers only",
    "21609": "the callback address is not valid",
    "21659": "the sender is not a number of this account",
    "21660": "the sender belongs to another account",
    "21701": "there is no such messaging service",
    "21703": "the messaging service has no sender",
}

#: Reason of suppression by the code of a failed message.
_SUPPRESSES = {"21610": "stop"}

_STATES = {
    "accepted": MessageState.SENT,
    "scheduled": MessageState.SENT,
    "queued": MessageState.SENT,
    "sending": MessageState.SENT,
    "sent": MessageState.SENT,
    "delivered": MessageState.REACHED,
    "partially_delivered": MessageState.REACHED,
    "read": MessageState.READ,
    "canceled": MessageState.CANCELLED,
    "undelivered": MessageState.BOUNCED,
}
#: Codes of a failed message that say the number, not the sender, is at fault.
_BOUNCES = frozenset({"30003", "30005", "30006", "21211", "21614"})


def state_of(status: str, code: str) -> MessageState | None:
    """Return the state for a callback's status and error code; None for a status we do not know."""
    if status == "failed":
        return MessageState.BOUNCED if code in _BOUNCES else MessageState.REFUSED
    return _STATES.get(status)


def suppression_of(code: str) -> str | None:
    """Return why the number is to be suppressed after this error; None when it is not."""
    if code not in REFUSED or not REFUSED[code].dead:
        return None
    return _SUPPRESSES.get(code, "bounced")
