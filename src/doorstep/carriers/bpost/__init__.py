"""bpost (Belgium): item tracking of its Shipping Manager and parcel services (XML) → checkpoints and notes."""

from doorstep.carriers.bpost.item_xml import read
from doorstep.carriers.reading import xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of bpost's tracking.

    Raises:
        BadInputError: none of its answers.
    """
    return read(xml_of(raw))


CARRIER = Carrier(
    slug="bpost", name="bpost", parse=parse, tracking_url="https://track.bpost.cloud/btr/web/#/search?itemCode={number}&lang=en"
)
