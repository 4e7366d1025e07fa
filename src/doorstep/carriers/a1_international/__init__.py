"""A1 International: tracking in Amazon's XML for carriers → checkpoints and notes."""

from doorstep.carriers.a1_international.tracking_xml import read
from doorstep.carriers.reading import xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of A1's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(xml_of(raw))


CARRIER = Carrier(slug="a1_international", name="A1 International", parse=parse)
