"""Royal Mail: answers of Tracking API v2 (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.royalmail.mail_pieces_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Royal Mail's tracking: events, summary, signature or errors.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="royalmail",
    name="Royal Mail",
    parse=parse,
    tracking_url="https://www.royalmail.com/track-your-item#/tracking-results/{number}",
)
