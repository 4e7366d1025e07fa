"""An Post (Ireland): an item of its tracking (JSON) → checkpoints and notes."""

from doorstep.carriers.an_post.item_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read one tracked item, or a list of them.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="an_post", name="An Post", parse=parse, tracking_url="https://www.anpost.com/Post-Parcels/Track/History?item={number}"
)
