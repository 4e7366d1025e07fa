"""AfterShip: webhooks and API answers → checkpoints of the carriers it names."""

from doorstep.carriers.aftership.answers import read_answer
from doorstep.carriers.aftership.asking import ASKING, SETTINGS
from doorstep.carriers.aftership.webhook import delivery_id, read_webhook, verify
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read a webhook or an answer.

    Raises:
        BadInputError: neither, and nothing else.
    """
    body = json_of(raw)
    if not isinstance(body, dict):
        raise BadInputError("an AfterShip body is a JSON object")
    return read_webhook(body) if "msg" in body else read_answer(body)


CARRIER = Carrier(
    slug="aftership",
    name="AfterShip",
    parse=parse,
    verify=verify,
    settings=(
        Setting(
            name="webhook_secret",
            label="Webhook secret, from AfterShip Tracking > Settings > Webhooks",
            secret=True,
            required=False,
            example="a8f3c1d2e4b5",
        ),
        *SETTINGS,
    ),
    delivery_id=delivery_id,
    aggregates=True,
    asking=ASKING,
)
