"""Asendia: tracking of its Sync platform (JSON) → checkpoints and notes."""

from doorstep.carriers.asendia.tracking_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Asendia Sync's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="asendia", name="Asendia", parse=parse, tracking_url="https://tracking.asendia.com/tracking/{number}")
