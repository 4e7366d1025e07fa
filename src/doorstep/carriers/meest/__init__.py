"""Meest: the answer of its tracking query (XML) → checkpoints and notes."""

from doorstep.carriers.meest.query_xml import read
from doorstep.carriers.reading import xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Meest's query service.

    Raises:
        BadInputError: none of its answers.
    """
    return read(xml_of(raw))


CARRIER = Carrier(slug="meest", name="Meest", parse=parse, tracking_url="https://t.meest-group.com/en/{number}")
