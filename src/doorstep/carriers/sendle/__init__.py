"""Sendle: tracking answer or webhook event (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.sendle.tracking_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer or a webhook event of Sendle. An answer names no parcel, so the address that was asked must.

    Raises:
        BadInputError: neither, or no parcel named anywhere.
    """
    return read(json_of(raw), raw.url)


CARRIER = Carrier(slug="sendle", name="Sendle", parse=parse, tracking_url="https://track.sendle.com/tracking?ref={number}")
