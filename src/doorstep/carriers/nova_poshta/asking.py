"""Numbers → Nova Poshta's getStatusDocuments, a hundred a call.

Source: Nova Poshta's API 2.0, model TrackingDocument, as public clients call it (up to 100 documents; the codes of a refused key and of a
missing one; the words of a failure), read 2026-11-22. No rate is published; ours is cautious.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.carriers.calling import JSON, base_setting, call, settled, tree_of
from doorstep.carriers.reading import dig, listed, worded
from doorstep.domain.plugins import Answer, Asked, AskFlow, Asking, Response, Setting, Settings
from doorstep.domain.reading import setting_of
from doorstep.errors import BadInputError, MisconfiguredError, TryLaterError

_BASE = "https://api.novaposhta.ua"
SETTINGS = (
    Setting(name="api_key", label="API key of the business cabinet, for asking", secret=True, required=False),
    base_setting(_BASE),
)
#: The key is refused; there is none.
_BAD_KEY = frozenset({"20000200068", "20000200069"})


def ask(numbers: Sequence[Asked], settings: Settings, token: str, now: datetime) -> AskFlow:
    """Ask about up to a hundred numbers at once. One that is misspelt makes Nova Poshta refuse all of them.

    Raises:
        BadInputError, TryLaterError, MisconfiguredError: and nothing else.
    """
    del token
    question = {
        "apiKey": setting_of(settings, "api_key"),
        "modelName": "TrackingDocument",
        "calledMethod": "getStatusDocuments",
        "methodProperties": {"Documents": [{"DocumentNumber": one.tracking_number} for one in numbers]},
    }
    response = yield call(settings, _BASE, "v2.0/json/", method="POST", headers=JSON, body=msgspec.json.encode(question))
    return (_checked(response, len(numbers), now),)


def _checked(response: Response, asked: int, now: datetime) -> Answer:
    """Nova Poshta says within an answer of status 200 that it refuses a key or a number, or has too much to do."""
    answer = settled(response, "Nova Poshta", now, answers=frozenset({200}))
    tree = tree_of(response)
    if dig(tree, "success") is not False:
        return answer
    codes = sorted({worded(code) for code in listed(dig(tree, "errorCodes"))} - {""})
    said = [worded(text).casefold().replace(" ", "") for text in listed(dig(tree, "errors"))]
    told = f"Nova Poshta refused ({', '.join(codes)[:60]})" if codes else "Nova Poshta refused"
    if _BAD_KEY & set(codes):
        raise MisconfiguredError(f"{told}: it refuses the API key")
    if any("documentnumber" in text for text in said):
        if asked == 1:
            return answer
        raise BadInputError(f"{told}: one of the numbers is not one of its own")
    raise TryLaterError(f"{told}: too many calls" if any("manyrequests" in text for text in said) else told)


ASKING = Asking(ask=ask, needs=("api_key",), most_per_call=100, rate_per_s=0.5, burst=3)
