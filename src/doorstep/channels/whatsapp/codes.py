"""WhatsApp's error codes → what they mean and what follows; its statuses → the state of a message.

A code that is not here is refused without suppression, and the next channel is tried.
"""

from doorstep.channels.codes import by_code, fault
from doorstep.domain.vocabulary import MessageState, Remedy

SOURCE = (
    "Source: Meta's page WhatsApp error codes (June 2026), its Direct Send reference (July 2026) and the error table of pywa 4.5,"
    " as known on 2026-11-29."
)

_RETRY = {
    "1": "the request is invalid, or WhatsApp has a fault",
    "2": "WhatsApp is down or overloaded",
    "4": "the app made too many calls",
    "613": "too many calls of this kind",
    "80007": "the business account made too many calls",
    "130429": "too many messages at once from this number",
    "131000": "WhatsApp could not send it and does not say why",
    "131016": "a service of WhatsApp is away",
    "131056": "too many messages to this person in a short time",
    "131057": "the account is in maintenance",
    "133004": "WhatsApp's server is away for a while",
    "133015": "the number was deleted a moment ago and is not free yet",
    "133016": "the number was registered too often in a short time",
    "134101": "the template is still being made ready",
    "135000": "WhatsApp could not send it and does not say why",
}
#: Those that Meta says may go later, but not on the same day (131048, 131049, 130472), are here too: an order update cannot wait so long.
_SWITCH = {
    "100": "a field of the request is wrong, or direct send is not enabled for this account",
    "130472": "the person is in an experiment of Meta's and gets no such messages",
    "131008": "a field that is needed is missing",
    "131009": "a field's value is not allowed",
    "131021": "the recipient is the sender",
    "131026": "it cannot be delivered: no WhatsApp at this number, an old version, or the person does not take it",
    "131030": "a test number writes only to the numbers on its list",
    "131047": "the 24-hour window is closed",
    "131048": "too many messages from this number were blocked or reported; it may send fewer for a while",
    "131049": "Meta holds it back, so that the person does not get too many",
    "131051": "WhatsApp does not carry this type of message",
    "131052": "the file that was sent to us cannot be fetched",
    "131053": "the file cannot be taken",
    "131055": "this way of sending is not allowed",
    "131058": "the sample template goes out from test numbers only",
    "131062": "this kind of message needs a telephone number, and the person shows none",
    "139200": "direct send is blocked for this account because of its quality",
}
_STOP = {
    "0": "the access token is not valid any more",
    "3": "the app may not make this call",
    "10": "the app lacks a permission",
    "33": "the number does not exist any more, or the token does not reach it",
    "190": "the access token has expired",
    "200": "the app lacks a permission",
    "368": "the account is blocked for a while for breaking a policy",
    "130497": "the account may not write to people in this country",
    "131005": "the access token lacks a permission",
    "131031": "the account is locked",
    "131037": "the number's display name is not approved",
    "131042": "there is a problem with the account's payment method",
    "131045": "the number is not registered",
    "133000": "an earlier de-registration of the number did not end",
    "133005": "the PIN of the two-step verification is wrong",
    "133006": "the number is not verified",
    "133008": "the PIN was wrong too often",
    "133009": "the PIN came too fast",
    "133010": "the number is not registered for the Cloud API",
    "134011": "the terms for payments are not accepted",
    "141006": "there is a problem with the account's payment method",
}
_FIX = {
    "132000": "the number of values is not the template's",
    "132001": "there is no such template in this language, or it is not approved",
    "132005": "the filled-in text is too long",
    "132007": "the template's content breaks a policy",
    "132008": "a value breaks the format of a variable",
    "132012": "a value's format is not the template's",
    "132015": "the template is paused for its low quality",
    "132016": "the template is disabled for good after too many pauses",
    "132018": "a value has a line break, a tab or too many spaces",
    "132068": "the template's flow is blocked",
    "132069": "the template's flow is throttled",
    "134100": "only marketing templates go this way",
    "134102": "the template cannot be used this way",
}

#: Every documented code.
CODES = (
    *(fault(code, meaning, Remedy.RETRY) for code, meaning in _RETRY.items()),
    *(fault(code, meaning, Remedy.SWITCH) for code, meaning in _SWITCH.items()),
    *(fault(code, meaning, Remedy.STOP) for code, meaning in _STOP.items()),
    *(fault(code, meaning, Remedy.FIX) for code, meaning in _FIX.items()),
    # Marketing only: what is about the person's own orders goes on.
    fault("131050", "the person wants no marketing from this shop on WhatsApp", Remedy.SUPPRESS, "unsubscribed"),
)
BY_CODE = by_code(CODES)

#: A voice message that was played was heard.
STATES = {
    "sent": MessageState.SENT,
    "delivered": MessageState.REACHED,
    "read": MessageState.READ,
    "played": MessageState.READ,
    "failed": MessageState.REFUSED,
}
