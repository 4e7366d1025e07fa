"""Nova Poshta Shopping: the answer of its tracking page (JSON) → checkpoints and notes."""

from doorstep.carriers.nova_poshta_shopping.waybill_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read a waybill, or the page's "nothing found".

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


CARRIER = Carrier(
    slug="nova_poshta_shopping",
    name="Nova Poshta Shopping",
    parse=parse,
    tracking_url="https://novaposhtaglobal.ua/track/?Tracking_ID={number}",
)
