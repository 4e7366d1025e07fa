"""OnTrac: its present service (JSON), its web services (XML) and its older tracking page → checkpoints and notes."""

from doorstep.carriers.families.ontrac_packages import is_packages, read_packages
from doorstep.carriers.ontrac import shipments_xml, tracking_page
from doorstep.carriers.reading import html_of, json_of, looks_like, xml_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError


def parse(raw: Raw) -> Parsed:
    """Read any of the three.

    Raises:
        BadInputError: none of them.
    """
    kind = looks_like(raw)
    if kind == "html":
        return tracking_page.read(html_of(raw))
    if kind == "xml":
        return shipments_xml.read(xml_of(raw))
    answer = json_of(raw)
    if not is_packages(answer):
        raise BadInputError("JSON without Packages and without a problem report of OnTrac")
    return read_packages(answer, "ontrac")


CARRIER = Carrier(slug="ontrac", name="OnTrac", parse=parse, tracking_url="https://www.ontrac.com/tracking/?number={number}")
