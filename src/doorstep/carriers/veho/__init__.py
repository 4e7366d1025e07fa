"""Veho: packages, orders and webhooks of its API, and tracking answers (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.veho.package_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer or a webhook of Veho.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="veho", name="Veho", parse=parse, tracking_url="https://track.shipveho.com/#/trackingId/{number}")
