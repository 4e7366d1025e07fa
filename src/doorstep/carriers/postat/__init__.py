"""Österreichische Post: the tracking page's query (JSON) and its older page → checkpoints and notes."""

from codecs import BOM_UTF8

import msgspec

from doorstep.carriers.postat import query_json, tracking_page
from doorstep.carriers.reading import html_of, json_of, looks_like
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read either of the two.

    Raises:
        BadInputError: neither of them.
    """
    return tracking_page.read(html_of(_declared(raw))) if looks_like(raw) == "html" else query_json.read(json_of(raw))


def _declared(raw: Raw) -> Raw:
    """Mark a page in UTF-8 as such: an umlaut stands before its `charset`, and the parser would settle for Latin-1 there."""
    try:
        raw.body.decode()
    except UnicodeDecodeError:
        return raw
    return raw if raw.body.startswith(BOM_UTF8) else msgspec.structs.replace(raw, body=BOM_UTF8 + raw.body)


CARRIER = Carrier(
    slug="postat",
    name="Österreichische Post",
    parse=parse,
    tracking_url="https://www.post.at/sv/sendungsdetails?snr={number}",
)
