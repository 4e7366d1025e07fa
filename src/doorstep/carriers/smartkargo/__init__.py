"""SmartKargo: tracking answer (JSON list of events) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.smartkargo.events_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of SmartKargo's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="smartkargo", name="SmartKargo", parse=parse)
