"""LaserShip: order tracking (JSON), and the service of OnTrac that follows it (JSON) → checkpoints and notes."""

from doorstep.carriers.families.ontrac_packages import is_packages, read_packages
from doorstep.carriers.lasership.order_json import read
from doorstep.carriers.reading import json_of
from doorstep.domain.plugins import Carrier, Raw
from doorstep.domain.tracking import Parsed


def parse(raw: Raw) -> Parsed:
    """Read either of the two services' answers.

    Raises:
        BadInputError: neither of them.
    """
    answer = json_of(raw)
    return read_packages(answer, "lasership") if is_packages(answer) else read(answer)


CARRIER = Carrier(slug="lasership", name="LaserShip", parse=parse, tracking_url="https://www.ontrac.com/tracking/?number={number}")
