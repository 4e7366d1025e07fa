"""USPS: Tracking API v3 (answer or push), Web Tools XML or public page → checkpoints."""

import re

from doorstep.carriers.reading import html_of, json_of, looks_like, xml_of
from doorstep.carriers.usps import page, push, v3, xml
from doorstep.carriers.usps.asking import ASKING, SETTINGS
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError

#: The number at the end of the address that was asked: "…/tracking/v3/tracking/9400…?expand=DETAIL".
_ASKED = re.compile(r"/tracking/([0-9A-Za-z]{10,34})(?:\?|$)")


def parse(raw: Raw) -> Parsed:
    """Read any of USPS's answers.

    Raises:
        BadInputError: none of them.
    """
    match looks_like(raw):
        case "json":
            asked = _ASKED.search(raw.url)
            return v3.read(push.inside(json_of(raw)), asked[1].upper() if asked else "")
        case "xml":
            return xml.read(xml_of(raw))
        case "html":
            return page.read(html_of(raw))
    raise BadInputError("neither JSON, XML nor a page")


CARRIER = Carrier(
    slug="usps",
    name="USPS",
    parse=parse,
    verify=push.verify,
    settings=(push.SECRET, *SETTINGS),
    asking=ASKING,
    tracking_url="https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
)
