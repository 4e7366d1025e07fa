"""Easyship: shipment, tracking or webhook (JSON) → checkpoints and notes."""

from doorstep.carriers.easyship.signature import SECRET, verify
from doorstep.carriers.easyship.tracking_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read any of Easyship's answers or webhook events.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="easyship",
    name="Easyship",
    parse=parse,
    verify=verify,
    settings=(Setting(name=SECRET, label="Secret key of the webhook", secret=True, example="webh_0123456789abcdef"),),
    aggregates=True,
)
