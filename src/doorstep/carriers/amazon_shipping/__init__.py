"""Amazon Shipping: tracking (JSON, both versions of its API, and pushes) → checkpoints and notes."""

from doorstep.carriers.amazon_shipping.push import delivery_id, verify
from doorstep.carriers.amazon_shipping.tracking_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw, Setting
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer to `getTracking` or `getTrackingInformation`, or a push.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="amazon_shipping",
    name="Amazon Shipping",
    parse=parse,
    verify=verify,
    settings=(
        Setting(
            name="api_key",
            label="API key that you gave Amazon to send with its pushes (X-API-KEY), if you chose that way",
            secret=True,
            required=False,
            example="abcdef12345",
        ),
    ),
    delivery_id=delivery_id,
    tracking_url="https://track.amazon.com/tracking/{number}",
)
