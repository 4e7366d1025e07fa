"""DHL eCommerce Americas (once Global Mail): XML, page, or JSON answer and webhook → checkpoints and notes."""

from doorstep.carriers.dhl_global_mail import packages, page, track_xml
from doorstep.carriers.reading import html_of, json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read any of DHL eCommerce's answers.

    Raises:
        BadInputError: none of them.
    """
    match looks_like(raw):
        case "json":
            return packages.read(json_of(raw))
        case "xml":
            return track_xml.read(xml_of(raw))
        case "html":
            return page.read(html_of(raw))
    raise BadInputError("neither JSON, XML nor a page")


CARRIER = Carrier(
    slug="dhl_global_mail",
    name="DHL eCommerce",
    parse=parse,
    tracking_url="https://webtrack.dhlecs.com/orders?trackingNumber={number}",
)
