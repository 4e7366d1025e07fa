"""Numbers → FedEx's Track API, thirty a call, with a token of its OAuth service.

Source: developer.fedex.com, "Track API" v1, "API authorization" and "Quotas & rate limits" (1,400 calls in ten seconds and
100,000 a day for each project), read 2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.carriers.calling import FORM, JSON, base_setting, call, credentials_form, form_token, settled
from doorstep.domain.plugins import Asked, AskFlow, Asking, Setting, Settings, TokenFlow
from doorstep.domain.reading import setting_of

_BASE = "https://apis.fedex.com"

SETTINGS = (
    Setting(name="client_id", label="API key of the FedEx project, for asking", required=False, example="l7a1b2c3d4"),
    Setting(name="client_secret", label="Secret key of the FedEx project, for asking", secret=True, required=False),
    base_setting(_BASE),
)


def token(settings: Settings, now: datetime) -> TokenFlow:
    """Ask for a token; it lasts an hour.

    Raises:
        TryLaterError, MisconfiguredError: and nothing else.
    """
    form = credentials_form(client_id=setting_of(settings, "client_id"), client_secret=setting_of(settings, "client_secret"))
    return (yield from form_token(call(settings, _BASE, "oauth/token", method="POST", headers=FORM, body=form), "FedEx", now))


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about up to thirty numbers at once; those FedEx does not know are named in the answer.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    wanted = [{"trackingNumberInfo": {"trackingNumber": one.tracking_number}} for one in numbers]
    body = msgspec.json.encode({"includeDetailedScans": True, "trackingInfo": wanted})
    headers = {"authorization": f"Bearer {token}", "x-locale": "en_US", **JSON}
    response = yield call(settings, _BASE, "track/v1/trackingnumbers", method="POST", headers=headers, body=body)
    return (settled(response, "FedEx", now),)


#: A call a second is 86,400 a day.
ASKING = Asking(ask=ask, token=token, needs=("client_id", "client_secret"), most_per_call=30, rate_per_s=1.0, burst=100)
