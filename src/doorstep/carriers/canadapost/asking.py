"""Numbers → Canada Post's tracking details, one a call, in XML.

Source: Canada Post's developer programme, "Get Tracking Details" (REST), as known on 2026-11-22. It publishes no rate beyond "throttled
by customer"; ours is cautious.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from doorstep.carriers.calling import base_setting, basic, call, one_by_one
from doorstep.domain.plugins import Asked, AskFlow, Asking, HttpRequest, Setting, Settings
from doorstep.domain.reading import setting_of

_BASE = "https://soa-gw.canadapost.ca"
SETTINGS = (
    Setting(name="username", label="User name of the API key, for asking", required=False, example="6e93d53968881714"),
    Setting(name="password", label="Password of the API key, for asking", secret=True, required=False),
    base_setting(_BASE),
)


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about one number. One without a history is answered with 404 and a message.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    del token
    login = basic(setting_of(settings, "username"), setting_of(settings, "password"))
    headers = {"authorization": login, "accept": "application/vnd.cpc.track-v2+xml", "accept-language": "en-CA"}

    def request(one: Asked) -> HttpRequest:
        return call(settings, _BASE, f"vis/track/pin/{quote(one.tracking_number, safe='')}/detail", headers=headers)

    return (yield from one_by_one(numbers, request, "Canada Post", now))


ASKING = Asking(ask=ask, needs=("username", "password"), rate_per_s=1.0, burst=5)
