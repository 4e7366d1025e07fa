"""Swiss Post: its Track & Trace page (HTML) → checkpoints and notes."""

from doorstep.carriers.reading import html_of
from doorstep.carriers.swisspost.page import read, retold
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read a saved page of EasyTrack.

    Raises:
        BadInputError: another page.
    """
    return read(html_of(retold(raw)))


CARRIER = Carrier(
    slug="swisspost",
    name="Swiss Post",
    parse=parse,
    tracking_url="https://service.post.ch/ekp-web/ui/entry/search/{number}",
)
