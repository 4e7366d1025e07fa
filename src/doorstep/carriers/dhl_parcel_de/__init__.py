"""DHL Paket (Germany): XML, tracking page or Unified JSON → checkpoints."""

from doorstep.carriers.dhl_parcel_de import page, unified, xml
from doorstep.carriers.reading import dig, html_of, json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read any of DHL Paket's answers.

    Raises:
        BadInputError: none of them.
    """
    match looks_like(raw):
        case "json":
            answer = json_of(raw)
            return page.read_state(answer) if dig(answer, "sendungen") is not None else unified.read(answer)
        case "xml":
            return xml.read(xml_of(raw))
        case "html":
            return page.read(html_of(raw))
    raise BadInputError("neither JSON, XML nor a page")


CARRIER = Carrier(
    slug="dhl_parcel_de",
    name="DHL Paket",
    parse=parse,
    tracking_url="https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode={number}",
)
