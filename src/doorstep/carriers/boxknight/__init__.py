"""BoxKnight (Canada): an order of its API (JSON) → checkpoints and notes."""

from doorstep.carriers.boxknight.order_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read one order, or a list of them.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="boxknight", name="BoxKnight", parse=parse, tracking_url="https://www.tracking.boxknight.com/tracking?trackingNo={number}"
)
