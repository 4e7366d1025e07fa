"""Prestige Delivery: packages with their event history (JSON) → checkpoints and notes."""

from doorstep.carriers.prestige.history_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Prestige's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="prestige", name="Prestige Delivery", parse=parse)
