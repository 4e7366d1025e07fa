"""Cainiao: a parcel of its global tracking (JSON) → checkpoints and notes."""

from doorstep.carriers.cainiao.detail_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer of Cainiao's global tracking, or one parcel of it.

    Raises:
        BadInputError: neither.
    """
    return read(json_of(raw))


CARRIER = Carrier(slug="cainiao", name="Cainiao", parse=parse, tracking_url="https://global.cainiao.com/newDetail.htm?mailNoList={number}")
