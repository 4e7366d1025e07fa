"""Numbers → AfterShip's trackings, forty a call; those it was never told of are made first.

Source: AfterShip's Tracking API 2025-01, "Create a tracking", "Get trackings" and "Rate limit" (six reads and twenty makings a
second), read 2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import msgspec

from doorstep.carriers.calling import JSON, base_setting, call, settled, tree_of
from doorstep.carriers.reading import dig, listed, numbered, worded
from doorstep.domain.plugins import Asked, AskFlow, Asking, Setting, Settings
from doorstep.domain.reading import setting_of

_BASE = "https://api.aftership.com"
_PATH = "tracking/2025-01/trackings"
SETTINGS = (
    Setting(name="api_key", label="API key of AfterShip Tracking, for asking", secret=True, required=False),
    base_setting(_BASE),
)
_MADE = 201


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about up to forty numbers; AfterShip finds the carrier itself. What it hears of first it answers later.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    del token
    headers = {"as-api-key": setting_of(settings, "api_key")}
    wanted = quote(",".join(one.tracking_number for one in numbers), safe=",")
    response = yield call(settings, _BASE, f"{_PATH}?limit={len(numbers) * 2}&tracking_numbers={wanted}", headers=headers)
    answer = settled(response, "AfterShip", now, answers=frozenset({200}))
    told = {numbered(worded(dig(item, "tracking_number"))) for item in listed(dig(tree_of(response), "data", "trackings"))}
    for one in numbers:
        if one.tracking_number not in told:
            body = msgspec.json.encode({"tracking_number": one.tracking_number})
            made = yield call(settings, _BASE, _PATH, method="POST", headers={**headers, **JSON}, body=body)
            if made.status not in {200, _MADE, 400}:  # 400: it has the number, or can make nothing of it
                settled(made, "AfterShip", now)
    return (answer,)


ASKING = Asking(ask=ask, needs=("api_key",), most_per_call=40, rate_per_s=5.0, burst=5)
