"""InPost: parcels as the recipient's app gets them (JSON) → checkpoints and notes."""

from doorstep.carriers.inpost.parcels_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read one parcel, a list of them, or an error.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="inpost", name="InPost", parse=parse, tracking_url="https://inpost.pl/sledzenie-przesylek?number={number}")
