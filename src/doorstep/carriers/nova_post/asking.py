"""Numbers → Nova Post's tracking history, ten a call, with a token that an API key is exchanged for.

Source: Nova Post's OpenAPI document, v.1.0 (`GET /clients/authorization`, `GET /shipments/tracking/history`), as a public client carries it,
and its own SDK for PHP; read 2026-11-22. It publishes neither a rate nor how many numbers a call takes; ours are cautious.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from doorstep.carriers.calling import base_setting, call, form_token, settled
from doorstep.domain.plugins import Asked, AskFlow, Asking, Setting, Settings, TokenFlow
from doorstep.domain.reading import setting_of

_BASE = "https://api.novapost.com/v.1.0"
SETTINGS = (
    Setting(name="api_key", label="API key of Nova Post, for asking", secret=True, required=False),
    base_setting(_BASE),
)
#: A token lasts an hour; the answer does not say so.
_LASTS_S = 3600.0


def token(settings: Settings, now: datetime) -> TokenFlow:
    """Ask for a token. Nova Post wants the key in the address.

    Raises:
        TryLaterError, MisconfiguredError: and nothing else.
    """
    request = call(settings, _BASE, f"clients/authorization?{urlencode({'apiKey': setting_of(settings, 'api_key')})}", headers={})
    return (yield from form_token(request, "Nova Post", now, name="jwt", lasts_s=_LASTS_S))


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about up to ten numbers at once; those Nova Post does not know are missing in the answer.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    wanted = urlencode([("numbers[]", one.tracking_number) for one in numbers])
    headers = {"authorization": token, "accept-language": "en"}  # the token alone: with "Bearer" before it, it is refused
    return (settled((yield call(settings, _BASE, f"shipments/tracking/history?{wanted}", headers=headers)), "Nova Post", now),)


ASKING = Asking(ask=ask, token=token, needs=("api_key",), most_per_call=10, rate_per_s=0.5, burst=3)
