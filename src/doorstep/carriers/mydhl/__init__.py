"""MyDHL API (DHL Express): tracking answer (JSON) → checkpoints and notes."""

from doorstep.carriers.families import mydhl_api
from doorstep.carriers.reading import dig, json_of, listed
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read a tracking answer, or a problem; a proof of delivery is a document and says nothing of scans.

    Raises:
        BadInputError: none of them.
    """
    answer = json_of(raw)
    if listed(dig(answer, "documents")) and dig(answer, "shipments") is None:
        return Parsed()
    return mydhl_api.read(answer)


CARRIER = Carrier(
    slug="mydhl",
    name="MyDHL API",
    parse=parse,
    tracking_url="https://www.dhl.com/en/express/tracking.html?AWB={number}&brand=DHL",
    aggregates=True,
)
