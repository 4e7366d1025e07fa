"""Parcel.One: tracking answers (JSON) → checkpoints and notes."""

from doorstep.carriers.parcelone.results_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Parcel.One's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="parcelone", name="Parcel.One", parse=parse, tracking_url="https://tracking.parcel.one/?trackingNumber={number}")
