"""SEKO (OmniParcel): tracking answer or push (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.seko.consignment_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of SEKO's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="seko", name="SEKO Logistics", parse=parse, tracking_url="https://track.omniparcel.com/{number}")
