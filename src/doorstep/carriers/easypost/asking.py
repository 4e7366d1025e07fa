"""Numbers → EasyPost's trackers, one a call: making one that is there already gives it back.

Source: docs.easypost.com, "Trackers" and "Rate limiting" (a limit that depends on load; five a second for lists), read 2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.carriers.calling import JSON, base_setting, basic, call, one_by_one
from doorstep.domain.plugins import Asked, AskFlow, Asking, HttpRequest, Setting, Settings
from doorstep.domain.reading import setting_of

_BASE = "https://api.easypost.com"
SETTINGS = (
    Setting(name="api_key", label="API key of EasyPost, for asking and for return labels", secret=True, required=False),
    base_setting(_BASE),
)
#: 201 made, 200 there already, 404 and 422 with EasyPost's own reason why it makes nothing of the number.
_ANSWERS = frozenset({200, 201, 404, 422})


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about one number; EasyPost finds the carrier itself.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    del token
    headers = {"authorization": basic(setting_of(settings, "api_key"), ""), **JSON}

    def request(one: Asked) -> HttpRequest:
        body = msgspec.json.encode({"tracker": {"tracking_code": one.tracking_number}})
        return call(settings, _BASE, "v2/trackers", method="POST", headers=headers, body=body)

    return (yield from one_by_one(numbers, request, "EasyPost", now, answers=_ANSWERS))


ASKING = Asking(ask=ask, needs=("api_key",), rate_per_s=5.0, burst=10)
