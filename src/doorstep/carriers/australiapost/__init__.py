"""Australia Post: its Shipping and Tracking API or the answer behind its own pages (JSON) → checkpoints and notes."""

from doorstep.carriers.australiapost import shipments, tracking_results
from doorstep.carriers.reading import dig, json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read either answer.

    Raises:
        BadInputError: neither.
    """
    answer = json_of(raw)
    asked_by_api = dig(answer, "tracking_results") is not None or dig(answer, "errors") is not None
    return tracking_results.read(answer) if asked_by_api else shipments.read(answer)


CARRIER = Carrier(
    slug="australiapost",
    name="Australia Post",
    parse=parse,
    tracking_url="https://auspost.com.au/mypost/track/details/{number}",
)
