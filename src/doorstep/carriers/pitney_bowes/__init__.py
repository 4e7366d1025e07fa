"""Pitney Bowes: tracking answers and webhooks (JSON) → checkpoints and notes."""

from doorstep.carriers.pitney_bowes.tracking_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer for one number, a webhook's list of events, or an error.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="pitney_bowes", name="Pitney Bowes", parse=parse, tracking_url="https://trackpb.shipment.co/track/{number}")
