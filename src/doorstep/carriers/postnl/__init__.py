"""PostNL: shipping status or track and trace (JSON) → checkpoints and notes."""

from doorstep.carriers.postnl import status_json, trace_json
from doorstep.carriers.postnl.asking import ASKING, SETTINGS
from doorstep.carriers.reading import dig, json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of PostNL's ShippingStatus API or of its track and trace page.

    Raises:
        BadInputError: none of its answers.
    """
    answer = json_of(raw)
    return trace_json.read(answer) if dig(answer, "colli") is not None else status_json.read(answer)


CARRIER = Carrier(
    slug="postnl",
    name="PostNL",
    parse=parse,
    settings=SETTINGS,
    asking=ASKING,
    tracking_url="https://postnl.nl/tracktrace/?B={number}",
)
