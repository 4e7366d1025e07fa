"""Shippo: webhooks and API answers → checkpoints of the carriers it names."""

from doorstep.carriers.buying import BUYS, RETURNS_ONLY
from doorstep.carriers.reading import json_of, looks_like
from doorstep.carriers.shippo.answers import read_answer, read_page
from doorstep.carriers.shippo.asking import ASKING, SETTINGS
from doorstep.carriers.shippo.labelling import LABELLING
from doorstep.carriers.shippo.webhook import read_webhook, verify
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read a webhook, an answer, or an error page.

    Raises:
        BadInputError: none of them, and nothing else.
    """
    if looks_like(raw) in ("xml", "html"):
        return read_page(raw)
    body = json_of(raw)
    if not isinstance(body, dict):
        raise BadInputError("a Shippo body is a JSON object")
    return read_webhook(body) if isinstance(body.get("data"), dict) else read_answer(body)


CARRIER = Carrier(
    slug="shippo",
    name="Shippo",
    parse=parse,
    verify=verify,
    settings=(
        Setting(
            name="hmac_secret",
            label="HMAC secret, if Shippo's support has set one up for you",
            secret=True,
            required=False,
            example="b3f0a1",
        ),
        *SETTINGS,
        BUYS,
        RETURNS_ONLY,
    ),
    aggregates=True,
    asking=ASKING,
    labelling=LABELLING,
)
