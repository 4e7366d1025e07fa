"""MessageBird's error codes, status reasons and statuses → who must act, and the state of the message.

"api:" answers a call; "reason:" is the statusReason of a status report; "dlr:" its statusErrorCode, the network's own word, which is more
exact where it is there.
"""

from doorstep.channels.codes import by_code, fault
from doorstep.domain.plugins import ProviderCode
from doorstep.domain.vocabulary import MessageState, Remedy

SOURCE = (
    "Source: MessageBird's pages of API errors and of SMS statuses, Bird's list of extended SMS error codes, as known on 2026-11-29."
    " `api:` answers a call, `reason:` is the statusReason of a status report, `dlr:` its statusErrorCode."
)

_DEAD = "the number is unknown or no longer in use"
_AWAY = "the phone is switched off or out of reach"
_NETWORK = "a fault of the network's"
_NO_TEXTS = "the recipient's contract takes no texts"

CODES = (
    fault("api:2", "the access key is wrong, or may not do this", Remedy.STOP),
    fault("api:9", "a field is missing", Remedy.SWITCH),
    fault("api:9:recipients", "the number is missing or not valid", Remedy.SUPPRESS),
    fault("api:9:originator", "there is no sender", Remedy.STOP),
    fault("api:9:body", "the text is empty", Remedy.FIX),
    fault("api:10", "a field is not valid", Remedy.SWITCH),
    fault("api:10:recipients", "the number is not valid", Remedy.SUPPRESS),
    fault("api:10:originator", "the sender is not valid: set another in senders", Remedy.STOP),
    fault("api:10:body", "the text is empty or too long", Remedy.FIX),
    fault("api:10:reportUrl", "the address for status reports is not valid", Remedy.STOP),
    fault("api:20", "what was asked for does not exist", Remedy.SWITCH),
    fault("api:21", "the call is not valid", Remedy.SWITCH),
    fault("api:25", "the account has no balance left", Remedy.STOP),
    fault("api:98", "the address of the API is wrong", Remedy.STOP),
    fault("api:99", "a fault of MessageBird's", Remedy.RETRY),
    fault("reason:unknown subscriber", _DEAD, Remedy.SUPPRESS),
    fault("reason:unavailable subscriber", _AWAY, Remedy.SWITCH),
    fault("reason:expired", "the message waited longer than its validity period", Remedy.SWITCH),
    fault("reason:DLR not received", "the network gave no word in time", Remedy.SWITCH),
    fault("reason:generic delivery failure", "the network gave no reason", Remedy.SWITCH),
    fault("reason:received network error", _NETWORK, Remedy.RETRY),
    fault("reason:carrier rejected", "the network rejected the message", Remedy.SWITCH),
    fault("reason:capacity limit reached", "too many texts at once", Remedy.RETRY),
    fault("reason:insufficient balance", "the account has no balance left", Remedy.STOP),
    fault("reason:opted out", "the recipient opted out", Remedy.SUPPRESS, "stop"),
    fault("reason:unregistered sender ID", "the sender is not registered in the recipient's country", Remedy.SWITCH),
    fault("reason:unregistered campaign", "the sender is not registered for A2P 10DLC", Remedy.SWITCH),
    fault("reason:invalid sender", "the sender is not allowed in the recipient's country", Remedy.SWITCH),
    fault("reason:spam", "the network took the message for spam", Remedy.SWITCH),
    fault("dlr:1", _DEAD, Remedy.SUPPRESS),
    fault("dlr:2", "the recipient's base station is unknown", Remedy.SWITCH),
    fault("dlr:3", "the recipient's switching centre is unknown", Remedy.SWITCH),
    fault("dlr:5", _DEAD, Remedy.SUPPRESS),
    fault("dlr:6", _AWAY, Remedy.SWITCH),
    fault("dlr:8", "the phone is abroad and may not be reached there", Remedy.SWITCH),
    fault("dlr:9", "the recipient's network does not know the phone's card", Remedy.SUPPRESS),
    fault("dlr:10", _NO_TEXTS, Remedy.SUPPRESS),
    fault("dlr:11", _NO_TEXTS, Remedy.SUPPRESS),
    fault("dlr:12", "the recipient's network bars texts to this number", Remedy.SUPPRESS),
    fault("dlr:13", "the recipient's network bars texts to this number", Remedy.SUPPRESS),
    fault("dlr:21", "the recipient's network or phone takes no texts", Remedy.SWITCH),
    fault("dlr:26", _AWAY, Remedy.SWITCH),
    fault("dlr:27", _AWAY, Remedy.SWITCH),
    fault("dlr:31", "the phone was busy", Remedy.SWITCH),
    fault("dlr:32", "the phone did not take the message", Remedy.SWITCH),
    fault("dlr:33", "too many messages wait for the phone", Remedy.SWITCH),
    fault("dlr:34", _NETWORK, Remedy.RETRY),
    fault("dlr:35", _NETWORK, Remedy.RETRY),
    fault("dlr:36", _NETWORK, Remedy.RETRY),
)
BY_CODE = by_code(CODES)

#: Words that Bird answers by itself where its opt-out handling is on. Source: Bird's page of SMS opt-outs, as known on 2026-11-29.
WORDS = {
    **dict.fromkeys(("STOP", "STOPALL", "END", "QUIT", "CANCEL", "UNSUBSCRIBE"), "stop"),
    **dict.fromkeys(("START", "UNSTOP"), "start"),
    **dict.fromkeys(("HELP", "INFO"), "help"),
}

_REASONS = {code.casefold(): meaning for code, meaning in BY_CODE.items() if code.startswith("reason:")}
_STATES = {
    "scheduled": MessageState.SENT,
    "sent": MessageState.SENT,
    "buffered": MessageState.SENT,
    "delivered": MessageState.REACHED,
    "expired": MessageState.BOUNCED,
    "delivery_failed": MessageState.BOUNCED,
}


def meaning_of(code: str, reason: str) -> ProviderCode | None:
    """Find what a report's error code or, where that is unknown, its reason means; None for neither."""
    return BY_CODE.get(f"dlr:{code}") or _REASONS.get(f"reason:{reason}".casefold())


def state_of(status: str, meaning: ProviderCode | None) -> MessageState | None:
    """Return the state for a report's status; None for a status we do not know. What nobody tried to deliver was refused."""
    state = _STATES.get(status)
    if state is MessageState.BOUNCED and meaning is not None and (meaning.remedy is Remedy.STOP or meaning.suppress == "stop"):
        return MessageState.REFUSED
    return state
