"""DHL Parcel Polska (DHL24): track and trace by SOAP → checkpoints and notes."""

from doorstep.carriers.dhl_poland.track_and_trace import read
from doorstep.carriers.reading import xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read DHL24's answer, in its envelope or without.

    Raises:
        BadInputError: another document.
    """
    return read(xml_of(raw))


CARRIER = Carrier(
    slug="dhl_poland",
    name="DHL Poland",
    parse=parse,
    tracking_url="https://www.dhl.com/global-en/home/tracking/tracking-parcel.html?submit=1&tracking-id={number}",
)
