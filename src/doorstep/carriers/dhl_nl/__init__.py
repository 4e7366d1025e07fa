"""DHL eCommerce Netherlands: track and trace, or the list of one's parcels (JSON) → checkpoints and notes."""

from doorstep.carriers.dhl_nl.parcels import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read any of DHL's Dutch answers.

    Raises:
        BadInputError: none of them.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="dhl_nl",
    name="DHL Netherlands",
    parse=parse,
    tracking_url="https://my.dhlecommerce.nl/home/tracktrace/{number}",
)
