"""Locate2u: stops as asked for or as posted by its webhooks (JSON) → checkpoints and notes."""

from doorstep.carriers.locate2u.stops_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read a stop, a list of them, a webhook's change of one, or an error.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="locate2u", name="Locate2u", parse=parse)
