"""Numbers → 17TRACK's gettrackinfo, forty a call; those it was never told of are registered first.

Source: 17TRACK's Tracking API v2.2 (three requests a second, forty numbers a request), read 2026-11-22; codes as known on 2026-11-22.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from doorstep.carriers.calling import JSON, base_setting, call, error_of, settled, tree_of
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.plugins import Answer, Asked, AskFlow, Asking, HttpRequest, Response, Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import BadInputError, MisconfiguredError, TryLaterError

_BASE = "https://api.17track.net"
SETTINGS = (base_setting(_BASE),)
#: "The number is not registered."
_NOT_REGISTERED = "-18019902"
#: No key, a key of somebody else's, an address that is not allowed, an account that is closed.
_BAD_KEY = frozenset({"-18010001", "-18010002", "-18010003", "-18010004", "-18010005"})
#: No quota is left to register numbers.
_NO_QUOTA = frozenset({"-18019907", "-18019908"})
_QUOTA_RETURNS_S = 6 * 3600.0


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about up to forty numbers; 17TRACK finds the carrier itself. What it hears of first it answers minutes later.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    del token
    response = yield _request(settings, "gettrackinfo", [one.tracking_number for one in numbers])
    answer = _checked(response, now)
    strangers = [
        numbered(worded(dig(item, "number")))
        for item in listed(dig(tree_of(response), "data", "rejected"))
        if worded(dig(item, "error", "code")) == _NOT_REGISTERED
    ]
    if not strangers:
        return (answer,)
    registered = yield _request(settings, "register", strangers)
    with contextlib.suppress(TryLaterError, BadInputError):  # what is known of the others is here; these wait for their next turn
        _checked(registered, now)
    return (answer,)


def _request(settings: Settings, what: str, numbers: Sequence[str]) -> HttpRequest:
    body = msgspec.json.encode([{"number": number} for number in numbers])
    headers = {"17token": setting_of(settings, "api_key"), **JSON}
    return call(settings, _BASE, f"track/v2.2/{what}", method="POST", headers=headers, body=body)


def _checked(response: Response, now: datetime) -> Answer:
    """17TRACK refuses a key, and says that a quota is used up, within an answer of status 200."""
    codes = _codes(tree_of(response))
    if codes & _BAD_KEY:
        raise MisconfiguredError(f"17TRACK answered {', '.join(sorted(codes & _BAD_KEY))}: it refuses the API key")
    if codes & _NO_QUOTA:
        raise TryLaterError("17TRACK has no quota left for new numbers", after_s=_QUOTA_RETURNS_S)
    if response.status == 200 and not isinstance(dig(tree_of(response), "data"), dict):  # noqa: PLR2004 - HTTP's own number
        raise error_of(Response(status=503), "17TRACK", now)
    return settled(response, "17TRACK", now, answers=frozenset({200}))


def _codes(tree: Any) -> set[str]:
    told = [dig(error, "code") for error in listed(dig(tree, "data", "errors"))]
    told += [dig(item, "error", "code") for item in listed(dig(tree, "data", "rejected"))]
    return {worded(code) for code in told} - {""}


ASKING = Asking(ask=ask, needs=("api_key",), most_per_call=40, rate_per_s=3.0, burst=3)
