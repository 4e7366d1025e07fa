"""Shopee Xpress: its public tracking answer (JSON) → checkpoints and notes."""

from doorstep.carriers.reading import json_of
from doorstep.carriers.shopee_xpress.records_json import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Shopee Xpress, of any of its markets.

    Raises:
        BadInputError: none of its answers.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="shopee_xpress", name="Shopee Xpress (SPX)", parse=parse)
