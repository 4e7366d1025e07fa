"""Numbers → USPS's Tracking API v3, one a call, with a token of its OAuth service.

Source: developers.usps.com, "Tracking" v3 and "OAuth" v3, as known on 2026-11-22; the quota of a new app (60 calls an hour, five a
minute) as users report it, read 2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec

from doorstep.carriers.calling import JSON, base_setting, call, form_token, one_by_one
from doorstep.domain.plugins import Asked, AskFlow, Asking, HttpRequest, Setting, Settings, TokenFlow
from doorstep.domain.reading import setting_of

_BASE = "https://apis.usps.com"

SETTINGS = (
    Setting(name="client_id", label="Consumer key of the USPS app, for asking", required=False, example="aB3dE5"),
    Setting(name="client_secret", label="Consumer secret of the USPS app, for asking", secret=True, required=False),
    Setting(name="calls_per_day", label="Calls a day that USPS has granted", required=False, default="1440", example="1440"),
    base_setting(_BASE),
)


def token(settings: Settings, now: datetime) -> TokenFlow:
    """Ask for a token; it lasts eight hours.

    Raises:
        TryLaterError, MisconfiguredError: and nothing else.
    """
    fields = {"client_id": setting_of(settings, "client_id"), "client_secret": setting_of(settings, "client_secret")}
    body = msgspec.json.encode({"grant_type": "client_credentials", **fields})
    return (yield from form_token(call(settings, _BASE, "oauth2/v3/token", method="POST", headers=JSON, body=body), "USPS", now))


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about one number with its whole history.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """

    def request(one: Asked) -> HttpRequest:
        return call(settings, _BASE, f"{_path(one)}?expand=DETAIL", headers={"authorization": f"Bearer {token}"})

    answers = yield from one_by_one(numbers, request, "USPS", now)
    return tuple(msgspec.structs.replace(answer, url=_path(one)) for one, answer in zip(numbers, answers, strict=True))


def _path(one: Asked) -> str:
    return f"tracking/v3/tracking/{quote(one.tracking_number, safe='')}"


ASKING = Asking(ask=ask, token=token, needs=("client_id", "client_secret"), rate_per_s=60 / 3600, burst=5)
