"""EasyPost: webhook events and API answers → checkpoints of the carriers it names."""

from doorstep.carriers.buying import BUYS, RETURNS_ONLY
from doorstep.carriers.easypost.answers import read_answer
from doorstep.carriers.easypost.asking import ASKING, SETTINGS
from doorstep.carriers.easypost.labelling import LABELLING
from doorstep.carriers.easypost.webhook import delivery_id, read_event, verify
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read a webhook event or an answer. An empty object, the answer to a deletion, says nothing.

    Raises:
        BadInputError: neither, and nothing else.
    """
    body = json_of(raw)
    if not isinstance(body, dict):
        raise BadInputError("an EasyPost body is a JSON object")
    if not body:
        return Parsed()
    return read_event(body) if body.get("object") == "Event" else read_answer(body)


CARRIER = Carrier(
    slug="easypost",
    name="EasyPost",
    parse=parse,
    verify=verify,
    settings=(
        Setting(
            name="webhook_secret",
            label="Webhook secret, as given to EasyPost when the webhook was made",
            secret=True,
            required=False,
            example="a long phrase of your own",
        ),
        *SETTINGS,
        BUYS,
        RETURNS_ONLY,
    ),
    delivery_id=delivery_id,
    aggregates=True,
    asking=ASKING,
    labelling=LABELLING,
)
