"""Numbers → PostNL's ShippingStatus, one a call.

Source: developer.postnl.nl, "Shipping status API" v2 (for single requests "in useful intervals"; no rate is published), read 2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from doorstep.carriers.calling import base_setting, call, one_by_one
from doorstep.domain.plugins import Asked, AskFlow, Asking, HttpRequest, Setting, Settings
from doorstep.domain.reading import setting_of

_BASE = "https://api.postnl.nl"
SETTINGS = (
    Setting(name="api_key", label="API key of PostNL, for asking", secret=True, required=False),
    base_setting(_BASE),
)


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about one number with all its former statuses.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    del token

    def request(one: Asked) -> HttpRequest:
        path = f"shipment/v2/status/barcode/{quote(one.tracking_number, safe='')}?detail=true&language=EN"
        return call(settings, _BASE, path, headers={"apikey": setting_of(settings, "api_key")})

    return (yield from one_by_one(numbers, request, "PostNL", now))


ASKING = Asking(ask=ask, needs=("api_key",), rate_per_s=0.5, burst=3)
