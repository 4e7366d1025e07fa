"""Aramex: shipment tracking (SOAP or JSON) → checkpoints and notes."""

from doorstep.carriers.aramex import track_json, track_xml
from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer to `TrackShipments` in either spelling.

    Raises:
        BadInputError: none of its answers.
    """
    return track_xml.read(xml_of(raw)) if looks_like(raw) == "xml" else track_json.read(json_of(raw))


CARRIER = Carrier(slug="aramex", name="Aramex", parse=parse, tracking_url="https://www.aramex.com/track/results?ShipmentNumber={number}")
