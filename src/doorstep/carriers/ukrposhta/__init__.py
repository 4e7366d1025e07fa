"""Ukrposhta: status-tracking answers (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.ukrposhta.statuses_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Ukrposhta's status tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="ukrposhta", name="Ukrposhta", parse=parse, tracking_url="https://track.ukrposhta.ua/tracking_UA.html?barcode={number}"
)
