"""Budbee (and Instabox): its tracking of a home delivery or a locker (JSON) → checkpoints and notes."""

from doorstep.carriers.budbee.tracking_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Budbee's tracking page.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="budbee", name="Budbee", parse=parse, tracking_url="https://tracking.budbee.com/{number}")
