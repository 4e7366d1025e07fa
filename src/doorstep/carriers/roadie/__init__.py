"""Roadie: shipments or a webhook event (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.roadie.shipment_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer or a webhook event of Roadie.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="roadie", name="Roadie", parse=parse, tracking_url="https://track.roadie.com/id/{number}")
