"""Numbers → Shippo's tracks, one a call, under Shippo's name of the carrier.

Source: docs.goshippo.com, "Tracking" and "Rate limits" (500 reads a minute), read 2026-11-22; the carriers' names as known on 2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from doorstep.carriers.calling import base_setting, call, one_by_one
from doorstep.domain.plugins import Asked, AskFlow, Asking, HttpRequest, Setting, Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import BadInputError

_BASE = "https://api.goshippo.com"
SETTINGS = (
    Setting(name="api_token", label="API token of Shippo, for asking and for return labels", secret=True, required=False),
    base_setting(_BASE),
)
#: Our slug → Shippo's name, where the two differ or are surely the same.
_NAMES = {
    "usps": "usps",
    "ups": "ups",
    "fedex": "fedex",
    "dhl_express": "dhl_express",
    "dhl_parcel_de": "dhl_germany",
    "dhl_global_mail": "dhl_ecommerce",
    "canadapost": "canada_post",
    "australiapost": "australia_post",
    "purolator": "purolator",
    "ontrac": "ontrac",
    "lasership": "lasership",
}


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about one number. Shippo wants to be told who carries it.

    Raises:
        BadInputError: nobody told who carries it, or Shippo refuses it.
        TryLaterError, MisconfiguredError: and nothing else.
    """
    del token

    def request(one: Asked) -> HttpRequest:
        if (name := _NAMES.get(one.carrier)) is None:
            raise BadInputError("Shippo is asked only about carriers whose name there we know")
        headers = {"authorization": f"ShippoToken {setting_of(settings, 'api_token')}"}
        return call(settings, _BASE, f"tracks/{name}/{quote(one.tracking_number, safe='')}", headers=headers)

    return (yield from one_by_one(numbers, request, "Shippo", now))


ASKING = Asking(ask=ask, needs=("api_token",), rate_per_s=8.0, burst=20)
