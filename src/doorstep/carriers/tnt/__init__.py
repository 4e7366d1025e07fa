"""TNT: ExpressConnect tracking answer (XML) → checkpoints and notes."""

from doorstep.carriers.reading import xml_of
from doorstep.carriers.tnt.consignment_xml import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of TNT's ExpressConnect tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(xml_of(raw))


CARRIER = Carrier(
    slug="tnt",
    name="TNT",
    parse=parse,
    tracking_url="https://www.tnt.com/express/en_gb/site/shipping-tools/tracking.html?searchType=con&cons={number}",
)
