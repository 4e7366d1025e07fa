"""Canada Post: tracking details or messages (XML) → checkpoints and notes."""

from doorstep.carriers.canadapost.asking import ASKING, SETTINGS
from doorstep.carriers.canadapost.detail_xml import read
from doorstep.carriers.reading import xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Canada Post's tracking web service.

    Raises:
        BadInputError: none of its answers.
    """
    return read(xml_of(raw))


CARRIER = Carrier(
    slug="canadapost",
    name="Canada Post",
    parse=parse,
    settings=SETTINGS,
    asking=ASKING,
    tracking_url="https://www.canadapost-postescanada.ca/track-reperage/en#/details/{number}",
)
