"""17TRACK: webhooks, API answers and a buyer's list → checkpoints of the carriers it names."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.seventeentrack.answers import read_answer
from doorstep.carriers.seventeentrack.asking import ASKING, SETTINGS
from doorstep.carriers.seventeentrack.buyer_list import read_list
from doorstep.carriers.seventeentrack.webhook import read_webhook, verify
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read a webhook, an answer or a buyer's list.

    Raises:
        BadInputError: none of them, and nothing else.
    """
    body = json_of(raw)
    if not isinstance(body, dict):
        raise BadInputError("a 17TRACK body is a JSON object")
    if "event" in body:
        return read_webhook(body)
    return read_list(body) if "Json" in body else read_answer(body)


CARRIER = Carrier(
    slug="17track",
    name="17TRACK",
    parse=parse,
    verify=verify,
    settings=(
        Setting(
            name="api_key",
            label="API key (security key), from 17TRACK API > Settings; it also signs the webhooks",
            secret=True,
            example="0123456789ABCDEF",
        ),
        *SETTINGS,
    ),
    tracking_url="https://t.17track.net/en#nums={number}",
    aggregates=True,
    asking=ASKING,
)
