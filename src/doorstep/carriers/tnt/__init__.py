"""TNT: ExpressConnect tracking answer (XML), or what its tracking page asks for (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.carriers.tnt import consignment_xml, tracker_json
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of TNT's tracking, by interface or page.

    Raises:
        BadInputError: none of its answers.
    """
    return tracker_json.read(json_of(raw)) if looks_like(raw) == "json" else consignment_xml.read(xml_of(raw))


CARRIER = Carrier(
    slug="tnt",
    name="TNT",
    parse=parse,
    tracking_url="https://www.tnt.com/express/en_gb/site/shipping-tools/tracking.html?searchType=con&cons={number}",
)
