"""Numbers → UPS's Track API, one a call, with a token of its OAuth service.

Source: developer.ups.com, "Tracking" v1 and "OAuth client credentials", as known on 2026-11-22. UPS publishes no rate; ours is cautious.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from doorstep.carriers.calling import FORM, base_setting, basic, call, credentials_form, form_token, one_by_one
from doorstep.domain.plugins import Asked, AskFlow, Asking, HttpRequest, Setting, Settings, TokenFlow
from doorstep.domain.reading import setting_of

BASE = "https://onlinetools.ups.com"

SETTINGS = (
    Setting(name="client_id", label="Client ID of the UPS app, for asking", required=False, example="a1B2c3D4"),
    Setting(name="client_secret", label="Client secret of the UPS app, for asking", secret=True, required=False),
    base_setting(BASE),
)


def token(settings: Settings, now: datetime) -> TokenFlow:
    """Ask for a token; it lasts four hours.

    Raises:
        TryLaterError, MisconfiguredError: and nothing else.
    """
    login = basic(setting_of(settings, "client_id"), setting_of(settings, "client_secret"))
    headers = {"authorization": login, **FORM}
    request = call(settings, BASE, "security/v1/oauth/token", method="POST", headers=headers, body=credentials_form())
    return (yield from form_token(request, "UPS", now))


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about one number. One that UPS does not know is answered with 404 and a note of its own.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """

    def request(one: Asked) -> HttpRequest:
        named = hashlib.blake2b(f"{one.tracking_number} {now:%Y%m%d%H%M%S}".encode(), digest_size=16).hexdigest()
        headers = {"authorization": f"Bearer {token}", "transid": named, "transactionsrc": "doorstep"}
        path = f"api/track/v1/details/{quote(one.tracking_number, safe='')}?locale=en_US&returnSignature=false"
        return call(settings, BASE, path, headers=headers)

    return (yield from one_by_one(numbers, request, "UPS", now))


ASKING = Asking(ask=ask, token=token, needs=("client_id", "client_secret"), rate_per_s=5.0, burst=20)
