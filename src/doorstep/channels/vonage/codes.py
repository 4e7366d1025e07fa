"""Vonage's error codes and statuses of both its APIs → who must act, and the state of the message.

"sms:" are the statuses with which the SMS API answers a call, "dlr:" the err-code of its delivery receipts; numbers from 1000 are the
Messages API's, in answers and status webhooks alike; words are those of every Vonage API.
"""

from doorstep.channels.codes import by_code, fault
from doorstep.domain.plugins import ProviderCode
from doorstep.domain.vocabulary import MessageState, Remedy

SOURCE = (
    "Source: Vonage's pages of API errors (generic, SMS, Messages) and its delivery error codes, as known on 2026-11-29."
    " `sms:` answers a call of the SMS API, `dlr:` is the err-code of its delivery receipts, the rest is the Messages API's."
)

_ACCOUNT = "the account is barred or suspended"
_CREDIT = "the account has no credit left"
_CREDENTIALS = "the credentials are wrong or switched off"
_SENDER = "the sender is not allowed in the recipient's country: set another in senders"
_OPTED_OUT = "the recipient opted out"
_DEAD = "the number is no longer in use"

CODES = (
    fault("sms:1", "too many calls at once", Remedy.RETRY),
    fault("sms:2", "a field is missing", Remedy.SWITCH),
    fault("sms:3", "a field is not valid", Remedy.SWITCH),
    fault("sms:4", _CREDENTIALS, Remedy.STOP),
    fault("sms:5", "a fault of Vonage's", Remedy.RETRY),
    fault("sms:6", "the number has no prefix that Vonage knows, or the message cannot be sent", Remedy.SWITCH),
    fault("sms:7", "the number is on Vonage's block list", Remedy.SUPPRESS),
    fault("sms:8", _ACCOUNT, Remedy.STOP),
    fault("sms:9", _CREDIT, Remedy.STOP),
    fault("sms:10", "too many connections at once", Remedy.RETRY),
    fault("sms:11", "the account may not use this API", Remedy.STOP),
    fault("sms:12", "the text is too long", Remedy.FIX),
    fault("sms:13", "Vonage could not hand the message on", Remedy.RETRY),
    fault("sms:14", "the call's signature is not valid", Remedy.STOP),
    fault("sms:15", _SENDER, Remedy.STOP),
    fault("sms:16", "the validity period is not valid", Remedy.STOP),
    fault("sms:19", "the account may not do this", Remedy.STOP),
    fault("sms:20", "the message class is not valid", Remedy.STOP),
    fault("sms:22", "the network code is not valid", Remedy.SWITCH),
    fault("sms:23", "the callback address is not valid", Remedy.STOP),
    fault("sms:29", "a trial account writes to its own list of numbers only", Remedy.STOP),
    fault("sms:32", "the call has both a signature and a secret", Remedy.STOP),
    fault("sms:33", _DEAD, Remedy.SUPPRESS),
    fault("sms:34", "the number is missing or not valid", Remedy.SUPPRESS),
    fault("dlr:1", "the network gave no reason", Remedy.SWITCH),
    fault("dlr:2", "the phone is switched off or out of reach", Remedy.SWITCH),
    fault("dlr:3", _DEAD, Remedy.SUPPRESS),
    fault("dlr:4", "the recipient's network bars texts to this number", Remedy.SUPPRESS),
    fault("dlr:5", "the number moved to another network and is not found there", Remedy.SWITCH),
    fault("dlr:6", "the network took the message for spam", Remedy.SWITCH),
    fault("dlr:7", "the phone was busy", Remedy.SWITCH),
    fault("dlr:8", "a fault of the network's", Remedy.RETRY),
    fault("dlr:9", _OPTED_OUT, Remedy.SUPPRESS, "stop"),
    fault("dlr:10", "the message is not valid, its encoding for example", Remedy.FIX),
    fault("dlr:11", "Vonage has no route to this number", Remedy.SWITCH),
    fault("dlr:12", "there is no way to this number", Remedy.SWITCH),
    fault("dlr:13", "the recipient's age forbids it", Remedy.SWITCH),
    fault("dlr:14", "the recipient's network blocks texts to this number", Remedy.SWITCH),
    fault("dlr:15", "the recipient's prepaid credit is used up", Remedy.SWITCH),
    fault("dlr:39", _SENDER, Remedy.SWITCH),
    fault("dlr:50", "the network's register does not know the company", Remedy.SWITCH),
    fault("dlr:51", "the network's register does not know the sender", Remedy.SWITCH),
    fault("dlr:52", "the network's register does not know the text", Remedy.SWITCH),
    fault("dlr:53", "the network's register knows of no consent", Remedy.SWITCH),
    fault("dlr:54", "a rule of the recipient's country forbids it", Remedy.SWITCH),
    fault("dlr:99", "a fault on the way", Remedy.SWITCH),
    fault("1000", "too many calls at once", Remedy.RETRY),
    fault("1010", "a field is missing", Remedy.SWITCH),
    fault("1020", "a field is not valid", Remedy.SWITCH),
    fault("1021", "the tag is not valid", Remedy.FIX),
    fault("1022", "the template or its values are not valid", Remedy.FIX),
    fault("1030", "a fault of Vonage's", Remedy.RETRY),
    fault("1040", "the number has no prefix that Vonage knows, or the message cannot be sent", Remedy.SWITCH),
    fault("1050", "the number is on Vonage's block list", Remedy.SUPPRESS),
    fault("1060", _ACCOUNT, Remedy.STOP),
    fault("1070", _CREDIT, Remedy.STOP),
    fault("1080", "the account may not use this API", Remedy.STOP),
    fault("1090", "the text is too long", Remedy.FIX),
    fault("1100", "Vonage could not hand the message on", Remedy.RETRY),
    fault("1110", "the call's signature is not valid", Remedy.STOP),
    fault("1120", _SENDER, Remedy.STOP),
    fault("1130", "the validity period is not valid", Remedy.STOP),
    fault("1140", "the account may not do this", Remedy.STOP),
    fault("1150", "a field is not valid", Remedy.SWITCH),
    fault("1160", "a trial account writes to its own list of numbers only", Remedy.STOP),
    fault("1170", "the number is missing or not valid", Remedy.SUPPRESS),
    fault("1180", "the phone is switched off or out of reach", Remedy.SWITCH),
    fault("1190", _DEAD, Remedy.SUPPRESS),
    fault("1200", "the number moved to another network and is not found there", Remedy.SWITCH),
    fault("1210", "the network took the message for spam", Remedy.SWITCH),
    fault("1220", "the phone was busy", Remedy.SWITCH),
    fault("1230", "a fault of the network's", Remedy.RETRY),
    fault("1240", _OPTED_OUT, Remedy.SUPPRESS, "stop"),
    fault("1241", "too many messages to this number", Remedy.SWITCH),
    fault("1250", "Vonage has no route to this number", Remedy.SWITCH),
    fault("1260", "there is no way to this number", Remedy.SWITCH),
    fault("1270", "the recipient's age forbids it", Remedy.SWITCH),
    fault("1280", "the recipient's network blocks texts to this number", Remedy.SWITCH),
    fault("1290", "the recipient's prepaid credit is used up", Remedy.SWITCH),
    fault("1300", "the number belongs to no user of this network", Remedy.SWITCH),
    fault("1310", "the recipient's device cannot take it", Remedy.SWITCH),
    fault("1320", "the message was sent already", Remedy.SWITCH),
    fault("1330", "the network gave no reason", Remedy.SWITCH),
    fault("1340", "the time in which an answer is allowed is over", Remedy.SWITCH),
    fault("1360", "the message waited longer than its validity period", Remedy.SWITCH),
    fault("1370", "the access token has expired", Remedy.STOP),
    fault("low-balance", _CREDIT, Remedy.STOP),
    fault("unauthorized", _CREDENTIALS, Remedy.STOP),
    fault("forbidden", "the account may not do this", Remedy.STOP),
    fault("unprovisioned", "the credentials may not use this API", Remedy.STOP),
    fault("account-suspended", _ACCOUNT, Remedy.STOP),
    fault("jwt-expired", "the token is over: the clock of this installation may be wrong", Remedy.STOP),
    fault("jwt-revoked", "the private key was withdrawn", Remedy.STOP),
    fault("invalid-api-key", "there is no such API key", Remedy.STOP),
    fault("invalid-signature", "the call's signature is not valid", Remedy.STOP),
    fault("invalid-ip", "the account takes no calls from this installation's address", Remedy.STOP),
    fault("not-found", "the address of the API is wrong", Remedy.STOP),
    fault("invalid-params", "a field is not valid", Remedy.SWITCH),
    fault("invalid-json", "the call cannot be read", Remedy.SWITCH),
    fault("throttled", "too many calls at once", Remedy.RETRY),
    fault("internal-error", "a fault of Vonage's", Remedy.RETRY),
)
BY_CODE = by_code(CODES)

#: Words that Opt-Out Assist answers. Source: Vonage's page of Opt-Out Assist, as known on 2026-11-29; UNSTOP is the toll-free networks' own.
WORDS = {
    **dict.fromkeys(("STOP", "END", "QUIT", "CANCEL", "UNSUBSCRIBE"), "stop"),
    **dict.fromkeys(("START", "JOIN", "UNSTOP"), "start"),
    "HELP": "help",
}

#: Status of a Messages API webhook or of a delivery receipt → state. `unknown` says nothing: the message stays sent.
_STATES = {
    "submitted": MessageState.SENT,
    "accepted": MessageState.SENT,
    "buffered": MessageState.SENT,
    "unknown": MessageState.SENT,
    "delivered": MessageState.REACHED,
    "read": MessageState.READ,
    "expired": MessageState.BOUNCED,
    "failed": MessageState.BOUNCED,
    "undelivered": MessageState.BOUNCED,
    "undeliverable": MessageState.BOUNCED,
    "rejected": MessageState.REFUSED,
    "deleted": MessageState.REFUSED,
}


def state_of(status: str, meaning: ProviderCode | None) -> MessageState | None:
    """Return the state for a status and what its code means; None for a status we do not know. A dead number bounced, whoever says so."""
    state = _STATES.get(status)
    if state is MessageState.REFUSED and meaning is not None and meaning.suppress == "bounced":
        return MessageState.BOUNCED
    return state
