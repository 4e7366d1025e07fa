"""Spring GDS: tracking answer (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.spring.shipment_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Spring's TrackShipment.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="spring", name="Spring GDS", parse=parse, tracking_url="https://mailingtechnology.com/tracking/?tn={number}")
