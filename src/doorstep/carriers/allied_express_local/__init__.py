"""Allied Express Local (Australia): shipment statuses (SOAP as XML or JSON) → checkpoints and notes."""

from doorstep.carriers.families.allied_tracking import read
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read an answer to `getShipmentsStatus`.

    Raises:
        BadInputError: none of its answers.
    """
    return read(raw, "allied_express_local")


CARRIER = Carrier(slug="allied_express_local", name="Allied Express Local", parse=parse)
