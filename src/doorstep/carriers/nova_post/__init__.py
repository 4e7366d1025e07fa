"""Nova Post: shipment with tracking (JSON) → checkpoints and notes."""

from doorstep.carriers.nova_post.shipment_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Nova Post's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="nova_post", name="Nova Post", parse=parse, tracking_url="https://novaposhta.ua/tracking/{number}")
