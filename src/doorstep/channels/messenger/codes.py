"""Messenger's error codes, with their subcodes → what they mean and what follows.

A code that is not here is refused without suppression, and the next channel is tried.
"""

from doorstep.channels.codes import by_code, fault
from doorstep.domain.vocabulary import Remedy

SOURCE = "Source: Meta's pages Messenger Platform error codes (March 2026) and Graph API error handling, as known on 2026-11-29."

_RETRY = {
    "1": "Messenger has a fault, or the app lacks a permission",
    "2": "Messenger is away for a while",
    "4": "the app made too many calls",
    "17": "too many calls for this user",
    "32": "too many calls for this page",
    "613": "too many calls of this kind",
    "1200": "it could not be sent just now",
}
_SWITCH = {
    "10:2018065": "the 24-hour window is closed",
    "10:2018108": "this person takes no messages from the page",
    "10:2018278": "the 24-hour window is closed",
    "100": "a field of the request is wrong",
    "100:33": "this page cannot reach that person",
    "200:1545041": "this person cannot be reached now",
    "551": "this person cannot be reached now",
    "551:1545041": "this person cannot be reached now",
}
_STOP = {
    "3": "the app may not make this call",
    "10": "the app lacks a permission",
    "102": "the access token is not valid any more",
    "190": "the access token is not valid any more",
    "200": "the app lacks a permission",
    "200:2018028": "the app is not approved yet and writes only to its own people",
    "230": "the token lacks the permission pages_messaging",
    "368": "the page is blocked for a while for breaking a policy",
}

#: Every documented code that sending can meet.
CODES = (
    *(fault(code, meaning, Remedy.RETRY) for code, meaning in _RETRY.items()),
    *(fault(code, meaning, Remedy.SWITCH) for code, meaning in _SWITCH.items()),
    *(fault(code, meaning, Remedy.STOP) for code, meaning in _STOP.items()),
    fault("100:2018001", "there is no such person any more", Remedy.SUPPRESS, "bounced"),
)
BY_CODE = by_code(CODES)
