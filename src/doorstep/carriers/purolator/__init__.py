"""Purolator: tracking web services, versions 1 and 2 (XML), and the public tracker's data (JSON) → checkpoints and notes."""

from doorstep.carriers.purolator import public_json, scans_xml, shipments_xml
from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read any of the three.

    Raises:
        BadInputError: none of them.
    """
    if looks_like(raw) != "xml":
        return public_json.read(json_of(raw))
    root = xml_of(raw)
    return shipments_xml.read(root) if root.find(".//SearchResults") is not None else scans_xml.read(root)


CARRIER = Carrier(
    slug="purolator",
    name="Purolator",
    parse=parse,
    tracking_url="https://www.purolator.com/en/shipping/tracker?pin={number}",
)
