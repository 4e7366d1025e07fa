"""ShipEngine (ShipStation API): tracking answers and webhooks (JSON) → checkpoints of the carriers it names."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.shipengine.tracking_json import read
from doorstep.carriers.shipengine.webhook import KEYS, verify
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer or a webhook.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="shipengine", name="ShipEngine", parse=parse, verify=verify, settings=(KEYS,), aggregates=True)
