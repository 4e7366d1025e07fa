"""Landmark Global: Track answer (XML) and the tracking file (CSV) → checkpoints and notes."""

from doorstep.carriers.landmark import track_xml, tracking_file
from doorstep.carriers.reading import looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read either of Landmark's two formats.

    Raises:
        BadInputError: neither of them.
    """
    kind = looks_like(raw)
    if kind == "xml":
        return track_xml.read(xml_of(raw))
    if kind:
        raise BadInputError(f"Landmark sends XML or CSV, not {kind}")
    return tracking_file.read(raw.body)


CARRIER = Carrier(slug="landmark", name="Landmark Global", parse=parse, tracking_url="https://track.landmarkglobal.com/?search={number}")
