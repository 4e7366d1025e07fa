"""Numbers → GLS's Track and Trace v1, ten a call, with a token of its group's OAuth service.

Source: the schemas of "Track And Trace API" v1 and "Authentication API" v2 at dev-portal.gls-group.net, as public clients repeat them and one
checked them against live answers on 2026-09-02 (ten numbers a call, 500 calls a day for a new app); read 2026-11-22.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from doorstep.carriers.calling import FORM, base_setting, basic, call, credentials_form, form_token, settled
from doorstep.domain.plugins import Asked, AskFlow, Asking, Setting, Settings, TokenFlow
from doorstep.domain.reading import setting_of

_BASE = "https://api.gls-group.net"

SETTINGS = (
    Setting(name="client_id", label="API key of the GLS app, for asking", required=False, example="aB3dE5"),
    Setting(name="client_secret", label="API secret of the GLS app, for asking", secret=True, required=False),
    Setting(name="calls_per_day", label="Calls a day that GLS has granted", required=False, default="500", example="500"),
    base_setting(_BASE),
)


def token(settings: Settings, now: datetime) -> TokenFlow:
    """Ask for a token; it lasts four hours.

    Raises:
        TryLaterError, MisconfiguredError: and nothing else.
    """
    login = basic(setting_of(settings, "client_id"), setting_of(settings, "client_secret"))
    headers = {"authorization": login, **FORM}
    return (
        yield from form_token(call(settings, _BASE, "oauth2/v2/token", method="POST", headers=headers, body=credentials_form()), "GLS", now)
    )


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about up to ten numbers at once; those GLS does not know stand in the answer with an error code.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    wanted = ",".join(quote(one.tracking_number, safe="") for one in numbers)
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    response = yield call(settings, _BASE, f"track-and-trace-v1/tracking/simple/trackids/{wanted}?showEvents=true", headers=headers)
    return (settled(response, "GLS", now),)


ASKING = Asking(ask=ask, token=token, needs=("client_id", "client_secret"), most_per_call=10, rate_per_s=500 / 86_400, burst=2)
