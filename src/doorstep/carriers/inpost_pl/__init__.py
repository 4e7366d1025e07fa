"""InPost ShipX: tracking, shipments and webhooks (JSON) → checkpoints and notes."""

from doorstep.carriers.inpost_pl.shipx_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read whatever ShipX answers or posts.

    Raises:
        BadInputError: none of it.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="inpost_pl",
    name="InPost ShipX",
    parse=parse,
    tracking_url="https://inpost.pl/sledzenie-przesylek?number={number}",
)
