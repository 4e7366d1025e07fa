"""Amazon Shipping: tracking (JSON, both versions of its API) → checkpoints and notes."""

from doorstep.carriers.amazon_shipping.tracking_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer to `getTracking` or `getTrackingInformation`.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="amazon_shipping", name="Amazon Shipping", parse=parse, tracking_url="https://track.amazon.com/tracking/{number}")
