"""GEODIS: shipment with its follow-up (JSON) → checkpoints and notes."""

from doorstep.carriers.geodis.shipment import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of GEODIS's follow-up.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="geodis", name="GEODIS", parse=parse, tracking_url="https://edesti.com/{number}")
