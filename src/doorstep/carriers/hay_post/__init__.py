"""HayPost (Armenia): order with the history of its states (JSON) → checkpoints and notes."""

from doorstep.carriers.hay_post.order import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of HayPost's order service.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="hay_post", name="HayPost", parse=parse)
