"""Teleship: tracking answer or push (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.teleship.shipment_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Teleship's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="teleship", name="Teleship", parse=parse)
