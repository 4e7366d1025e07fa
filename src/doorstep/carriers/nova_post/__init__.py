"""Nova Post: shipment with tracking, or tracking history (both JSON) → checkpoints and notes."""

from doorstep.carriers.nova_post import history_json, shipment_json
from doorstep.carriers.nova_post.asking import ASKING, SETTINGS
from doorstep.carriers.reading import dig, json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Nova Post's tracking, its page's or its API's.

    Raises:
        BadInputError: none of its answers.
    """
    answer = json_of(raw)
    return history_json.read(answer) if isinstance(dig(answer, "items"), list) else shipment_json.read(answer)


CARRIER = Carrier(
    slug="nova_post",
    name="Nova Post",
    parse=parse,
    settings=SETTINGS,
    asking=ASKING,
    tracking_url="https://novaposhta.ua/tracking/{number}",
)
