"""Asendia USA: milestones of its A1 platform (JSON) → checkpoints and notes."""

from doorstep.carriers.asendia_us.milestones import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of the A1 platform's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="asendia_us", name="Asendia USA", parse=parse, tracking_url="https://a1.asendiausa.com/tracking/?trackingnumber={number}"
)
