"""Dragonfly Shipping (Netherlands): tracking answer (JSON) → checkpoints and notes."""

from doorstep.carriers.dragonfly.tracking_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Dragonfly's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="dragonfly", name="Dragonfly", parse=parse)
