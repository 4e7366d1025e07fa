"""Chronopost: tracking of a parcel (SOAP) → checkpoints and notes."""

from doorstep.carriers.chronopost.track_xml import read
from doorstep.carriers.reading import xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer to `trackSkybillV2` or one of its siblings.

    Raises:
        BadInputError: none of its answers.
    """
    return read(xml_of(raw))


CARRIER = Carrier(
    slug="chronopost",
    name="Chronopost",
    parse=parse,
    tracking_url="https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={number}",
)
