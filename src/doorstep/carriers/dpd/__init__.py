"""DPD: parcel life cycle (SOAP or JSON), the app's parcels or pushed status → checkpoints and notes."""

from doorstep.carriers.dpd import app_json, life_cycle_json, life_cycle_xml, push
from doorstep.carriers.dpd.scans import asked
from doorstep.carriers.reading import json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read a life cycle or a push. The SOAP answer names no parcel, so the address that was asked must.

    Raises:
        BadInputError: none of them, or no parcel named anywhere.
    """
    match looks_like(raw):
        case "json":
            answer = json_of(raw)
            if parcels := app_json.parcels_in(answer):
                return app_json.read(parcels)
            return life_cycle_json.read(answer, asked(raw.url))
        case "xml" | "html":
            return life_cycle_xml.read(xml_of(raw), asked(raw.url))
    return push.read(raw)


CARRIER = Carrier(slug="dpd", name="DPD", parse=parse, tracking_url="https://tracking.dpd.de/status/en_US/parcel/{number}")
