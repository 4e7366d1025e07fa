"""Newgistics: packages with their tracking (JSON) → checkpoints and notes."""

from doorstep.carriers.newgistics.packages_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Newgistics' tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="newgistics", name="Newgistics", parse=parse, tracking_url="https://tracking.newgistics.com/?barcode={number}")
