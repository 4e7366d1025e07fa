"""Österreichische Post: the tracking page's query (JSON) and its older page → checkpoints and notes."""

from doorstep.carriers.postat import query_json, tracking_page
from doorstep.carriers.reading import html_of, json_of, looks_like
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read either of the two.

    Raises:
        BadInputError: neither of them.
    """
    return tracking_page.read(html_of(raw)) if looks_like(raw) == "html" else query_json.read(json_of(raw))


CARRIER = Carrier(
    slug="postat",
    name="Österreichische Post",
    parse=parse,
    tracking_url="https://www.post.at/sv/sendungsdetails?snr={number}",
)
