"""Numbers → DHL's Shipment Tracking - Unified, one a call, whatever the division.

Source: developer.dhl.com, "Shipment Tracking - Unified" and "Get a higher rate limit" (a new app: 250 calls a day, one a second), read
2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from doorstep.carriers.calling import base_setting, call, one_by_one
from doorstep.domain.plugins import Asked, AskFlow, Asking, HttpRequest, Setting, Settings
from doorstep.domain.reading import setting_of

_BASE = "https://api-eu.dhl.com"

SETTINGS = (
    Setting(name="api_key", label="API key of the app at developer.dhl.com, for asking", secret=True, required=False),
    Setting(name="calls_per_day", label="Calls a day that DHL has granted", required=False, default="250", example="250"),
    base_setting(_BASE),
)
#: The divisions it answers for.
_DIVISIONS = frozenset(
    {"dhl_express", "dhl_parcel_de", "deutsche_post", "dhl_nl", "dhl_poland", "dhl_global_mail", "dhl_global_forwarding", "dhl_freight"}
)


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about one number. One that DHL does not know is answered with 404 and a problem document.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    del token

    def request(one: Asked) -> HttpRequest:
        path = f"track/shipments?trackingNumber={quote(one.tracking_number, safe='')}&language=en"
        return call(settings, _BASE, path, headers={"dhl-api-key": setting_of(settings, "api_key")})

    return (yield from one_by_one(numbers, request, "DHL", now))


ASKING = Asking(ask=ask, needs=("api_key",), rate_per_s=250 / 86_400, burst=1, also=_DIVISIONS)
