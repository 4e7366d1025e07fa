"""Nationex: a shipment with its tracking (JSON) → checkpoints and notes."""

from doorstep.carriers.nationex.shipment_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read a shipment, a list of them, or an error.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="nationex", name="Nationex", parse=parse, tracking_url="https://www.nationex.com/en/search?id={number}")
